"""One attempt over HTTP: what goes out, what comes back, and one sentence for everything that can go wrong."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from raw_backend import OK, Answering, RawBackend, Received, backend, saying
from sinch_voice_emulator.model.delivery import Attempt
from sinch_voice_emulator.runtime.addresses import AllowedHosts
from sinch_voice_emulator.runtime.connections import CONNECTIONS_AT_ONCE, Pacer
from sinch_voice_emulator.runtime.delivery import MAX_ANSWER, Courier
from sinch_voice_emulator.runtime.loops import ServerLoop
from sinch_voice_emulator.runtime.ports import Failure, FailureKind

T = TypeVar("T")
HEADERS = (("content-type", "application/json; charset=utf-8"), ("x-timestamp", "2026-01-01T00:00:00Z"))
BODY = b'{"event":"ice"}'
PATIENT = 10_000


def on_loop(work: Callable[[], Awaitable[T]]) -> T:
    """Run on a loop of the server's kind."""

    async def main() -> T:
        return await work()

    with asyncio.Runner(loop_factory=ServerLoop) as runner:
        return runner.run(main())


def post(
    answering: Answering,
    url: Callable[[RawBackend], str] = RawBackend.url,
    *,
    timeout: int = PATIENT,
    allowed: AllowedHosts | None = None,
    tls: ssl.SSLContext | None = None,
    trust: ssl.SSLContext | None = None,
    greeting: bytes = b"",
) -> tuple[Attempt, Failure | None, list[Received]]:
    """One attempt at a backend: the attempt, why it failed, and what the backend received."""

    async def work() -> tuple[Attempt, Failure | None, list[Received]]:
        courier = Courier(allowed or AllowedHosts(), trust)
        async with backend(answering, tls, greeting) as running:
            try:
                attempt, failure = await courier.post(url(running), HEADERS, BODY, timeout)
            finally:
                await courier.close()
            return attempt, failure, running.received

    return on_loop(work)


def failure_at(url: str, **options: AllowedHosts) -> Failure:
    """Why an attempt at this URL failed."""
    attempt, failure, received = post(saying(OK), lambda _: url, **options)  # type: ignore[arg-type]
    assert failure is not None
    assert (attempt.error, attempt.status, received) == (failure.sentence, None, [])
    return failure


# --- the exchange ---------------------------------------------------------------------------------------------------------


def test_the_bytes_and_headers_go_out_as_they_are() -> None:
    attempt, failure, (received,) = post(saying(OK), lambda running: running.url("/cb/%2Bx?a=%20b"))

    assert failure is None
    assert (attempt.status, attempt.response_body, attempt.error) == (200, b"{}", "")
    assert (received.target, received.body) == ("/cb/%2Bx?a=%20b", BODY)
    assert dict(HEADERS).items() <= received.headers.items()
    assert set(received.headers) == {"host", "accept", "content-length", "content-type", "x-timestamp"}
    assert attempt.request_headers == HEADERS
    assert attempt.wall_ms > 0


def test_credentials_in_the_url_do_not_replace_the_signature() -> None:
    _, failure, (received,) = post(saying(OK), lambda running: f"http://user:secret@127.0.0.1:{running.port}/cb")

    assert failure is None
    assert "authorization" not in received.headers


@pytest.mark.parametrize("status", ["204 No Content", "302 Found\r\nLocation: /elsewhere", "500 Oops"])
def test_any_status_is_an_answer_and_redirects_are_not_followed(status: str) -> None:
    answer = f"HTTP/1.1 {status}\r\n" + ("" if status.startswith("204") else "Content-Length: 0\r\n") + "\r\n"
    attempt, failure, received = post(saying(answer.encode()))

    assert (failure, attempt.status, len(received)) == (None, int(status[:3]), 1)


def test_proxies_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert post(saying(OK))[0].status == 200


def test_connections_are_used_again() -> None:
    async def work() -> tuple[int, int]:
        courier = Courier(AllowedHosts())
        async with backend(saying(OK)) as running:
            for _ in range(3):
                await courier.post(running.url(), HEADERS, BODY, PATIENT)
            await courier.close()
            return running.connections, len(running.received)

    assert on_loop(work) == (1, 3)


def test_a_name_is_resolved_to_an_allowed_address() -> None:
    attempt, failure, _ = post(saying(OK), lambda running: running.url(host="localhost"))

    assert (failure, attempt.status) == (None, 200)


