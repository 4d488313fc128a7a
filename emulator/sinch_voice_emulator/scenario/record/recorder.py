"""The recorder: a journal to the steps of a scenario.

Whatever came from outside becomes a step: calls that arrive, keys, words, phones that answer, refuse or hang up, requests to
the REST API that the backend did not make while it handled a callback. Time between such steps becomes ``wait``. What followed
from them becomes an expectation: what the backend was told and what it answered, what was heard, who was dialled, how calls
ended.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.scenario.record.general import Names
from sinch_voice_emulator.scenario.record.given import given_of
from sinch_voice_emulator.scenario.record.happenings import Happening, address_of
from sinch_voice_emulator.scenario.record.requests import Requests
from sinch_voice_emulator.scenario.words.expecting import WITHIN
from sinch_voice_emulator.testkit.reporting import line_of

Steps: TypeAlias = list[dict[str, Any]]

_OF_NO_CALL = ("callback.queued", "control.fire")
_USUAL: Mapping[str, Any] = {}
_REFUSALS = {"declined": "decline", "busy": "busy", "unreachable": "unreachable"}
_OTHER_REFUSALS = ("blocked", "failed", "unknown")
_WORDS_OF_ORIGIN = {"pstn": "incoming_call", "sip": "sip_call", "app": "app_call"}


class Recorder:
    """Reads a journal once. ``circumstances`` are what the account was given (``given.circumstances_of``).

    ``exact``: time stood still between events, so that lengths are the same in every run. ``answers``: expect them, too.
    """

    def __init__(
        self,
        happenings: Sequence[Happening],
        circumstances: Mapping[str, Any] = _USUAL,
        *,
        exact: bool = True,
        answers: bool = True,
    ) -> None:
        self._all = happenings
        self._circumstances = circumstances
        self._exact = exact
        self._answers = answers
        self._names = Names()
        self._requests = Requests(happenings)
        self._parties: dict[tuple[str, int], str] = {}
        self._bodies: dict[str, tuple[str, dict[str, Any]]] = {}
        self._steps: Steps = []
        self._now: int | None = None
        self._before: int | None = None
        self._problems: list[str] = []
        self._own = {str(one.data.get("delivery")) for one in happenings if one.kind in ("control.redeliver", "control.fire")}

    def scenario(self, name: str) -> dict[str, Any]:
        """The scenario, as the value of a file. Raises ``BadRequest`` when nothing was recorded that could be played again."""
        created = [one for one in self._all if one.kind == "call.created"]
        for number, one in enumerate(created, 1):
            self._names.give(one.call, "call" if len(created) == 1 else f"call_{number}")
        for index, one in enumerate(self._all):
            for request in self._requests.before(index):
                self._request(request)
            reader = _READERS.get(one.kind)
            if one.is_problem:
                self._problem(one)
            if reader is not None and (one.call in self._names or one.kind in _OF_NO_CALL):
                reader(self, one)
        for request in self._requests.before(len(self._all)):
            self._request(request)
        if not self._steps:
            raise BadRequest("nothing happened that a scenario could tell: place a call while the recording runs")
        given = {**self._circumstances, **given_of(self._all)}
        found: dict[str, Any] = {"name": name}
        numbers = self._numbers()
        if numbers:
            given["numbers"] = numbers
        if given:
            found["given"] = given
        found["steps"] = self._steps
        allowed: dict[str, Any] = {"problems": self._problems} if self._problems else {}
        if self._still_open(created):
            allowed["open_calls"] = True
        return found | ({"allow": allowed} if allowed else {})

    # --- writing steps -----------------------------------------------------------------------------------------------------

    def _act(self, happening: Happening, step: dict[str, Any]) -> None:
        """A step that somebody takes, when it is time for it."""
        if self._now is not None and happening.instant > self._now:
            self._steps.append({"wait": length(happening.instant - self._now)})
        self._now = happening.instant
        self._steps.append(step)

    def _expect(self, happening: Happening, expectation: dict[str, Any]) -> None:
        self._now = happening.instant if self._now is None else max(self._now, happening.instant)
        if len(self._steps) and self._gap(happening) >= WITHIN:
            expectation["within"] = length(self._gap(happening) + 60_000)
        self._before = happening.instant
        self._steps.append({"expect": expectation})

    def _gap(self, happening: Happening) -> int:
        return 0 if self._before is None else happening.instant - self._before

    def _named(self, happening: Happening) -> dict[str, Any]:
        return {"call": self._names[happening.call]}

    def _by(self, happening: Happening) -> dict[str, Any]:
        party = self._parties.get((happening.call, happening.leg))
        return {"by": party or "caller", "call": self._names[happening.call]}

    # --- what came from outside --------------------------------------------------------------------------------------------

    def _created(self, one: Happening) -> None:
        origin = str(one.data.get("origin"))
        if origin == "server":
            if not self._requests.creates(one.call):
                method = {"speech": "tts"}.get(str(one.data.get("callout")), str(one.data.get("callout")))
                to = {"to": one.party} if one.party else {}
                self._expect(one, {"callout": method, **to, "as": self._names[one.call]})
            return
        body: dict[str, Any] = self._told(one.call)
        caller = one.data.get("caller")
        to = one.party
        details: dict[str, Any] = {"as": self._names[one.call], "region": one.data.get("region")}
        if origin == "app":
            step = {"user": str(caller["endpoint"]) if isinstance(caller, Mapping) else "", "to": to}
        else:
            step = {"from": address_of(caller) or "private", "to": to}
        if origin != "pstn" and one.data.get("cli") not in (None, "private"):
            step["cli"] = str(one.data["cli"])
        if body.get("rdnis"):
            details["rdnis"] = body["rdnis"]
        if body.get("custom") and origin == "app":
            details["custom"] = body["custom"]
        headers = body.get("callHeaders")
        if isinstance(headers, list) and headers:
            details["headers"] = {str(one["key"]): str(one["value"]) for one in headers if "key" in one and "value" in one}
        self._act(one, {_WORDS_OF_ORIGIN[origin]: step | details})

    def _told(self, call: str) -> dict[str, Any]:
        """The body of the first ICE of a call."""
        for one in self._all:
            if one.call == call and one.kind == "callback.queued" and one.data.get("event") == "ice":
                return _parsed(one.data.get("body"))
        return {}

    def _keys(self, one: Happening) -> None:
        self._act(one, {"press": {"keys": str(one.data["keys"]), **self._by(one)}})

    def _words(self, one: Happening) -> None:
        self._act(one, {"say": {"text": self._names.text(str(one.data["text"])), **self._by(one)}})

    def _leg_answered(self, one: Happening) -> None:
        party = self._parties.get((one.call, one.leg))
        if party is not None:
            self._act(one, {"answer": party})

    def _leg_ended(self, one: Happening) -> None:
        why, party = str(one.data.get("why")), self._parties.get((one.call, one.leg))
        if why == "hung up" and self._hung_up_by_itself(one):
            return
        if why == "hung up":
            self._act(one, {"hang_up": self._by(one)})
        elif why == "network lost":
            self._act(one, {"lose_network": self._by(one)})
        elif why in _REFUSALS and party is not None:
            self._act(one, {_REFUSALS[why]: party})
        elif why in _OTHER_REFUSALS and party is not None:
            self._act(one, {"refuse": {"phone": party, "how": why}})

    def _hung_up_by_itself(self, one: Happening) -> bool:
        """Whether the phone hung up while answering machine detection listened; the phone's answerer does so again."""
        return any(
            other.kind == "amd.result"
            and (other.call, other.instant) == (one.call, one.instant)
            and other.data.get("status") == "hangup"
            for other in self._all
        )

    def _fired(self, one: Happening) -> None:
        delivery = str(one.data.get("delivery"))
        event, body = self._bodies.get(delivery, ("", {}))
        if event:
            fields = {name: item for name, item in body.items() if name not in ("event", "callResourceUrl", "timestamp")}
            step: dict[str, Any] = {"event": event, "with": self._names.value(fields)}
            answer = next((other for other in self._all if _answers(other, delivery)), None)
            if answer is not None and self._answers:
                step["expect"] = {"answer": self._names.value(_answer(answer.data.get("body")))}
            self._act(one, {"fire": step})

    def _redelivered(self, one: Happening) -> None:
        event, _ = self._bodies.get(str(one.data.get("original")), ("", {}))
        if event and one.call:
            self._act(one, {"redeliver": {"event": event, **self._named(one)}})

    def _request(self, request: Happening) -> None:
        """An operator's request."""
        data = request.data
        step: dict[str, Any] = {"method": data["method"], "path": self._names.text(str(data["path"]))}
        if data.get("body") is not None:
            step["body"] = self._names.value(data["body"])
        step["expect"] = {"status": data["status"]}
        if data.get("headers"):
            step["headers"] = {str(name): self._names.text(str(value)) for name, value in data["headers"].items()}
        if data["method"] == "POST" and self._requests.creates(request.call) and request.call in self._names:
            step["as"] = self._names[request.call]
        self._act(request, {"request": step})

    # --- what followed -----------------------------------------------------------------------------------------------------

    def _dialled(self, one: Happening) -> None:
        self._parties[one.call, one.leg] = one.party
        cli = str(one.data.get("cli", ""))
        self._expect(one, {"dialled": one.party, "cli": "" if cli == "private" else cli, **self._named(one)})

    def _queued(self, one: Happening) -> None:
        self._bodies[str(one.data["delivery"])] = (str(one.data["event"]), _parsed(one.data.get("body")))

    def _answered(self, one: Happening) -> None:
        """A callback is over: what the backend was told, and what it answered."""
        delivery = str(one.data["delivery"])
        event, body = self._bodies.pop(delivery, ("", {}))
        if not event or delivery in self._own or not one.call:
            return
        fields = self._names.told(body)
        if "duration" in fields and not self._exact:
            fields["duration"] = {"$between": [max(0, fields["duration"] - 1), fields["duration"] + 1]}
        expectation: dict[str, Any] = {"callback": event, **self._named(one), "with": fields}
        if self._answers and one.kind == "callback.answered":
            answer = _answer(one.data.get("body"))
            expectation["answer"] = self._names.value(answer)
        self._bodies[delivery] = (event, body)
        self._expect(one, expectation)

    def _prompt(self, one: Happening) -> None:
        text = " ".join(str(prompt.get("text", "")) for prompt in one.data.get("prompts", ()))
        if text.strip() and text != "error message":
            self._expect(one, {"heard": self._names.text(text), **self._named(one)})

    def _ended(self, one: Happening) -> None:
        self._expect(one, {"ended": {"result": one.data["result"], "reason": one.data["reason"]}, **self._named(one)})

    def _problem(self, one: Happening) -> None:
        """What the backend did wrong, as much of it as will be the same in another run."""
        sentence = line_of(one)
        sentence = sentence.partition(": ")[0] if "://" in sentence else sentence
        if sentence not in self._problems:
            self._problems.append(sentence)

    def _numbers(self) -> list[str]:
        """Numbers of the account that were called."""
        parties = [one.data.get("to") for one in self._all if one.kind == "call.created"]
        owned = [str(party["endpoint"]) for party in parties if isinstance(party, Mapping) and party.get("type") == "did"]
        return list(dict.fromkeys(owned))

    def _still_open(self, created: Sequence[Happening]) -> bool:
        ended = {one.call for one in self._all if one.kind == "call.ended"}
        return any(one.call not in ended for one in created)


