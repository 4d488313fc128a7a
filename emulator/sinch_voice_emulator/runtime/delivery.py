"""One attempt over HTTP.

aiohttp is imported when the first callback leaves, in another thread: it takes longer to load than the server to start.
"""

from __future__ import annotations

import asyncio
import errno
import importlib
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.model.delivery import Attempt
from sinch_voice_emulator.model.instants import Millis
from sinch_voice_emulator.runtime.addresses import AllowedHosts, host_of, literal
from sinch_voice_emulator.runtime.detours import Detours
from sinch_voice_emulator.runtime.exchanges import Exchange, Measured
from sinch_voice_emulator.runtime.loops import paced_selector
from sinch_voice_emulator.runtime.ports import Answer, Failure, FailureKind, Headers

if TYPE_CHECKING:
    import aiohttp

MAX_ANSWER = 1024 * 1024
_BEHIND_SECONDS = 0.05
_KNOCK_SECONDS = 0.3


class NotDelivered(EmulatorError):
    """An attempt that got no answer; the message says why, ``kind`` in what way."""

    def __init__(self, kind: FailureKind, message: str) -> None:
        self.kind = kind
        super().__init__(message)


async def exchange(exchange: Exchange, courier: Courier) -> Measured:
    """Make one attempt."""
    attempt, failure = await courier.post(exchange.url, exchange.headers, exchange.body, exchange.timeout)
    if failure is None and attempt.status is not None:
        answer = Answer(attempt.status, attempt.response_headers, attempt.response_body)
        return Measured(answer, attempt.wall_ms, attempt.sent_to)
    return Measured(failure or Failure(FailureKind.BROKEN, attempt.error), attempt.wall_ms, attempt.sent_to)


class Courier:
    """Posts bytes and brings back the answer, on the running loop. ``trust`` replaces the system's certificates."""

    def __init__(self, allowed: AllowedHosts, trust: ssl.SSLContext | None = None, detours: Detours | None = None) -> None:
        self._allowed = allowed
        self._trust = trust
        self._detours = detours or Detours()
        self._session: aiohttp.ClientSession | None = None
        self._opening: asyncio.Lock | None = None

    async def post(self, url: str, headers: Headers, body: bytes, timeout: Millis) -> tuple[Attempt, Failure | None]:
        """One attempt of at most ``timeout`` milliseconds. Never raises for anything the other side does."""
        session = await self._open()
        instead = self._detour(url)
        called = instead or url
        stopwatch = Stopwatch(called, timeout / 1000)
        try:
            self._check_literal(called)
            async with stopwatch:
                letter = Letter(called, headers, body, urlsplit(url).netloc.rpartition("@")[2] if instead else "")
                status, answered, content = await _post_patiently(session, letter, stopwatch)
        except TimeoutError:
            failure = Failure(FailureKind.TIMEOUT, f"{called} did not answer within {timeout / 1000:g} s")
        except Exception as fault:
            failure = failure_of(called, fault)
        else:
            return Attempt(url, headers, status, answered, content, "", stopwatch.milliseconds, instead), None
        return Attempt(url, headers, error=failure.sentence, wall_ms=stopwatch.milliseconds, sent_to=instead), failure

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _detour(self, url: str) -> str:
        try:
            return self._detours.of(url)
        except ValueError:
            return ""  # no URL at all, which is said when it is called

    def _check_literal(self, url: str) -> None:
        host = host_of(url)
        address = literal(host)
        if address is not None and (objection := self._allowed.objection(host, address)):
            raise NotDelivered(FailureKind.ADDRESS, f"callback URL {url} is not delivered: {objection}")

    async def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._opening = self._opening or asyncio.Lock()
            async with self._opening:
                if self._session is None:
                    name = "sinch_voice_emulator.runtime.connections"
                    connections = await asyncio.to_thread(importlib.import_module, name)
                    self._session = connections.make_session(self._allowed, self._trust)
        assert self._session is not None
        return self._session


@dataclass(frozen=True, slots=True)
class Letter:
    """What is posted to ``url``. ``host`` is whom it is addressed to when somebody else is called instead, else ``""``."""

    url: str
    headers: Headers
    body: bytes
    host: str = ""


