"""A port that is taken before a server is there: its URL can be told, and whoever connects first has the server started."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from collections.abc import Callable

from sinch_voice_emulator.runtime.server import Listener, take, url_of

log = logging.getLogger(__name__)


class Doorbell:
    """Takes any free port at ``host`` and waits there, in a thread. ``answer`` is called once, when somebody connects.

    Connections wait until the port is served, by the ``Listener`` to which it is given: the one at ``index`` of several.
    """

    def __init__(self, host: str, answer: Callable[[], object], index: int = 0) -> None:
        self.index = index
        self._taken = take(Listener(host))
        self.url = url_of(Listener(host), self._taken)
        self._answer = answer
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._wait, name="sinch-voice-doorbell", daemon=True)
        self._thread.start()

    def take_down(self) -> socket.socket:
        """Wait no longer; the port, which stays taken."""
        self._wake.close()
        return self._taken

    def close(self) -> None:
        """Wait no longer, and give the port up."""
        self.take_down()
        if self._thread is not threading.current_thread():
            self._thread.join(1.0)
        self._taken.close()

    def _wait(self) -> None:
        with selectors.DefaultSelector() as selector, self._woken:
            selector.register(self._taken, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            ready = [key.fileobj for key, _ in selector.select()]
        if self._woken in ready:
            return
        try:
            self._answer()
        except Exception:
            log.exception("the server could not be started")
