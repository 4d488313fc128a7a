"""Answers that are not ready yet: long polls and event streams, for a WSGI application that never blocks.

A handler makes a ``Deferred`` or an ``EventStream`` and returns what ``defer`` or ``stream`` gives it. On our own server the
wait then happens on the event loop and holds no thread; anywhere else (the test client of Flask) the handler's thread waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from werkzeug.wrappers import Response

from sinch_voice_emulator.runtime.clocks import real_monotonic

DEFERRED = "sinch_voice.deferred"
"""Environ key under which a handler leaves what is to be waited for."""

SERVER = "sinch_voice.server"
"""Environ key that is true on our own server."""

TOO_LARGE = "sinch_voice.body_too_large"
"""Environ key that is true when the request has more body than allowed; ``wsgi.input`` is empty then."""

Unsubscribe = Callable[[], None]
Environ = dict[str, Any]


class Deferred(Protocol):
    """A long poll. ``timeout`` is in wall-clock seconds."""

    timeout: float

    def ready(self) -> Response | None:
        """The response, if there is something to say by now. Must not block."""
        ...

    def expired(self) -> Response:
        """The response when the time is up or the server stops."""
        ...

    def subscribe(self, wake: Callable[[], None]) -> Unsubscribe:
        """Have ``wake`` called, from any thread, whenever ``ready`` should be asked again."""
        ...


class EventStream(Protocol):
    """A response that goes on until the client leaves, the server stops or the stream ends."""

    headers: dict[str, str]
    heartbeat: bytes
    """What is sent when there was nothing else for a while."""

    def next_chunks(self) -> list[bytes] | None:
        """What is to be sent now; empty when there is nothing yet, ``None`` when the stream is over. Must not block."""
        ...

    def subscribe(self, wake: Callable[[], None]) -> Unsubscribe:
        """Have ``wake`` called, from any thread, whenever there may be more."""
        ...


def defer(environ: Environ, deferred: Deferred) -> Response:
    """What a handler returns for a long poll."""
    response = deferred.ready()
    if response is not None:
        return response
    if environ.get(SERVER):
        environ[DEFERRED] = deferred
        return Response(status=204)
    return wait(deferred)


def wait(deferred: Deferred) -> Response:
    """Wait for a long poll in this thread."""
    event = threading.Event()
    end = real_monotonic() + deferred.timeout
    unsubscribe = deferred.subscribe(event.set)
    try:
        response = deferred.ready()
        while response is None:
            if not event.wait(max(0.0, end - real_monotonic())):
                return deferred.expired()
            event.clear()
            response = deferred.ready()
        return response
    finally:
        unsubscribe()


def stream(environ: Environ, events: EventStream) -> Response:
    """What a handler returns for an event stream."""
    if environ.get(SERVER):
        environ[DEFERRED] = events
        return Response(iter(()), status=200, headers=events.headers)  # no list: that would have a Content-Length of 0
    return Response(chunks(events), status=200, headers=events.headers)


def chunks(events: EventStream, heartbeat_seconds: float = 15.0) -> Iterator[bytes]:
    """The chunks of a stream, waiting for them in this thread."""
    event = threading.Event()
    unsubscribe = events.subscribe(event.set)
    try:
        while (ready := events.next_chunks()) is not None:
            yield from ready
            if not ready and not event.wait(heartbeat_seconds):
                yield events.heartbeat
            event.clear()
    finally:
        unsubscribe()
