"""Calls as a test handles them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sinch_voice_emulator.engine.inputs import (
    BeepHeard,
    Input,
    KeysPressed,
    LegHungUp,
    NetworkLost,
    VerdictReached,
    WordsSpoken,
)
from sinch_voice_emulator.errors import BadRequest, Conflict, NotFound
from sinch_voice_emulator.model.call import Call as CallModel
from sinch_voice_emulator.model.call import CallState, Leg, LegState, Reason, Result
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.instants import SECOND
from sinch_voice_emulator.model.phone import Verdict
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.testkit.addresses import listed, same_number, spelt
from sinch_voice_emulator.testkit.expectations import (
    CallbackSent,
    CallIs,
    Cursor,
    PartyDialled,
    PromptHeard,
    Text,
    dialled_of,
)
from sinch_voice_emulator.testkit.matching import spelt as spelt_value
from sinch_voice_emulator.testkit.steps import Steps, Worker, awaits, waits
from sinch_voice_emulator.testkit.values import Callback, Dialled, Heard, LegView, RecordingView
from sinch_voice_emulator.testkit.words import LegName, one_of
from sinch_voice_emulator.testkit.words import text as text_of

if TYPE_CHECKING:
    from sinch_voice_emulator.testkit.core import VoiceSteps

EVENTS = tuple(kind.value for kind in EventKind)
WITHIN = 60.0
"""How many seconds of account time an expectation waits unless it says otherwise."""


class CallSteps:
    """One call: what it looks like now, and the steps of what can be done with it.

    Expectations of one kind go forward: a prompt that ``expect_prompt`` has matched is not matched again.
    """

    def __init__(self, voice: VoiceSteps, call_id: str) -> None:
        self.id = call_id
        self._voice = voice
        self._epoch = voice.runtime.epoch
        self._prompts, self._told, self._dials = Cursor(), Cursor(), Cursor()

    def __repr__(self) -> str:
        return f"<call {self.id}>"

    @property
    def worker(self) -> Worker:
        """Who runs its steps."""
        return self._voice

    # --- what it looks like --------------------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """Where the call is, in words: ``in a menu``, ``dialling``, ``connected``, ``ended`` ..."""
        return self.model().state.value

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.model().live

    @property
    def result(self) -> str:
        """What became of it: ``ANSWERED``, ``BUSY``, ``NOANSWER``, ``FAILED``; ``N/A`` as long as it lives."""
        return self.model().result.value

    @property
    def reason(self) -> str:
        """Why it ended: ``CALLERHANGUP``, ``MANAGERHANGUP``, ``CALLBACKERROR`` ...; ``N/A`` as long as it lives."""
        return self.model().reason.value

    @property
    def duration(self) -> int:
        """Whole seconds since it was answered, up to its end or now; 0 when it never was."""
        return self.model().length(self._voice.instant) // SECOND

    @property
    def debit(self) -> Decimal:
        """What it cost; 0 as long as it lives."""
        return self.model().debit

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that travel with its callbacks from now on."""
        return dict(self.model().cookies)

    @property
    def legs(self) -> list[LegView]:
        """Its parties in the order in which they came: the caller, then everybody who was dialled."""
        return [_leg_view(leg) for leg in self.model().legs]

    @property
    def dialled(self) -> list[Dialled]:
        """Who was dialled, in order, with which CLI."""
        return [dialled_of(entry) for entry in self.entries() if entry.kind == "leg.dialled"]

    @property
    def callbacks(self) -> list[Callback]:
        """What the backend was told about it, in order."""
        every = [self.callback(entry) for entry in self.entries() if entry.kind == "callback.queued"]
        return [one for one in every if self._voice.was_told(one.delivery)]

    @property
    def heard(self) -> list[Heard]:
        """Every prompt that was heard on it, by any leg, in order."""
        return [Heard.of(entry) for entry in self.entries() if entry.kind == "prompt.started"]

    @property
    def keys(self) -> str:
        """Every key that was pressed on it, in order."""
        return "".join(str(entry.data["keys"]) for entry in self.entries() if entry.kind == "keys.pressed")

    @property
    def conference(self) -> str:
        """The conference it is in; ``""`` when it is in none."""
        return self.model().room

    @property
    def recordings(self) -> list[RecordingView]:
        """What was recorded of it."""
        return [one for one in self._voice.recordings if one.call == self.id]

    @property
    def report(self) -> tuple[bool, str] | None:
        """The backend's own verdict, if it filed one: success, details."""
        return self.model().report

    def ladder(self) -> str:
        """What happened, as lines of text."""
        return self._voice.ladder(self.id)

    # --- for expectations -----------------------------------------------------------------------------------------------------

    def model(self) -> CallModel:
        """The call as the engine knows it; not to be changed. Raises ``Conflict`` when the account was reset since."""
        self._check_epoch()
        self._voice.feel()
        return self._voice.runtime.engine.call(self.id)

    def entries(self) -> Sequence[Entry]:
        """Its journal entries, oldest first."""
        self._check_epoch()
        self._voice.feel()
        return self._voice.watch.of(self.id)

    def callback(self, entry: Entry) -> Callback:
        """The callback that an entry ``callback.queued`` is about."""
        delivery = self._voice.runtime.deliveries.get(str(entry.data["delivery"]))
        if delivery is None:
            raise NotFound(f"delivery {entry.data['delivery']} of call {self.id} is so old that it was forgotten")
        return Callback.of(delivery)

    def when(self, entry: Entry) -> str:
        """Seconds since the call began."""
        return f"{(entry.instant - self.model().created) / SECOND:.3f}"

    def _check_epoch(self) -> None:
        if self._epoch != self._voice.runtime.epoch:
            raise Conflict(
                f"call {self.id} is from before the account was reset, and nothing is left of it; "
                "place a new call, and look at this one before resetting"
            )

    def next_prompt(self) -> int | None:
        """Where the first prompt stands that no expectation has matched; ``None`` when there is none."""
        return self._prompts.next(self.entries(), "prompt.started")

    def next_callback(self) -> int | None:
        """Where the first callback stands that no expectation has matched; ``None`` when there is none."""
        return self._told.next(self.entries(), "callback.queued")

    def take_prompt(self, place: int) -> Heard:
        """Count a prompt as matched."""
        self._prompts.position = place + 1
        return Heard.of(self.entries()[place])

    # --- what can be waited for ----------------------------------------------------------------------------------------------

    def awaiting_prompt(self, text: Text, leg: int = 0, who: str = "the call") -> PromptHeard:
        """A prompt with a text, on any leg or on one."""
        return PromptHeard(self, self._prompts, text, who, leg)

    def awaiting_callback(self, event: str, fields: Mapping[str, object]) -> CallbackSent:
        """A callback with these fields."""
        one_of(event, EVENTS, "the events are")
        return CallbackSent(self, self._told, event, fields)

    def awaiting_dial(self, number: str, cli: str | None) -> PartyDialled:
        """A party that is dialled."""
        return PartyDialled(self, self._dials, number, cli)

    def awaiting_state(self, state: str) -> CallIs:
        """The call in a state."""
        one_of(state, CallState, "the states of a call are")
        return CallIs(self, f"the call was to be {CallState(state).value}", {"state": str(state)}, _state_of)

    def awaiting_end(self, facts: Mapping[str, object]) -> CallIs:
        """The call's end, with ``result``, ``reason``, ``duration`` (seconds) and ``debit`` where they are given."""
        given = {name: value for name, value in facts.items() if value is not None}
        one_of(given.get("result"), (one for one in Result if one is not Result.NOT_YET), "the results of a call are")
        one_of(given.get("reason"), Reason, "the reasons of an end are")
        outcome = " / ".join(spelt_fact(given[name]) for name in ("result", "reason") if name in given)
        sentence = "the call was to end" + (f" with {outcome}" if outcome else "")
        return CallIs(self, sentence, {"state": "ended"} | given, _end_of)

    # --- steps ----------------------------------------------------------------------------------------------------------------

    def leg_number(self, leg: LegName) -> int:
        """The number of the leg that is meant: itself, or ``caller``, ``callee``, or the address of a party. 0: the usual one.

        Raises ``BadRequest`` with who is there.
        """
        if isinstance(leg, int) and not isinstance(leg, bool):
            return leg
        legs = self.model().legs
        found = [one for one in legs if leg == one.role or (isinstance(leg, str) and same_number(spelt(one.party), leg))]
        if not found:
            there = listed(f"{one.number} ({one.role.value}, {spelt(one.party)})" for one in legs)
            raise BadRequest(f"call {self.id} has no leg {leg!r}; there are: {there}")
        return ([one for one in found if one.state is not LegState.DOWN] or found)[-1].number

    def _do(self, doing: str, what: Callable[[], Input]) -> Steps[None]:
        self.model()
        yield from self._voice.doing(lambda: self._possible(doing, what))

    def _possible(self, doing: str, what: Callable[[], Input]) -> Input:
        """What is to happen, if the call still lives. Raises ``Conflict``."""
        call = self.model()
        if not call.live:
            raise Conflict(
                f"{doing} is not possible: call {self.id} has ended ({call.result.value} / {call.reason.value}); "
                "do it while the call lives, or place another call"
            )
        return what()

    def _press(self, keys: str, leg: LegName = 0) -> Steps[None]:
        """Press keys (``0-9 * #``) on the caller's phone, or on another leg's; the backend has answered on return."""
        keys = text_of(keys, 'keys are a text such as "1"')
        yield from self._do(f"pressing {keys}", lambda: KeysPressed(self.id, keys, self.leg_number(leg)))

    def _speak(self, text: str, leg: LegName = 0) -> Steps[None]:
        """Say something into the caller's phone, or into another leg's."""
        text = text_of(text, "what is said is a text")
        yield from self._do("speaking", lambda: WordsSpoken(self.id, text, self.leg_number(leg)))

    def _hang_up(self, leg: LegName = 0) -> Steps[None]:
        """Hang up the caller's phone, or another leg's; the backend has heard of the end on return."""
        yield from self._do("hanging up", lambda: LegHungUp(self.id, self.leg_number(leg)))

    def _lose_network(self, leg: LegName = 0) -> Steps[None]:
        """The app at the caller's end, or at another leg's, loses its network."""
        yield from self._do("losing the network", lambda: NetworkLost(self.id, self.leg_number(leg)))

    def _detect(self, verdict: str, reason: str = "n/a") -> Steps[None]:
        """Answering machine detection concludes: ``human``, ``machine``, ``notsure`` or ``hangup``."""
        one_of(verdict, Verdict, "answering machine detection concludes")
        yield from self._do("detecting", lambda: VerdictReached(self.id, Verdict(verdict), reason))

    def _beep(self) -> Steps[None]:
        """The answering machine beeps."""
        yield from self._do("beeping", lambda: BeepHeard(self.id))

    def _expect_prompt(self, text: Text, *, leg: LegName = 0, within: float = WITHIN) -> Steps[Heard]:
        """Wait for a prompt that contains ``text`` (whatever the case) or matches a pattern; the clock stops as it begins."""
        wanted = self.awaiting_prompt(text, self.leg_number(leg))
        return (yield from self._voice.expecting(wanted, within, self.id))

    def _expect_callback(self, event: str, /, *, within: float = WITHIN, **fields: Any) -> Steps[Callback]:
        """Wait until the backend has answered a callback of this event with these fields.

        ``expect_callback("pie", menuResult={"value": "1"})`` or ``menuResult__value="1"``; ``...`` is any value, ``None``
        is none.
        """
        return (yield from self._voice.expecting(self.awaiting_callback(event, fields), within, self.id))

    def _expect_dialled(self, number: str, *, cli: str | None = None, within: float = WITHIN) -> Steps[Dialled]:
        """Wait until a number, SIP address or app user is dialled, with a CLI (``""``: withheld) where one is given."""
        return (yield from self._voice.expecting(self.awaiting_dial(number, cli), within, self.id))

    def _expect_state(self, state: str | CallState, *, within: float = WITHIN) -> Steps[None]:
        """Wait until the call is in a state: ``in a menu``, ``connected``, ``in a conference``, ``parked`` ..."""
        yield from self._voice.expecting(self.awaiting_state(state), within, self.id)

    def _expect_ended(
        self,
        result: str | None = None,
        reason: str | None = None,
        *,
        duration: int | None = None,
        debit: float | Decimal | None = None,
        within: float = WITHIN,
    ) -> Steps[None]:
        """Wait for the call's end: with a result, a reason, a duration in seconds and a price, where they are given."""
        given = {"result": result, "reason": reason, "duration": duration, "debit": None if debit is None else float(debit)}
        yield from self._voice.expecting(self.awaiting_end(given), within, self.id)


