"""How many requests came in during the last second, by the wall clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from sinch_voice_emulator.runtime.clocks import real_monotonic


class RequestRate:
    """A sliding window of one second."""

    def __init__(self, monotonic: Callable[[], float] = real_monotonic) -> None:
        self._monotonic = monotonic
        self._recent: deque[float] = deque()

    def admits(self, limit: int) -> bool:
        """Whether one more request stays within ``limit`` a second; one that does is counted."""
        now = self._monotonic()
        while self._recent and self._recent[0] <= now - 1.0:
            self._recent.popleft()
        if len(self._recent) >= limit:
            return False
        self._recent.append(now)
        return True
