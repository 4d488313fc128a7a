"""A call as its transcript.

A ``Playbook`` is one account with a clock that stands still, a backend that answers what the test says, and telephones that the
test works. A test reads from top to bottom like the call it describes::

    book = Playbook()
    book.phone_calls()                          # somebody dials the account's number
    book.ice(connect("+46701234567"))           # the backend is asked, and answers
    book.wait(1)                                # the phone rings for a second; somebody answers
    book.ace(CONTINUE)
    book.wait(61)
    book.hangs_up()                             # the caller does
    book.ended("ANSWERED", "CALLERHANGUP", seconds=61, debit=0.035)

Nothing is overlooked: callbacks arrive in order, one that the test does not expect fails the next expectation, and
``ended`` compares DICE with what ``GET calls/id/...`` shows. Bodies and scripts are JSON, translated by ``v1``
and carried by the account's runtime; only HTTP is missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sinch_voice_emulator.engine.effects import CallbackEvent
from sinch_voice_emulator.engine.engine import Engine
from sinch_voice_emulator.engine.inputs import (
    BeepHeard,
    CallArrived,
    ConferenceEndRequested,
    HoldChanged,
    KeysPressed,
    LegAnswered,
    LegHungUp,
    LegRefused,
    ManagementRequested,
    MuteChanged,
    NetworkLost,
    Refusal,
    RemovalRequested,
    VerdictReached,
    WordsSpoken,
)
from sinch_voice_emulator.model.account import Account, Application, OwnedNumber
from sinch_voice_emulator.model.call import Call, CallState, Origin
from sinch_voice_emulator.model.conference import Conference, RoomKey
from sinch_voice_emulator.model.delivery import CallbackTarget, Delivery
from sinch_voice_emulator.model.instants import SECOND, Instant
from sinch_voice_emulator.model.party import Party, PartyKind, number, sip, username
from sinch_voice_emulator.model.phone import PhoneBehaviour, Verdict
from sinch_voice_emulator.model.profile import BehaviourProfile
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.bounds import Bounds
from sinch_voice_emulator.runtime.clocks import ManualClock
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.runtime.ports import Answer, Failure, FailureKind, Headers, Interpretation
from sinch_voice_emulator.v1 import answers, callbacks, requests, views

START: Instant = 1_772_366_400_000
"""2026-03-01T12:00:00Z."""
APP = "669e367e-6bba-48ab-af15-266871c28135"
OTHER_APP = "11111111-6bba-48ab-af15-266871c28135"
DID = "+46850001000"
OTHER_DID = "+46850002000"
CALLER = "+46700000001"
PHONE = "+46701234567"


class Dialect:
    """The Voice API without its signatures, which nobody here checks."""

    def body(self, event: CallbackEvent, call: Call, account: Account, now: Instant) -> bytes:
        """The bytes of a callback."""
        return callbacks.encode(callbacks.body(event, call, account, now, "http://emulator.test"))

    def interpret(self, delivery: Delivery, call: Call, account: Account, answer: Answer | Failure) -> Interpretation:
        """What an answer means."""
        return answers.interpret(delivery.event, delivery.id, call, account.profile, answer)

    def headers(self, _delivery: Delivery, _application: Application, _account: Account, _url: str, _moment_ns: int) -> Headers:
        """None."""
        return ()


@dataclass(frozen=True)
class Asked:
    """A callback the backend has received and not answered."""

    book: Playbook
    delivery: Delivery
    body: dict[str, Any]

    def answers(self, document: object) -> None:
        """The backend answers JSON."""
        self.answers_bytes(json.dumps(document).encode())

    def answers_bytes(self, body: bytes, status: int = 200) -> None:
        """The backend answers anything."""
        self.book.runtime.conclude(self.delivery.id, Answer(status, (), body))

    def answers_nothing(self) -> None:
        """The backend answers 200 with an empty body."""
        self.answers_bytes(b"")

    def fails(self, kind: FailureKind = FailureKind.REFUSED) -> None:
        """No answer comes."""
        self.book.runtime.conclude(self.delivery.id, Failure(kind, "nobody is there"))

    def times_out(self) -> None:
        """The backend takes longer than it may, and time passes meanwhile."""
        self.book.wait(self.book.account.profile.callback_timeout / SECOND)
        self.fails(FailureKind.TIMEOUT)


class Playbook:
    """One account at work. ``call`` is the call that is meant where none is named: the latest one.

    Keyword arguments that are fields of the behaviour profile are its switches.
    """

    def __init__(
        self,
        *,
        users: tuple[str, ...] = ("ann", "bob"),
        phones: Mapping[str, PhoneBehaviour] | None = None,
        credit: str | None = None,
        blocked: tuple[str, ...] = (),
        backend: bool = True,
        recording: bool = True,
        max_ended_calls: int = 10_000,
        **switches: Any,
    ) -> None:
        account = Account("test", users=set(users), blocked=blocked, recording_enabled=recording)
        account.profile = replace(BehaviourProfile(), **switches)
        account.credit = None if credit is None else Decimal(credit)
        for key, did in ((APP, DID), (OTHER_APP, OTHER_DID)):
            target = CallbackTarget("http://backend.test/voice") if backend else None
            account.add_application(Application(key, "c2VjcmV0", target))
            account.numbers[did, "voice"] = OwnedNumber(did, application=key)
        for address, behaviour in (phones or {}).items():
            account.phones[_party(address)] = behaviour
        self.clock = ManualClock(START)
        self.runtime = AccountRuntime(
            account,
            self.clock,
            Dialect(),
            lambda of, seed, bound: Engine(of, seed, max_ended_calls=bound),
            Bounds(ended_calls=max_ended_calls),
        )
        self.call = ""
        self._waiting: list[Delivery] = []
        self._heard = 0

    # --- calls begin ---------------------------------------------------------------------------------------------------

    def phone_calls(self, to: str = DID, caller: str = CALLER, **details: Any) -> str:
        """A telephone dials a number of the account. ``caller=""`` withholds its number."""
        party = number(caller) if caller else Party(PartyKind.NUMBER, "private")
        return self._arrives(Origin.PSTN, party, Party(PartyKind.DID, to), caller, **details)

    def sip_calls(self, to: str, caller: str = "pbx@sip.test", **details: Any) -> str:
        """A SIP peer that logged in as the application calls a number or a SIP address."""
        return self._arrives(Origin.SIP, sip(caller), _party(to), details.pop("cli", ""), application=APP, **details)

    def app_calls(self, to: str = "", user: str = "ann", room: str = "", **details: Any) -> str:
        """An app user calls another user, a number, a SIP address or a conference room."""
        party = Party(PartyKind.CONFERENCE, room) if room else _party(to)
        return self._arrives(Origin.APP, username(user), party, details.pop("cli", ""), application=APP, **details)

    def _arrives(self, origin: Origin, caller: Party, to: Party, cli: str, **details: Any) -> str:
        return self._new(self.runtime.submit(CallArrived(origin, caller, to, cli, **details)))

    def callout(self, method: str, *, region: str = "euc1", headers: Headers = (), **members: Any) -> str:
        """``POST callouts``: ``method`` is ``tts``, ``conference`` or ``custom``. A member that is ``None`` is left out."""
        defaults: dict[str, Any] = {"cli": DID, "destination": {"type": "number", "endpoint": PHONE}}
        extra = {"tts": {"text": "Your table is ready."}, "conference": {"conferenceId": "standup"}, "custom": {}}
        body = {name: value for name, value in (defaults | extra[method] | members).items() if value is not None}
        account = self.account
        request, _ = requests.callout(
            {"method": f"{method}Callout", f"{method}Callout": body},
            account=account,
            application=account.applications[APP],
            region=region,
            forwarded=headers,
        )
        return self._new(self.runtime.submit(request))

    def _new(self, call_id: str | None) -> str:
        assert call_id is not None
        self.call = call_id
        return call_id

    # --- time ----------------------------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        """Time passes, from deadline to deadline. The backend answers nothing meanwhile."""
        end = self.clock.now() + round(seconds * SECOND)
        while (deadline := self.runtime.next_deadline()) is not None and deadline <= end:
            self.clock.set(deadline)
            self.runtime.fire_due()
        self.clock.set(end)

    # --- the backend ---------------------------------------------------------------------------------------------------

    def asked(self, event: str, call: str = "", **fields: Any) -> Asked:
        """The next callback of a call: it is ``event`` and has ``fields``; one that is ``None`` is not there."""
        call = call or self.call
        self._waiting += self.runtime.take_ready()
        delivery = next((one for one in self._waiting if one.call_id == call), None)
        assert delivery is not None, f"the backend was to be told {event}, and was told nothing; {self._where(call)}"
        self._waiting.remove(delivery)
        body = json.loads(delivery.body)
        assert body["event"] == event, f"the backend was to be told {event}, and was told {body}; {self._where(call)}"
        assert body["callid"] == call
        for name, value in fields.items():
            assert body.get(name) == value, f"{name} of {event} was to be {value!r}: {body}"
        return Asked(self, delivery, body)

    def _where(self, call: str) -> str:
        return f"the call is {self.engine.state.calls[call].state.value}"

    def ice(self, answer: object, call: str = "", **fields: Any) -> dict[str, Any]:
        """ICE comes and is answered."""
        return self._exchange("ice", answer, call, fields)

    def ace(self, answer: object, call: str = "", **fields: Any) -> dict[str, Any]:
        """ACE comes and is answered."""
        return self._exchange("ace", answer, call, fields)

    def pie(
        self, type: str, value: str = "", menu: str = "main", *, answer: object = None, call: str = "", **fields: Any
    ) -> dict[str, Any]:
        """PIE comes, with this result of the menu, and is answered: JSON, or nothing for ``None``."""
        asked = self.asked("pie", call, **fields)
        result = asked.body["menuResult"]
        assert (result["type"], result["value"], result["menuId"]) == (type, value, menu)
        asked.answers_nothing() if answer is None else asked.answers(answer)
        return asked.body

    def told(self, type: str, call: str = "", **fields: Any) -> dict[str, Any]:
        """Notify comes and is answered."""
        return self._exchange("notify", {}, call, {"type": type, **fields})

    def _exchange(self, event: str, answer: object, call: str, fields: dict[str, Any]) -> dict[str, Any]:
        asked = self.asked(event, call, **fields)
        asked.answers(answer)
        return asked.body

    def silent(self) -> None:
        """The backend has not been told anything that the test did not name."""
        self._waiting += self.runtime.take_ready()
        assert [one.body for one in self._waiting] == []

    def ended(
        self,
        result: str,
        reason: str,
        *,
        seconds: int | None = None,
        debit: float = 0.0,
        call: str = "",
        dice: bool = True,
        **fields: Any,
    ) -> dict[str, Any]:
        """The call is over, as DICE and ``GET`` agree. ``seconds=None``: nobody answered. ``dice=False``: nobody is told."""
        call = call or self.call
        if dice:
            told = self._exchange("dice", {}, call, {"result": result, "reason": reason, "duration": seconds, **fields})
            assert told["debit"]["amount"] == debit, told
        else:
            told = {}
            self.silent()
        shown = self.shown(call)
        assert (shown["status"], shown["result"], shown["reason"]) == ("FINAL", result, reason)
        assert (shown["duration"], shown["debit"]["amount"]) == (seconds or 0, debit)
        assert call not in self.engine.state.timers.live
        return told

    # --- telephones ----------------------------------------------------------------------------------------------------

    def answers(self, call: str = "") -> None:
        """Somebody picks up the phone that rings."""
        self.runtime.submit(LegAnswered(call or self.call))

    def refuses(self, how: Refusal = Refusal.DECLINED, call: str = "") -> None:
        """The phone that rings does not take the call."""
        self.runtime.submit(LegRefused(call or self.call, how))

    def hangs_up(self, leg: int = 0, call: str = "") -> None:
        """A side hangs up; 0 is who called, or was called by a callout."""
        self.runtime.submit(LegHungUp(call or self.call, leg))

    def presses(self, keys: str, leg: int = 0, call: str = "") -> None:
        """Keys."""
        self.runtime.submit(KeysPressed(call or self.call, keys, leg))

    def speaks(self, text: str, leg: int = 0, call: str = "") -> None:
        """Words."""
        self.runtime.submit(WordsSpoken(call or self.call, text, leg))

    def loses_network(self, leg: int = 0, call: str = "") -> None:
        """An app is gone."""
        self.runtime.submit(NetworkLost(call or self.call, leg))

    def verdict(self, verdict: Verdict, reason: str = "n/a") -> None:
        """Answering machine detection concludes."""
        self.runtime.submit(VerdictReached(self.call, verdict, reason))

    def beeps(self) -> None:
        """The answering machine beeps."""
        self.runtime.submit(BeepHeard(self.call))

    # --- the Calling API -----------------------------------------------------------------------------------------------

    def patch(self, body: object, *, leg: str | None = None, call: str = "") -> None:
        """``PATCH calls/id/...``, or ``.../leg/...``. Raises what the API refuses."""
        found = self.engine.call(call or self.call, APP)
        script, _ = requests.management(body, found, self.account.profile, leg)
        self.runtime.submit(ManagementRequested(found.id, APP, "", script))

    def mute(self, room: str, muted: bool = True, call: str = "") -> None:
        """A participant is muted, or no longer."""
        self.runtime.submit(MuteChanged(self.room_key(room), call or self.call, muted))

    def hold(self, room: str, on_hold: bool = True, moh: str = "", call: str = "") -> None:
        """A participant is put on hold, or taken off it."""
        self.runtime.submit(HoldChanged(self.room_key(room), call or self.call, on_hold, moh))

    def kick(self, room: str, call: str = "") -> None:
        """A participant is removed."""
        self.runtime.submit(RemovalRequested(self.room_key(room), call or self.call))

    def kick_all(self, room: str) -> None:
        """Everybody is removed."""
        self.runtime.submit(ConferenceEndRequested(self.room_key(room)))

    # --- looking -------------------------------------------------------------------------------------------------------

    @property
    def engine(self) -> Engine:
        """The engine as it is."""
        return self.runtime.engine

    @property
    def account(self) -> Account:
        """The account as it is."""
        return self.runtime.account

    def state(self, call: str = "") -> CallState:
        """Where a call is."""
        return self.engine.state.calls[call or self.call].state

    def shown(self, call: str = "") -> dict[str, Any]:
        """What ``GET calls/id/...`` shows."""
        return self.runtime.read(
            lambda engine, now: dict(views.call(engine.call(call or self.call), engine.state.account, now))
        )

    @staticmethod
    def room_key(room: str, region: str = "euc1", application: str = APP) -> RoomKey:
        """A room of the first application."""
        return RoomKey(application, region, room)

    def room(self, room: str, region: str = "euc1") -> Conference:
        """A conference. Raises ``NotFound``."""
        return self.engine.conference(self.room_key(room, region))

    def members(self, room: str) -> list[dict[str, Any]]:
        """What ``GET conferences/id/...`` lists."""
        shown = views.conference(self.room(room), self.account.profile, self.clock.now())
        members = shown["participants"]
        assert isinstance(members, list)
        return members

    def journal(self, kind: str, call: str = "") -> list[Entry]:
        """What was written down of one kind, on one call or on all."""
        entries = self.runtime.journal.read(limit=100_000).entries
        return [entry for entry in entries if entry.kind == kind and call in ("", entry.call_id)]

    def heard(self, text: str, leg: int = 0) -> None:
        """The next prompt that began says ``text`` to a leg (0: to any)."""
        started = self.journal("prompt.started")
        assert len(started) > self._heard, f"{text!r} was to be heard, and nothing was"
        entry = started[self._heard]
        self._heard += 1
        prompts = entry.data["prompts"]
        assert isinstance(prompts, list)
        assert text in " ".join(str(prompt["text"]) for prompt in prompts)
        assert leg in (0, entry.leg)

    def remarks(self, severity: str) -> list[str]:
        """What was remarked with this severity, by the engine or about answers."""
        entries = self.runtime.journal.read(limit=100_000).entries
        return [str(entry.data.get("text", entry.data)) for entry in entries if entry.severity == severity]


def _party(address: str) -> Party:
    if "@" in address:
        return sip(address)
    return number(address) if address[:1] in "+0123456789" else username(address)
