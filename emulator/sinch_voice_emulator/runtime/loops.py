"""The event loop of the server: real time under frozen clocks, and outgoing sockets that wait their turn.

When a slow backend answers 2,000 callbacks at once, a plain loop handles all of them before it looks at a request that came
in meanwhile. Here the sockets of outgoing exchanges are in the *background*: of those that are ready, a bounded number is
handled per turn of the loop, while requests are always handled.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import selectors

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.runtime.clocks import real_monotonic

BACKGROUND_EVENTS = 16


class PacedSelector(selectors.DefaultSelector):
    """A selector that reports at most ``BACKGROUND_EVENTS`` background sockets at a time. The rest are reported later."""

    def __init__(self) -> None:
        super().__init__()
        self._background: set[int] = set()
        self.postponed = 0
        """How many background sockets were ready and not reported, the last time."""

    def in_background(self, descriptor: int, yes: bool) -> None:
        """Say what a descriptor belongs to. To be said anew for every new socket, since numbers are used again."""
        if yes:
            self._background.add(descriptor)
        else:
            self._background.discard(descriptor)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for sockets that are ready."""
        ready = super().select(timeout)
        self.postponed = 0
        if len(ready) <= BACKGROUND_EVENTS or not self._background:
            return ready
        chosen = [event for event in ready if event[0].fd not in self._background]
        behind = [event for event in ready if event[0].fd in self._background]
        self.postponed = max(0, len(behind) - BACKGROUND_EVENTS)
        return chosen + behind[:BACKGROUND_EVENTS]


class SteadyLoop(asyncio.SelectorEventLoop):
    """Runs on the real monotonic clock, whatever a test has frozen."""

    def time(self) -> float:
        """Seconds on a clock that only ever goes forward."""
        return real_monotonic()


class ServerLoop(SteadyLoop):
    """The loop of the server."""

    def __init__(self) -> None:
        self.paced = PacedSelector()
        super().__init__(self.paced)


def paced_selector() -> PacedSelector | None:
    """The selector of the running loop, when it is one of ours."""
    loop = asyncio.get_running_loop()
    return loop.paced if isinstance(loop, ServerLoop) else None


def calm_collector() -> None:
    """Make full garbage collections rare, in a process that is all ours.

    Thousands of live calls are long-lived objects without cycles: going through them took 400 ms at a time (measured with
    2,000 calls in flight), in which nobody was answered. Young objects are collected as ever.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 10, 1_000)


def raise_file_limit() -> int:
    """Raise this process's soft limit of open files to the hard one; returns how many files may be open."""
    try:
        import resource
    except ImportError:  # pragma: no cover - not a Unix system
        return 512
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    return 1_048_576 if soft == resource.RLIM_INFINITY else soft


def connection_limit(files: int) -> int:
    """How many outgoing connections fit beside as many incoming ones, for a number of open files."""
    if files < 64:
        raise EmulatorError(f"only {files} files may be open, and a server needs 64; raise the limit with ulimit -n")
    return max(16, min(4_096, (files - 48) // 2))
