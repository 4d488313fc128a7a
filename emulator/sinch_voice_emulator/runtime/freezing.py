"""Time that a test has frozen (freezegun), looked at without ticking it.

``time.time`` may tick with every look (``auto_tick_seconds``), and says nothing any more about a tick that came right before
time was unfrozen. What freezegun keeps the time in does.
"""

from __future__ import annotations

import calendar
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_NANOSECONDS = 1_000_000
"""In a millisecond."""


def unfrozen(name: str) -> Callable[[], float]:
    """A function of ``time`` as it is when nobody has frozen it, also when this module is loaded while somebody has."""
    freezer = sys.modules.get("freezegun.api")
    function: Callable[[], float] = getattr(freezer, f"real_{name}", None) or getattr(time, name)
    return function


_REAL = (unfrozen("time"),)
"""In a tuple, because freezegun replaces captured functions in every module it finds."""


@dataclass(frozen=True, slots=True)
class Freeze:
    """Time that stood still at a look. ``by`` is what it is kept in; ``None``: somebody who does not show it."""

    by: Any
    nanoseconds: int

    def ticked(self) -> int:
        """Milliseconds by which it was ticked since, up to its end when it was unfrozen meanwhile; never less than 0."""
        later = _shown(self.by) if self.by is not None else wall_ns() if freeze() is not None else self.nanoseconds
        return max(0, later - self.nanoseconds) // _NANOSECONDS


def freeze() -> Freeze | None:
    """What time is frozen at; ``None`` while it is not."""
    if time.time is _REAL[0]:
        return None
    kept = _in_force()
    if not kept or not isinstance(getattr(kept[-1], "time_to_freeze", None), datetime):
        return Freeze(None, int(time.time() * 1_000_000_000))
    return Freeze(kept[-1], _shown(kept[-1]))


def wall_ns() -> int:
    """What ``time.time_ns`` says."""
    frozen = freeze()
    return time.time_ns() if frozen is None else frozen.nanoseconds


def _in_force() -> Any:
    """What freezegun keeps the time in, innermost last."""
    return getattr(sys.modules.get("freezegun.api"), "freeze_factories", None) or ()


def _shown(kept: Any) -> int:
    """The time, in nanoseconds. Time that goes on by itself (``tick=True``) does so as long as it is frozen."""
    goes_on = hasattr(kept, "start") and kept in _in_force()
    moment: datetime = kept() if goes_on else kept.time_to_freeze
    return calendar.timegm(moment.timetuple()) * 1_000_000_000 + moment.microsecond * 1_000
