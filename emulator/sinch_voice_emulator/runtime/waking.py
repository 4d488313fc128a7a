"""Telling whoever waits that something happened."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

Wake = Callable[[], None]

log = logging.getLogger(__name__)


class WakeList(list[Wake]):
    """Callbacks without arguments. They must not block, and may be called from any thread."""

    def subscribe(self, callback: Wake) -> Wake:
        """Add a callback; returns what removes it again."""
        self.append(callback)

        def forget() -> None:
            with suppress(ValueError):
                self.remove(callback)

        return forget

    def ring(self) -> None:
        """Call them all. One that fails is logged and keeps nobody else waiting."""
        for callback in tuple(self):
            try:
                callback()
            except Exception:
                log.exception("somebody who waits could not be woken")