class Stopwatch:
    """Times one attempt and ends it when its budget is used up, unless its answer may have come and waits to be read.

    Waiting for our own turn to open a connection (``pause``) does not count.
    """

    def __init__(self, url: str, seconds: float) -> None:
        self.host = url.partition("//")[2].partition("/")[0]
        self._loop = asyncio.get_running_loop()
        self._selector = paced_selector()
        self._begun = self._loop.time()
        self._seconds = seconds
        self._budget = asyncio.timeout(None)
        self._handle: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Stopwatch:
        await self._budget.__aenter__()
        self._set()
        return self

    async def __aexit__(self, *raised: Any) -> None:
        if self._handle is not None:
            self._handle.cancel()
        await self._budget.__aexit__(*raised)

    @property
    def milliseconds(self) -> float:
        """How long the attempt has taken."""
        return (self._loop.time() - self._begun) * 1000

    async def pause(self, seconds: float) -> None:
        """Wait on our own account."""
        began = self._loop.time()
        await asyncio.sleep(seconds)
        self._begun += self._loop.time() - began
        self._set()

    def _set(self, seconds: float = 0.0) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_later(seconds or self._begun + self._seconds - self._loop.time(), self._expire)

    def _expire(self) -> None:
        if self._selector is not None and self._selector.postponed:
            self._set(_BEHIND_SECONDS)
        else:
            self._budget.reschedule(self._loop.time())


async def _post_patiently(session: aiohttp.ClientSession, letter: Letter, stopwatch: Stopwatch) -> tuple[int, Headers, bytes]:
    """Knock again when a connection is slow to open: a full queue drops it, and TCP alone would wait a second."""
    import aiohttp

    patience = _KNOCK_SECONDS
    while True:
        try:
            return await _post(session, letter, stopwatch, patience)
        except aiohttp.ConnectionTimeoutError:
            patience *= 2


async def _post(
    session: aiohttp.ClientSession, letter: Letter, stopwatch: Stopwatch, patience: float
) -> tuple[int, Headers, bytes]:
    import aiohttp
    import yarl

    parts = urlsplit(letter.url)
    address = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))
    target = yarl.URL(address, encoded=address.isascii())
    options: Any = {"headers": list(letter.headers), "allow_redirects": False, "trace_request_ctx": stopwatch}
    if letter.host:
        options["headers"].append(("host", letter.host))
        options["server_hostname"] = urlsplit(f"//{letter.host}").hostname
    options["timeout"] = aiohttp.ClientTimeout(total=None, sock_connect=patience)
    async with session.post(target, data=letter.body, **options) as response:
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_any():
            chunks.append(chunk)
            size += len(chunk)
            if size > MAX_ANSWER:
                response.close()
                sentence = f"{letter.url} answered with more than {MAX_ANSWER // 1024} KiB, which is the most that is read"
                raise NotDelivered(FailureKind.BROKEN, sentence)
        return response.status, tuple(response.headers.items()), b"".join(chunks)


def failure_of(url: str, fault: Exception) -> Failure:
    """Why there is no answer, in one sentence."""
    import aiohttp

    match fault:
        case NotDelivered():
            return Failure(fault.kind, str(fault))
        case EmulatorError():
            return Failure(FailureKind.ADDRESS, str(fault))
        case aiohttp.ClientConnectorDNSError():
            return Failure(FailureKind.ADDRESS, f"{url} cannot be reached: the name {fault.host} was not found")
        case aiohttp.ClientConnectorCertificateError():
            return Failure(FailureKind.TLS, f"{url} is not trusted: {_reason(fault.certificate_error)}")
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return Failure(FailureKind.TLS, f"{url} cannot be reached: TLS failed: {_reason(fault)}")
        case OSError() if fault.errno == errno.ECONNREFUSED:
            return Failure(FailureKind.REFUSED, f"{url} refused the connection: nothing listens there")
        case aiohttp.InvalidURL():
            return Failure(FailureKind.ADDRESS, f"callback URL {url} is not a URL that can be called")
        case aiohttp.ServerDisconnectedError() | ConnectionResetError() | BrokenPipeError():
            return Failure(FailureKind.BROKEN, f"{url} closed the connection without an answer")
        case aiohttp.ClientPayloadError():
            return Failure(FailureKind.BROKEN, f"{url} broke off in the middle of its answer")
        case aiohttp.ClientResponseError():
            return Failure(FailureKind.BROKEN, f"{url} answered something that is not HTTP: {fault.message}")
        case OSError():
            return Failure(FailureKind.REFUSED, f"{url} cannot be reached: {fault.strerror or fault}")
        case _:
            return Failure(FailureKind.BROKEN, f"{url} cannot be reached: {str(fault) or type(fault).__name__}")


def _reason(error: BaseException) -> str:
    """What OpenSSL says, without its source line."""
    while isinstance(error, OSError) and not isinstance(error, ssl.SSLError) and error.__cause__ is not None:
        error = error.__cause__
    message = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error)
    return str(message).replace("_", " ").lower()
