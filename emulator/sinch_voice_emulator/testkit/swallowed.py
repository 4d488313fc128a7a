"""What a framework swallows: exceptions for which it answers 500 by itself, so that nobody who called the app sees them.

Flask and Django say so in a signal each. Whoever did not load them pays nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any

_REQUEST: ContextVar[object] = ContextVar("sinch_voice_request", default=None)
"""Whose exceptions they are: other requests may be served in this process at the same time. Threads of a pool inherit it."""


@contextmanager
def overheard() -> Iterator[list[Exception]]:
    """Exceptions that a framework answers for while this lasts, oldest first."""
    found: list[Exception] = []
    mine = object()

    def heard(exception: object) -> None:
        if _REQUEST.get() is mine and isinstance(exception, Exception) and exception not in found:
            found.append(exception)

    token = _REQUEST.set(mine)
    try:
        with ExitStack() as connected:
            for module, connect in _FRAMEWORKS.items():
                if module in sys.modules:
                    connected.callback(connect(sys.modules[module], heard))
            yield found
    finally:
        _REQUEST.reset(token)


def _flask(signals: Any, heard: Callable[[object], None]) -> Callable[[], None]:
    def told(_sender: object, exception: object = None, **_more: object) -> None:
        heard(exception)

    signals.got_request_exception.connect(told)
    return lambda: signals.got_request_exception.disconnect(told)


def _django(signals: Any, heard: Callable[[object], None]) -> Callable[[], None]:
    def told(sender: object = None, **_more: object) -> None:
        del sender
        heard(sys.exc_info()[1])

    signals.got_request_exception.connect(told, weak=False)
    return lambda: signals.got_request_exception.disconnect(told) and None


_FRAMEWORKS: dict[str, Callable[[Any, Callable[[object], None]], Callable[[], None]]] = {
    "flask.signals": _flask,
    "django.core.signals": _django,
}
