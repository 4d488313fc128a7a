"""Simulated telephones as a test handles them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sinch_voice_emulator.engine.inputs import Input, KeysPressed, LegAnswered, LegHungUp, LegRefused, Refusal, WordsSpoken
from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.model.call import Call as CallModel
from sinch_voice_emulator.model.call import Leg, LegState
from sinch_voice_emulator.model.party import Party
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.testkit.addresses import same_number, spelt
from sinch_voice_emulator.testkit.calls import WITHIN, AsyncCall, Call, CallSteps
from sinch_voice_emulator.testkit.expectations import Cursor, PromptHeard, Text, dialled_of, diff_lines
from sinch_voice_emulator.testkit.lines import Line, Place, is_present, is_rung, place_of
from sinch_voice_emulator.testkit.matching import Difference
from sinch_voice_emulator.testkit.steps import Steps, Worker, awaits, waits
from sinch_voice_emulator.testkit.values import Dialled, Heard
from sinch_voice_emulator.testkit.words import text as text_of

if TYPE_CHECKING:
    from sinch_voice_emulator.testkit.async_voice import AsyncSinchVoice
    from sinch_voice_emulator.testkit.core import VoiceSteps
    from sinch_voice_emulator.testkit.voice import SinchVoice


class PhoneSteps:
    """One telephone, SIP address or app user. Asked for without a behaviour it rings until the test says what happens.

    A handle that ``expect_ringing`` returns is the phone on the call it waited for. Any other one acts on the only call on
    which it can, or on the one that was waited for last; of several others it picks none, and says which there are.
    """

    def __init__(self, voice: VoiceSteps, party: Party, line: Line | None = None, place: Place | None = None) -> None:
        self.party = party
        self.address = spelt(party)
        self._voice = voice
        self._line = line or Line(voice, party)
        self._place = place

    def __repr__(self) -> str:
        return f"<phone {self.address}>" if self._place is None else f"<phone {self.address} on call {self._place.call}>"

    @property
    def worker(self) -> Worker:
        """Who runs its steps."""
        return self._voice

    # --- what it looks like --------------------------------------------------------------------------------------------------

    @property
    def ringing(self) -> bool:
        """Whether it rings now."""
        self._voice.feel()
        return any(self._place in (None, place) for _, place in self._line.rings())

    @property
    def dialled_by(self) -> list[Dialled]:
        """Every time it was dialled: with which CLI, when, by which call."""
        self._voice.feel()
        return [dialled_of(entry) for entry in self._line.dials() if self._place in (None, place_of(entry))]

    @property
    def heard(self) -> list[Heard]:
        """Every prompt that was heard on it, in order, on all its calls."""
        self._voice.feel()
        places = dict.fromkeys((call.id, leg.number) for call, leg in self._legs())
        calls = dict.fromkeys(call_id for call_id, _ in places)
        prompts = [Heard.of(entry) for call_id in calls for entry in self._voice.watch.of(call_id) if _is_prompt(entry)]
        return [one for one in prompts if (one.call, one.leg) in places]

    def _legs(self) -> list[tuple[CallModel, Leg]]:
        """Its legs on all calls, or on the one it is for, latest last."""
        if self._place is None:
            return list(self._line.latest())[::-1]
        found = self._line.at(self._place)
        return [] if found is None else [found]

    def _present(self) -> list[tuple[CallModel, Leg]]:
        """Its legs that are not down."""
        if self._place is None:
            return self._line.present()
        return [one for one in self._legs() if is_present(*one)]

    def why_not(self, wanted: LegState) -> str:
        """Why it has no leg in a state, and what to do instead."""
        if self._place is not None:
            return self._line.why_not(wanted, self._line.at(self._place), "this call")
        return self._line.why_not(wanted, next(self._line.latest(), None))

    def _rung(self, doing: str) -> str:
        """The id of the call that it rings for. Raises ``Conflict`` with what to do instead."""
        found = [one for one in self._present() if is_rung(*one)]
        if not found:
            raise Conflict(f"{self.address} cannot {doing}: {self.why_not(LegState.RINGING)}")
        return self._line.only(found, f"{self.address} cannot {doing}")[0].id

    def _up(self, doing: str) -> tuple[str, Leg]:
        """The leg on which somebody speaks. Raises ``Conflict`` with what to do instead."""
        return self._one([one for one in self._present() if one[1].state is LegState.UP], doing)

    def _one(self, found: list[tuple[CallModel, Leg]], doing: str) -> tuple[str, Leg]:
        if not found:
            raise Conflict(f"{self.address} cannot {doing}: {self.why_not(LegState.UP)}")
        call, leg = self._line.only(found, f"{self.address} cannot {doing}")
        return call.id, leg

    # --- steps ----------------------------------------------------------------------------------------------------------------

    def _do(self, what: Callable[[], Input]) -> Steps[None]:
        self._line.dials()
        yield from self._voice.doing(what)

    def _refuse(self, how: Refusal, doing: str) -> Steps[None]:
        yield from self._do(lambda: LegRefused(self._rung(doing), how))

    def _ring(self, cli: str | None, within: float) -> Steps[Place]:
        dialled = yield from self._voice.expecting(self.awaiting_ring(cli), within)
        return Place(dialled.call, dialled.leg)

    def awaiting_ring(self, cli: str | None) -> PhoneRings:
        """The phone ringing, showing a CLI."""
        return PhoneRings(self, self._line, cli)

    def _answer(self) -> Steps[None]:
        """Pick up; the backend has answered ACE on return."""
        yield from self._do(lambda: LegAnswered(self._rung("answer")))

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
        text_of(keys, 'keys are a text such as "1"')

        def pressed() -> Input:
            call_id, leg = self._up(f"press {keys}")
            return KeysPressed(call_id, keys, leg.number)

        yield from self._do(pressed)

    def _speak(self, text: str) -> Steps[None]:
        """Say something."""
        text_of(text, "what is said is a text")

        def spoken() -> Input:
            call_id, leg = self._up("speak")
            return WordsSpoken(call_id, text, leg.number)

        yield from self._do(spoken)

    def _hang_up(self) -> Steps[None]:
        """Hang up; a caller may do so while it still rings."""
        yield from self._do(self._hung_up)

    def _hung_up(self) -> Input:
        there = [(call, leg) for call, leg in self._present() if leg.state is LegState.UP or leg.number == call.near]
        if not there and self.ringing:
            raise Conflict(f"{self.address} cannot hang up: it still rings; answer() or decline() it")
        call_id, leg = self._one(there, "hang up")
        return LegHungUp(call_id, leg.number)

    def _expect_prompt(self, text: Text, *, within: float = WITHIN) -> Steps[Heard]:
        """Wait until this phone hears a prompt that contains ``text`` (whatever the case) or matches a pattern."""
        call_id, leg = self._one(self._present() or self._legs()[-1:], "hear anything")
        followed = CallSteps(self._voice, call_id)
        cursor = self._line.prompts.setdefault(call_id, Cursor())
        wanted = PromptHeard(followed, cursor, text, f"phone {self.address}", leg.number)
        return (yield from self._voice.expecting(wanted, within, call_id))

    def _call_to(self, to: str, region: str = "") -> Steps[str]:
        call_id = yield from self._voice.placing_from(self.party, to, region)
        self._line.placed.append(call_id)
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
    _rang = waits(PhoneSteps._ring)
    _called = waits(PhoneSteps._call_to)

    def expect_ringing(self, *, cli: str | None = None, within: float = WITHIN) -> Phone:
        """Wait until it rings, showing ``cli`` (``""``: withheld) where one is given.

        Returns the phone on the call that rings, to be answered.
        """
        __tracebackhide__ = True
        return Phone(self._voice, self.party, self._line, self._rang(cli, within))

    def calls(self, to: str = "", *, region: str = "") -> Call:
        """Call a number of the account (by default ``sinch_voice.number``); an app user may call anybody."""
        __tracebackhide__ = True
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
    _rang = awaits(PhoneSteps._ring)
    _called = awaits(PhoneSteps._call_to)

    async def expect_ringing(self, *, cli: str | None = None, within: float = WITHIN) -> AsyncPhone:
        """Wait until it rings, showing ``cli`` (``""``: withheld) where one is given.

        Returns the phone on the call that rings, to be answered.
        """
        __tracebackhide__ = True
        return AsyncPhone(self._voice, self.party, self._line, await self._rang(cli, within))

    async def calls(self, to: str = "", *, region: str = "") -> AsyncCall:
        """Call a number of the account (by default ``sinch_voice.number``); an app user may call anybody."""
        __tracebackhide__ = True
        return self._voice.call(await self._called(to, region))


class PhoneRings:
    """A phone that rings, showing a CLI, for a call that no expectation has matched. In what order they came is the same."""

    def __init__(self, phone: PhoneSteps, line: Line, cli: str | None) -> None:
        shown = f" with CLI {cli or 'private'}" if cli is not None else ""
        self.sentence = f"phone {phone.address} was to ring{shown}"
        self._phone = phone
        self._line = line
        self._cli = cli

    def look(self) -> Dialled | None:
        for entry, place in self._line.rings():
            if place not in self._line.matched and self._fits(dialled_of(entry)):
                self._line.matched.add(place)
                self._line.meant = place
                return dialled_of(entry)
        return None

    def hopeless(self) -> str:
        return ""

    def near(self) -> str:
        dialled = self._phone.dialled_by
        if not dialled:
            return f"It was never dialled. {self._phone.why_not(LegState.RINGING).capitalize()}."
        fitting = [one for one in dialled if self._fits(one)]
        last = (fitting or dialled)[-1]
        lines = ["Closest:", f"  it was dialled at {last.time:%H:%M:%S} by call {last.call} with CLI {last.cli}"]
        if self._cli is not None and not fitting:
            return "\n".join([*lines, *diff_lines([Difference("cli", self._cli or "private", last.cli)])])
        if Place(last.call, last.leg) in [place for _, place in self._line.rings()]:
            return "\n".join([*lines, "    which an earlier expect_ringing has matched"])
        return "\n".join([*lines, f"    but {self._phone.why_not(LegState.RINGING)}"])

    def _fits(self, dialled: Dialled) -> bool:
        return self._cli is None or same_number(dialled.cli, self._cli or "private")


def _is_prompt(entry: Entry) -> bool:
    return entry.kind == "prompt.started"
