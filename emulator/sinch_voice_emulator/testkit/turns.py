"""One operation at a time: what is begun meanwhile waits for its turn, except by the handler that everybody waits for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from sinch_voice_emulator.errors import Conflict

FROM_WITHIN = (
    "nothing else can happen while the test waits for this: return from the handler first; what is to happen later belongs in "
    "the test, behind the statement that waits, or into the script of a phone"
)
PATIENCE_SECONDS = 10.0
"""Wall-clock seconds that an operation waits for one in another thread."""


@dataclass(eq=False, slots=True)
class _Handling:
    """A handler at work, or a condition. Threads and tasks that it starts know it; ``over`` tells them that it has returned."""

    of: Turns
    over: bool = False


_HANDLING: ContextVar[_Handling | None] = ContextVar("sinch_voice_handling", default=None)


class Turns:
    """Who may begin an operation on one account."""

    def __init__(self) -> None:
        self._in_threads = threading.Lock()
        self._in_tasks = asyncio.Lock()
        self._owner: object = None
        self._thread = threading.get_ident()

    @contextmanager
    def handling(self) -> Iterator[None]:
        """While this lasts a handler is at work."""
        handling = _Handling(self)
        token = _HANDLING.set(handling)
        try:
            yield
        finally:
            handling.over = True
            _HANDLING.reset(token)

    @property
    def taken(self) -> bool:
        """Whether an operation is under way."""
        return self._in_threads.locked() or self._in_tasks.locked()

    def belongs_to_test(self) -> bool:
        """Whether it is the test that asks, and neither a handler nor what one has started."""
        handling = _HANDLING.get()
        return threading.get_ident() == self._thread and (handling is None or handling.of is not self)

    def check(self) -> None:
        """Raise ``Conflict`` when a handler is at work, and it is who asks."""
        handling = _HANDLING.get()
        if handling is not None and handling.of is self and not handling.over:
            raise Conflict(FROM_WITHIN)

    @contextmanager
    def mine(self) -> Iterator[None]:
        """While this lasts it is the turn of this thread. Raises ``Conflict`` when it has it already, or nobody gives way."""
        self.check()
        if self._owner == threading.get_ident():
            raise Conflict(FROM_WITHIN)
        if not self._in_threads.acquire(timeout=PATIENCE_SECONDS):
            raise Conflict(f"another thread has been waiting on this account for {PATIENCE_SECONDS:g} s; {FROM_WITHIN}")
        self._owner = threading.get_ident()
        try:
            yield
        finally:
            self._owner = None
            self._in_threads.release()

    @asynccontextmanager
    async def ours(self) -> AsyncIterator[None]:
        """While this lasts it is the turn of this task. Raises ``Conflict`` when a handler asks."""
        self.check()
        async with self._in_tasks:
            yield
