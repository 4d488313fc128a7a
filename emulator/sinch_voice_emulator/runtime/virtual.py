"""Who moves an account's time, and exchanges its callbacks, when nobody else does: a test.

Every operation is a generator that does no I/O. It yields an ``Exchange`` and is sent the ``Answer`` or ``Failure``; it
yields a ``Breath`` to wait, in wall-clock time, for something that goes on in another thread. ``run`` and
``run_async`` do the I/O::

    driver = VirtualDriver(account)
    run(driver.advance(5_000), post)                  # post(exchange) -> Answer | Failure
    await run_async(driver.settle(), post_async)

One exchange is under way at a time, in the order of issue, so that two runs of one test have the same journal. The account's
lock is not held during an exchange: a backend may call the REST API from its handler.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import NoReturn, TypeAlias, TypeVar

from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.model.instants import Instant, Millis
from sinch_voice_emulator.runtime import moving
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.clocks import real_monotonic
from sinch_voice_emulator.runtime.exchanges import Delivering, Exchange, Outcome, delivering
from sinch_voice_emulator.runtime.ports import Failure, FailureKind

T = TypeVar("T")

LOOK_AGAIN_SECONDS = 0.02
PATIENCE_SECONDS = 2.0
"""Wall-clock seconds that an operation waits for open requests, holds and exchanges in other threads to come to an end."""


class NotSettled(Conflict):
    """Something is still under way. ``open`` has a sentence for each: which callback, its URL and call.

    ``seconds`` of wall-clock time were waited for it.
    """

    def __init__(self, account: str, open: list[str], seconds: float) -> None:
        self.open = open
        waited = f" within {seconds:g} s of wall-clock time" if seconds else ""
        super().__init__(f"account {account} does not come to rest{waited}: {'; '.join(open)}")


class TimedOut(Conflict):
    """What was waited for did not happen. ``limit`` is in milliseconds of account time; ``now`` is when that was over."""

    def __init__(self, limit: Millis, now: Instant, going_on: list[str], deadline: Instant | None, advice: str = "") -> None:
        self.limit = limit
        self.now = now
        self.going_on = going_on
        self.deadline = deadline
        self.advice = advice
        happening = "; ".join(going_on) or "no call is live"
        due = "nothing will happen by itself" if deadline is None else f"the next deadline is in {(deadline - now) / 1000:g} s"
        super().__init__(f"it did not happen within {limit / 1000:g} s: {happening}; {due}" + (f"; {advice}" if advice else ""))


@dataclass(frozen=True, slots=True)
class Breath:
    """Wait in wall-clock time until ``over``, asked again after every step of the account, at most ``seconds``."""

    account: AccountRuntime
    over: Callable[[], bool]
    seconds: float

    def wait(self) -> None:
        """Wait in this thread."""
        woken = threading.Event()
        end = real_monotonic() + self.seconds
        forget = self.account.wake.subscribe(woken.set)
        try:
            while not self.over() and woken.wait(max(0.0, end - real_monotonic())):
                woken.clear()
        finally:
            forget()


Steps: TypeAlias = Generator[Exchange | Breath, Outcome | None, T]
Post: TypeAlias = Callable[[Exchange], Outcome]
PostAsync: TypeAlias = Callable[[Exchange], Awaitable[Outcome]]


def run(steps: Steps[T], post: Post) -> T:
    """Run an operation in this thread. What ``post`` raises ends it and comes out here."""
    try:
        step = next(steps)
        while True:
            reply: Outcome | None = None
            if isinstance(step, Exchange):
                try:
                    reply = post(step)
                except Exception as fault:
                    step = steps.throw(fault)
                    continue
            else:
                step.wait()
            step = steps.send(reply)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        steps.close()


async def run_async(steps: Steps[T], post: PostAsync) -> T:
    """Run an operation on the running loop. No timer of the loop is used, so that frozen time stops nothing."""
    try:
        step = next(steps)
        while True:
            reply: Outcome | None = None
            if isinstance(step, Exchange):
                try:
                    reply = await post(step)
                except Exception as fault:
                    step = steps.throw(fault)
                    continue
            else:
                await asyncio.to_thread(step.wait)
            step = steps.send(reply)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        steps.close()


class VirtualDriver:
    """Drives one account whose clock is ``manual`` or ``auto``. The server leaves such an account alone."""

    def __init__(self, account: AccountRuntime, patience: float = PATIENCE_SECONDS) -> None:
        moving.clock_of(account)
        account.driven_by_hand = True
        self._account = account
        self.patience = patience
        """Wall-clock seconds that open requests, holds and exchanges in other threads have to come to an end."""
        self._running = ""
        self._awake: deque[tuple[Delivering, str]] = deque()

    def close(self) -> None:
        """Give the account back to the server."""
        self._account.driven_by_hand = False
        self._account.wake.ring()

    # --- operations --------------------------------------------------------------------------------------------------------

    def settle(self) -> Steps[None]:
        """Let everything happen that happens now: what is due fires, callbacks are exchanged, one after the other.

        Frozen time that was ticked since the last operation passes first. Raises ``NotSettled`` when something stays open.
        """
        yield from self._alone("settle", self._caught_up(self._nothing()))

    def advance(self, milliseconds: Millis) -> Steps[None]:
        """Let time pass, from deadline to deadline; ends exactly ``milliseconds`` later."""
        if milliseconds < 0:
            raise Conflict(f"time does not go back: it cannot be advanced by {milliseconds} ms")
        if self._account.open.own:
            raise Conflict(f"{self._held()}: time can be advanced when it is released, behind the end of `with`")
        yield from self._alone("advance", self._caught_up(self._advance(milliseconds)))

    def run_until(self, condition: Callable[[], T | None], limit: Millis, idle_ok: bool = False) -> Steps[T | None]:
        """Let time pass until ``condition`` gives something, and stop at that very instant; returns it.

        Time moves only on an ``auto`` clock, and not while the caller holds it: then this waits by the wall clock. Raises
        ``TimedOut`` after ``limit`` milliseconds of account time, or at once on a ``manual`` clock. With ``idle_ok``: returns
        ``None`` as soon as calls wait for nothing but guards (maximum duration, park limit) or nothing at all.
        """
        return (yield from self._alone("run_until", self._caught_up(self._run_until(condition, limit, idle_ok))))

    # --- inside ------------------------------------------------------------------------------------------------------------

    def _alone(self, name: str, steps: Steps[T]) -> Steps[T]:
        if self._running:
            raise Conflict(
                f"{name} was called while {self._running} is exchanging a callback: return from the handler first; what is to "
                "happen later belongs in the test, behind the statement that waits, or into the script of a phone"
            )
        self._running = name
        try:
            return (yield from steps)
        finally:
            self._running = ""

    def _nothing(self) -> Steps[None]:
        yield from ()

    def _caught_up(self, steps: Steps[T]) -> Steps[T]:
        """Let what frozen time was ticked by pass, settle, and go on."""
        clock = moving.clock_of(self._account)
        frozen = clock.newly_frozen()
        if frozen is not None:
            self._account.start_at(frozen)
        target = clock.follow_freeze()
        if target is not None and target > clock.now():
            try:
                yield from self._advance(target - clock.now())
            finally:
                moving.elapse(self._account, target - clock.now())
        else:
            yield from self._settle()
        return (yield from steps)

    def _advance(self, milliseconds: Millis) -> Steps[None]:
        account = self._account
        end = account.clock.now() + milliseconds
        yield from self._settle()
        while (deadline := account.next_deadline()) is not None and deadline <= end:
            moving.step_to(account, deadline)
            yield from self._settle()
        moving.step_to(account, end)
        yield from self._settle()

    def _run_until(self, condition: Callable[[], T | None], limit: Millis, idle_ok: bool) -> Steps[T | None]:
        account = self._account
        clock = moving.clock_of(account)
        end = clock.now() + limit
        out_of_patience = real_monotonic() + self.patience
        while (found := condition()) is None:
            if account.open.own and not idle_ok:
                yield from self._stand_still(limit, out_of_patience)
                continue
            deadline = account.next_deadline()
            if idle_ok and (account.open.own or account.next_deadline(guards=False) is None):
                return None
            if clock.mode == "manual" or deadline is None or deadline > end:
                self._give_up(limit, end)
            moving.step_to(account, deadline)
            yield from self._settle()
        return found

    def _give_up(self, limit: Millis, end: Instant) -> NoReturn:
        account = self._account
        if moving.clock_of(account).mode == "auto":
            moving.step_to(account, end)
            advice = ""
        else:
            advice = "the clock is manual and moves only when it is advanced"
        raise TimedOut(limit, account.clock.now(), going_on(account), account.next_deadline(), advice)

    def _stand_still(self, limit: Millis, until: float) -> Steps[None]:
        """Wait a little, by the wall clock, for what others do while time is held."""
        account, seen = self._account, self._account.journal.cursor
        left = until - real_monotonic()
        if left <= 0:
            advice = f"{self._held()}, and {self.patience:g} s of wall-clock time are over"
            raise TimedOut(limit, account.clock.now(), going_on(account), account.next_deadline(), advice)
        yield Breath(account, lambda: account.journal.cursor != seen or not account.settled, min(left, LOOK_AGAIN_SECONDS))
        yield from self._settle()

    def _held(self) -> str:
        open_work = self._account.open
        reasons = [open_work.holds[one] or f"hold {one}" for one in sorted(open_work.own)]
        return f"time is held by the test itself ({', '.join(reasons)})"

    def _settle(self) -> Steps[None]:
        account = self._account
        while True:
            account.fire_due()
            if self._awake:
                yield from self._go_on(*self._awake.popleft())
            elif ready := account.take_ready(1):
                yield from self._go_on(delivering(account, ready[0]), ready[0].id)
            elif account.settled:
                return
            else:
                yield Breath(account, self._can_go_on, self.patience)
                if not self._can_go_on():
                    raise NotSettled(account.name, account.open_work(), self.patience)

    def _can_go_on(self) -> bool:
        return self._account.settled or self._account.has_ready or bool(self._awake)

    def _go_on(self, delivery: Delivering, delivery_id: str) -> Steps[None]:
        """Carry a delivery on until it is over or waits for time."""
        try:
            step = next(delivery)
            while isinstance(step, Exchange):
                try:
                    answer = yield step
                except Exception as fault:
                    step = delivery.throw(fault)
                else:
                    step = delivery.send(answer)
            step.when_rung(lambda: self._awake.append((delivery, delivery_id)))
        except StopIteration:
            return
        except GeneratorExit:
            self._account.conclude(delivery_id, Failure(FailureKind.BROKEN, "the exchange was broken off"))
            raise


def going_on(account: AccountRuntime, most: int = 5) -> list[str]:
    """What live calls are doing, a sentence each."""
    live = account.read(lambda engine, _now: [call for call in engine.state.calls.values() if call.live])
    shown = [f"call {call.id} is {call.state.value}" for call in live[:most]]
    return shown + ([f"and {len(live) - most} more"] if len(live) > most else [])
