"""Requests as bytes, handed to the application the way the server hands them over, without a socket in between."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from sinch_voice_emulator.api.app import create_app
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.runtime.bridge import TARGET, Bridge, Message

PATIENCE = 1.0
"""Seconds to wait for the beginning of an answer that is worked out in a thread."""

HeaderList = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class RawAnswer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class RawClient:
    """Sends any bytes to an emulator. A client that hardly waits: long polls and streams see it leave soon."""

    def __init__(self, emulator: Emulator) -> None:
        self._bridge = Bridge(create_app(emulator))
        self._runner = asyncio.Runner()

    def close(self) -> None:
        """End the loop."""
        self._runner.close()

    def ask(self, method: str, target: bytes, headers: Iterable[tuple[bytes, bytes]] = (), body: bytes = b"") -> RawAnswer:
        """One request. The length of the body is told unless ``headers`` tell one."""
        path, _, query = target.partition(b"?")
        sent = [(name.lower(), value) for name, value in headers]
        if body and not any(name in (b"content-length", b"transfer-encoding") for name, _ in sent):
            sent.append((b"content-length", str(len(body)).encode()))
        scope = {
            "method": method,
            "http_version": "1.1",
            "scheme": "http",
            "server": ("127.0.0.1", 8080),
            "client": ("127.0.0.1", 50_000),
            "raw_path": path,
            "query_string": query,
            "headers": sent,
            TARGET: target,
        }
        return self._runner.run(self._exchange(scope, body))

    async def _exchange(self, scope: object, body: bytes) -> RawAnswer:
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        answer, begun = RawAnswer(), asyncio.Event()

        async def receive() -> Message:
            if messages:
                return messages.pop(0)
            with suppress(TimeoutError):
                await asyncio.wait_for(begun.wait(), PATIENCE)
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            begun.set()
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode().lower(): value.decode("latin-1") for name, value in message["headers"]}
            else:
                answer.body += message["body"]

        await self._bridge(scope, receive, send)
        return answer
