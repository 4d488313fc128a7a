"""The steps of a recording as they are gathered, each with its instant; in the end the time between them becomes ``wait``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from sinch_voice_emulator.model.instants import Instant, Millis
from sinch_voice_emulator.scenario.words.expecting import WITHIN

Step: TypeAlias = dict[str, Any]

LONGER = 60_000
"""Milliseconds by which a step waits longer than it took, where it took long."""


@dataclass(eq=False, slots=True)
class _Line:
    step: Step
    at: Instant
    by_somebody: bool


class Script:
    """The steps, in order."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._act: _Line | None = None

    def __bool__(self) -> bool:
        return bool(self._lines)

    def act(self, step: Step, at: Instant) -> None:
        """Somebody does something."""
        self._act = _Line(step, at, True)
        self._lines.append(self._act)

    def expect(self, expectation: Step, at: Instant) -> None:
        """Something is to happen."""
        self._lines.append(_Line({"expect": expectation}, at, False))

    def then(self, step: Step) -> None:
        """The world changes, behind what was last."""
        at = self._lines[-1].at if self._lines else 0
        self._lines.append(_Line(step, at, True))

    def beforehand(self, step: Step) -> None:
        """The world changes just before what somebody did last."""
        place = 0 if self._act is None else self._lines.index(self._act)
        at = self._lines[place].at if self._lines else 0
        self._lines.insert(place, _Line(step, at, True))

    def steps(self) -> list[Step]:
        """All of them in order of their instants, with waits where time passes of itself."""
        found: list[Step] = []
        now: Instant | None = None
        for line in sorted(self._lines, key=lambda line: line.at):
            ahead = 0 if now is None else line.at - now
            if line.by_somebody and ahead > 0:
                found.append({"wait": length(ahead)})
            elif not line.by_somebody and ahead >= WITHIN:
                line.step["expect"]["within"] = length(ahead + LONGER)
            found.append(line.step)
            now = line.at if now is None else max(now, line.at)
        return found


def length(milliseconds: Millis) -> str:
    """A length of time as people write it."""
    return f"{milliseconds // 1000}s" if milliseconds % 1000 == 0 else f"{milliseconds}ms"
