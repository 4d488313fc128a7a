"""An event loop in a thread of its own, for ASGI apps and coroutine functions in tests that are not asynchronous."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.runtime.loops import SteadyLoop
from sinch_voice_emulator.testkit.asgi import Asgi, Lifespan
from sinch_voice_emulator.testkit.patience import OutOfTime, being_debugged

T = TypeVar("T")

LIFESPAN_SECONDS = 30.0
"""How long an app may take to start up, and to shut down."""
CLOSING_SECONDS = 5.0
"""How long an app may take to be through with what it left behind; a thread that is stuck then is left to itself."""


class BackgroundLoop:
    """Runs coroutines one at a time while the calling thread waits."""

    def __init__(self) -> None:
        self._loop = SteadyLoop()
        self._lifespan: Lifespan | None = None
        self._thread = threading.Thread(target=self._serve, name="sinch-voice-app", daemon=True)
        self._thread.start()

    @classmethod
    def with_app(cls, app: Asgi) -> BackgroundLoop:
        """A loop with an app that has started up. Raises what the app says went wrong."""
        loop = cls()
        try:
            loop.enter_lifespan(app)
        except BaseException:
            loop.close()
            raise
        return loop

    def run(self, coroutine: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
        """What a coroutine returns, or what it raises; ``OutOfTime`` when that takes longer, and it is cancelled."""
        running = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return running.result(None if being_debugged() else seconds)
        except TimeoutError:
            if running.done() or being_debugged():
                return running.result()
            running.cancel()
            raise OutOfTime from None

    def enter_lifespan(self, app: Asgi) -> None:
        """Start an app up; it is shut down with the loop."""
        lifespan = Lifespan(app)
        self._patiently(lifespan.enter(), "lifespan.startup")
        self._lifespan = lifespan

    @property
    def state(self) -> dict[str, Any]:
        """What the app's lifespan left for its requests."""
        return self._lifespan.state if self._lifespan is not None else {}

    def close(self) -> None:
        """Shut the app down, cancel what it left behind and end the thread."""
        try:
            if self._lifespan is not None:
                self._patiently(self._lifespan.leave(), "lifespan.shutdown")
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(CLOSING_SECONDS)

    def _serve(self) -> None:
        try:
            self._loop.run_forever()
            self._loop.run_until_complete(_cancel_the_rest())
        finally:
            self._loop.close()

    def _patiently(self, coroutine: Coroutine[Any, Any, None], message: str) -> None:
        try:
            self.run(coroutine, LIFESPAN_SECONDS)
        except OutOfTime:
            raise EmulatorError(f"the ASGI app is not through with {message} after {LIFESPAN_SECONDS:g} s") from None


async def _cancel_the_rest() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=CLOSING_SECONDS)