def test_https_with_a_trusted_certificate(certificate: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    attempt, failure, _ = post(saying(OK), tls=certificate, trust=trusting)

    assert (failure, attempt.status) == (None, 200)


# --- what can go wrong ----------------------------------------------------------------------------------------------------


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/cb"
        failure = failure_at(url)

    assert failure == Failure(FailureKind.REFUSED, f"{url} refused the connection: nothing listens there")


def test_no_answer_in_time() -> None:
    async def never(_: Received, __: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    attempt, failure, _ = post(never, timeout=50)

    assert failure is not None
    assert failure.kind is FailureKind.TIMEOUT
    assert failure.sentence.endswith("/cb did not answer within 0.05 s")
    assert attempt.wall_ms >= 49


def test_an_answer_that_trickles_does_not_stretch_the_time() -> None:
    async def trickle(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1")
        await asyncio.Event().wait()

    _, failure, _ = post(trickle, timeout=50)

    assert failure is not None
    assert failure.kind is FailureKind.TIMEOUT


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"", "closed the connection without an answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1", "broke off in the middle of its answer"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "answered something that is not HTTP"),
    ],
)
def test_no_proper_answer(answer: bytes, sentence: str) -> None:
    _, failure, _ = post(saying(answer, hang_up=True))

    assert failure is not None
    assert failure.kind is FailureKind.BROKEN
    assert sentence in failure.sentence


@pytest.mark.parametrize("extra", [0, 1])
def test_the_size_of_an_answer_is_capped(extra: int) -> None:
    size = MAX_ANSWER + extra
    attempt, failure, _ = post(saying(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode() + b"x" * size))

    if extra:
        assert failure is not None
        assert "answered with more than 1024 KiB" in failure.sentence
    else:
        assert (failure, len(attempt.response_body)) == (None, MAX_ANSWER)


def test_a_certificate_nobody_vouches_for(certificate: ssl.SSLContext) -> None:
    _, failure, _ = post(saying(OK), tls=certificate)

    assert failure is not None
    assert failure.kind is FailureKind.TLS
    assert "is not trusted: self-signed certificate" in failure.sentence


def test_https_where_plain_http_is_spoken() -> None:
    _, failure, _ = post(saying(OK), lambda running: f"https://127.0.0.1:{running.port}/cb", greeting=OK)

    assert failure is not None
    assert failure.kind is FailureKind.TLS
    assert "TLS failed" in failure.sentence


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "http://8.8.8.8/x",
            "callback URL http://8.8.8.8/x is not delivered: only loopback, private addresses and host.docker",
        ),
        ("http://[2001:4860:4860::8888]/x", "allow it with --allow-callback-host 2001:4860:4860::8888"),
        ("http://169.254.169.254/latest", "169.254.169.254 is a link-local address, and those are never called"),
        ("http://[::ffff:169.254.169.254]/", "is a link-local address"),
        ("ftp://127.0.0.1/x", "it must begin with http:// or https:// and name a host"),
        ("http://2130706433/x", "is not a URL that can be called"),
    ],
)
def test_addresses_that_are_not_called(url: str, sentence: str) -> None:
    failure = failure_at(url)

    assert failure.kind is FailureKind.ADDRESS
    assert sentence in failure.sentence


def names(**known: str) -> Callable[..., Awaitable[list[tuple[int, int, int, str, tuple[str, int]]]]]:
    """A replacement of ``getaddrinfo`` that knows these names."""

    async def getaddrinfo(_: object, host: str, port: int, **__: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        addresses = known[host].split()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return getaddrinfo


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ("8.8.8.8", "backend is 8.8.8.8, and only loopback, private addresses and host.docker.internal are allowed"),
        ("169.254.169.254", "169.254.169.254 is a link-local address"),
    ],
)
def test_a_name_is_judged_by_what_it_resolves_to(monkeypatch: pytest.MonkeyPatch, known: str, sentence: str) -> None:
    monkeypatch.setattr(ServerLoop, "getaddrinfo", names(backend=known))

    failure = failure_at("http://backend/cb")

    assert failure.kind is FailureKind.ADDRESS
    assert sentence in failure.sentence


def test_of_several_addresses_only_the_allowed_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ServerLoop, "getaddrinfo", names(backend="8.8.8.8 127.0.0.1"))

    attempt, failure, _ = post(saying(OK), lambda running: running.url(host="backend"))

    assert (failure, attempt.status) == (None, 200)


def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ServerLoop, "getaddrinfo", names())

    failure = failure_at("http://no-such-backend/cb")

    expected = "http://no-such-backend/cb cannot be reached: the name no-such-backend was not found"
    assert failure == Failure(FailureKind.ADDRESS, expected)


# --- pace -----------------------------------------------------------------------------------------------------------------


def test_connections_to_one_host_are_opened_at_a_bounded_pace() -> None:
    pacer = Pacer()

    delays = [pacer.delay("one", 100.0) for _ in range(CONNECTIONS_AT_ONCE + 2)]

    assert max(delays[:CONNECTIONS_AT_ONCE]) <= 0
    assert delays[-1] == pytest.approx(0.001)
    assert pacer.delay("two", 100.0) <= 0
    assert pacer.delay("one", 101.0) <= 0
