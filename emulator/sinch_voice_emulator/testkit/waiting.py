"""Waiting for what is to happen, and for what is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from sinch_voice_emulator.errors import BadRequest, Conflict
from sinch_voice_emulator.model.instants import SECOND, Millis
from sinch_voice_emulator.runtime.clocks import AccountClock
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.runtime.virtual import Steps, TimedOut
from sinch_voice_emulator.testkit.expectations import Expectation, behind
from sinch_voice_emulator.testkit.judging import Judging
from sinch_voice_emulator.testkit.real_time import Driver
from sinch_voice_emulator.testkit.steps import Worker

T = TypeVar("T")


class Waiting(Judging):
    """Steps that let time pass until something has happened."""

    driver: Driver
    _quiet_since: dict[str, int]

    @property
    def worker(self) -> Worker:
        """Who runs the steps."""
        raise NotImplementedError

    @property
    def clock(self) -> AccountClock:
        """The account's clock."""
        clock = self.runtime.clock
        assert isinstance(clock, AccountClock), "a clock that a test moves"
        return clock

    def expecting(self, wanted: Expectation[T], within: float, *calls: str) -> Steps[T]:
        """Wait for an expectation; raises ``ExpectationFailed`` with the ladders of ``calls`` when it is not met."""
        last: list[T] = []

        def arrived() -> bool | None:
            found = wanted.look()
            if found is not None:
                last.append(found)
                return True
            return False if wanted.hopeless() and self.runtime.settled else None

        try:
            yield from self.driver.run_until(arrived, millis(within))
        except TimedOut as late:
            raise self.reporter.failed(wanted, within, late, calls) from None
        if not last:
            raise self.reporter.failed(wanted, within, None, calls)
        self.noticed(*calls, behind=behind(wanted))
        return last[0]

    def noticed(self, *calls: str, behind: int | None = None) -> None:
        """Count what these calls have had so far as seen, or as much as is ``behind`` the entry that was matched.

        ``expect_nothing_more`` looks back to here.
        """
        for call in calls:
            seen = len(self.watch.of(call)) if behind is None else behind
            self._quiet_since[call] = max(seen, self._quiet_since.get(call, 0))

    def _expect_nothing_more(self, *, within: float = 60.0) -> Steps[None]:
        """Fail when anything happens that no expectation has matched: a callback, a prompt, somebody dialled.

        Looks back on each call to what the last expectation has matched, and forward ``within`` seconds of account time, or
        until the calls wait for nothing but their maximum duration. Of calls on which nothing was expected only what is to come
        counts. Where the clock is manual it does not look forward, and raises ``Conflict`` when something is due.
        """
        yield from self.nothing_more(within, {call: len(self.watch.of(call)) for call in self._call_ids()})

    def nothing_more(self, within: float, begun: Mapping[str, int]) -> Steps[None]:
        """``expect_nothing_more``; ``begun`` is how many entries are known of calls on which nothing was expected."""
        since = {**begun, **self._quiet_since}

        def more() -> list[Entry] | None:
            found = [entry for call in self._call_ids() for entry in self.watch.of(call)[since.get(call, 0) :]]
            return [entry for entry in found if entry.kind in NOTABLE] or None

        yield from self.driver.settle()
        found = more()
        if found is None:
            try:
                found = yield from self.driver.run_until(more, millis(within), idle_ok=True)
            except TimedOut as late:
                self._check_far_enough(late, millis(within))
        if found:
            raise self.reporter.more_happened(found)

    def _check_far_enough(self, late: TimedOut, length: Millis) -> None:
        """Raise ``Conflict`` when something is due that nobody has waited for, since only ``advance`` moves time."""
        if self.clock.mode == "manual" and late.deadline is not None and late.deadline <= late.now + length:
            due = (late.deadline - late.now) / SECOND
            raise Conflict(
                f"something is due in {due:g} s, and the clock is manual: expect_nothing_more cannot look forward; "
                f"advance(seconds={due:g}) first, or say less: within={due / 2:g}"
            )


NOTABLE = ("callback.queued", "prompt.started", "leg.dialled", "conference.joined", "recording.started", "call.ended")
"""Kinds of entries that count as something happening."""


def millis(seconds: object) -> Millis:
    """A deadline in milliseconds."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < float("inf"):
        raise BadRequest(f"within is a number of seconds of account time, more than 0, not {seconds!r}")
    return round(seconds * SECOND)
