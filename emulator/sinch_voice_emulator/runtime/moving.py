"""Moving the clock of an account whose time stands still: from deadline to deadline, never past one."""

from __future__ import annotations

from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.model.instants import Instant, Millis
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.clocks import AccountClock, is_virtual


def clock_of(account: AccountRuntime) -> AccountClock:
    """The clock of an account; raises ``Conflict`` when it runs by itself."""
    clock = account.clock
    if not isinstance(clock, AccountClock) or not clock.virtual:
        raise Conflict(
            f"the clock of account {account.name} runs by itself; set its mode to manual or auto, then it can be advanced"
        )
    return clock


def step_to(account: AccountRuntime, instant: Instant) -> None:
    """Move to ``instant``, if that is not past, and fire what is due then. No deadline may lie in between."""
    clock = clock_of(account)
    if instant > clock.now():
        clock.set(instant)
    account.fire_due()


def elapse(account: AccountRuntime, milliseconds: Millis) -> None:
    """Time passes while something is under way; what falls due fires. Does nothing where the clock runs by itself."""
    if not is_virtual(account.clock):
        return
    end = account.clock.now() + milliseconds
    while (deadline := account.next_deadline()) is not None and deadline <= end:
        step_to(account, deadline)
    step_to(account, end)
