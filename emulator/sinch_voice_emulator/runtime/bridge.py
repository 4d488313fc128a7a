"""From the HTTP server (ASGI) to the Flask application (WSGI), inline on the event loop.

Handlers never block, so they need no threads; what has to wait is left in the environ as a ``Deferred`` or an ``EventStream``
and waited for here. A response's ``close()`` is called after its last byte was handed to the socket.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from email.utils import formatdate
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from sinch_voice_emulator.runtime.deferred import DEFERRED, SERVER, TOO_LARGE, Deferred, Environ, EventStream
from sinch_voice_emulator.runtime.freezing import wall_ns

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MAX_BODY = 1024 * 1024
MAX_WAITING = 256
MAX_STREAMS = 64
HEARTBEAT_SECONDS = 15.0
TARGET = "sinch_voice.target"
"""Scope key under which the protocol leaves the raw request target."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
HeaderList = list[tuple[bytes, bytes]]
ErrorResponse = Callable[[int, str], "WSGIApplication"]

log = logging.getLogger(__name__)


def plain_error(status: int, message: str) -> WSGIApplication:
    """An error in the shape of the Voice API, for an application that brings none of its own."""
    body = json.dumps({"errorCode": status * 100, "message": message, "reference": ""}).encode()

    def app(environ: Environ, start_response: Any) -> Iterable[bytes]:
        start_response(f"{status} Error", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    return app


class Bridge:
    """The ASGI application. At most ``max_waiting`` long polls and ``max_streams`` event streams at a time."""

    def __init__(
        self,
        app: WSGIApplication,
        error: ErrorResponse = plain_error,
        *,
        max_body: int = MAX_BODY,
        max_waiting: int = MAX_WAITING,
        max_streams: int = MAX_STREAMS,
    ) -> None:
        self._app = app
        self.error = error
        self._max_body = max_body
        self._max_waiting = max_waiting
        self._max_streams = max_streams
        self._polls: set[_Wait] = set()
        self._streams: set[_Wait] = set()
        self._closing = False
        self._date = (0, b"")

    def close(self) -> None:
        """The server stops: long polls are answered, streams end."""
        self._closing = True
        for waiting in self._polls | self._streams:
            waiting.event.set()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        environ = environ_of(scope)
        body = await self._body(environ, receive)
        if body is None:
            return
        environ["CONTENT_LENGTH"] = str(len(body))
        environ["wsgi.input"] = BytesIO(body)
        await self._respond(self._app, environ, receive, send)

    async def _body(self, environ: Environ, receive: Receive) -> bytes | None:
        """The body, empty when it is too large; ``None`` when the client is gone. What is not read here, the server drains."""
        declared = environ.get("CONTENT_LENGTH", "")
        if not declared and "HTTP_TRANSFER_ENCODING" not in environ:
            return b""
        if declared.isascii() and declared.isdigit() and (len(declared) > 18 or int(declared) > self._max_body):
            environ[TOO_LARGE] = True
            return b""
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts.append(message["body"])
            size += len(message["body"])
            if size > self._max_body:
                environ[TOO_LARGE] = True
                return b""
            if not message["more_body"]:
                return b"".join(parts)

    async def _respond(self, app: WSGIApplication, environ: Environ, receive: Receive, send: Send) -> None:
        start = StartResponse()
        try:
            result = app(environ, start)
        except Exception:
            log.exception("%s %s failed", environ["REQUEST_METHOD"], environ["REQUEST_URI"])
            start = StartResponse()
            result = self.error(500, "Internal error: this is a fault of the emulator")(environ, start)
        deferred = environ.pop(DEFERRED, None)
        try:
            if isinstance_stream(deferred):
                await self._stream(deferred, start, environ, receive, send)
            elif deferred is None:
                await self._send(start, result, environ, send)
        except Exception:
            log.exception("%s %s failed in the middle of its response", environ["REQUEST_METHOD"], environ["REQUEST_URI"])
            raise
        finally:
            _close(result, environ)
        if deferred is not None and not isinstance_stream(deferred):
            await self._poll(deferred, environ, receive, send)

    async def _send(self, start: StartResponse, result: Iterable[bytes], environ: Environ, send: Send) -> None:
        chunks = iter(result)
        chunk = next(chunks, b"")
        await send(self._head(start, environ))
        for following in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await asyncio.sleep(0)
            chunk = following
        await send({"type": "http.response.body", "body": chunk, "more_body": False})

    def _head(self, start: StartResponse, environ: Environ) -> Message:
        now = wall_ns() // 1_000_000_000
        if self._date[0] != now:
            self._date = (now, formatdate(now, usegmt=True).encode())
        headers = [*start.headers, (b"date", self._date[1])]
        if TOO_LARGE in environ and "HTTP_EXPECT" in environ:
            headers.append((b"connection", b"close"))
        return {"type": "http.response.start", "status": start.status, "headers": headers}

    async def _poll(self, deferred: Deferred, environ: Environ, receive: Receive, send: Send) -> None:
        if len(self._polls) >= self._max_waiting:
            message = f"Too many requests are waiting: at most {self._max_waiting} at a time"
            return await self._respond(self.error(503, message), environ, receive, send)
        with _Wait(self._polls, deferred, receive) as waiting:
            loop = asyncio.get_running_loop()
            end = loop.time() + deferred.timeout
            response = deferred.ready()
            while response is None and not waiting.gone:
                if self._closing or not await waiting.woken(end - loop.time()):
                    response = deferred.expired()
                    break
                response = deferred.ready()
        if response is not None:
            await self._respond(response, environ, receive, send)
        return None

    async def _stream(self, events: EventStream, start: StartResponse, environ: Environ, receive: Receive, send: Send) -> None:
        if len(self._streams) >= self._max_streams:
            message = f"Too many event streams are open: at most {self._max_streams} at a time"
            return await self._respond(self.error(503, message), environ, receive, send)
        with _Wait(self._streams, events, receive) as waiting:
            await send(self._head(start, environ))
            while not (self._closing or waiting.gone):
                ready = events.next_chunks()
                if ready is None:
                    break
                if not ready:
                    ready = [] if await waiting.woken(HEARTBEAT_SECONDS) else [events.heartbeat]
                if ready:
                    await send({"type": "http.response.body", "body": b"".join(ready), "more_body": True})
                    await asyncio.sleep(0)
        return await send({"type": "http.response.body", "body": b"", "more_body": False})


def _close(result: object, environ: Environ) -> None:
    """Do what was put off until the response was sent; the client has nothing to do with what becomes of that."""
    try:
        if (close := getattr(result, "close", None)) is not None:
            close()
    except Exception:
        log.exception("%s %s failed after its response", environ["REQUEST_METHOD"], environ["REQUEST_URI"])


def isinstance_stream(deferred: object) -> bool:
    """Whether what a handler left is an event stream rather than a long poll."""
    return hasattr(deferred, "next_chunks")


class StartResponse:
    """Collects what the application says before its body (``start_response``)."""

    def __init__(self) -> None:
        self.status = 500
        self.reason = ""
        self.headers: HeaderList = []

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], object]:  # noqa: ARG002
        self.status = int(status[:3])
        self.reason = status[4:]
        self.headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return _no_write


