"""uvicorn's httptools protocol with what we need beyond it. Imported late: uvicorn costs time to load."""

from __future__ import annotations

import asyncio
import logging
import re

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from sinch_voice_emulator.runtime.bridge import TARGET, Bridge, StartResponse
from sinch_voice_emulator.runtime.loops import ServerLoop

MAX_HEAD = 64 * 1024
_UPGRADE = re.compile(rb"\r\nupgrade:", re.IGNORECASE)
MALFORMED = "The request is not valid HTTP/1.1"


class HeadTooLarge(Exception):
    """The request line and headers together are larger than ``MAX_HEAD``."""


class Connection(HttpToolsProtocol):
    """One client's connection. Keeps the raw request target, bounds the head, answers malformed requests in our error shape."""

    _head = 0

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
        self.scope[TARGET] = self.url  # type: ignore[literal-required]
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Bytes arrived. An offer to upgrade (Java offers h2c) is hidden from the parser, which would drop the body."""
        if b"pgrade:" in data and not self._in_body():
            head, blank, rest = data.partition(b"\r\n\r\n")
            data = _UPGRADE.sub(b"\r\nx-upgrade:", head) + blank + rest
        super().data_received(data)

    def _in_body(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and cycle.more_body

    def _count(self, *parts: bytes) -> None:
        self._head += sum(map(len, parts)) + 4
        if self._head > MAX_HEAD:
            raise HeadTooLarge

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - our message is the better one
        """Answer what is not HTTP, and close."""
        bridge = self.config.app
        assert isinstance(bridge, Bridge)
        start = StartResponse()
        body = b"".join(bridge.error(400, MALFORMED)({"REQUEST_METHOD": "GET"}, start))
        head = [f"HTTP/1.1 {start.status} Bad Request".encode(), *(b": ".join(header) for header in start.headers)]
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
