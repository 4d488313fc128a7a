"""Outgoing callbacks of one account: first in, first out per call, and a bounded log of what became of them.

Not thread-safe: the account runtime calls it inside its step.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator

from sinch_voice_emulator.model.delivery import Delivery, DeliveryState

MAX_DELIVERIES = 20_000
MAX_BYTES = 64 * 1024 * 1024


class Outbox:
    """Queues per call, the order in which their heads may leave (that of issue), and the log."""

    def __init__(self, max_deliveries: int = MAX_DELIVERIES, max_bytes: int = MAX_BYTES) -> None:
        self.log: dict[str, Delivery] = {}
        self.forgotten = 0
        self.in_flight: dict[str, None] = {}
        """Ids of deliveries that were taken and are not concluded, in the order they were taken."""
        self._max_deliveries = max_deliveries
        self._max_bytes = max_bytes
        self._bytes = 0
        self._issued = 0
        self._numbers: dict[str, int] = {}
        self._queues: dict[str, deque[Delivery]] = {}
        self._aside: dict[str, Delivery] = {}
        self._ready: list[tuple[int, Delivery]] = []
        self._concluded: deque[str] = deque()

    def __len__(self) -> int:
        """How many deliveries are not concluded."""
        return len(self._numbers)

    def unfinished(self) -> Iterator[Delivery]:
        """Every delivery that is not concluded, by call."""
        for queue in self._queues.values():
            yield from queue
        yield from self._aside.values()

    def add(self, delivery: Delivery, *, held: bool = False) -> None:
        """Queue a delivery behind those of its call; a held one waits for ``release``."""
        delivery.state = DeliveryState.HELD if held else DeliveryState.QUEUED
        self._issued += 1
        self._numbers[delivery.id] = self._issued
        self.log[delivery.id] = delivery
        self._bytes += len(delivery.body)
        queue = self._queues.setdefault(delivery.call_id, deque())
        queue.append(delivery)
        if len(queue) == 1:
            self._offer(delivery)

    def release(self, deliveries: Iterable[Delivery]) -> None:
        """Let held deliveries go when it is their turn."""
        for delivery in deliveries:
            if delivery.state is DeliveryState.HELD:
                delivery.state = DeliveryState.QUEUED
                if self._queues[delivery.call_id][0] is delivery:
                    self._offer(delivery)

    def has_ready(self) -> bool:
        """Whether ``take`` would give anything."""
        return bool(self._ready)

    def take(self, limit: int | None = None) -> list[Delivery]:
        """Deliveries that may leave now, in order of issue, marked as in flight."""
        count = len(self._ready) if limit is None else min(limit, len(self._ready))
        taken = [heapq.heappop(self._ready)[1] for _ in range(count)]
        for delivery in taken:
            delivery.state = DeliveryState.IN_FLIGHT
            self.in_flight[delivery.id] = None
        return taken

    def step_aside(self, delivery: Delivery) -> None:
        """Let the next delivery of the same call leave although this one, in flight, is not concluded."""
        if delivery.id not in self._aside:
            self._leave(delivery)
            self._aside[delivery.id] = delivery

    def finish(self, delivery_id: str, state: DeliveryState) -> Delivery | None:
        """Conclude a delivery in flight; the next of its call may leave. ``None`` when no such delivery is in flight."""
        delivery = self.log.get(delivery_id)
        if delivery is None or delivery.state is not DeliveryState.IN_FLIGHT:
            return None
        delivery.state = state
        del self._numbers[delivery_id]
        del self.in_flight[delivery_id]
        if self._aside.pop(delivery_id, None) is None:
            self._leave(delivery)
        self._bytes += sum(len(attempt.response_body) for attempt in delivery.attempts)
        self._concluded.append(delivery_id)
        self._forget()
        return delivery

    def _leave(self, delivery: Delivery) -> None:
        """The head of a queue makes room for the next."""
        queue = self._queues[delivery.call_id]
        queue.popleft()
        if queue:
            self._offer(queue[0])
        else:
            del self._queues[delivery.call_id]

    def _offer(self, head: Delivery) -> None:
        if head.state is DeliveryState.QUEUED:
            heapq.heappush(self._ready, (self._numbers[head.id], head))

    def _forget(self) -> None:
        while self._concluded and (len(self.log) > self._max_deliveries or self._bytes > self._max_bytes):
            delivery = self.log.pop(self._concluded.popleft())
            self._bytes -= len(delivery.body) + sum(len(attempt.response_body) for attempt in delivery.attempts)
            self.forgotten += 1
