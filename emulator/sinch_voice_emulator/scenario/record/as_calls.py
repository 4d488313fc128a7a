"""Callbacks that were logged elsewhere, told as the calls that they are about: who calls, presses, answers and hangs up.

A callback says what the platform told, and the answer what it did next; between them they tell what people did. Where they do
not (a call that somebody placed over the REST API, a menu whose answer was not logged, an end that an operator brought about),
the call cannot be told, and a sentence says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sinch_voice_emulator.scenario import reading
from sinch_voice_emulator.scenario.reading import BadScenario
from sinch_voice_emulator.scenario.record.general import Names
from sinch_voice_emulator.scenario.record.importing import Logged, Sender
from sinch_voice_emulator.scenario.record.script import LONGER, Step, length

_COMPARED: Mapping[str, tuple[str, ...]] = {"dice": ("result", "reason"), "notify": ("type",)}
_REFUSALS = {"CONGESTION": "unreachable", "BLOCKED": "blocked", "GENERALERROR": "failed"}
AT_ONCE = 5
"""Seconds between the end of a recording and the end of its call, at most, where one follows from the other."""

_NOTICES = ("recording_finished", "recording_available", "transcription_available", "amd", "amd_beep")


class Untold(Exception):
    """A call that cannot be told; the sentence says why."""


@dataclass(slots=True)
class Teller:
    """One call. ``phones`` are how those have to be that it dials; ``numbers`` are those of the account that it calls."""

    call: str
    name: str
    names: Names
    phones: dict[str, Any] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    ended: bool = False
    _menus: list[Mapping[str, Any]] = field(default_factory=list)
    _action: Mapping[str, Any] = field(default_factory=dict)
    _dialled: str = ""
    _up: bool = False
    _gone: bool = False
    _recorded: bool = False

    def tell(self, logged: Sequence[tuple[int, Logged]]) -> dict[int, list[Step]]:
        """The steps of every callback, by its position in the log. Raises ``Untold``."""
        if _event(logged[0][1]) != "ice":
            raise Untold("its ICE is not in the log, and a call that the platform was asked to place may have none")
        told: dict[int, list[Step]] = {}
        seen: list[dict[str, Any]] = []
        before: Logged | None = None
        for place, (position, one) in enumerate(logged):
            if one.body in seen or self.ended:
                told[position] = [self._again(one)]
                continue
            steps = list(self._leaves_early([later for _, later in logged[place:]], before))
            steps += _TELLERS[_event(one)](self, one, before)
            told[position] = [*steps, self._expectation(one)]
            self._remember(one.answer)
            seen.append(one.body)
            before = one
        return told

    def _again(self, one: Logged) -> Step:
        """A callback that came a second time."""
        answer = {} if one.answer is ... else {"expect": {"answer": self.names.value(one.answer)}}
        return {"redeliver": {"event": _event(one), "call": self.name, **answer}}

    def _leaves_early(self, rest: Sequence[Logged], before: Logged | None) -> Iterable[Step]:
        """Who hangs up does so before the end of a recording is told, which the end of the call follows at once."""
        end = next((one for one in rest if _event(one) != "notify"), None)
        if end is rest[0] or end is None or _event(end) != "dice" or rest[0].body.get("type") != "recording_finished":
            return
        if rest[0].time is None or end.time is None or (end.time - rest[0].time).total_seconds() < AT_ONCE:
            yield from self._hangs_up(end, before)

    # --- what the backend was told and answered --------------------------------------------------------------------------

    def _expectation(self, one: Logged) -> Step:
        event = _event(one)
        fields = {name: one.body[name] for name in _COMPARED.get(event, ()) if name in one.body}
        if event == "pie":
            result = one.body.get("menuResult", {})
            fields = {"menuResult": {name: result[name] for name in ("type", "value") if result.get(name) is not None}}
        expectation: Step = {"callback": event, "call": self.name} | ({"with": fields} if fields else {})
        if one.answer is not ...:
            expectation["answer"] = self.names.value(one.answer)
        if event == "dice" and one.body.get("reason") == "TIMEOUT" and isinstance(one.body.get("duration"), int):
            expectation["within"] = length(one.body["duration"] * 1000 + LONGER)
        return {"expect": expectation}

    def _remember(self, answer: Any) -> None:
        self._action = {}
        if not isinstance(answer, Mapping) or not isinstance(answer.get("action"), Mapping):
            return
        self._action = answer["action"]
        names = [one.get("name") for one in _mappings(answer.get("instructions"))]
        self._recorded = self._recorded or "startRecording" in names or bool(self._action.get("record"))
        self._menus = _mappings(self._action.get("menus")) or self._menus
        dialled = _dialled_by(self._action)
        if dialled:
            self._dialled, self._up = dialled, False
            self.phones.setdefault(dialled, "manual")

    # --- what people did --------------------------------------------------------------------------------------------------

    def _ice(self, one: Logged, _before: Logged | None) -> Iterable[Step]:
        body, to = one.body, one.body.get("to")
        if str(body.get("originationType")).upper() not in ("PSTN", "SIP", "MXP", "NONE"):
            raise Untold("it was placed over the REST API")
        if not isinstance(to, Mapping) or "endpoint" not in to:
            raise Untold("its ICE does not say who was called")
        cli, endpoint = str(body.get("cli") or ""), str(to["endpoint"])
        origin = str(body.get("originationType", "PSTN")).upper()
        details: Step = {"as": self.name}
        pairs = [pair for pair in _mappings(body.get("callHeaders")) if "key" in pair and "value" in pair]
        if pairs:
            details["headers"] = {str(pair["key"]): str(pair["value"]) for pair in pairs}
        if origin == "PSTN":
            self.numbers.append(_number(endpoint))
            rdnis = {"rdnis": str(body["rdnis"])} if body.get("rdnis") else {}
            yield {"incoming_call": {"from": _number(cli) or "private", "to": _number(endpoint), **details, **rdnis}}
        elif origin == "SIP":
            caller = f"{cli.removeprefix('+') or 'anonymous'}@pbx.invalid"
            yield {"sip_call": {"from": caller, "to": _address(to), **({"cli": _number(cli)} if cli else {}), **details}}
        else:
            custom = {"custom": self.names.text(str(body["custom"]))} if body.get("custom") else {}
            shown = {"cli": _number(cli)} if _number(cli) else {}
            yield {"app_call": {"user": str(body.get("user") or "caller"), "to": _address(to), **shown, **details, **custom}}

    def _ace(self, one: Logged, _before: Logged | None) -> Iterable[Step]:
        if self._up:
            raise Untold("somebody changed it over the REST API")
        yield from self._rings("was answered")
        amd = one.body.get("amd")
        if isinstance(amd, Mapping) and amd.get("status"):
            reason = {"reason": str(amd["reason"]).lower()} if amd.get("reason") else {}
            self.phones[self._dialled] = {"on_ring": "manual", "answerer": {"verdict": str(amd["status"]).lower(), **reason}}
        yield self._answers()

    def _answers(self) -> Step:
        self._up = True
        return {"answer": self._dialled}

    def _rings(self, what: str) -> Iterable[Step]:
        if not self._dialled:
            raise Untold(f"it {what}, and the log does not say who was dialled: that is in the answer before")
        yield {"expect": {"ringing": self._dialled}}

    def _pie(self, one: Logged, _before: Logged | None) -> Iterable[Step]:
        result = one.body.get("menuResult")
        if not isinstance(result, Mapping):
            raise Untold("a PIE has no menuResult")
        kind, value = str(result.get("type", "")).lower(), str(result.get("value") or "")
        if kind == "timeout":
            return
        if kind == "hangup":
            yield {"expect": {"state": "in a menu", "call": self.name}}
            yield from self._leaves("caller")
            return
        if self._action.get("barge") is False:
            raise Untold("its menu does not listen while it speaks, and how long that takes is not in the log")
        if "conferenceId" in one.body:
            yield {"expect": {"state": "in a conference", "call": self.name}}
            yield {"press": {"keys": value, "call": self.name}}
            return
        yield {"expect": {"state": "in a menu", "call": self.name}}
        menu = str(result.get("menuId") or "main")
        if kind == "sequence":
            most = next((one.get("maxDigits") for one in self._menus if one.get("id") == menu), None)
            yield {"press": {"keys": value if most == len(value) else f"{value}#", "call": self.name}}
        elif kind == "return":
            spoken = str(result.get("inputMethod", "")).lower() == "voice"
            yield from self._chooses(menu, value, spoken)
        else:
            raise Untold(f"what led to {kind or 'its menuResult'} is not in the log")

    def _chooses(self, menu: str, value: str, spoken: bool) -> Iterable[Step]:
        """Keys (or words) that lead from the first menu to a value."""
        options = _way(self._menus, str(self._action.get("mainMenu") or ""), menu, f"return({value})")
        if options is None:
            raise Untold(f"{value!r} was chosen, and the menu with that choice is not in the log: it is in the answer before")
        for option in options:
            word, what = ("say", "input") if spoken and option.get("input") else ("press", "dtmf")
            yield {word: {"text" if word == "say" else "keys": str(option[what]), "call": self.name}}

    def _dice(self, one: Logged, before: Logged | None) -> Iterable[Step]:
        self.ended = True
        reason, result = str(one.body.get("reason")), str(one.body.get("result"))
        action = self._action.get("name")
        if reason in ("CALLERHANGUP", "CALLEEHANGUP"):
            yield from self._hangs_up(one, before)
        elif reason == "CANCEL" and result == "NOANSWER":
            if self._dialled:
                yield from self._rings("was cancelled")
            yield from self._leaves("caller")
        elif action == "hangup" or reason == "TIMEOUT":
            return
        elif result == "BUSY" or (result == "FAILED" and reason in _REFUSALS):
            yield from self._rings("was not taken")
            if result == "BUSY":
                yield {"decline" if reason == "CANCEL" else "busy": self._dialled}
            else:
                yield {"refuse": {"phone": self._dialled, "how": _REFUSALS[reason]}}
        elif reason == "MANAGERHANGUP" and action is None:
            return
        else:
            why = (
                "somebody ended it over the REST API"
                if reason == "MANAGERHANGUP"
                else f"what led to {reason} is not in the log"
            )
            raise Untold(why)

    def _hangs_up(self, end: Logged, before: Logged | None) -> Iterable[Step]:
        """One of those who talk hangs up, in the end; an app tells nothing of it when it answers."""
        if self._gone:
            return
        by_caller = end.body.get("reason") == "CALLERHANGUP"
        if self._dialled and not self._up and (not by_caller or self._dialled.startswith("user:")):
            yield from self._rings("was answered")
            yield self._answers()
        if self._action.get("name") == "runMenu":
            yield {"expect": {"state": "in a menu", "call": self.name}}
        else:
            yield from self._after(end, before)
        yield from self._leaves("caller" if by_caller else self._dialled or "callee")

    def _after(self, one: Logged, before: Logged | None) -> Iterable[Step]:
        """The time that somebody stayed."""
        if before is None or one.time is None or before.time is None or one.time <= before.time:
            return
        yield {"wait": length(round((one.time - before.time).total_seconds() * 1000))}

    def _leaves(self, by: str) -> Iterable[Step]:
        self._gone = True
        yield {"hang_up": {"by": by, "call": self.name}}

    def _notify(self, one: Logged, _before: Logged | None) -> Iterable[Step]:
        kind = str(one.body.get("type"))
        if kind not in _NOTICES:
            raise Untold(f"what led to the notification {kind} is not in the log")
        if kind not in ("amd", "amd_beep") and not self._recorded:
            raise Untold("somebody had it recorded over the REST API")
        if kind == "amd" and self._dialled:
            amd = one.body.get("amd")
            status = amd.get("status") if isinstance(amd, Mapping) else None
            self.phones[self._dialled] = {"on_ring": "manual", "answerer": str(status or "human").lower()}
        return ()


_TELLERS: Mapping[str, Callable[[Teller, Logged, Logged | None], Iterable[Step]]] = {
    "ice": Teller._ice,
    "ace": Teller._ace,
    "pie": Teller._pie,
    "dice": Teller._dice,
    "notify": Teller._notify,
}


def scenario_of(logged: Sequence[Logged], name: str) -> tuple[dict[str, Any], list[str]]:
    """The scenario, as the value of a file, with a remark on each call that is sent as it was logged."""
    ids = list(dict.fromkeys(one.call for one in logged if one.call))
    names = Names()
    for number, call in enumerate(ids, 1):
        names.give(call, "call" if len(ids) == 1 else f"call_{number}")
    told: dict[int, list[Step]] = {}
    tellers, untold, remarks = [], [], []
    for call in ids:
        teller = Teller(call, names[call], names)
        try:
            steps = teller.tell([(position, one) for position, one in enumerate(logged) if one.call == call])
            _check(teller, steps.values())
            told |= steps
            tellers.append(teller)
        except Untold as why:
            untold.append(call)
            remarks.append(f"Call {call} is sent as it was logged: {why}.")
    sender = Sender({call: names[call] for call in untold})
    everything = [step for position, one in enumerate(logged) for step in told.get(position) or sender.steps(one)]
    found: dict[str, Any] = {"name": name, "recorded": True}
    if untold:
        found["variables"] = sender.variables
    if given := _given(tellers):
        found["given"] = given
    found["steps"] = everything
    return found | {"allow": {"open_calls": True}}, remarks


def _check(teller: Teller, steps: Iterable[list[Step]]) -> None:
    """Raise ``Untold`` when what a call would come to could not be played."""
    try:
        reading.of_value(
            {
                "name": teller.call,
                "recorded": True,
                "given": _given([teller]),
                "steps": [step for some in steps for step in some],
            },
            "log",
        )
    except BadScenario as wrong:
        raise Untold(f"what the log says of it cannot be ({wrong.problems[0].partition(': ')[2]})") from None


def _given(tellers: Iterable[Teller]) -> dict[str, Any]:
    phones: dict[str, Any] = {}
    numbers: dict[str, None] = {}
    for one in tellers:
        phones |= one.phones
        numbers |= dict.fromkeys(one.numbers)
    users = [address.removeprefix("user:") for address in phones if address.startswith("user:")]
    members = {"users": users, "phones": phones, "numbers": list(numbers)}
    return {name: value for name, value in members.items() if value}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list; none of what is no list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _event(one: Logged) -> str:
    return str(one.body["event"]).lower()


def _number(text: str) -> str:
    """A number as scenarios write it; ``""`` for none."""
    digits = text.strip().removeprefix("+")
    return f"+{digits}" if digits.isascii() and digits.isdigit() else ""


def _address(to: Mapping[str, Any]) -> str:
    """``{type, endpoint}`` as scenarios write addresses."""
    endpoint, kind = str(to["endpoint"]), str(to.get("type", "")).lower()
    prefix = {"username": "user:", "conference": "conference:"}.get(kind, "")
    return prefix + endpoint if prefix else _number(endpoint) or endpoint


def _dialled_by(action: Mapping[str, Any]) -> str:
    """The address that an action dials; ``""`` for none."""
    to = action.get("destination")
    if action.get("name") == "connectPstn" and action.get("number"):
        return _number(str(action["number"]))
    if action.get("name") in ("connectMxp", "connectSip") and isinstance(to, Mapping) and to.get("endpoint"):
        return _address(to)
    return ""


def _way(menus: Sequence[Mapping[str, Any]], first: str, last: str, action: str) -> list[Mapping[str, Any]] | None:
    """The options that lead from the first menu to an action of another one, the shortest way; ``None``: there is no way."""
    known = {str(menu.get("id")): menu for menu in menus}
    ways: list[tuple[str, list[Mapping[str, Any]]]] = [(first or next(iter(known), ""), [])]
    seen: set[str] = set()
    while ways:
        here, way = ways.pop(0)
        seen.add(here)
        for option in _mappings(known.get(here, {}).get("options")):
            does = str(option.get("action", ""))
            if here == last and does.replace(" ", "") == action.replace(" ", ""):
                return [*way, option]
            if does.startswith("menu(") and does[5:-1] not in seen:
                ways.append((does[5:-1], [*way, option]))
    return None
