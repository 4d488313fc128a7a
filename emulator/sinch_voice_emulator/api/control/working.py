"""Requests that take longer than a handler may: done in a thread of their own, while the request waits on the loop."""

from __future__ import annotations

import threading
from collections.abc import Callable

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.errors import error_response, shaped
from sinch_voice_emulator.runtime.deferred import Unsubscribe

TIMEOUT = 60.0


class Working:
    """A long poll for what ``work`` answers. ``late`` answers when time is up, ``left`` is told when nobody waits any more."""

    def __init__(
        self,
        work: Callable[[], Response],
        timeout: float = TIMEOUT,
        late: Callable[[], Response] | None = None,
        left: Callable[[], None] = lambda: None,
    ) -> None:
        self.timeout = timeout
        self._work = work
        self._late = late
        self._left = left
        self._response: Response | None = None
        self._wake: Callable[[], None] = lambda: None
        threading.Thread(target=self._run, name="sinch-voice-control", daemon=True).start()

    def ready(self) -> Response | None:
        """What it came to, if it is over."""
        return self._response

    def expired(self) -> Response:
        """What there is by now."""
        if self._response is None and self._late is not None:
            return self._late()
        return self._response or shaped(503, f"it takes more than {self.timeout:g} s; ask again")

    def subscribe(self, wake: Callable[[], None]) -> Unsubscribe:
        """Be told when it is over."""
        self._wake = wake

        def unsubscribe() -> None:
            self._wake = lambda: None
            if self._response is None:
                self._left()

        return unsubscribe

    def _run(self) -> None:
        try:
            self._response = self._work()
        except Exception as error:
            self._response = error_response(error)
        self._wake()
