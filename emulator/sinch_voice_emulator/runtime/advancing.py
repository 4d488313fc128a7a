"""Moving an account's clock from outside, over HTTP: by a length of time, until idle, or until something is in the journal.

An ``Advance`` is a long poll on the server's loop. It moves to the next deadline only when nothing is under way: no timer due,
no callback in flight, no request of the Calling API open, no hold, and nothing has happened for a short while on the wall clock
(the *quiet window*), since a backend may still act on what it was told. The server's driver exchanges the callbacks meanwhile.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from werkzeug.wrappers import Response

from sinch_voice_emulator.engine.engine import Engine
from sinch_voice_emulator.engine.timers import GUARDS
from sinch_voice_emulator.errors import Conflict, EmulatorError, NotFound
from sinch_voice_emulator.model.instants import Instant, Millis
from sinch_voice_emulator.runtime import moving
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.clocks import real_monotonic
from sinch_voice_emulator.runtime.journal import Entry, Filter

_TURN_SECONDS = 0.005


class Stop(StrEnum):
    """Why a clock that was advanced stands where it does."""

    TIME = "time"
    """The length of time has passed."""
    IDLE = "idle"
    """Calls wait for nothing but guards, or nothing at all."""
    ENTRY = "entry"
    """The entry is in the journal."""
    LIMIT = "limit"
    """It was not there, nor was the account idle, within the most time the clock was to move, or nothing was due any more."""
    OPEN = "open"
    """Something was still under way when the wall-clock timeout was over."""


@dataclass(frozen=True, slots=True)
class Goal:
    """How far to move: ``milliseconds``, or less to be ``idle``, or to find the entry ``wanted`` after cursor ``after``.

    ``in_vain``: it moves all the way also when nothing is due any more that could bring what is waited for.
    """

    milliseconds: Millis
    idle: bool = False
    wanted: Filter | None = None
    after: str = ""
    in_vain: bool = True


@dataclass(frozen=True, slots=True)
class Advanced:
    """What became of it. ``entry`` is what was waited for."""

    stop: Stop
    moved: Millis
    entry: Entry | None = None


def waiting_on_guards(engine: Engine) -> list[str]:
    """Live calls that wait for nothing but their maximum duration, park limit or the next minute's bill."""
    live = engine.state.timers.live
    calls = (call for call in engine.state.calls.values() if call.live and call.pending is None)
    return [call.id for call in calls if all(kind in GUARDS for kind, _ in live.get(call.id, ()))]


class Advance:
    """One request to advance (a ``Deferred``). ``answer`` and ``refuse`` spell its outcome."""

    def __init__(
        self,
        account: AccountRuntime,
        goal: Goal,
        *,
        timeout: float,
        quiet: float,
        answer: Callable[[Advanced], Response],
        refuse: Callable[[EmulatorError], Response],
    ) -> None:
        clock = moving.clock_of(account)
        if account.driven_by_hand:
            raise Conflict(f"account {account.name} is in the hands of a test, which moves its clock itself")
        self.timeout = timeout
        self._account = account
        self._goal = goal
        self._quiet = quiet
        self._answer = answer
        self._refuse = refuse
        self._epoch = account.epoch
        self._begun = clock.now()
        self._end: Instant = self._begun + goal.milliseconds
        self._after = goal.after
        if goal.wanted is not None:
            account.journal.read(goal.after, 1)
        self._again = _LookAgain()

    def ready(self) -> Response | None:
        """Move as far as can be moved now; the answer, if that is far enough."""
        try:
            done = self._move()
        except EmulatorError as refusal:
            return self._refuse(refusal)
        return None if done is None else self._answer(done)

    def expired(self) -> Response:
        """The time of the request is up while something is still under way."""
        if self._account.closed or self._account.epoch != self._epoch:
            return self._refuse(self._gone())
        return self._answer(self._done(Stop.OPEN))

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Look again after every step of the account, and when the quiet window is over. One advance moves at a time."""
        forget = self._account.wake.subscribe(wake)
        self._again.wake = wake
        mine = self._account.open.advancing is None
        if mine:
            self._account.open.advancing = self

        def unsubscribe() -> None:
            forget()
            self._again.cancel()
            if self._account.open.advancing is self:
                self._account.open.advancing = None

        return unsubscribe

    # --- moving ------------------------------------------------------------------------------------------------------------

    def _move(self) -> Advanced | None:
        account, goal = self._account, self._goal
        if account.closed or account.epoch != self._epoch:
            raise self._gone()
        if account.open.advancing not in (None, self):
            raise Conflict(
                f"the clock of account {account.name} is being advanced by another request: wait for its answer, and do not "
                "advance in the handler of a callback, which time waits for"
            )
        stop = real_monotonic() + _TURN_SECONDS
        while True:
            account.fire_due()
            if not self._at_rest():
                return None
            if (entry := self._found()) is not None:
                return self._done(Stop.ENTRY, entry)
            if goal.idle and account.next_deadline(guards=False) is None:
                return self._done(Stop.IDLE)
            deadline = account.next_deadline()
            if deadline is None and not goal.in_vain:
                return self._done(Stop.LIMIT)
            if deadline is None or deadline > self._end:
                moving.step_to(account, self._end)
                return self._done(Stop.LIMIT if goal.idle or goal.wanted is not None else Stop.TIME)
            moving.step_to(account, deadline)
            if real_monotonic() > stop and self._again.soon(0.0):
                return None

    def _at_rest(self) -> bool:
        """Whether nothing is under way and nothing has been for the quiet window; else whoever waits looks again in time."""
        if not self._account.settled:
            return False
        left = self._account.open.touched + self._quiet - real_monotonic()
        if left <= 0:
            return True
        self._again.soon(left)
        return False

    def _found(self) -> Entry | None:
        if self._goal.wanted is None:
            return None
        page = self._account.journal.read(self._after, 1, self._goal.wanted)
        self._after = page.next_cursor
        return page.entries[0] if page.entries else None

    def _done(self, stop: Stop, entry: Entry | None = None) -> Advanced:
        return Advanced(stop, self._account.clock.now() - self._begun, entry)

    def _gone(self) -> EmulatorError:
        name = self._account.name
        if self._account.closed:
            return NotFound(f"account {name} was deleted")
        return Conflict(f"account {name} was reset while its clock was being advanced")


@dataclass(slots=True, eq=False)
class _LookAgain:
    """A wake-up after a while of real time: on the running loop, or where there is none, from a thread."""

    wake: Callable[[], None] | None = None
    handle: asyncio.TimerHandle | threading.Timer | None = None

    def soon(self, seconds: float) -> bool:
        """Wake whoever waits after ``seconds``; false while nobody does."""
        self.cancel()
        if self.wake is None:
            return False
        try:
            self.handle = asyncio.get_running_loop().call_later(seconds, self.wake)
        except RuntimeError:
            timer = threading.Timer(seconds, self.wake)
            timer.daemon = True
            timer.start()
            self.handle = timer
        return True

    def cancel(self) -> None:
        """Never mind."""
        if self.handle is not None:
            self.handle.cancel()
            self.handle = None
