"""Real time: fires timers and sends callbacks for every account, on the server's event loop.

Paced, so that requests never wait long: per turn of the loop it fires timers for a few milliseconds and starts a bounded
number of deliveries, one of each account in turn. No account may use all connections.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from sinch_voice_emulator.errors import NotFound
from sinch_voice_emulator.model.delivery import Delivery
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.alarms import Alarm
from sinch_voice_emulator.runtime.clocks import AccountClock, is_virtual, real_monotonic
from sinch_voice_emulator.runtime.delivery import Courier, exchange
from sinch_voice_emulator.runtime.exchanges import Exchange, Measured, Outcome, delivering
from sinch_voice_emulator.runtime.loops import connection_limit, raise_file_limit
from sinch_voice_emulator.runtime.ports import Failure, FailureKind

STARTS_PER_TURN = 8
TURN_SECONDS = 0.005
AFTER_A_FAULT_SECONDS = 1.0
_SHORTEST_SLEEP = 0.0005

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Lane:
    """One account on the driver: its deliveries in flight, and the timer set for its next deadline."""

    account: AccountRuntime
    unsubscribe: Callable[[], None] = lambda: None
    in_flight: int = 0
    turn: asyncio.Event = field(default_factory=asyncio.Event)
    timer: asyncio.TimerHandle | None = None
    armed_for: tuple[Instant | None, float] | None = None
    queued: bool = False
    rests_until: float = 0.0

    def disarm(self) -> None:
        """Forget the timer."""
        if self.timer is not None:
            self.timer.cancel()
        self.timer, self.armed_for = None, None


class RealDriver:
    """A service of the server. Accounts come and go at any time, from any thread."""

    def __init__(self, courier: Courier, connections: int | None = None) -> None:
        self._courier = courier
        self._limit = connections if connections is not None else connection_limit(raise_file_limit())
        self._share = max(1, self._limit * 3 // 4)
        self._lanes: dict[AccountRuntime, _Lane] = {}
        self._dirty: dict[_Lane, None] = {}
        self._ready: deque[_Lane] = deque()
        self._waiting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._scheduled = False

    def add(self, account: AccountRuntime) -> None:
        """Drive an account from now on."""
        lane = _Lane(account)
        self._lanes[account] = lane
        lane.unsubscribe = account.wake.subscribe(lambda: self._touch(lane))
        self._touch(lane)

    def remove(self, account: AccountRuntime) -> None:
        """Drive an account no longer. What it has in flight ends without a consequence once the account is closed."""
        lane = self._lanes.pop(account, None)
        if lane is not None:
            lane.unsubscribe()
            self._touch(lane)

    async def start(self) -> None:
        """Begin, on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        for lane in list(self._lanes.values()):
            self._touch(lane)

    async def stop(self) -> None:
        """Let everything in flight go and close all connections."""
        self._loop = None
        for lane in self._lanes.values():
            lane.disarm()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._courier.close()

    # --- turns of the loop ---------------------------------------------------------------------------------------------

    def _touch(self, lane: _Lane) -> None:
        """Something happened on this account."""
        loop = self._loop
        if loop is None:
            return
        if threading.get_ident() != self._thread:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._touch, lane)
            return
        self._dirty[lane] = None
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled and self._loop is not None:
            self._scheduled = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._scheduled = False
        if self._loop is None:
            return
        end = real_monotonic() + TURN_SECONDS
        while self._dirty:
            lane = next(iter(self._dirty))
            del self._dirty[lane]
            self._look_at(lane)
            if real_monotonic() >= end:
                break
        blocked = 0
        started = 0
        while self._ready and started < STARTS_PER_TURN and blocked < len(self._ready):
            if self._start_one(self._ready.popleft()):
                started, blocked = started + 1, 0
            else:
                blocked += 1
        if self._dirty or (self._ready and blocked < len(self._ready)):
            self._schedule()

    def _look_at(self, lane: _Lane) -> None:
        """Fire what is due, set the timer for what is next, and get in line when there is something to send."""
        account = lane.account
        if account not in self._lanes or account.driven_by_hand:
            return lane.disarm()
        if lane.rests_until > real_monotonic():
            return None
        try:
            deadline = account.next_deadline()
            if deadline is not None and account.clock.seconds_until(deadline) == 0.0:
                account.fire_due(TURN_SECONDS)
                deadline = account.next_deadline()
        except NotFound:
            return lane.disarm()
        except Exception as fault:
            lane.rests_until = real_monotonic() + AFTER_A_FAULT_SECONDS
            self._report(lane, f"firing what was due failed: {fault!r}")
            return self._arm(lane, None, AFTER_A_FAULT_SECONDS)
        if deadline is None:
            lane.disarm()
        elif lane.armed_for != (deadline, _speed(account)):
            self._arm(lane, deadline, account.clock.seconds_until(deadline))
        if account.has_ready and not lane.queued:
            lane.queued = True
            self._ready.append(lane)
        return None

    def _arm(self, lane: _Lane, deadline: Instant | None, seconds: float | None) -> None:
        lane.disarm()
        if seconds is None or self._loop is None:
            return
        lane.armed_for = (deadline, _speed(lane.account))
        lane.timer = self._loop.call_later(max(seconds, _SHORTEST_SLEEP), self._ring, lane)

    def _ring(self, lane: _Lane) -> None:
        lane.disarm()
        self._touch(lane)

    def _start_one(self, lane: _Lane) -> bool:
        """Start one delivery of an account whose turn it is; an account with more gets in line again."""
        lane.queued = False
        if lane.account not in self._lanes or lane.account.driven_by_hand:
            return False
        if len(self._tasks) - self._waiting >= self._limit or not self._has_room(lane):
            self._line_up(lane)
            return False
        taken = lane.account.take_ready(1)
        self._line_up(lane)
        for delivery in taken:
            lane.in_flight += 1
            task = asyncio.get_running_loop().create_task(self._deliver(lane, delivery))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return bool(taken)

    def _line_up(self, lane: _Lane) -> None:
        if lane.account.has_ready and not lane.queued:
            lane.queued = True
            self._ready.append(lane)

    # --- one delivery --------------------------------------------------------------------------------------------------

    async def post(self, wanted: Exchange) -> Measured:
        """Make one attempt of whatever account, on the server's loop."""
        return await exchange(wanted, self._courier)

    async def outcome(self, wanted: Exchange) -> Outcome:
        """What became of ``post``."""
        return (await self.post(wanted)).outcome

    async def _deliver(self, lane: _Lane, delivery: Delivery) -> None:
        steps = delivering(lane.account, delivery)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Exchange):
                    step = steps.send(await self.post(step))
                else:
                    await self._wait_for(lane, step)
                    step = next(steps)
        except StopIteration:
            pass
        except Exception as fault:
            self._report(lane, f"delivering {delivery.event.value} failed: {fault!r}")
            self._break_off(lane, delivery, fault)
        finally:
            self._leave(lane)
        self._schedule()

    async def _wait_for(self, lane: _Lane, alarm: Alarm) -> None:
        """Make room for others until the account's time has come, and wait for room again."""
        rung = asyncio.Event()
        loop = asyncio.get_running_loop()

        def ring() -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(rung.set)

        alarm.when_rung(ring)
        self._leave(lane)
        self._waiting += 1
        try:
            self._touch(lane)
            await rung.wait()
            while not self._has_room(lane):
                lane.turn.clear()
                await lane.turn.wait()
        finally:
            lane.in_flight += 1
            self._waiting -= 1

    def _leave(self, lane: _Lane) -> None:
        lane.in_flight -= 1
        lane.turn.set()

    def _has_room(self, lane: _Lane) -> bool:
        """Where time stands still one callback is exchanged at a time, so that two runs of one test are the same."""
        return lane.in_flight < (1 if is_virtual(lane.account.clock) else self._share)

    def _break_off(self, lane: _Lane, delivery: Delivery, fault: Exception) -> None:
        outcome = Failure(FailureKind.BROKEN, f"the emulator failed to deliver: {fault!r}")
        with contextlib.suppress(Exception):
            lane.account.conclude(delivery.id, outcome)

    def _report(self, lane: _Lane, text: str) -> None:
        """Say in the log and in the account's journal that the emulator itself failed; it goes on."""
        log.exception("account %s: %s", lane.account.name, text)
        with contextlib.suppress(Exception):
            lane.account.fault(text)


def _speed(account: AccountRuntime) -> float:
    return account.clock.speed if isinstance(account.clock, AccountClock) else 1.0
