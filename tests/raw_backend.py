"""A backend on a raw asyncio socket, for answers that no proper server would give."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came over the wire. Header names in lower case."""

    target: str
    headers: dict[str, str]
    body: bytes


Answering = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class RawBackend:
    """Where it is and what it received."""

    port: int
    scheme: str = "http"
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/cb", host: str = "127.0.0.1") -> str:
        """A callback URL."""
        return f"{self.scheme}://{host}:{self.port}{path}"


def saying(answer: bytes, *, hang_up: bool = False) -> Answering:
    """Always the same bytes."""

    async def say(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        if hang_up:
            writer.close()

    return say


@asynccontextmanager
async def backend(answer: Answering, tls: ssl.SSLContext | None = None, greeting: bytes = b"") -> AsyncIterator[RawBackend]:
    """A backend that answers each request with ``answer``; with a ``greeting`` it says that at once and hangs up."""
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.connections += 1
        writers.add(writer)
        try:
            if greeting:
                return writer.write(greeting)
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                running.received.append(Received(head[0].split(" ")[1], headers, body))
                await answer(running.received[-1], writer)
            return None
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            return None
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    running = RawBackend(server.sockets[0].getsockname()[1], "https" if tls else "http")
    try:
        yield running
    finally:
        server.close()
        for writer in writers:
            writer.close()