def _no_write(_: bytes) -> object:
    raise NotImplementedError("the write() callable of WSGI is not supported; return the body instead")


class _Wait:
    """One request that waits: woken by its subject from any thread, by its client's leaving, or by the server's end."""

    def __init__(self, others: set[_Wait], subject: Deferred | EventStream, receive: Receive) -> None:
        self.event = asyncio.Event()
        self.gone = False
        self._others = others
        self._subject = subject
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()

    def __enter__(self) -> _Wait:
        self._others.add(self)
        self._unsubscribe = self._subject.subscribe(self._wake)
        self._watch = self._loop.create_task(self._watch_client())
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.cancel()
        self._unsubscribe()
        self._others.discard(self)

    async def woken(self, seconds: float) -> bool:
        """Wait for a wake-up; false when it did not come in time."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self.event.wait()
        except TimeoutError:
            return False
        self.event.clear()
        return True

    def _wake(self) -> None:
        if threading.get_ident() == self._thread:
            self.event.set()
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.event.set)

    async def _watch_client(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self.event.set()


def environ_of(scope: Any) -> Environ:
    """The WSGI environ of a request, without its body. ``RAW_URI`` and ``REQUEST_URI`` are the request target as sent.

    What the listener adds to the environ of each of its requests is the scope's ``state``.
    """
    target = scope[TARGET].decode("latin-1")
    server = scope["server"] or ("", 0)
    client = scope["client"] or ("", 0)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "RAW_URI": target,
        "REQUEST_URI": target,
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        SERVER: True,
        **scope.get("state", {}),
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1")
        key = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
        if key in environ:
            value = environ[key] + ("; " if key == "HTTP_COOKIE" else ",") + value
        environ[key] = value
    return environ