def _answers(one: Happening, delivery: str) -> bool:
    return one.kind == "callback.answered" and one.data.get("delivery") == delivery


def length(milliseconds: int) -> str:
    """A length of time as people write it."""
    return f"{milliseconds // 1000}s" if milliseconds % 1000 == 0 else f"{milliseconds}ms"


def _parsed(body: Any) -> dict[str, Any]:
    try:
        found = json.loads(body) if isinstance(body, str) else body
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _answer(body: Any) -> Any:
    """What the backend answered, as an expectation compares it: parsed, else as text; ``None`` for nothing."""
    if not body:
        return None
    try:
        return json.loads(body) if isinstance(body, str) else body
    except ValueError:
        return str(body)


_READERS: Mapping[str, Callable[[Recorder, Happening], None]] = {
    "call.created": Recorder._created,
    "keys.pressed": Recorder._keys,
    "words.spoken": Recorder._words,
    "leg.dialled": Recorder._dialled,
    "leg.answered": Recorder._leg_answered,
    "leg.ended": Recorder._leg_ended,
    "callback.queued": Recorder._queued,
    "callback.answered": Recorder._answered,
    "callback.failed": Recorder._answered,
    "prompt.started": Recorder._prompt,
    "call.ended": Recorder._ended,
    "control.redeliver": Recorder._redelivered,
    "control.fire": Recorder._fired,
}
