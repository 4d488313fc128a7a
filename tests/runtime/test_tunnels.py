"""Connections that become TLS: ports with TLS, and tunnels that a client asks for with CONNECT."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from server_site import ONE_SECOND, Site, get, raw, site
from sinch_voice_emulator.runtime.bridge import Bridge, plain_error
from sinch_voice_emulator.runtime.server import Listener, Server
from sinch_voice_emulator.runtime.tunnels import Tunnel

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["site"]

REQUEST = b"GET /echo HTTP/1.1\r\nHost: inside\r\nConnection: close\r\n\r\n"


class Proxying:
    """A server whose judge lets ``in:443`` and ``in:80`` through and nothing else."""

    def __init__(self, site: Site, certificate: ssl.SSLContext) -> None:
        self.certificate = certificate
        self.asked: list[tuple[str, object]] = []
        listeners = [Listener(environ={"port": "plain"}), Listener(tls=certificate, environ={"port": "tls"})]
        self.server = Server(Bridge(site), listeners, judge=self.judge)

    def judge(self, target: str, environ: Mapping[str, object]) -> Tunnel | WSGIApplication:
        """What a CONNECT gets."""
        self.asked.append((target, environ["port"]))
        if target not in ("in:443", "in:80"):
            return plain_error(403, f"not {target}")
        return Tunnel(self.certificate if target == "in:443" else None, {"port": "inside"})

    def connect(self, place: int = 0) -> socket.socket:
        """A client of a listener."""
        parts = urlsplit(self.server.urls[place])
        return socket.create_connection((parts.hostname, parts.port), timeout=10)

    def tunnel(self, target: str = "in:443", place: int = 0, over: ssl.SSLContext | None = None) -> tuple[socket.socket, bytes]:
        """A connection that asked for a tunnel, and the head of the answer."""
        sock = self.connect(place)
        if over is not None:
            sock = over.wrap_socket(sock, server_hostname="127.0.0.1")
        sock.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += sock.recv(1)
        return sock, head


@pytest.fixture
def proxying(site: Site, certificate: ssl.SSLContext) -> Iterator[Proxying]:
    running = Proxying(site, certificate)
    running.server.start()
    yield running
    running.server.stop()


def everything(sock: socket.socket) -> bytes:
    """What comes until the end."""
    received = b""
    with sock:
        while chunk := sock.recv(65_536):
            received += chunk
    return received


# --- tunnels ----------------------------------------------------------------------------------------------------------------


def test_inside_a_tunnel_the_server_answers_over_tls(proxying: Proxying, site: Site, trusting: ssl.SSLContext) -> None:
    sock, head = proxying.tunnel()
    assert head == b"HTTP/1.1 200 Connection established\r\n\r\n"
    inside = trusting.wrap_socket(sock, server_hostname="127.0.0.1")
    for _ in range(2):
        inside.sendall(REQUEST.replace(b"Connection: close\r\n", b""))
        assert inside.recv(65_536).startswith(b"HTTP/1.1 200 ")
    inside.close()
    assert proxying.asked == [("in:443", "plain")]
    assert [(one["wsgi.url_scheme"], one["HTTP_HOST"], one["port"]) for one in site.environs] == [
        ("https", "inside", "inside")
    ] * 2


def test_a_tunnel_may_be_in_plain(proxying: Proxying, site: Site) -> None:
    sock, _ = proxying.tunnel("in:80")
    sock.sendall(REQUEST)
    assert everything(sock).startswith(b"HTTP/1.1 200 ")
    assert (site.environs[0]["wsgi.url_scheme"], site.environs[0]["port"]) == ("http", "inside")


def test_what_follows_at_once_goes_through_a_plain_tunnel(proxying: Proxying) -> None:
    answer = raw(proxying.server, b"CONNECT in:80 HTTP/1.1\r\nHost: in\r\n\r\n" + REQUEST)
    assert answer.startswith(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK")


def test_the_proxy_itself_may_be_reached_over_tls(proxying: Proxying, site: Site, trusting: ssl.SSLContext) -> None:
    outer, head = proxying.tunnel("in:80", 1, trusting)
    assert head.startswith(b"HTTP/1.1 200 ")
    outer.sendall(REQUEST)
    assert everything(outer).startswith(b"HTTP/1.1 200 ")
    assert (site.environs[0]["port"], proxying.asked) == ("inside", [("in:80", "tls")])


def test_a_tunnel_in_pieces(proxying: Proxying) -> None:
    with proxying.connect() as sock:
        for piece in (b"CONN", b"ECT in:80 HTTP/1.1\r\nHo", b"st: in\r\n\r", b"\n", REQUEST):
            sock.sendall(piece)
        assert sock.recv(65_536).startswith(b"HTTP/1.1 200 Connection established")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"CONNECT out:443 HTTP/1.1\r\nHost: out\r\n\r\n", 403),
        (b"CONNECT [::1]:443 HTTP/1.1\r\nHost: out\r\n\r\n", 403),
        (b"CONNECT in:443 HTTP/1.1\r\nHost: in\r\n\r\n\x16\x03\x01", 400),
        (b"GET /wait HTTP/1.1\r\nHost: h\r\n\r\nCONNECT in:443 HTTP/1.1\r\nHost: in\r\n\r\n", 400),
        (b"CONNECT /path HTTP/1.1\r\nHost: in\r\n\r\n", 403),
    ],
)
def test_what_gets_no_tunnel_is_told_so(proxying: Proxying, data: bytes, status: int) -> None:
    answer = raw(proxying.server, data)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"connection: close" in head
    assert json.loads(body)["errorCode"] == status * 100
    assert get(proxying.server, "/echo")[0] == 200


def test_a_server_without_a_judge_is_no_proxy(site: Site) -> None:
    server = Server(Bridge(site), [Listener()])
    server.start()
    try:
        assert raw(server, b"CONNECT in:443 HTTP/1.1\r\nHost: in\r\n\r\n").startswith(b"HTTP/1.1 501 Not Implemented\r\n")
    finally:
        server.stop()


# --- handshakes -------------------------------------------------------------------------------------------------------------


class Said(logging.Handler):
    """What the log says of handshakes."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._arrived = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """A line."""
        self._lines.append(record.getMessage())
        self._arrived.set()

    def lines(self) -> list[str]:
        """All lines, of which there is at least one."""
        assert self._arrived.wait(ONE_SECOND)
        return self._lines


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[Said]:
    handler, logger = Said(), logging.getLogger("sinch_voice_emulator.runtime.handshakes")
    logger.addHandler(handler)
    with caplog.at_level(logging.DEBUG, logger.name):
        yield handler
    logger.removeHandler(handler)


def test_a_client_that_does_not_trust_us_is_told_how_in_the_log(proxying: Proxying, said: Said) -> None:
    with proxying.connect(1) as sock, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(sock, server_hostname="127.0.0.1")
    assert said.lines() == [
        "127.0.0.1 does not trust the certificate of this emulator; `sinch-voice-emulator tls` says how to make it "
        "(tlsv1_alert_unknown_ca)"
    ]


def test_plain_http_on_a_port_with_tls(proxying: Proxying, said: Said) -> None:
    with proxying.connect(1) as sock:
        sock.sendall(REQUEST)
        with contextlib.suppress(ConnectionResetError):
            assert sock.recv(100) == b""
    assert said.lines() == ["127.0.0.1 speaks plain HTTP to a port with TLS: its URL must begin with https://"]


def test_a_client_that_leaves_in_the_middle_is_no_warning(proxying: Proxying, said: Said) -> None:
    with proxying.connect(1) as sock:
        sock.sendall(b"\x16\x03\x01\x02\x00")
        sock.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            assert sock.recv(100) == b""
    assert len(said.lines()) == 1
    assert said.lines()[0].startswith("the TLS handshake with 127.0.0.1 failed: ")


def test_a_request_that_comes_with_the_end_of_the_handshake_is_answered(proxying: Proxying, trusting: ssl.SSLContext) -> None:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname="127.0.0.1")
    with proxying.connect(1) as sock:
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                sock.sendall(to_server.read())
                to_client.write(sock.recv(65_536))
        client.write(REQUEST)
        sock.sendall(to_server.read())
        answer = b""
        while b"\r\n\r\n" not in answer:
            to_client.write(sock.recv(65_536))
            with contextlib.suppress(ssl.SSLWantReadError):
                answer += client.read(65_536)
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_it_stops_within_a_second_with_tunnels_and_handshakes_open(
    proxying: Proxying, site: Site, trusting: ssl.SSLContext
) -> None:
    silent = proxying.connect(1)
    asked, _ = proxying.tunnel()
    idle, streaming = (trusting.wrap_socket(proxying.tunnel()[0], server_hostname="127.0.0.1") for _ in range(2))
    idle.sendall(REQUEST.replace(b"Connection: close\r\n", b""))
    assert idle.recv(65_536).startswith(b"HTTP/1.1 200 ")
    streaming.sendall(b"GET /news HTTP/1.1\r\nHost: inside\r\n\r\n")
    assert site.news.waiting.wait(ONE_SECOND)

    begun = time.perf_counter()
    proxying.server.stop()
    took = time.perf_counter() - begun

    assert took < ONE_SECOND
    for sock in (silent, asked):
        with sock, contextlib.suppress(ConnectionResetError):
            assert sock.recv(100) == b""
    assert b"text/event-stream" in everything(streaming)
    idle.close()
