"""One step of an account: everything between taking its lock and waking whoever waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinch_voice_emulator.model.instants import Instant

if TYPE_CHECKING:
    from sinch_voice_emulator.runtime.account import AccountRuntime


class Step:
    """Lock, fire what is due, do; then wake. A context manager without a generator, since every request makes several."""

    __slots__ = ("_account", "_budget", "_changes")

    def __init__(self, account: AccountRuntime, budget: float | None, changes: bool) -> None:
        self._account = account
        self._budget = budget
        self._changes = changes

    def __enter__(self) -> Instant:
        account = self._account
        account.lock.acquire()
        try:
            now, fired = account.begin_step(self._budget)
        except BaseException:
            account.lock.release()
            raise
        self._changes = self._changes or fired
        return now

    def __exit__(self, *_: object) -> None:
        self._account.lock.release()
        if self._changes:
            self._account.wake.ring()
