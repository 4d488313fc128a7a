"""The HTTP server: uvicorn's httptools protocol on a loop of ours, several listeners, started and stopped in milliseconds."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import ssl
import threading
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.runtime.bridge import Bridge
from sinch_voice_emulator.runtime.handshakes import Greeter, Handshakes
from sinch_voice_emulator.runtime.loops import ServerLoop, calm_collector, raise_file_limit

if TYPE_CHECKING:
    from sinch_voice_emulator.runtime.protocol import Common
    from sinch_voice_emulator.runtime.tunnels import Judge

T = TypeVar("T")

BACKLOG = 2_048
KEEP_ALIVE_SECONDS = 75
GRACE_SECONDS = 0.5

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listener:
    """Where to listen. Port 0 is any free port. ``tls`` makes it HTTPS. ``environ`` is added to that of each request.

    ``taken`` is a port that was taken before, for this.
    """

    host: str = "127.0.0.1"
    port: int = 0
    tls: ssl.SSLContext | None = None
    environ: Mapping[str, object] = field(default_factory=dict)
    taken: socket.socket | None = None


class Service(Protocol):
    """Something that lives on the server's loop as long as the server does."""

    async def start(self) -> None:
        """Begin. Called on the loop before the first request."""
        ...

    async def stop(self) -> None:
        """End, within a fraction of a second. Called on the loop after the last request."""
        ...


