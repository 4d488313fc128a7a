"""The engine's only notion of time to come: a heap of deadlines.

At most one timer of a kind exists per call and leg; setting it again replaces it. Guard timers (maximum duration, park
limit) are kept apart, because a call that only waits for one of them is idle. Cancelled entries stay in the heap until they
are a majority, then the heap is rebuilt: setting and cancelling cost the same with ten calls and with ten thousand.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from sinch_voice_emulator.model.instants import Instant

_COMPACT_FROM = 64


class TimerKind(StrEnum):
    """What a deadline is for."""

    RING = "the phone acts"
    DIAL_TIMEOUT = "dial timeout"
    GIVES_UP = "the caller gives up"
    STEP = "a script step ends"
    SILENCE = "silence in a menu"
    GAP = "no further digit"
    INTRO = "the park intro ends"
    HOLD_ENDS = "the last hold prompt ends"
    PARK_LIMIT = "park limit"
    MAX_DURATION = "maximum duration"
    CREDIT = "the next minute is to be paid"
    VERDICT = "answering machine verdict"
    BEEP = "answering machine beep"
    HANGS_UP = "the phone hangs up"
    REACTS = "the phone reacts"


GUARDS = frozenset({TimerKind.MAX_DURATION, TimerKind.PARK_LIMIT, TimerKind.CREDIT})


class Timer(NamedTuple):
    """One deadline. ``slot`` is the leg number, or whatever tells timers of one kind apart."""

    due: Instant
    serial: int
    call_id: str
    kind: TimerKind
    slot: int


@dataclass(slots=True)
class Timers:
    """Deadlines of all calls of an account."""

    busy: list[Timer] = field(default_factory=list)
    guards: list[Timer] = field(default_factory=list)
    live: dict[str, dict[tuple[TimerKind, int], int]] = field(default_factory=dict)
    serial: int = 0
    stale: int = 0

    def set(self, call_id: str, kind: TimerKind, due: Instant, slot: int = 0) -> None:
        """Fire ``kind`` for a call at ``due``, instead of whenever it would have fired before."""
        self.serial += 1
        of_call = self.live.setdefault(call_id, {})
        if (kind, slot) in of_call:
            self.stale += 1
        of_call[kind, slot] = self.serial
        heapq.heappush(self.guards if kind in GUARDS else self.busy, Timer(due, self.serial, call_id, kind, slot))
        self._compact()

    def cancel(self, call_id: str, kind: TimerKind, slot: int = 0) -> None:
        """Forget a timer; nothing happens when there is none."""
        of_call = self.live.get(call_id)
        if of_call is not None and of_call.pop((kind, slot), None) is not None:
            self.stale += 1
            self._compact()

    def cancel_call(self, call_id: str) -> None:
        """Forget every timer of a call."""
        self.stale += len(self.live.pop(call_id, ()))
        self._compact()

    def next(self, *, guards: bool = True) -> Instant | None:
        """The earliest deadline, or ``None``."""
        first = self._head(self.busy)
        guard = self._head(self.guards) if guards else None
        if first is None or (guard is not None and guard.due < first.due):
            first = guard
        return None if first is None else first.due

    def pop_due(self, now: Instant) -> Timer | None:
        """Take out the earliest timer that is due at ``now``, if any."""
        heads = [(head, heap) for heap in (self.busy, self.guards) if (head := self._head(heap)) and head.due <= now]
        if not heads:
            return None
        timer, heap = min(heads, key=lambda pair: pair[0])
        heapq.heappop(heap)
        del self.live[timer.call_id][timer.kind, timer.slot]
        return timer

    def _head(self, heap: list[Timer]) -> Timer | None:
        while heap:
            if self._is_live(heap[0]):
                return heap[0]
            heapq.heappop(heap)
            self.stale -= 1
        return None

    def _is_live(self, timer: Timer) -> bool:
        of_call = self.live.get(timer.call_id)
        return of_call is not None and of_call.get((timer.kind, timer.slot)) == timer.serial

    def _compact(self) -> None:
        if self.stale < _COMPACT_FROM or self.stale * 2 < len(self.busy) + len(self.guards):
            return
        for heap in (self.busy, self.guards):
            heap[:] = [timer for timer in heap if self._is_live(timer)]
            heapq.heapify(heap)
        self.stale = 0
