"""What keeps an account from being settled: open requests, deliveries under way, holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sinch_voice_emulator.errors import LimitReached, NotFound
from sinch_voice_emulator.model.delivery import Delivery
from sinch_voice_emulator.runtime.alarms import Alarms
from sinch_voice_emulator.runtime.clocks import real_monotonic
from sinch_voice_emulator.runtime.outbox import Outbox
from sinch_voice_emulator.runtime.requests import OpenRequest

MAX_HOLDS = 1_000


@dataclass(slots=True)
class OpenWork:
    """What goes on outside the engine of one account. A delivery that waits for an alarm waits for time, like a timer.

    ``held_back``: deliveries of which nothing was sent yet, since a test has ordered that they leave later.
    ``lingering``: what still goes on about deliveries that are concluded, by id: duplicates, answers that come too late.
    ``holds``: reasons by id, given by backends that call back later, from a queue: time stands still until they are released.
    ``own``: those that whoever drives the account holds itself. Nobody waits for them; time does stand still.
    """

    outbox: Outbox
    requests: set[OpenRequest] = field(default_factory=set)
    alarms: Alarms = field(default_factory=Alarms)
    holds: dict[str, str] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    held_back: set[str] = field(default_factory=set)
    held_so_far: int = 0
    lingering: dict[str, str] = field(default_factory=dict)
    advancing: object | None = None
    touched: float = float("-inf")
    """When, on the monotonic clock, the last exchange or request ended."""

    def is_open(self) -> bool:
        """Whether anything has still to happen at this very instant."""
        return bool(self.requests or self.holds.keys() - self.own or self.outbox.has_ready() or self._exchanging())

    def sentences(self) -> Iterator[str]:
        """What is open, a sentence each."""
        if self.requests:
            yield f"{len(self.requests)} request(s) of the Calling API are not answered yet"
        for hold, reason in self.holds.items():
            if hold not in self.own:
                yield f"hold {hold} is not released" + (f" ({reason})" if reason else "")
        for delivery in self.outbox.unfinished():
            if delivery.id not in self.alarms.waiting:
                about = f"{delivery.event.value} of call {delivery.call_id} to {delivery.target.primary}"
                yield f"{about} is {delivery.state.value} (delivery {delivery.id})"
        for delivery_id, what in self.lingering.items():
            if delivery_id not in self.alarms.waiting:
                yield f"{what} (delivery {delivery_id})"

    def postponed(self) -> Iterator[str]:
        """Callbacks that are held back until time passes, a sentence each."""
        for delivery in self.outbox.unfinished():
            if delivery.id in self.held_back:
                about = f"{delivery.event.value} of call {delivery.call_id} to {delivery.target.primary}"
                yield f"{about} was not sent: a fault holds it back (delivery {delivery.id})"

    def concluded(self, delivery: Delivery) -> None:
        """A delivery is over: those of its call that wanted to be overtaken go on."""
        self.touched = real_monotonic()
        self.alarms.overtake(delivery.call_id, delivery.id)

    def answered(self, request: OpenRequest) -> None:
        """A request of the Calling API is over: what it held back may leave."""
        self.touched = real_monotonic()
        self.requests.discard(request)
        self.outbox.release(request.held)
        request.held.clear()

    def hold(self, reason: str) -> str:
        """Have time stand still; returns the id for ``release``."""
        if len(self.holds) >= MAX_HOLDS:
            raise LimitReached(f"at most {MAX_HOLDS} holds can be open at a time; release some first")
        self.held_so_far += 1
        name = str(self.held_so_far)
        self.holds[name] = reason
        return name

    def release(self, hold: str) -> None:
        """Give up a hold; raises ``NotFound``."""
        self.touched = real_monotonic()
        self.own.discard(hold)
        if self.holds.pop(hold, None) is None:
            raise NotFound(f"there is no hold {hold!r}: it was released already, or the account was reset")

    def _exchanging(self) -> bool:
        return any(one not in self.alarms.waiting for one in (*self.outbox.in_flight, *self.lingering))