class Call(CallSteps):
    """A call in a test. What waits moves the account's clock, as far as needed and no further."""

    press = waits(CallSteps._press)
    speak = waits(CallSteps._speak)
    hang_up = waits(CallSteps._hang_up)
    lose_network = waits(CallSteps._lose_network)
    detect = waits(CallSteps._detect)
    beep = waits(CallSteps._beep)
    expect_prompt = waits(CallSteps._expect_prompt)
    expect_callback = waits(CallSteps._expect_callback)
    expect_dialled = waits(CallSteps._expect_dialled)
    expect_state = waits(CallSteps._expect_state)
    expect_ended = waits(CallSteps._expect_ended)


class AsyncCall(CallSteps):
    """A call in an asynchronous test: the same, awaited."""

    press = awaits(CallSteps._press)
    speak = awaits(CallSteps._speak)
    hang_up = awaits(CallSteps._hang_up)
    lose_network = awaits(CallSteps._lose_network)
    detect = awaits(CallSteps._detect)
    beep = awaits(CallSteps._beep)
    expect_prompt = awaits(CallSteps._expect_prompt)
    expect_callback = awaits(CallSteps._expect_callback)
    expect_dialled = awaits(CallSteps._expect_dialled)
    expect_state = awaits(CallSteps._expect_state)
    expect_ended = awaits(CallSteps._expect_ended)


def spelt_fact(value: object) -> str:
    """A word as it is, any other expectation for people."""
    return value if isinstance(value, str) else spelt_value(value)


def _leg_view(leg: Leg) -> LegView:
    return LegView(leg.number, leg.role.value, spelt(leg.party), leg.cli, leg.state.value, leg.why_ended)


def _state_of(call: CallModel) -> Mapping[str, object]:
    return {"state": call.state.value}


def _end_of(call: CallModel) -> Mapping[str, object]:
    return {
        "state": call.state.value,
        "result": call.result.value,
        "reason": call.reason.value,
        "duration": call.length(call.ended or call.created) // SECOND,
        "debit": float(call.debit),
    }
