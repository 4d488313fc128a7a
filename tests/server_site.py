"""An application for the tests of the server: echoes, waits, streams and faults; and clients to look at it with."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask, request
from werkzeug.wrappers import Response

from sinch_voice_emulator.runtime.bridge import Bridge
from sinch_voice_emulator.runtime.deferred import TOO_LARGE, defer, stream
from sinch_voice_emulator.runtime.server import Listener, Server

ONE_SECOND = 1.0


class Door:
    """A long poll that is answered when somebody knocks."""

    def __init__(self, timeout: float = 30.0) -> None:
        self.timeout = timeout
        self.open = False
        self.waiting = threading.Event()
        self.left = threading.Event()
        self._wakes: list[Callable[[], None]] = []

    def knock(self) -> None:
        """Let everybody in."""
        self.open = True
        for wake in tuple(self._wakes):
            wake()

    def ready(self) -> Response | None:
        """The response when somebody knocked."""
        return Response("open") if self.open else None

    def expired(self) -> Response:
        """The response when nobody did."""
        return Response("nobody came")

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Wait for a knock."""
        self._wakes.append(wake)
        self.waiting.set()

        def leave() -> None:
            self._wakes.remove(wake)
            self.left.set()

        return leave


class News:
    """An event stream fed by a test."""

    heartbeat = b": still here\n\n"

    def __init__(self) -> None:
        self.headers = {"Content-Type": "text/event-stream"}
        self.chunks: list[bytes] = []
        self.over = False
        self.waiting = threading.Event()
        self.left = threading.Event()
        self._wakes: list[Callable[[], None]] = []

    def tell(self, chunk: bytes, *, over: bool = False) -> None:
        """Send something."""
        self.chunks.append(chunk)
        self.over = over
        for wake in tuple(self._wakes):
            wake()

    def next_chunks(self) -> list[bytes] | None:
        """What there is."""
        ready, self.chunks = self.chunks, []
        return None if self.over and not ready else ready

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Wait for more."""
        self._wakes.append(wake)
        self.waiting.set()

        def leave() -> None:
            self._wakes.remove(wake)
            self.left.set()

        return leave


class Site:
    """The application under test and what it saw."""

    def __init__(self) -> None:
        self.app = Flask(__name__)
        self.door = Door()
        self.news = News()
        self.closed = threading.Event()
        self.environs: list[dict[str, Any]] = []
        self.app.add_url_rule("/echo", view_func=self.echo, methods=["GET", "POST"])
        self.app.add_url_rule("/fails", view_func=self.fails)
        self.app.add_url_rule("/wait", "wait", lambda: defer(request.environ, self.door))
        self.app.add_url_rule("/news", "news", lambda: stream(request.environ, self.news))
        self.app.add_url_rule("/pieces", "pieces", lambda: Response(self.pieces()))
        self.app.add_url_rule("/breaks", "breaks", lambda: Response(self.breaks()))
        self.app.add_url_rule("/closes-badly", view_func=self.closes_badly)

    def echo(self) -> Response:
        """Say what came."""
        if request.environ.get(TOO_LARGE):
            return Response("too large", status=413)
        response = Response(request.get_data(), mimetype="text/plain")
        response.call_on_close(self.closed.set)
        return response

    def fails(self) -> Response:
        """Never say anything."""
        raise RuntimeError("broken")

    def pieces(self) -> Iterator[bytes]:
        """A body in pieces."""
        yield from (b"one ", b"two ", b"three")

    def breaks(self) -> Iterator[bytes]:
        """A body that ends before its end."""
        yield from (b"one ", b"two ")
        raise RuntimeError("broken body")

    def closes_badly(self) -> Response:
        """What is to be done afterwards fails."""
        response = Response("fine")
        response.call_on_close(self.fails)
        return response

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.environs.append(environ)
        if environ["PATH_INFO"] == "/raises":
            raise RuntimeError("broken")
        return self.app.wsgi_app(environ, start_response)


@pytest.fixture
def site() -> Site:
    return Site()


@contextlib.contextmanager
def serving(site: Site, *listeners: Listener, **limits: Any) -> Iterator[Server]:
    """The site on a server of its own."""
    server = Server(Bridge(site, **limits), listeners or (Listener(),))
    server.start()
    try:
        yield server
    finally:
        server.stop()


def connect(server: Server, place: int = 0) -> http.client.HTTPConnection:
    """A client of one of the server's listeners."""
    parts = urlsplit(server.urls[place])
    assert parts.hostname is not None
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)


def get(server: Server, path: str, **options: Any) -> tuple[int, bytes]:
    """One request on a connection of its own."""
    with contextlib.closing(connect(server)) as client:
        client.request("GET", path, **options)
        response = client.getresponse()
        return response.status, response.read()


def raw(server: Server, data: bytes) -> bytes:
    """Everything the server answers to these bytes until it closes or the head of one answer and its body are there."""
    parts = urlsplit(server.urls[0])
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := sock.recv(65_536):
            received += chunk
        return received


def in_background(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Do something in a thread; its result is in the list when the thread ended."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    return thread, results
