"""One request to an ASGI app, and its lifespan."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.runtime.exchanges import Exchange
from sinch_voice_emulator.runtime.ports import Answer

Asgi: TypeAlias = Callable[..., Awaitable[None]]
_VERSIONS = {"version": "3.0", "spec_version": "2.4"}
_NOTHING: Mapping[str, Any] = {}


def scope_of(exchange: Exchange, state: Mapping[str, Any]) -> dict[str, Any]:
    """The ASGI scope of a request. ``state`` is what the app's lifespan left for its requests."""
    parts = urlsplit(exchange.url)
    path = parts.path or "/"
    headers = [(b"host", parts.netloc.encode()), (b"content-length", str(len(exchange.body)).encode())]
    headers += [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in exchange.headers]
    return {
        "type": "http",
        "asgi": _VERSIONS,
        "http_version": "1.1",
        "method": "POST",
        "scheme": parts.scheme,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50_000),
        "server": (parts.hostname or "testserver", parts.port or 80),
        "state": dict(state),
    }


async def call_asgi(app: Asgi, exchange: Exchange, state: Mapping[str, Any] = _NOTHING) -> Answer:
    """What the app answers, once it is through with its background tasks too. Raises what the app raises."""
    finished = asyncio.Event()
    requests = [{"type": "http.request", "body": exchange.body, "more_body": False}]
    heads: list[dict[str, Any]] = []
    chunks: list[bytes] = []

    async def receive() -> dict[str, Any]:
        if requests:
            return requests.pop()
        await finished.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            heads.append(message)
        elif message["type"] == "http.response.body":
            chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                finished.set()

    await app(scope_of(exchange, state), receive, send)
    if not heads:
        raise EmulatorError("the ASGI app returned without answering the callback")
    headers = tuple((bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in heads[0]["headers"])
    return Answer(heads[0]["status"], headers, b"".join(chunks))


class Lifespan:
    """An app between startup and shutdown. An app that knows no lifespan goes without."""

    def __init__(self, app: Asgi) -> None:
        self.state: dict[str, Any] = {}
        self._app = app
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def enter(self) -> None:
        """Start the app up. Raises what it says went wrong."""
        self._task = asyncio.get_running_loop().create_task(self._run())
        await self._exchange("lifespan.startup")

    async def leave(self) -> None:
        """Shut the app down."""
        if self._task is not None and not self._task.done():
            await self._exchange("lifespan.shutdown")
            await self._task

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": _VERSIONS, "state": self.state}
        try:
            await self._app(scope, self._told.get, self._said.put)
        except Exception:
            await self._said.put({"type": "unsupported"})

    async def _exchange(self, message: str) -> None:
        await self._told.put({"type": message})
        answer = await self._said.get()
        if answer["type"].endswith(".failed"):
            why = str(answer.get("message", "")).strip().rpartition("\n")[2]
            raise EmulatorError(f"the ASGI app failed at {message}: {why or 'it gave no reason'}")
