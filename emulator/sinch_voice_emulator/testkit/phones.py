"""Simulated telephones as a test handles them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sinch_voice_emulator.engine.inputs import Input, KeysPressed, LegAnswered, LegHungUp, LegRefused, Refusal, WordsSpoken
from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.model.call import Leg, LegState
from sinch_voice_emulator.model.party import Party
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.testkit.addresses import listed, same_number, same_phone, spelt
from sinch_voice_emulator.testkit.calls import WITHIN, AsyncCall, Call, CallSteps
from sinch_voice_emulator.testkit.expectations import (
    Cursor,
    PromptHeard,
    Text,
    dialled_of,
    diff_lines,
    is_ringing,
)
from sinch_voice_emulator.testkit.matching import Difference
from sinch_voice_emulator.testkit.steps import Steps, Worker, awaits, waits
from sinch_voice_emulator.testkit.values import Dialled, Heard

if TYPE_CHECKING:
    from sinch_voice_emulator.testkit.async_voice import AsyncSinchVoice
    from sinch_voice_emulator.testkit.core import VoiceSteps
    from sinch_voice_emulator.testkit.voice import SinchVoice


class PhoneSteps:
    """One telephone, SIP address or app user. Asked for without a behaviour it rings until the test says what happens."""

    def __init__(self, voice: VoiceSteps, party: Party) -> None:
        self.party = party
        self.address = spelt(party)
        self._voice = voice
        self._rings = Cursor()
        self._prompts: dict[str, Cursor] = {}
        self._placed: list[str] = []

    def __repr__(self) -> str:
        return f"<phone {self.address}>"

    @property
    def worker(self) -> Worker:
        """Who runs its steps."""
        return self._voice

    # --- what it looks like --------------------------------------------------------------------------------------------------

    @property
    def ringing(self) -> bool:
        """Whether it rings now."""
        return any(is_ringing(leg) for _, leg in self._latest())

    @property
    def dialled_by(self) -> list[Dialled]:
        """Every time it was dialled: with which CLI, when, by which call."""
        return [dialled_of(entry) for entry in self._entries()]

    @property
    def heard(self) -> list[Heard]:
        """Every prompt that was heard on it, in order, on all its calls."""
        places = {(call_id, leg.number) for call_id, leg in self._legs()}
        calls = dict.fromkeys(call_id for call_id, _ in self._legs())
        prompts = [Heard.of(entry) for call_id in calls for entry in self._voice.watch.of(call_id) if _is_prompt(entry)]
        return [one for one in prompts if (one.call, one.leg) in places]

    def _entries(self) -> Sequence[Entry]:
        return self._voice.watch.dialled(self.party.endpoint)

    def _latest(self) -> Iterator[tuple[str, Leg]]:
        """Its legs on all calls, latest first: those on which it was dialled, then those it placed."""
        calls = self._voice.runtime.engine.state.calls
        for entry in reversed(self._entries()):
            call = calls.get(entry.call_id)
            if call is not None and len(call.legs) >= entry.leg and same_phone(call.legs[entry.leg - 1].party, self.party):
                yield call.id, call.legs[entry.leg - 1]
        for call_id in reversed(self._placed):
            if call_id in calls:
                yield call_id, calls[call_id].legs[0]

    def _legs(self) -> list[tuple[str, Leg]]:
        """Its legs on all calls, latest last."""
        return list(self._latest())[::-1]

    def _leg(self, state: LegState, doing: str) -> tuple[str, Leg]:
        """The latest leg in a state. Raises ``Conflict`` with what to do instead."""
        for call_id, leg in self._latest():
            if leg.state is state:
                return call_id, leg
        raise Conflict(f"{self.address} cannot {doing}: {self._why_not(state)}")

    def _why_not(self, state: LegState) -> str:
        legs = self._legs()
        if not legs:
            others = dict.fromkeys(
                one.party for call in self._voice.watch.created() for one in _dialled_on(self._voice, call.call_id)
            )
            return f"it is on no call and was never dialled (dialled so far: {listed(others)}); wait with expect_ringing()"
        last = legs[-1][1]
        if last.state is LegState.DOWN:
            return f"it is not on a call any more ({last.why_ended})"
        if state is LegState.UP:
            return "it still rings; answer() it first"
        return "it does not ring: it is on a call already"

    # --- steps ----------------------------------------------------------------------------------------------------------------

    def _refuse(self, how: Refusal, doing: str) -> Steps[None]:
        yield from self._do(LegRefused(self._leg(LegState.RINGING, doing)[0], how))

    def _do(self, input: Input) -> Steps[None]:
        yield from self._voice.doing(input)

    def _ring(self, cli: str | None, within: float) -> Steps[None]:
        yield from self._voice.expecting(self.awaiting_ring(cli), within)

    def awaiting_ring(self, cli: str | None) -> PhoneRings:
        """The phone ringing, showing a CLI."""
        return PhoneRings(self, self._rings, cli)

    def _answer(self) -> Steps[None]:
        """Pick up; the backend has answered ACE on return."""
        yield from self._do(LegAnswered(self._leg(LegState.RINGING, "answer")[0]))

    def _decline(self) -> Steps[None]:
        """Reject the call."""
        yield from self._refuse(Refusal.DECLINED, "decline")

    def _busy(self) -> Steps[None]:
        """Be busy."""
        yield from self._refuse(Refusal.BUSY, "be busy")

    def _unreachable(self) -> Steps[None]:
        """Turn out to be unreachable."""
        yield from self._refuse(Refusal.UNREACHABLE, "be unreachable")

    def _press(self, keys: str) -> Steps[None]:
        """Press keys (``0-9 * #``)."""
        call_id, leg = self._leg(LegState.UP, f"press {keys}")
        yield from self._do(KeysPressed(call_id, keys, leg.number))

    def _speak(self, text: str) -> Steps[None]:
        """Say something."""
        call_id, leg = self._leg(LegState.UP, "speak")
        yield from self._do(WordsSpoken(call_id, text, leg.number))

    def _hang_up(self) -> Steps[None]:
        """Hang up; a caller may do so while it still rings."""
        found = next((one for one in self._latest() if one[1].state is not LegState.DOWN), None)
        call_id, leg = found or self._leg(LegState.UP, "hang up")
        yield from self._do(LegHungUp(call_id, leg.number))

    def _expect_prompt(self, text: Text, *, within: float = WITHIN) -> Steps[Heard]:
        """Wait until this phone hears a prompt that contains ``text`` (whatever the case) or matches a pattern."""
        found = next((one for one in self._latest() if one[1].state is not LegState.DOWN), None) or next(self._latest(), None)
        call_id, leg = found or self._leg(LegState.UP, "hear anything")
        followed = CallSteps(self._voice, call_id)
        cursor = self._prompts.setdefault(call_id, Cursor())
        wanted = PromptHeard(followed, cursor, text, f"phone {self.address}", leg.number)
        return (yield from self._voice.expecting(wanted, within, call_id))

    def _call_to(self, to: str, region: str = "") -> Steps[str]:
        call_id = yield from self._voice.placing_from(self.party, to, region)
        self._placed.append(call_id)
        return call_id


class Phone(PhoneSteps):
    """A telephone in a test."""

    _voice: SinchVoice

    answer = waits(PhoneSteps._answer)
    decline = waits(PhoneSteps._decline)
    busy = waits(PhoneSteps._busy)
    unreachable = waits(PhoneSteps._unreachable)
    press = waits(PhoneSteps._press)
    speak = waits(PhoneSteps._speak)
    hang_up = waits(PhoneSteps._hang_up)
    expect_prompt = waits(PhoneSteps._expect_prompt)
    _rung = waits(PhoneSteps._ring)
    _called = waits(PhoneSteps._call_to)

    def expect_ringing(self, *, cli: str | None = None, within: float = WITHIN) -> Phone:
        """Wait until it rings, showing ``cli`` (``""``: withheld) where one is given; returns itself, to be answered."""
        __tracebackhide__ = True
        self._rung(cli, within)
        return self

    def calls(self, to: str = "", *, region: str = "") -> Call:
        """Call a number of the account (by default ``sinch_voice.number``); an app user may call anybody."""
        return self._voice.call(self._called(to, region))


class AsyncPhone(PhoneSteps):
    """A telephone in an asynchronous test: the same, awaited."""

    _voice: AsyncSinchVoice

    answer = awaits(PhoneSteps._answer)
    decline = awaits(PhoneSteps._decline)
    busy = awaits(PhoneSteps._busy)
    unreachable = awaits(PhoneSteps._unreachable)
    press = awaits(PhoneSteps._press)
    speak = awaits(PhoneSteps._speak)
    hang_up = awaits(PhoneSteps._hang_up)
    expect_prompt = awaits(PhoneSteps._expect_prompt)
    _rung = awaits(PhoneSteps._ring)
    _called = awaits(PhoneSteps._call_to)

    async def expect_ringing(self, *, cli: str | None = None, within: float = WITHIN) -> AsyncPhone:
        """Wait until it rings, showing ``cli`` (``""``: withheld) where one is given; returns itself, to be answered."""
        __tracebackhide__ = True
        await self._rung(cli, within)
        return self

    async def calls(self, to: str = "", *, region: str = "") -> AsyncCall:
        """Call a number of the account (by default ``sinch_voice.number``); an app user may call anybody."""
        return self._voice.call(await self._called(to, region))


class PhoneRings:
    """A phone that rings, showing a CLI."""

    def __init__(self, phone: PhoneSteps, cursor: Cursor, cli: str | None) -> None:
        shown = f" with CLI {cli or 'private'}" if cli is not None else ""
        self.sentence = f"phone {phone.address} was to ring{shown}"
        self._phone = phone
        self._cursor = cursor
        self._cli = cli

    def look(self) -> Dialled | None:
        return self._cursor.find(self._phone._entries(), self._take)

    def hopeless(self) -> str:
        return ""

    def near(self) -> str:
        dialled = self._phone.dialled_by
        if not dialled:
            return f"It was never dialled. {self._phone._why_not(LegState.RINGING).capitalize()}."
        last = dialled[-1]
        lines = ["Closest:", f"  it was dialled at {last.time:%H:%M:%S} by call {last.call} with CLI {last.cli}"]
        if self._cli is not None and not same_number(last.cli, self._cli or "private"):
            return "\n".join([*lines, *diff_lines([Difference("cli", self._cli or "private", last.cli)])])
        return "\n".join([*lines, f"    but {self._phone._why_not(LegState.RINGING)}"])

    def _take(self, entry: Entry) -> Dialled | None:
        dialled = dialled_of(entry)
        if self._cli is not None and not same_number(dialled.cli, self._cli or "private"):
            return None
        call = self._phone._voice.runtime.engine.state.calls.get(entry.call_id)
        if call is None or len(call.legs) < entry.leg or not is_ringing(call.legs[entry.leg - 1]):
            return None
        return dialled


def _is_prompt(entry: Entry) -> bool:
    return entry.kind == "prompt.started"


def _dialled_on(voice: VoiceSteps, call_id: str) -> list[Dialled]:
    return [dialled_of(entry) for entry in voice.watch.of(call_id) if entry.kind == "leg.dialled"]
