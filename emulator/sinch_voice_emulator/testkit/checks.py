"""What a test must not leave behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.delivery_faults import DeliveryFault
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.testkit.expectations import folded
from sinch_voice_emulator.testkit.failures import bullets, message
from sinch_voice_emulator.testkit.reporting import Reporter, line_of
from sinch_voice_emulator.testkit.watch import Watch

MEANT = 'If this is meant: sinch_voice.expect_problem("part of the sentence").'
AWAIT_FIRST = "The test has ended before they were: await sinch_voice.settle() at its end."
WAIT_FOR_IT = "Wait for them, such as call.expect_callback(...), or let time pass: sinch_voice.advance(...)."
TAKE_BACK = "Where one need not fire, take it back: sinch_voice.take_back(fault)."
MAY_STAY = "Hang up, or say sinch_voice.expect_open() if they may stay open."


@dataclass(frozen=True, slots=True)
class Before:
    """What went wrong before a reset, and what there was to say about it then: what the backend raised, the ladders."""

    problems: tuple[Entry, ...]
    failed: tuple[Entry, ...]
    story: str


@dataclass
class Leftovers:
    """What is forgiven, and what is found at the end."""

    open_allowed: bool = False
    meant: str = MEANT
    may_stay: str = MAY_STAY
    unanswered: str = ""
    """What to do so that callbacks that are still under way are answered."""
    expected: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    """Texts of problems that are forgiven, and not missed."""
    before: list[Before] = field(default_factory=list)
    ordered: set[str] = field(default_factory=set)
    """Ids of faults that the test has ordered, and that have to fire."""
    _told: tuple[int, int] = (0, 0)

    def expect_problem(self, text: str) -> None:
        """Forgive problems that contain ``text``; miss them when there are none."""
        self.expected.append(text)

    def turn_the_page(self, watch: Watch, reporter: Reporter) -> None:
        """Keep what has gone wrong and was not told yet: the account is about to be reset."""
        problems, failed = tuple(watch.problems()[self._told[0] :]), tuple(watch.failed()[self._told[1] :])
        self._told = (0, 0)
        self.ordered.clear()
        if problems or failed:
            calls = dict.fromkeys(entry.call_id for entry in (*problems, *failed))
            self.before.append(Before(problems, failed, message(reporter.raised_notes(), reporter.ladders(calls))))

    def told(self, watch: Watch) -> None:
        """What is wrong by now was told: a reset need not keep it."""
        self.before.clear()
        self._told = len(watch.problems()), len(watch.failed())

    def found(
        self, account: AccountRuntime, watch: Watch, started: Sequence[str], reporter: Reporter, *, final: bool = True
    ) -> list[str]:
        """Everything that is wrong, a paragraph each, and the ladders of the calls concerned; empty when nothing is.

        Unless it is ``final`` calls may still end, callbacks be answered, and expected problems happen.
        """
        wrong, concerned = self.wrong(account, watch, started, final=final)
        if wrong:
            wrong += [reporter.raised_notes(), reporter.ladders(concerned)]
        return [one for one in (*self._wrong_before(), *wrong) if one]

    def wrong(
        self, account: AccountRuntime, watch: Watch, started: Sequence[str], *, final: bool = True
    ) -> tuple[list[str], list[str]]:
        """Everything that is wrong since the last reset, a paragraph each, and the calls concerned."""
        problems = self._unforgiven(watch.problems())
        failed = self._unforgiven(unanswered(watch.failed()))
        concerned = [entry.call_id for entry in (*problems, *failed)]
        if not final:
            return [one for one in (self._mistakes("", problems), self._unanswered([], failed)) if one], concerned
        idle = [fault for fault, fired in account.faults.all() if not fired and fault.id in self.ordered]
        still = [] if self.open_allowed else [call for call in self._open(account, started) if call not in concerned]
        states = account.engine.state.calls
        wrong = [
            self._mistakes("", problems),
            bullets("Problems were expected that did not happen:", self._missed(watch)),
            self._unanswered(account.open_work(), failed),
            _advised(bullets("Callbacks were held back and never sent:", list(account.open.postponed())), WAIT_FOR_IT),
            _advised(bullets("Faults were ordered that never fired:", [spelt_fault(one) for one in idle]), TAKE_BACK),
            _advised(
                bullets("Calls are still open:", [f"{call} is {states[call].state.value}" for call in still]), self.may_stay
            ),
        ]
        return [one for one in wrong if one], list(dict.fromkeys([*concerned, *still]))

    def _wrong_before(self) -> Iterator[str]:
        for before in self.before:
            problems, failed = self._unforgiven(before.problems), self._unforgiven(unanswered(before.failed))
            if problems or failed:
                yield self._mistakes(" before a reset", problems)
                yield self._unanswered([], failed, " before a reset")
                yield before.story

    def _mistakes(self, when: str, problems: Sequence[Entry]) -> str:
        return _advised(bullets(f"The backend did something wrong{when}:", [line_of(one) for one in problems]), self.meant)

    def _unanswered(self, open_work: Sequence[str], failed: Sequence[Entry], when: str = "") -> str:
        text = bullets(f"Callbacks got no answer{when}:", [*open_work, *(line_of(one) for one in failed)])
        advice = [self.unanswered if open_work else "", self.meant if failed else ""]
        return "\n".join(one for one in (text, *advice) if one) if text else ""

    def _unforgiven(self, entries: Iterable[Entry]) -> list[Entry]:
        forgiven = [folded(text) for text in (*self.expected, *self.allowed)]
        return [entry for entry in entries if not any(text in folded(line_of(entry)) for text in forgiven)]

    def _missed(self, watch: Watch) -> list[str]:
        every = [*watch.problems(), *watch.failed()]
        every += [entry for before in self.before for entry in (*before.problems, *before.failed)]
        said = [folded(line_of(entry)) for entry in every]
        return [text or "any" for text in self.expected if not any(folded(text) in one for one in said)]

    def _open(self, account: AccountRuntime, started: Sequence[str]) -> list[str]:
        calls = account.engine.state.calls
        return [call.id for call_id in started if (call := calls.get(call_id)) is not None and call.live]


def spelt_fault(fault: DeliveryFault) -> str:
    """A fault for people: ``fault 1: delay, pie``."""
    which = [fault.event.value if fault.event else "", f"call {fault.call}" if fault.call else ""]
    which += [f"from the {fault.nth}. on"] if fault.nth > 1 else []
    return ", ".join([f"fault {fault.id}: {fault.kind.value}", *filter(None, which)])


def unanswered(failed: Iterable[Entry]) -> Iterator[Entry]:
    """Of the callbacks that failed those whose failure no fault explains, and no problem tells."""
    return (entry for entry in failed if entry.severity == "warning")


def _advised(text: str, advice: str) -> str:
    return f"{text}\n{advice}" if text else ""
