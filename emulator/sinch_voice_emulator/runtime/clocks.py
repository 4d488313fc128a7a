"""Clocks of accounts. An account reads no other time than its own clock's.

A test that freezes time (freezegun) stops the time stamps of its own code, but neither the calls nor the loop of a server:
``real_monotonic`` and its like go on. They are functions of ours around captured ones, because freezegun replaces
captured functions themselves in every module it finds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, TypeAlias

from sinch_voice_emulator.errors import BadRequest, Conflict
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.runtime.freezing import freeze, unfrozen, wall_ns

Mode: TypeAlias = Literal["real", "manual", "auto"]
MODES: tuple[Mode, ...] = ("real", "manual", "auto")


_REAL = (unfrozen("monotonic"), unfrozen("perf_counter"), unfrozen("time"))


def real_monotonic() -> float:
    """``time.monotonic``, never frozen."""
    return _REAL[0]()


def real_perf_counter() -> float:
    """``time.perf_counter``, never frozen."""
    return _REAL[1]()


def real_time() -> float:
    """``time.time``, never frozen."""
    return _REAL[2]()


def frozen_now() -> Instant | None:
    """What ``time.time`` says while it is frozen; ``None`` while it is not."""
    frozen = freeze()
    return None if frozen is None else frozen.nanoseconds // 1_000_000


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


LATEST: Instant = 221_845_392_000_000
"""The first instant of the year 9000, which no clock reaches: time stamps have four digits for the year."""


@dataclass(frozen=True, slots=True)
class _Course:
    """How time goes from an instant on. ``origin`` is the reading of the monotonic clock then."""

    mode: Mode
    speed: float
    start: Instant
    origin: float


class AccountClock:
    """The clock of an account, whose mode can be changed while it runs.

    ``real`` runs by itself, ``speed`` times as fast as the wall clock. ``manual`` stands still until somebody advances it.
    ``auto`` moves only while somebody waits. In the last two it stands still as far as this class is concerned; ``set`` moves
    it. Made while time is frozen, without ``start``, it begins at the frozen instant. Thread-safe.
    """

    def __init__(
        self,
        start: Instant | None = None,
        mode: Mode = "real",
        speed: float = 1.0,
        monotonic: Callable[[], float] = real_monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._frozen = freeze()
        begun = start if start is not None else wall_ns() // 1_000_000
        self._course = _Course(_mode(mode), _speed(speed), begun, monotonic())

    @property
    def mode(self) -> Mode:
        """Who moves time."""
        return self._course.mode

    @property
    def speed(self) -> float:
        """How many seconds of the account pass in one of the wall clock, in mode ``real``."""
        return self._course.speed

    @property
    def virtual(self) -> bool:
        """Whether time stands still until somebody moves it."""
        return self._course.mode != "real"

    def now(self) -> Instant:
        course = self._course
        if course.mode != "real":
            return course.start
        return course.start + int((self._monotonic() - course.origin) * course.speed * 1000)

    def seconds_until(self, instant: Instant) -> float | None:
        course = self._course
        if course.mode != "real":
            return 0.0 if instant <= course.start else None
        return max(0.0, (instant - course.start) / (1000 * course.speed) - (self._monotonic() - course.origin))

    def set(self, instant: Instant) -> None:
        """Move to ``instant``. Raises ``Conflict`` in mode ``real`` and ``BadRequest`` when that is in the past."""
        with self._lock:
            if not self.virtual:
                raise Conflict("the clock runs by itself; set its mode to manual or auto to move it")
            if instant < self._course.start:
                raise BadRequest(f"the clock stands at {self._course.start} and cannot go back to {instant}")
            self._course = replace(self._course, start=_within(instant))

    def change(self, mode: Mode | None = None, speed: float | None = None) -> None:
        """Go on from the present instant in another mode, or at another speed. Raises ``BadRequest`` for what is none."""
        with self._lock:
            course = self._course
            self._course = _Course(
                course.mode if mode is None else _mode(mode),
                course.speed if speed is None else _speed(speed),
                self.now(),
                self._monotonic(),
            )

    def restart(self, instant: Instant) -> None:
        """Begin at ``instant``, which may lie in the past. For accounts on which nothing has happened yet."""
        with self._lock:
            self._course = replace(self._course, start=_within(instant), origin=self._monotonic())
            self._frozen = freeze()

    @property
    def lags(self) -> bool:
        """Whether time was frozen, or frozen time was ticked, since the last look; ``follow_freeze`` is that look."""
        return self.newly_frozen() is not None or (self._frozen is not None and self.virtual and self._frozen.ticked() > 0)

    def newly_frozen(self) -> Instant | None:
        """The frozen instant, when time was frozen since the last look; ``follow_freeze`` is that look."""
        now, before = freeze(), self._frozen
        if now is None or not self.virtual or (before is not None and before.by is now.by):
            return None
        return now.nanoseconds // 1_000_000

    def follow_freeze(self) -> Instant | None:
        """Where the clock should be by now, given what frozen time was ticked by since the last look.

        ``None`` where time was not frozen then, or is not any more and was not ticked, and in mode ``real``. Ticks count up to
        the end of the freeze that was looked at. Going backwards is not followed. Each tick is reported once: the caller moves
        the clock there.
        """
        with self._lock:
            before, self._frozen = self._frozen, freeze()
            if before is None or not self.virtual:
                return None
            ticked = before.ticked()
            return self._course.start + ticked if ticked or self._frozen is not None else None


def _within(instant: Instant) -> Instant:
    if not 0 <= instant < LATEST:
        raise BadRequest("a clock shows times from 1970 to 8999")
    return instant


def _mode(mode: Any) -> Mode:
    if mode not in MODES:
        raise BadRequest(f"a clock is {', '.join(MODES)}, not {mode!r}")
    found: Mode = mode
    return found


def _speed(speed: float) -> float:
    if not 0 < speed < float("inf"):
        raise BadRequest(f"the speed of a clock must be greater than 0, not {speed:g}")
    return speed


@dataclass(frozen=True, slots=True)
class Beginning:
    """How an account's clock is when the account begins, and again after each reset. ``None`` leaves it as it is."""

    mode: Mode | None = None
    speed: float | None = None
    instant: Instant | None = None


def restart(clock: Clock, instant: Instant) -> Instant:
    """Have a clock begin at ``instant``; raises ``Conflict`` where it cannot."""
    if not isinstance(clock, AccountClock):
        raise Conflict("this clock cannot be set back")
    clock.restart(instant)
    return instant


def is_virtual(clock: Clock) -> bool:
    """Whether a clock stands still until somebody moves it, and can be made to run."""
    return isinstance(clock, AccountClock) and clock.virtual
