"""Clocks of accounts. An account reads no other time than its own clock's.

``time.monotonic`` is captured when this module is loaded, so that a test that freezes time (freezegun) stops the time stamps of
its own code but not the calls of a server.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.instants import Instant

real_monotonic: Callable[[], float] = time.monotonic


class Clock(Protocol):
    """What an account asks for the time."""

    def now(self) -> Instant:
        """The present instant. Never less than it was before."""
        ...

    def seconds_until(self, instant: Instant) -> float | None:
        """Wall-clock seconds until ``instant``, 0.0 when it has come; ``None`` when waiting does not bring it nearer."""
        ...


class RealClock:
    """Runs by itself from ``start``, ``speed`` times as fast as the wall clock."""

    def __init__(self, start: Instant, speed: float = 1.0, monotonic: Callable[[], float] = real_monotonic) -> None:
        if not speed > 0:
            raise BadRequest(f"the speed of a clock must be greater than 0, not {speed:g}")
        self.speed = speed
        self._start = start
        self._monotonic = monotonic
        self._origin = monotonic()

    def now(self) -> Instant:
        return self._start + int((self._monotonic() - self._origin) * self.speed * 1000)

    def seconds_until(self, instant: Instant) -> float | None:
        elapsed = self._monotonic() - self._origin
        return max(0.0, (instant - self._start) / (1000 * self.speed) - elapsed)


class ManualClock:
    """Stands still until it is set."""

    def __init__(self, start: Instant) -> None:
        self._now = start

    def now(self) -> Instant:
        return self._now

    def seconds_until(self, instant: Instant) -> float | None:
        return 0.0 if instant <= self._now else None

    def set(self, instant: Instant) -> None:
        """Move to ``instant``. Raises ``BadRequest`` when that is in the past."""
        if instant < self._now:
            raise BadRequest(f"the clock stands at {self._now} and cannot go back to {instant}")
        self._now = instant
