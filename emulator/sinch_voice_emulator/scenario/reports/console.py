"""A suite for people: a line for each run as it is over, the failures in full at the end, the sum."""

from __future__ import annotations

from typing import TextIO

from sinch_voice_emulator.scenario.suite import Played, Report

STOPPED = {
    "failed": "stopped at the first failure",
    "interrupted": "interrupted",
    "timeout": "stopped when the time was up",
}
_GREEN, _RED, _BOLD = "32", "31", "1"


class Console:
    """Writes to ``out``; in colours when that is a terminal. ``quiet`` leaves out the lines of runs that passed."""

    def __init__(self, out: TextIO, *, quiet: bool = False) -> None:
        self._out = out
        self._quiet = quiet
        self._colours = out.isatty()

    def say(self, text: str = "") -> None:
        """A line. What the encoding of ``out`` does not have is escaped."""
        encoding = self._out.encoding or "utf-8"
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=self._out, flush=True)

    def played(self, played: Played) -> None:
        """One run is over."""
        passed = played.outcome.passed
        if passed and self._quiet:
            return
        word = self._in("ok    ", _GREEN) if passed else self._in("FAILED", _RED)
        where = "" if passed else f"  {played.outcome.where}"
        self.say(f"{word}  {played.run.title}  ({_seconds(played.seconds)}){where}")

    def finish(self, report: Report, *, ladders: bool = False) -> None:
        """The failures, and the sum; with ``ladders`` also the calls of runs that passed."""
        for one in report.played:
            if not one.outcome.passed:
                self.say(f"\n{self._in(f'FAILED  {one.run.title}', _RED, _BOLD)}\n{one.outcome.text()}")
            elif ladders and one.ladders:
                self.say(f"\n{self._in(one.run.title, _BOLD)}\n{one.ladders}")
        self.say(f"\n{self._in(summary(report), _GREEN if report.passed else _RED, _BOLD)}")

    def _in(self, text: str, *codes: str) -> str:
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self._colours else text


def summary(report: Report) -> str:
    """How many passed, failed and were not played, in how long."""
    counts = [
        (len(report.played) - len(report.failed), "passed"),
        (len(report.failed), "failed"),
        (len(report.left_out), f"not run ({STOPPED.get(report.stopped, report.stopped)})"),
    ]
    said = ", ".join(f"{count} {word}" for count, word in counts if count)
    return f"{said or 'nothing was run'} in {_seconds(report.seconds)}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s"
