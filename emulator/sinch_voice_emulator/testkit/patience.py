"""How long a backend in this process may take: the callback timeout, by the wall clock, as over HTTP.

What awaits is broken off. A WSGI app or a plain function runs in the thread of the test and cannot be; how long it took is
known when it returns. While a debugger has stopped the process nobody is late.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sinch_voice_emulator.runtime.clocks import frozen_now

T = TypeVar("T")

DEBUGGERS = ("pydevd", "debugpy")
"""Modules of debuggers that come from outside: where one is loaded, somebody sits in front of it."""
_stopped = threading.Event()


class OutOfTime(Exception):
    """A backend did not answer in time."""


def stopped() -> None:
    """A debugger has stopped this process: from now on nobody is late."""
    _stopped.set()


def being_debugged() -> bool:
    """Whether somebody may be looking at a backend while it works."""
    tracer = getattr(sys.gettrace(), "__self__", None)
    bdb = sys.modules.get("bdb")
    return (
        _stopped.is_set() or any(name in sys.modules for name in DEBUGGERS) or (bdb is not None and isinstance(tracer, bdb.Bdb))
    )


async def within(seconds: float, awaited: Awaitable[T]) -> T:
    """What ``awaited`` gives; raises ``OutOfTime`` when that takes longer. On a loop that is not asyncio's it may."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return await awaited
    timeout = asyncio.timeout(None)

    def expire() -> None:
        with contextlib.suppress(RuntimeError):  # it has returned meanwhile
            if not being_debugged():
                timeout.reschedule(loop.time())

    try:
        async with timeout:
            cancel = _alarm(loop, seconds, expire)
            try:
                return await awaited
            finally:
                cancel()
    except TimeoutError:
        if timeout.expired():
            raise OutOfTime from None
        raise


def _alarm(loop: asyncio.AbstractEventLoop, seconds: float, ring: Callable[[], None]) -> Callable[[], None]:
    """Have ``ring`` called on the loop after a while of wall-clock time, frozen or not; returns what prevents it."""
    if frozen_now() is None:
        return loop.call_later(seconds, ring).cancel
    timer = threading.Timer(seconds, loop.call_soon_threadsafe, (ring,))
    timer.daemon = True
    timer.start()
    return timer.cancel
