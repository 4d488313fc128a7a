"""uvicorn's httptools protocol with what we need beyond it. Imported late: uvicorn costs time to load."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from sinch_voice_emulator.runtime.bridge import TARGET, Bridge, StartResponse
from sinch_voice_emulator.runtime.handshakes import Handshakes
from sinch_voice_emulator.runtime.loops import ServerLoop
from sinch_voice_emulator.runtime.tunnels import Judge, Tunnel

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MAX_HEAD = 64 * 1024
_UPGRADE = re.compile(rb"\r\nupgrade:", re.IGNORECASE)
MALFORMED = "The request is not valid HTTP/1.1"
NO_PROXY = "This server is no proxy"
HASTE = "CONNECT needs a connection on which everything has been answered, and its own answer before anything follows"
OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"


class HeadTooLarge(Exception):
    """The request line and headers together are larger than ``MAX_HEAD``."""


@dataclass(frozen=True, slots=True)
class Common:
    """What the connections of one server share."""

    config: Config
    state: ServerState
    loop: ServerLoop
    handshakes: Handshakes
    judge: Judge | None = None

    def connection(self, environ: Mapping[str, object]) -> Connection:
        """A connection that is not connected yet. ``environ`` is added to that of each of its requests."""
        return Connection(self, environ)


class Connection(HttpToolsProtocol):
    """One client's connection. Keeps the raw request target, bounds the head, answers malformed requests in our error shape."""

    _head = 0
    _asks_for_tunnel = False

    def __init__(self, common: Common, environ: Mapping[str, object]) -> None:
        super().__init__(common.config, common.state, dict(environ), common.loop)
        self._common = common

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client connected; its socket goes to the foreground."""
        if isinstance(self.loop, ServerLoop):
            self.loop.paced.in_background(transport.get_extra_info("socket").fileno(), False)
        super().connection_made(transport)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._head = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Part of the request target."""
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer of a chunked body."""
        self._count(name, value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is complete: the request can be handled."""
        if self.parser.get_method() == b"CONNECT":
            self._asks_for_tunnel = True
            return
        self.scope[TARGET] = self.url  # type: ignore[literal-required]
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Bytes arrived. An offer to upgrade (Java offers h2c) is hidden from the parser, which would drop the body."""
        if b"pgrade:" in data and not self._in_body():
            head, blank, rest = data.partition(b"\r\n\r\n")
            data = _UPGRADE.sub(b"\r\nx-upgrade:", head) + blank + rest
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._connect(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response(MALFORMED)

    def on_message_complete(self) -> None:
        """The request is complete."""
        if not self._asks_for_tunnel:
            super().on_message_complete()

    def _connect(self, early: bytes) -> None:
        """Answer CONNECT: from now on this connection is one to us under another name, or it ends. ``early`` came behind it."""
        target = self.url.decode("ascii", "replace")
        judge = self._common.judge
        if judge is None:
            return self._refuse(self._bridge.error(501, NO_PROXY))
        judged = judge(target, self.app_state)
        if not isinstance(judged, Tunnel):
            return self._refuse(judged, spoken=True)
        inner = self._common.connection(judged.environ)
        if (early and judged.tls is not None) or self._busy():
            return self._refuse(self._bridge.error(400, HASTE))
        self.connections.discard(self)
        self.transport.write(OPEN)
        if judged.tls is not None:
            return self._common.handshakes.begin(self.transport, judged.tls, inner)
        self.transport.set_protocol(inner)
        inner.connection_made(self.transport)
        return inner.data_received(early)

    def _busy(self) -> bool:
        """Whether an earlier request has not been answered yet."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    @property
    def _bridge(self) -> Bridge:
        bridge = self.config.app
        assert isinstance(bridge, Bridge)
        return bridge

    def _in_body(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and cycle.more_body

    def _count(self, *parts: bytes) -> None:
        self._head += sum(map(len, parts)) + 4
        if self._head > MAX_HEAD:
            raise HeadTooLarge

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - our message is the better one
        """Answer what is not HTTP, and close."""
        self._refuse(self._bridge.error(400, MALFORMED))

    def _refuse(self, app: WSGIApplication, *, spoken: bool = False) -> None:
        """Answer outside the usual way, and close. ``spoken``: the application has words of its own for the status line."""
        start = StartResponse()
        body = b"".join(app({"REQUEST_METHOD": "GET"}, start))
        reason = start.reason if spoken else HTTPStatus(start.status).phrase
        head = [
            f"HTTP/1.1 {start.status} {reason}".encode("latin-1"),
            *(b": ".join(one) for one in start.headers),
        ]
        self.transport.write(b"\r\n".join([*head, b"connection: close", b"", body]))
        self.transport.close()


def make_config(bridge: Bridge, keep_alive: int) -> Config:
    """The part of uvicorn's configuration its protocol looks at."""
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    config = Config(
        bridge,
        http=Connection,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=keep_alive,
    )
    config.load()
    return config
