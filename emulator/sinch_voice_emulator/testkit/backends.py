"""Where callbacks go in a test: a WSGI app, an ASGI app, a function, or a URL.

Everything but a URL runs in this process and sees the same signed request that would come over HTTP. A WSGI app and a plain
function run in the thread of whoever waits, so that database transactions of a test are visible to them. An ASGI app runs on
the test's own loop (``AsyncSinchVoice``) or on a loop of ours, with its lifespan (``SinchVoice``).
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.delivery import Delivery
from sinch_voice_emulator.model.instants import SECOND
from sinch_voice_emulator.runtime.clocks import real_perf_counter
from sinch_voice_emulator.runtime.exchanges import Exchange, Outcome
from sinch_voice_emulator.runtime.ports import Answer, Failure, FailureKind
from sinch_voice_emulator.settings import parsers
from sinch_voice_emulator.testkit.asgi import call_asgi
from sinch_voice_emulator.testkit.background import BackgroundLoop
from sinch_voice_emulator.testkit.patience import OutOfTime, being_debugged, within
from sinch_voice_emulator.testkit.swallowed import overheard
from sinch_voice_emulator.testkit.wsgi import call_wsgi

Kind: TypeAlias = Literal["wsgi", "asgi", "function", "url"]
Target: TypeAlias = str | Callable[..., Any]
SendOverHttp: TypeAlias = "Callable[[Exchange], Future[Outcome]]"

ORIGIN = "http://testserver"
"""Where backends in this process seem to live. Django allows this host in tests, and Starlette's test client uses it too."""


class Backend(Protocol):
    """Takes the callbacks of one application.

    ``url`` is what becomes the application's callback URL. ``awaits``: it runs on the loop of a test that has one.
    """

    url: str
    awaits: bool

    def post(self, exchange: Exchange) -> Outcome:
        """Exchange one request, in a thread that may block."""
        ...

    async def post_async(self, exchange: Exchange) -> Outcome:
        """Exchange one request, on the running loop."""
        ...

    def close(self) -> None:
        """Let go of what the target needed."""
        ...


@dataclass(slots=True)
class _Seen:
    """One exchange with a target in this process, as it went."""

    exchange: Exchange
    answer: Answer | None = None
    late: bool = False

    def outcome(self) -> Outcome:
        """What the platform sees of it."""
        if self.late or self.answer is None:
            seconds = self.exchange.timeout / SECOND
            return Failure(FailureKind.TIMEOUT, f"{self.exchange.url} did not answer within {seconds:g} s")
        return self.answer


class InProcess:
    """A target in this process.

    ``raised`` holds what it raised, with the delivery it was handling; ``late`` what it did not answer in time.
    """

    awaits = False

    def __init__(self, path: str) -> None:
        self.url = f"{ORIGIN}{path}"
        self.raised: list[tuple[Delivery, Exception]] = []
        self.late: list[Exchange] = []

    def post(self, exchange: Exchange) -> Outcome:
        """What the target answers."""
        with self._watched(exchange) as seen:
            seen.answer = self._call(exchange)
        return seen.outcome()

    async def post_async(self, exchange: Exchange) -> Outcome:
        """What the target answers."""
        with self._watched(exchange) as seen:
            seen.answer = await within(exchange.timeout / SECOND, self._call_async(exchange))
        return seen.outcome()

    def close(self) -> None:
        """Nothing to let go of."""

    @contextmanager
    def _watched(self, exchange: Exchange) -> Iterator[_Seen]:
        """Take down what the target raises, and whether it is late."""
        seen, begun = _Seen(exchange), real_perf_counter()
        with overheard() as swallowed:
            try:
                yield seen
            except OutOfTime:
                seen.late = True
            except Exception as fault:
                seen.answer = _failed(fault)
                swallowed[:] = [fault]
        if real_perf_counter() - begun >= exchange.timeout / SECOND and not being_debugged():
            seen.late = True
        if seen.late:
            self.late.append(exchange)
        self.raised += [(exchange.delivery, fault) for fault in swallowed]

    def _call(self, exchange: Exchange) -> Answer:
        raise NotImplementedError

    async def _call_async(self, exchange: Exchange) -> Answer:
        return self._call(exchange)


class WsgiBackend(InProcess):
    """A WSGI app: Flask, Django, Bottle ..."""

    def __init__(self, app: Callable[..., Any], path: str) -> None:
        super().__init__(path)
        self._app = app

    def _call(self, exchange: Exchange) -> Answer:
        return call_wsgi(self._app, exchange)


