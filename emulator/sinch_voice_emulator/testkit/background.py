"""An event loop in a thread of its own, for ASGI apps and coroutine functions in tests that are not asynchronous."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from sinch_voice_emulator.testkit.asgi import Asgi, Lifespan

T = TypeVar("T")


class BackgroundLoop:
    """Runs coroutines one at a time while the calling thread waits."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._lifespan: Lifespan | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="sinch-voice-app", daemon=True)
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

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """What a coroutine returns, or what it raises."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def enter_lifespan(self, app: Asgi) -> None:
        """Start an app up; it is shut down with the loop."""
        lifespan = Lifespan(app)
        self.run(lifespan.enter())
        self._lifespan = lifespan

    @property
    def state(self) -> dict[str, Any]:
        """What the app's lifespan left for its requests."""
        return self._lifespan.state if self._lifespan is not None else {}

    def close(self) -> None:
        """Shut the app down, cancel what it left behind and end the thread."""
        try:
            if self._lifespan is not None:
                self.run(self._lifespan.leave())
        finally:
            self.run(_cancel_the_rest())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


async def _cancel_the_rest() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
