"""Instants at which deliveries go on that wait on the account's time: injected delays, slow answers, timeouts.

Not thread-safe: the account runtime calls it inside its step.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sinch_voice_emulator.model.instants import Instant


@dataclass(slots=True, eq=False)
class Alarm:
    """One delivery waits for ``due``. ``overtaken``: or until another delivery of its call is concluded."""

    due: Instant
    delivery: str
    call: str = ""
    overtaken: bool = False
    rung: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    listener: Callable[[], None] | None = None

    def when_rung(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called once, when this rings, or now if it has. It is called inside a step and must not block."""
        with self.lock:
            if not self.rung:
                self.listener = listener
                return
        listener()

    def ring(self) -> None:
        """It is time."""
        with self.lock:
            self.rung = True
        if self.listener is not None:
            self.listener()


@dataclass(slots=True)
class Alarms:
    """All alarms of an account, earliest first."""

    serial: int = 0
    heap: list[tuple[Instant, int, Alarm]] = field(default_factory=list)
    waiting: dict[str, Alarm] = field(default_factory=dict)

    def add(self, alarm: Alarm) -> None:
        """Have ``alarm`` rung when it is due. A delivery waits for one at a time."""
        self.serial += 1
        heapq.heappush(self.heap, (alarm.due, self.serial, alarm))
        self.waiting[alarm.delivery] = alarm

    def next(self) -> Instant | None:
        """When the next one is due."""
        while self.heap and self.heap[0][2].rung:
            heapq.heappop(self.heap)
        return self.heap[0][0] if self.heap else None

    def ring_due(self, now: Instant) -> None:
        """Ring all that are due at ``now``, in order."""
        while (due := self.next()) is not None and due <= now:
            self._ring(heapq.heappop(self.heap)[2])

    def overtake(self, call: str, delivery: str) -> None:
        """``delivery`` of ``call`` was concluded: whoever wanted to be overtaken goes on."""
        for alarm in [one for one in self.waiting.values() if one.overtaken and one.call == call and one.delivery != delivery]:
            self._ring(alarm)

    def ring_all(self) -> None:
        """The account is no more what it was: nobody is to wait for it."""
        for alarm in list(self.waiting.values()):
            self._ring(alarm)
        self.heap.clear()

    def _ring(self, alarm: Alarm) -> None:
        del self.waiting[alarm.delivery]
        alarm.ring()