class Server:
    """Serves a bridge on every listener. Use ``start`` and ``stop`` from any thread, or ``run`` in the main thread.

    ``judge`` decides on requests with the method CONNECT; without it the server is no proxy.
    """

    def __init__(
        self, bridge: Bridge, listeners: Sequence[Listener], services: Sequence[Service] = (), judge: Judge | None = None
    ) -> None:
        self._bridge = bridge
        self._judge = judge
        self._listeners = tuple(listeners)
        self._services = tuple(services)
        self._sockets: list[socket.socket] = []
        self._thread: threading.Thread | None = None
        self._loop: ServerLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None

    @property
    def urls(self) -> tuple[str, ...]:
        """Where the server can be reached from this machine, one URL per listener; none before the ports are taken."""
        return tuple(url_of(listener, sock) for listener, sock in zip(self._listeners, self._sockets, strict=False))

    def bind(self) -> None:
        """Take the ports. Raises ``EmulatorError`` with one sentence when that is impossible. ``start`` and ``run`` do it."""
        if self._sockets:
            return
        try:
            for listener in self._listeners:
                self._sockets.append(listener.taken or take(listener))
        except EmulatorError:
            self._release()
            raise

    def start(self) -> None:
        """Serve from a thread of its own; returns when requests are accepted. Does nothing where it serves already."""
        if self._loop is not None:
            return
        self.bind()
        self._thread = threading.Thread(target=self._run_in_thread, name="sinch-voice-emulator", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def stop(self) -> None:
        """Stop, within a second, whatever is open. Does nothing when the server does not run."""
        loop, stop = self._loop, self._stop
        if loop is not None and stop is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(stop.set)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
            self._thread = None

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Have something done on the server's loop, from any thread. Raises ``EmulatorError`` when the server does not run."""
        if self._loop is None:
            work.close()
            raise EmulatorError("the server does not run")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self) -> None:
        """Serve in the main thread until SIGINT or SIGTERM, or until ``stop`` is called. Takes the process for its own."""
        self.bind()
        calm_collector()
        with asyncio.Runner(loop_factory=ServerLoop) as runner:
            runner.run(self._serve(signals=True))

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait, in another thread, until requests are accepted."""
        return self._ready.wait(seconds)

    def _run_in_thread(self) -> None:
        try:
            with asyncio.Runner(loop_factory=ServerLoop) as runner:
                runner.run(self._serve(signals=False))
        except BaseException as failure:
            log.exception("the server failed")
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self, *, signals: bool) -> None:
        from uvicorn.server import ServerState

        from sinch_voice_emulator.runtime.protocol import Common, make_config

        loop = asyncio.get_running_loop()
        assert isinstance(loop, ServerLoop)
        self._loop, self._stop = loop, asyncio.Event()
        raise_file_limit()
        config = make_config(self._bridge, KEEP_ALIVE_SECONDS)
        common = Common(config, ServerState(), loop, Handshakes(loop), self._judge)
        servers: list[asyncio.Server] = []
        started: list[Service] = []
        try:
            with _signals(loop, self._stop, signals):
                for service in self._services:
                    await service.start()
                    started.append(service)
                servers = [await self._listen(common, place) for place in range(len(self._listeners))]
                self._ready.set()
                await self._stop.wait()
        finally:
            await self._shut_down(servers, common, started)

    async def _listen(self, common: Common, place: int) -> asyncio.Server:
        listener = self._listeners[place]
        environ, tls = dict(listener.environ), listener.tls

        def connect() -> asyncio.Protocol:
            return common.connection(environ)

        def greet() -> asyncio.Protocol:
            assert tls is not None
            return Greeter(common.handshakes, tls, connect)

        return await common.loop.create_server(greet if tls else connect, sock=self._sockets[place], backlog=BACKLOG)

    async def _shut_down(self, servers: list[asyncio.Server], common: Common, started: list[Service]) -> None:
        state = common.state
        for server in servers:
            server.close()
        await common.handshakes.close()
        self._bridge.close()
        for connection in list(state.connections):
            connection.shutdown()
        if state.tasks:
            await asyncio.wait(set(state.tasks), timeout=GRACE_SECONDS)
        for service in reversed(started):
            try:
                await asyncio.wait_for(service.stop(), GRACE_SECONDS / 2)
            except Exception:
                log.exception("%s did not stop", type(service).__name__)
        for task in list(state.tasks):
            task.cancel()
        for connection in list(state.connections):
            connection.transport.abort()
        self._release()
        self._loop = self._stop = None

    def _release(self) -> None:
        for sock in self._sockets:
            sock.close()
        self._sockets = []


@contextlib.contextmanager
def _signals(loop: asyncio.AbstractEventLoop, stop: asyncio.Event, wanted: bool) -> Any:
    """SIGINT and SIGTERM set ``stop``, in the main thread only."""
    names = (signal.SIGINT, signal.SIGTERM) if wanted and threading.current_thread() is threading.main_thread() else ()
    for name in names:
        loop.add_signal_handler(name, stop.set)
    try:
        yield
    finally:
        for name in names:
            loop.remove_signal_handler(name)


def url_of(listener: Listener, sock: socket.socket) -> str:
    """Where a listener can be reached from this machine."""
    return f"{'https' if listener.tls else 'http'}://{_spelt(*sock.getsockname()[:2])}"


def take(listener: Listener) -> socket.socket:
    """The port of a listener, taken: who connects waits to be served. Raises ``EmulatorError`` when that is impossible."""
    host, port = listener.host, listener.port
    if not 0 <= port <= 65_535:
        raise EmulatorError(f"{port} is not a port: ports are 0 to 65535, and 0 means any free one")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):
        raise EmulatorError(f"cannot listen on {host!r}: that is no address or name of this machine") from None
    family, kind, protocol, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise EmulatorError(_cannot_listen(host, port, error)) from None
    return sock


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    where = _spelt(host, port)
    if error.errno == errno.EADDRINUSE:
        return f"cannot listen on {where}: the port is taken by another program; choose another one, or 0 for any free one"
    if error.errno == errno.EACCES:
        return f"cannot listen on {where}: ports below 1024 need privileges; choose a higher one"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"cannot listen on {where}: {host} is not an address of this machine"
    return f"cannot listen on {where}: {error.strerror}"


def _spelt(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{shown}]:{port}" if ":" in shown else f"{shown}:{port}"
