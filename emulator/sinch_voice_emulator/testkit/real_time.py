"""Waiting on an account whose clock runs by itself: the server fires its timers and delivers its callbacks meanwhile.

The operations are those of ``runtime.virtual.VirtualDriver``, so that whatever is written for a clock that stands still runs in
real time too, only slower and less exactly: how long the backend and the network take is part of the account's time.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Generic, Protocol, TypeVar

from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.model.instants import SECOND, Millis
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.clocks import AccountClock, is_virtual, real_monotonic
from sinch_voice_emulator.runtime.letters import policy_of
from sinch_voice_emulator.runtime.virtual import PATIENCE_SECONDS, Breath, NotSettled, Steps, TimedOut, VirtualDriver, going_on

T = TypeVar("T")


class Driver(Protocol):
    """Who lets an account's time pass, for a test. ``patience``: wall-clock seconds that work in other threads may take."""

    patience: float

    def settle(self) -> Steps[None]:
        """Let everything happen that happens now. Raises ``NotSettled``."""
        ...

    def advance(self, milliseconds: Millis) -> Steps[None]:
        """Let time pass."""
        ...

    def run_until(self, condition: Callable[[], T | None], limit: Millis, idle_ok: bool = False) -> Steps[T | None]:
        """Let time pass until ``condition`` gives something; returns it. Raises ``TimedOut``.

        With ``idle_ok``: returns ``None`` as soon as calls wait for nothing but guards, or nothing at all.
        """
        ...

    def close(self) -> None:
        """Let go of the account."""
        ...


class RealTime:
    """Waits on an account that a server drives. ``patience`` is in wall-clock seconds, beyond the callback timeout."""

    def __init__(self, account: AccountRuntime, patience: float = PATIENCE_SECONDS) -> None:
        if not isinstance(account.clock, AccountClock) or account.clock.virtual:
            raise Conflict(f"the clock of account {account.name} stands still; one who moves it is needed")
        self._account = account
        self.patience = patience

    def settle(self) -> Steps[None]:
        """Wait until nothing is under way. A backend may take as long as the callback timeout allows."""
        account, begun = self._account, real_monotonic()
        while not account.settled:
            left = max(begun, account.open.touched) + self._longest() - real_monotonic()
            if left <= 0:
                raise NotSettled(account.name, account.open_work(), self._longest())
            yield Breath(account, lambda: account.settled, left)

    def advance(self, milliseconds: Millis) -> Steps[None]:
        """Wait until so much of the account's time has passed, and what is under way then is over."""
        clock = self._account.clock
        end = clock.now() + milliseconds
        while left := clock.seconds_until(end):
            yield Breath(self._account, lambda: clock.now() >= end, left)
        yield from self.settle()

    def run_until(self, condition: Callable[[], T | None], limit: Millis, idle_ok: bool = False) -> Steps[T | None]:
        """Wait until ``condition`` gives something; asked again after every step of the account.

        What is under way when the time is over, such as a callback that is not answered yet, is waited for.
        """
        account = self._account
        end = account.clock.now() + limit
        look = _Look(account, condition, idle_ok)
        while not look.over():
            left = account.clock.seconds_until(end)
            if not left:
                yield Breath(account, lambda: account.settled or look.over(), self._longest())
                break
            yield Breath(account, look.over, left)
        if not look.over():
            raise TimedOut(limit, account.clock.now(), going_on(account), account.next_deadline())
        return look.result()

    def close(self) -> None:
        """Nothing to give back."""

    def _longest(self) -> float:
        """Wall-clock seconds that a callback may take, with its fallback and all redeliveries."""
        policy = policy_of(self._account.account)
        return policy.timeout / SECOND * (2 + policy.redeliveries) + self.patience


class _Look(Generic[T]):
    """A condition that is asked in the middle of a wait: what it gave, or raised, is kept for afterwards."""

    def __init__(self, account: AccountRuntime, condition: Callable[[], T | None], idle_ok: bool) -> None:
        self._account = account
        self._condition = condition
        self._idle_ok = idle_ok
        self._found: T | None = None
        self._fault: Exception | None = None

    def over(self) -> bool:
        """Whether there is nothing more to wait for."""
        if self._found is None and self._fault is None:
            try:
                self._found = self._condition()
            except Exception as fault:
                self._fault = fault
        return self._found is not None or self._fault is not None or (self._idle_ok and self._idle())

    def result(self) -> T | None:
        """What the condition gave; raises what it raised."""
        if self._fault is not None:
            raise self._fault
        return self._found

    def _idle(self) -> bool:
        return self._account.settled and self._account.next_deadline(guards=False) is None


def driver_for(emulator: Emulator, account: AccountRuntime) -> Driver:
    """Who lets the time of an account pass: a test, or a server, which is started."""
    if is_virtual(account.clock):
        return VirtualDriver(account)
    import_module("sinch_voice_emulator.runtime.connections")  # or the first callback waits for it, in the account's time
    if not emulator.listeners:
        emulator.start()
    return RealTime(account)
