"""The recorder: a journal to the steps of a scenario.

Whatever came from outside becomes a step: calls that arrive, keys, words, phones that answer, refuse or hang up, requests to
the REST API that the backend did not make while it handled a callback. Time between such steps becomes ``wait``. What followed
from them becomes an expectation: what the backend was told and what it answered, what was heard, who was dialled, how calls
ended.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.scenario.record import faults, given
from sinch_voice_emulator.scenario.record.general import Names
from sinch_voice_emulator.scenario.record.given import Circumstances
from sinch_voice_emulator.scenario.record.happenings import Happening, address_of
from sinch_voice_emulator.scenario.record.pace import Pace
from sinch_voice_emulator.scenario.record.phones import Phones
from sinch_voice_emulator.scenario.record.requests import Requests
from sinch_voice_emulator.scenario.record.script import Script
from sinch_voice_emulator.scenario.record.which import Calls
from sinch_voice_emulator.testkit.reporting import line_of

MOST_REQUESTS = 5
"""How many requests a remark names."""

_MADE_UP = ("control.redeliver", "control.fire")
_NOTHING: Mapping[str, str] = {}
_OF_NO_CALL = (
    "callback.queued",
    "callback.attempted",
    "control.fire",
    "fault.fired",
    given.PROFILE,
    given.RATES,
    given.SETTINGS,
)
_REGION = Account("").region
_REFUSALS = {"declined": "decline", "busy": "busy", "unreachable": "unreachable"}
_OTHER_REFUSALS = ("blocked", "failed", "unknown")
_WORDS_OF_ORIGIN = {"pstn": "incoming_call", "sip": "sip_call", "app": "app_call"}


class Recorder:
    """Reads a journal once, from its start on, and tells what came behind the entry ``after``.

    ``call`` is the one call that is to be told, with what came of it. ``circumstances`` are those of the beginning. ``known``
    are texts that a variable stands for. ``exact``: time stood still between events, so that lengths are the same in every
    run. ``maker`` is who made all requests to the REST API; ``""``: it is to be found out (see ``requests``).

    Raises ``NotFound`` for a call that did not begin while this was recorded.
    """

    def __init__(
        self,
        happenings: Sequence[Happening],
        circumstances: Circumstances = given.USUAL,
        *,
        after: int = 0,
        call: str = "",
        known: Mapping[str, str] = _NOTHING,
        exact: bool = True,
        maker: str = "",
    ) -> None:
        self._all = happenings
        self._after = after
        self._only = call
        self._exact = exact
        self._circumstances = circumstances
        self._requests = Requests(happenings, maker)
        self.calls = Calls(happenings, self._requests, after, call)
        self._names = Names(known)
        for name in self.calls.names().items():
            self._names.give(*name)
        made_up = {one.delivery for one in happenings if one.kind in _MADE_UP}
        self._pace = Pace(happenings, made_up, self._requests)
        self._phones = Phones([one for one in happenings if one.call in self._names and not self._is_turned_back(one)])
        self._faults = faults.Faults(self._names)
        self._script = Script()
        self._parties: dict[tuple[str, int], str] = {}
        self._bodies: dict[str, tuple[str, dict[str, Any]]] = {}
        self._told: dict[tuple[str, str], list[str]] = {}
        self._ringing: dict[tuple[str, int], str] = {}
        self._hung_up_by_itself = ("", 0)
        self._first_told = _first_told(happenings)
        self._answers = {one.delivery: one.data.get("body") for one in happenings if one.kind == "callback.answered"}
        self._made_up = made_up
        self._problems: list[str] = []
        self._at = 0

    def scenario(self, name: str) -> dict[str, Any]:
        """The scenario, as the value of a file. Raises ``BadRequest`` when nothing was recorded that could be played again."""
        for index, one in enumerate(self._all):
            if self._is_within(one):
                self._read(index, one)
        self._make_requests(len(self._all))
        if not self._script:
            raise BadRequest("nothing happened that a scenario could tell: place a call while the recording runs")
        found: dict[str, Any] = {"name": name, "recorded": True}
        if stands := self._given():
            found["given"] = stands
        found["steps"] = self._script.steps()
        allowed: dict[str, Any] = {"problems": self._problems} if self._problems else {}
        if self._still_open():
            allowed["open_calls"] = True
        return found | ({"allow": allowed} if allowed else {})

    def remarks(self) -> list[str]:
        """What is to be said about what the scenario does not tell."""
        found = []
        left = Counter(self._spelt(self._all[index]) for index in self._requests.own if self._is_within(self._all[index]))
        if left:
            several = [f"{count} x {request}" if count > 1 else request for request, count in left.items()]
            more = [f"{len(several) - MOST_REQUESTS} more"] if len(several) > MOST_REQUESTS else []
            found.append(f"Requests that the backend makes of itself: {', '.join(several[:MOST_REQUESTS] + more)}.")
        if self.calls.earlier:
            found.append(f"Left out: {self.calls.earlier} call{'s' if self.calls.earlier > 1 else ''} that had begun before.")
        return found

    def _spelt(self, request: Happening) -> str:
        return f"{request.data['method']} {self._names.text(str(request.data['path']))}"

    def _is_within(self, one: Happening) -> bool:
        """Whether it happened while this was recorded."""
        return one.sequence > self._after or not self._after

    def _read(self, index: int, one: Happening) -> None:
        self._make_requests(index)
        self._at = self._pace.at[index]
        reader = _READERS.get(one.kind)
        if one.is_problem and (one.call in self._names or not one.call):
            self._problem(one)
        if reader is not None and (one.call in self._names or (one.kind in _OF_NO_CALL and one.call not in self.calls.others)):
            reader(self, one)

    def _given(self) -> dict[str, Any]:
        numbers = [one.data.get("to") for one in self._all if one.kind == "call.created" and one.call in self._names]
        owned = [str(party["endpoint"]) for party in numbers if isinstance(party, Mapping) and party.get("type") == "did"]
        found = self._circumstances.given()
        members = {"users": self._phones.users, "phones": self._phones.given, "numbers": list(dict.fromkeys(owned))}
        return found | {name: value for name, value in members.items() if value}

    # --- writing steps -----------------------------------------------------------------------------------------------------

    def _act(self, step: dict[str, Any]) -> None:
        """A step that somebody takes, when it is time for it."""
        self._faults.after_an_act()
        self._script.act(step, self._at)

    def _expect(self, expectation: dict[str, Any]) -> None:
        self._script.expect(expectation, self._at)

    def _named(self, happening: Happening) -> dict[str, Any]:
        return {"call": self._names[happening.call]}

    def _by(self, happening: Happening) -> dict[str, Any]:
        party = self._parties.get((happening.call, happening.leg))
        return {"by": party or "caller", "call": self._names[happening.call]}

    def _is_turned_back(self, one: Happening) -> bool:
        """Whether it happened on a leg that dialled a number of the account itself."""
        return (one.call, one.leg) in self.calls.turned_back.values()

    # --- what came from outside --------------------------------------------------------------------------------------------

    def _make_requests(self, position: int) -> None:
        """The requests of an operator without which the entry at ``position`` cannot happen."""
        for index in self._requests.before(position):
            request = self._all[index]
            about = request.call in self._names or (not self._only and request.call not in self.calls.others)
            if about and self._is_within(request):
                self._at = self._pace.requested[index]
                self._act({"request": self._request(request)})

    def _request(self, request: Happening) -> dict[str, Any]:
        data = request.data
        step: dict[str, Any] = {"method": data["method"], "path": self._names.text(str(data["path"]))}
        if data.get("body") is not None:
            step["body"] = self._names.value(data["body"])
        step["expect"] = {"status": data["status"]}
        if data.get("headers"):
            step["headers"] = {str(name): self._names.text(str(value)) for name, value in data["headers"].items()}
        if data["method"] == "POST" and request.call in self._requests.ordered and request.call in self._names:
            step["as"] = self._names[request.call]
        return step

    def _created(self, one: Happening) -> None:
        origin = str(one.data.get("origin"))
        if one.call in self.calls.turned_back:
            self._expect({"callout": "inbound", "to": one.party, "as": self._names[one.call]})
        elif origin != "server":
            self._act({_WORDS_OF_ORIGIN[origin]: self._arrived(one, origin)})
        elif one.call not in self._requests.ordered:
            method = {"speech": "tts"}.get(str(one.data.get("callout")), str(one.data.get("callout")))
            to = {"to": one.party} if one.party else {}
            self._expect({"callout": method, **to, "as": self._names[one.call]})
        self._faults.created(one.call)

    def _arrived(self, one: Happening, origin: str) -> dict[str, Any]:
        """What somebody who calls has to say."""
        told, caller = self._first_told.get(one.call, {}), one.data.get("caller")
        step: dict[str, Any] = {"from": address_of(caller) or "private", "to": one.party}
        if origin == "app":
            step = {"user": str(caller["endpoint"]) if isinstance(caller, Mapping) else "", "to": one.party}
        if origin != "pstn" and one.data.get("cli") not in (None, "private"):
            step["cli"] = str(one.data["cli"])
        step["as"] = self._names[one.call]
        if one.data.get("region") not in (None, "", _REGION):
            step["region"] = one.data["region"]
        if told.get("rdnis"):
            step["rdnis"] = told["rdnis"]
        if told.get("custom") and origin == "app":
            step["custom"] = self._names.text(str(told["custom"]))
        headers = told.get("callHeaders")
        if isinstance(headers, list) and headers:
            step["headers"] = {str(one["key"]): str(one["value"]) for one in headers if "key" in one and "value" in one}
        return step

    def _keys(self, one: Happening) -> None:
        self._act({"press": {"keys": str(one.data["keys"]), **self._by(one)}})

    def _words(self, one: Happening) -> None:
        self._act({"say": {"text": self._names.text(str(one.data["text"])), **self._by(one)}})

    def _leg_answered(self, one: Happening) -> None:
        party = self._parties.get((one.call, one.leg))
        if party is not None and not self._is_turned_back(one):
            self._act({"answer": self._phone(one, party)})
        self._ringing.pop((one.call, one.leg), None)

    def _leg_ended(self, one: Happening) -> None:
        why, party = str(one.data.get("why")), self._parties.get((one.call, one.leg))
        if why == "hung up" and self._hung_up_by_itself != (one.call, one.instant):
            self._act({"hang_up": self._by(one)})
        elif why == "network lost":
            self._act({"lose_network": self._by(one)})
        elif why in _REFUSALS and party is not None:
            self._act({_REFUSALS[why]: self._phone(one, party)})
        elif why in _OTHER_REFUSALS and party is not None:
            self._act({"refuse": {"phone": party, "how": why, **self._which(one, party)}})
        self._ringing.pop((one.call, one.leg), None)

    def _phone(self, one: Happening, party: str) -> Any:
        """A phone that rings: its address, and for which call where it rings for several."""
        which = self._which(one, party)
        return {"phone": party, **which} if which else party

    def _which(self, one: Happening, party: str) -> dict[str, Any]:
        """The call that is meant, where the phone rings for several, or in real time may do so when it is played again."""
        rings = list(self._ringing.values()).count(party) if self._exact else self._phones.dialled[party]
        return self._named(one) if rings > 1 else {}

    def _detected(self, one: Happening) -> None:
        """A phone that hangs up while answering machine detection listens will do so again, as the answerer that it is."""
        if one.data.get("status") == "hangup":
            self._hung_up_by_itself = (one.call, one.instant)

    def _fired(self, one: Happening) -> None:
        event, body = self._bodies.get(one.delivery, ("", {}))
        if event:
            fields = {name: item for name, item in body.items() if name not in ("event", "callResourceUrl", "timestamp")}
            step: dict[str, Any] = {"event": event, "with": self._names.value(fields)}
            if one.delivery in self._answers:
                step["expect"] = {"answer": self._names.value(_answer(self._answers[one.delivery]))}
            self._act({"fire": step})
            self._faults.queued(one)

    def _redelivered(self, one: Happening) -> None:
        original = str(one.data.get("original"))
        event, _ = self._bodies.get(original, ("", {}))
        told = [name for name in self._told.get((one.call, event), []) if name != one.delivery]
        if original in told:
            nth = {"nth": told.index(original) + 1} if told[-1] != original else {}
            self._act({"redeliver": {"event": event, **self._named(one), **nth}})
            self._faults.queued(one)

    def _changed(self, one: Happening) -> None:
        """Switches, prices or credit are others from now on."""
        step = given.change(one)
        if step is not None and self._script:
            self._act(step)
        elif step is not None:
            self._circumstances = self._circumstances.after(one)

    # --- what followed -----------------------------------------------------------------------------------------------------

    def _dialled(self, one: Happening) -> None:
        place = (one.call, one.leg)
        self._parties[place] = self._ringing[place] = one.party
        cli = str(one.data.get("cli", ""))
        self._expect({"dialled": one.party, "cli": "" if cli == "private" else cli, **self._named(one)})
        if changed := self._phones.change(*place):
            self._script.then({"phones": changed})

    def _queued(self, one: Happening) -> None:
        event = str(one.data["event"])
        self._bodies[one.delivery] = (event, parsed(one.data.get("body")))
        self._told.setdefault((one.call, event), []).append(one.delivery)
        self._faults.queued(one)
        if one.delivery in self._pace.slow:
            slow = faults.slow(self._pace.slow[one.delivery], self._circumstances.profile.callback_timeout)
            self._script.beforehand(self._faults.step(one, slow))

    def _attempted(self, one: Happening) -> None:
        self._faults.attempted(one)

    def _faulty(self, one: Happening) -> None:
        """The network failed."""
        self._script.beforehand(self._faults.step(one, faults.fired(one)))

    def _answered(self, one: Happening) -> None:
        """A callback is over: what the backend was told, and what it answered."""
        event, body = self._bodies.get(one.delivery, ("", {}))
        if not event or one.delivery in self._made_up or not one.call:
            return
        fields = self._names.told(body)
        if "duration" in fields and not self._exact:
            shorter = -(-self._pace.longer.get(one.call, 0) // 1000)
            fields["duration"] = {"$between": [max(0, fields["duration"] - 1 - shorter), fields["duration"] + 1]}
        expectation: dict[str, Any] = {"callback": event, **self._named(one)} | ({"with": fields} if fields else {})
        if one.kind == "callback.answered":
            expectation["answer"] = self._names.value(_answer(one.data.get("body")))
        self._expect(expectation)

    def _prompt(self, one: Happening) -> None:
        text = " ".join(str(prompt.get("text", "")) for prompt in one.data.get("prompts", ()))
        if text.strip() and text != "error message":
            self._expect({"heard": self._names.text(text), **self._named(one)})

    def _ended(self, one: Happening) -> None:
        self._expect({"ended": {"result": one.data["result"], "reason": one.data["reason"]}, **self._named(one)})

    def _problem(self, one: Happening) -> None:
        """What the backend did wrong, as much of it as will be the same in another run."""
        sentence = line_of(one)
        sentence = sentence.partition(": ")[0] if "://" in sentence else sentence
        sentence = sentence.partition(one.call)[0].rstrip() if one.call else sentence
        if sentence not in self._problems:
            self._problems.append(sentence)

    def _still_open(self) -> bool:
        ended = {one.call for one in self._all if one.kind == "call.ended"}
        return not ended.issuperset(self.calls.told)


def _first_told(happenings: Sequence[Happening]) -> dict[str, dict[str, Any]]:
    """The body of the first ICE of each call."""
    ices = (one for one in reversed(happenings) if one.kind == "callback.queued" and one.data.get("event") == "ice")
    return {one.call: parsed(one.data.get("body")) for one in ices}


def parsed(body: Any) -> dict[str, Any]:
    """The object in a body; ``{}`` when there is none."""
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
    "amd.result": Recorder._detected,
    "callback.queued": Recorder._queued,
    "callback.attempted": Recorder._attempted,
    "callback.answered": Recorder._answered,
    "callback.failed": Recorder._answered,
    "fault.fired": Recorder._faulty,
    "prompt.started": Recorder._prompt,
    "call.ended": Recorder._ended,
    "control.redeliver": Recorder._redelivered,
    "control.fire": Recorder._fired,
    given.PROFILE: Recorder._changed,
    given.RATES: Recorder._changed,
    given.SETTINGS: Recorder._changed,
}