class AsgiBackend(InProcess):
    """An ASGI app: FastAPI, Starlette, Django's ASGI handler, Quart ..."""

    awaits = True

    def __init__(self, app: Callable[..., Any], path: str, loop: BackgroundLoop | None = None) -> None:
        super().__init__(path)
        self._app = app
        self._loop = loop
        self._shared = loop is not None

    def _call(self, exchange: Exchange) -> Answer:
        if self._loop is None:
            self._loop = BackgroundLoop.with_app(self._app)
        return self._loop.run(call_asgi(self._app, exchange, self._loop.state), exchange.timeout / SECOND)

    async def _call_async(self, exchange: Exchange) -> Answer:
        return await call_asgi(self._app, exchange)

    def close(self) -> None:
        """Shut the app down and end the loop, unless others use it."""
        if self._loop is not None and not self._shared:
            self._loop.close()
            self._loop = None


class FunctionBackend(InProcess):
    """A function from the event to SVAML (``None``: an empty answer); a coroutine function will do as well."""

    def __init__(self, function: Callable[[dict[str, Any]], Any], path: str) -> None:
        super().__init__(path)
        self.awaits = inspect.iscoroutinefunction(function)
        self._function = function
        self._loop: BackgroundLoop | None = None

    def _call(self, exchange: Exchange) -> Answer:
        said = self._function(json.loads(exchange.body))
        if inspect.isawaitable(said):
            self._loop = self._loop or BackgroundLoop()
            said = self._loop.run(_awaited(said), exchange.timeout / SECOND)
        return answer_of(said)

    async def _call_async(self, exchange: Exchange) -> Answer:
        said = self._function(json.loads(exchange.body))
        return answer_of(await said if inspect.isawaitable(said) else said)

    def close(self) -> None:
        """End the loop, if a coroutine function needed one."""
        if self._loop is not None:
            self._loop.close()
            self._loop = None


class UrlBackend:
    """A server somewhere else. ``send`` posts on the emulator's own server, which is started for it."""

    awaits = False

    def __init__(self, url: str, send: SendOverHttp) -> None:
        self.url = url
        self._send = send

    def post(self, exchange: Exchange) -> Outcome:
        """Wait for the answer."""
        return self._send(exchange).result()

    async def post_async(self, exchange: Exchange) -> Outcome:
        """Wait for the answer."""
        import asyncio

        return await asyncio.wrap_future(self._send(exchange))

    def close(self) -> None:
        """Nothing to let go of."""


class HostedApp:
    """An ASGI app that has started up on a loop of ours, for many accounts at once; see ``hosted``."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app = app
        self.loop = BackgroundLoop.with_app(app)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@contextmanager
def hosted(target: Target | None) -> Iterator[Target | None]:
    """A target that many accounts can have at once: an ASGI app starts up once, and shuts down at the end."""
    if target is None or isinstance(target, str) or kind_of(target) != "asgi":
        yield target
        return
    app = HostedApp(target)
    try:
        yield app
    finally:
        app.loop.close()


def backend_for(target: Target, path: str, kind: Kind | None, send: SendOverHttp) -> Backend:
    """The backend for a target of whatever kind. Raises ``BadRequest`` where nobody can tell what it is."""
    if not path.startswith("/"):
        raise BadRequest(f"the path of a callback route begins with a slash, and {path!r} does not")
    kind = kind or kind_of(target)
    if isinstance(target, str):
        if kind != "url":
            raise BadRequest(f"{target!r} is a text, so it is a URL and no {kind}; hand over the app itself")
        return UrlBackend(target, send)
    if isinstance(target, HostedApp):
        return AsgiBackend(target.app, path, target.loop)
    if kind == "wsgi":
        return WsgiBackend(target, path)
    return AsgiBackend(target, path) if kind == "asgi" else FunctionBackend(target, path)


def kind_of(target: object) -> Kind:
    """What a target is, by what it can be called with: one argument, two (WSGI) or three (ASGI)."""
    if isinstance(target, str):
        try:
            parsers.url(target)
        except ValueError as error:
            raise BadRequest(f"{target!r} is not a URL: it {error}, such as http://127.0.0.1:5000/voice") from None
        return "url"
    if not callable(target):
        raise BadRequest(f"callbacks go to a WSGI app, an ASGI app, a URL or a function, and {target!r} is none of them")
    try:
        parameters = list(inspect.signature(target).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = sum(1 for one in parameters if one.kind in plain and one.default is inspect.Parameter.empty)
    kinds: dict[int, Kind] = {1: "function", 2: "wsgi", 3: "asgi"}
    if needed not in kinds:
        raise BadRequest(
            f"{target!r} does not show by its parameters what it is; say so: "
            'deliver_to(app, kind="wsgi"), "asgi" or "function" (which takes the event and returns SVAML)'
        )
    return kinds[needed]


def _failed(fault: Exception) -> Answer:
    """What a web server answers for an application that raises."""
    return Answer(500, (("content-type", "text/plain"),), f"{type(fault).__name__}: {fault}".encode())


async def _awaited(said: Awaitable[Any]) -> Any:
    return await said


def answer_of(said: object) -> Answer:
    """What a function says, as an answer: SVAML, bytes, a whole answer, or nothing."""
    if said is None:
        return Answer(200)
    if isinstance(said, Answer):
        return said
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return Answer(200, (("content-type", "application/json"),), body)
