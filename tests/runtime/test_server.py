"""The HTTP server: what reaches the application, waits and streams, start and stop. Sockets are the point here."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask, request
from werkzeug.wrappers import Response

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.runtime.bridge import Bridge
from sinch_voice_emulator.runtime.deferred import TOO_LARGE, defer, stream
from sinch_voice_emulator.runtime.server import Listener, Server

ONE_SECOND = 1.0


class Door:
    """A long poll that is answered when somebody knocks."""

    def __init__(self, timeout: float = 30.0) -> None:
        self.timeout = timeout
        self.open = False
        self.waiting = threading.Event()
        self.left = threading.Event()
        self._wakes: list[Callable[[], None]] = []

    def knock(self) -> None:
        """Let everybody in."""
        self.open = True
        for wake in tuple(self._wakes):
            wake()

    def ready(self) -> Response | None:
        """The response when somebody knocked."""
        return Response("open") if self.open else None

    def expired(self) -> Response:
        """The response when nobody did."""
        return Response("nobody came")

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Wait for a knock."""
        self._wakes.append(wake)
        self.waiting.set()

        def leave() -> None:
            self._wakes.remove(wake)
            self.left.set()

        return leave


class News:
    """An event stream fed by a test."""

    heartbeat = b": still here\n\n"

    def __init__(self) -> None:
        self.headers = {"Content-Type": "text/event-stream"}
        self.chunks: list[bytes] = []
        self.over = False
        self.waiting = threading.Event()
        self.left = threading.Event()
        self._wakes: list[Callable[[], None]] = []

    def tell(self, chunk: bytes, *, over: bool = False) -> None:
        """Send something."""
        self.chunks.append(chunk)
        self.over = over
        for wake in tuple(self._wakes):
            wake()

    def next_chunks(self) -> list[bytes] | None:
        """What there is."""
        ready, self.chunks = self.chunks, []
        return None if self.over and not ready else ready

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Wait for more."""
        self._wakes.append(wake)
        self.waiting.set()

        def leave() -> None:
            self._wakes.remove(wake)
            self.left.set()

        return leave


class Site:
    """The application under test and what it saw."""

    def __init__(self) -> None:
        self.app = Flask(__name__)
        self.door = Door()
        self.news = News()
        self.closed = threading.Event()
        self.environs: list[dict[str, Any]] = []
        self.app.add_url_rule("/echo", view_func=self.echo, methods=["GET", "POST"])
        self.app.add_url_rule("/fails", view_func=self.fails)
        self.app.add_url_rule("/wait", "wait", lambda: defer(request.environ, self.door))
        self.app.add_url_rule("/news", "news", lambda: stream(request.environ, self.news))
        self.app.add_url_rule("/pieces", "pieces", lambda: Response(self.pieces()))

    def echo(self) -> Response:
        """Say what came."""
        if request.environ.get(TOO_LARGE):
            return Response("too large", status=413)
        response = Response(request.get_data(), mimetype="text/plain")
        response.call_on_close(self.closed.set)
        return response

    def fails(self) -> Response:
        """Never say anything."""
        raise RuntimeError("broken")

    def pieces(self) -> Iterator[bytes]:
        """A body in pieces."""
        yield from (b"one ", b"two ", b"three")

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.environs.append(environ)
        if environ["PATH_INFO"] == "/raises":
            raise RuntimeError("broken")
        return self.app.wsgi_app(environ, start_response)


@pytest.fixture
def site() -> Site:
    return Site()


@contextlib.contextmanager
def serving(site: Site, *listeners: Listener, **limits: Any) -> Iterator[Server]:
    """The site on a server of its own."""
    server = Server(Bridge(site, **limits), listeners or (Listener(),))
    server.start()
    try:
        yield server
    finally:
        server.stop()


def connect(server: Server, place: int = 0) -> http.client.HTTPConnection:
    """A client of one of the server's listeners."""
    parts = urlsplit(server.urls[place])
    assert parts.hostname is not None
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)


def get(server: Server, path: str, **options: Any) -> tuple[int, bytes]:
    """One request on a connection of its own."""
    with contextlib.closing(connect(server)) as client:
        client.request("GET", path, **options)
        response = client.getresponse()
        return response.status, response.read()


def raw(server: Server, data: bytes) -> bytes:
    """Everything the server answers to these bytes until it closes or the head of one answer and its body are there."""
    parts = urlsplit(server.urls[0])
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := sock.recv(65_536):
            received += chunk
        return received


# --- what reaches the application -----------------------------------------------------------------------------------------


def test_the_environ_is_complete(site: Site) -> None:
    with serving(site) as server, contextlib.closing(connect(server)) as client:
        client.request("POST", "/echo?a=1&b=%20", b"body", {"Content-Type": "text/x", "X-CB-One": "1"})
        assert client.getresponse().read() == b"body"

    environ = site.environs[0]
    assert environ["HTTP_HOST"] == f"127.0.0.1:{environ['SERVER_PORT']}"
    expected = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/echo",
        "QUERY_STRING": "a=1&b=%20",
        "RAW_URI": "/echo?a=1&b=%20",
        "CONTENT_TYPE": "text/x",
        "CONTENT_LENGTH": "4",
        "HTTP_X_CB_ONE": "1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
    }
    assert {key: environ[key] for key in expected} == expected


@pytest.mark.parametrize("target", ["/echo/%2B49%201?x=%2f", "//double//slash", "/caf%C3%A9%ff", "http://elsewhere/echo?y"])
def test_the_request_target_arrives_as_it_was_sent(site: Site, target: str) -> None:
    with serving(site) as server:
        raw(server, f"GET {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())

    assert site.environs[0]["RAW_URI"] == site.environs[0]["REQUEST_URI"] == target


def test_the_path_is_decoded_as_wsgi_wants_it(site: Site) -> None:
    with serving(site) as server:
        get(server, "/caf%C3%A9/%2B%ff")

    assert site.environs[0]["PATH_INFO"].encode("latin-1") == "/café/+".encode() + b"\xff"


def test_headers_that_come_twice_are_joined(site: Site) -> None:
    with serving(site) as server:
        raw(
            server,
            b"GET /echo HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nCookie: a=1\r\nCookie: b=2\r\nConnection: close\r\n\r\n",
        )

    assert (site.environs[0]["HTTP_X_A"], site.environs[0]["HTTP_COOKIE"]) == ("1,2", "a=1; b=2")


def test_chunked_bodies(site: Site) -> None:
    with serving(site) as server, contextlib.closing(connect(server)) as client:
        client.request("POST", "/echo", iter([b"in ", b"three ", b"pieces"]), encode_chunked=True)
        assert client.getresponse().read() == b"in three pieces"
    assert site.environs[0]["CONTENT_LENGTH"] == "15"


def test_a_body_that_is_too_large_is_answered_and_the_connection_lives_on(site: Site) -> None:
    with serving(site, max_body=1_000) as server, contextlib.closing(connect(server)) as client:
        for body, status in ((b"x" * 1_000, 200), (b"x" * 1_001, 413), (b"x" * 2_000_000, 413), (b"y", 200)):
            client.request("POST", "/echo", body)
            response = client.getresponse()
            assert response.status == status
            response.read()
        client.request("POST", "/echo", iter([b"x" * 600, b"x" * 600]), encode_chunked=True)
        assert client.getresponse().status == 413


def test_a_client_that_asks_before_sending_is_told_to_go_on(site: Site) -> None:
    with serving(site) as server:
        head = b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        answer = raw(server, head + b"ok")

    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")
    assert answer.endswith(b"ok")


def test_a_client_that_asks_before_sending_too_much_is_stopped(site: Site) -> None:
    with serving(site) as server:
        answer = raw(server, b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\nExpect: 100-continue\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()


# --- what comes back ------------------------------------------------------------------------------------------------------


def test_connections_are_kept(site: Site) -> None:
    with serving(site) as server, contextlib.closing(connect(server)) as client:
        client.connect()
        kept = client.sock
        for number in range(3):
            client.request("POST", "/echo", str(number))
            assert client.getresponse().read() == str(number).encode()
            assert client.sock is kept


def test_head_has_no_body_but_its_length(site: Site) -> None:
    with serving(site) as server, contextlib.closing(connect(server)) as client:
        for _ in range(2):
            client.request("HEAD", "/echo")
            response = client.getresponse()
            assert (response.status, response.read()) == (200, b"")


def test_a_body_in_pieces(site: Site) -> None:
    with serving(site) as server:
        assert get(server, "/pieces") == (200, b"one two three")


def test_the_response_is_closed_after_it_was_sent(site: Site) -> None:
    with serving(site) as server:
        get(server, "/echo")
        assert site.closed.wait(ONE_SECOND)


def test_a_fault_of_the_application_is_an_error_in_the_usual_shape(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with serving(site) as server:
        status, body = get(server, "/raises")
        assert get(server, "/echo")[0] == 200

    assert (status, sorted(json.loads(body))) == (500, ["errorCode", "message", "reference"])
    assert "GET /raises failed" in caplog.text


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon here\r\n\r\n",
        b"GET /caf\xe9 HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET http:// HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: many\r\n\r\n",
    ],
)
def test_what_is_not_http_is_a_bad_request_in_the_usual_shape(site: Site, data: bytes) -> None:
    with serving(site) as server:
        answer = raw(server, data)
        assert get(server, "/echo")[0] == 200

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert sorted(json.loads(answer.partition(b"\r\n\r\n")[2])) == ["errorCode", "message", "reference"]


def test_an_offer_to_upgrade_is_ignored_and_the_connection_lives_on(site: Site) -> None:
    upgrade = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}
    with serving(site) as server, contextlib.closing(connect(server)) as client:
        for body in (b"first", b"second"):
            client.request("POST", "/echo", body, upgrade)
            assert client.getresponse().read() == body


# --- waits and streams ----------------------------------------------------------------------------------------------------


def in_background(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Do something in a thread; its result is in the list when the thread ended."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    return thread, results


def test_a_long_poll_is_answered_when_something_happens_and_holds_up_nobody(site: Site) -> None:
    with serving(site) as server:
        thread, results = in_background(lambda: get(server, "/wait"))
        assert site.door.waiting.wait(ONE_SECOND)
        assert get(server, "/echo")[0] == 200
        site.door.knock()
        thread.join(ONE_SECOND)
        assert results == [(200, b"open")]
        assert get(server, "/wait") == (200, b"open")


def test_a_long_poll_ends_when_its_time_is_up(site: Site) -> None:
    site.door.timeout = 0.01
    with serving(site) as server:
        assert get(server, "/wait") == (200, b"nobody came")


def test_a_client_that_leaves_is_waited_for_no_longer(site: Site) -> None:
    with serving(site) as server:
        client = connect(server)
        client.request("GET", "/wait")
        assert site.door.waiting.wait(ONE_SECOND)
        client.close()
        assert site.door.left.wait(ONE_SECOND)


def test_a_stream_goes_on_until_it_is_over(site: Site) -> None:
    with serving(site) as server, contextlib.closing(connect(server)) as client:
        client.request("GET", "/news")
        response = client.getresponse()
        assert response.headers["Content-Type"] == "text/event-stream"
        site.news.tell(b"data: 1\n\n")
        assert response.read1() == b"data: 1\n\n"
        site.news.tell(b"data: 2\n\n", over=True)
        assert response.read() == b"data: 2\n\n"


def test_waiters_and_streams_are_bounded(site: Site) -> None:
    with serving(site, max_waiting=1, max_streams=0) as server:
        thread, results = in_background(lambda: get(server, "/wait"))
        assert site.door.waiting.wait(ONE_SECOND)
        status, body = get(server, "/wait")
        assert (status, json.loads(body)["message"]) == (503, "Too many requests are waiting: at most 1 at a time")
        assert get(server, "/news")[0] == 503
        site.door.knock()
        thread.join(ONE_SECOND)
        assert results == [(200, b"open")]


def test_outside_the_server_the_same_objects_wait_in_the_thread(site: Site) -> None:
    client = site.app.test_client()
    thread, results = in_background(lambda: client.get("/wait").data)
    assert site.door.waiting.wait(ONE_SECOND)
    site.door.knock()
    thread.join(ONE_SECOND)
    site.news.tell(b"data: 1\n\n", over=True)

    assert results == [b"open"]
    assert client.get("/news").data == b"data: 1\n\n"
    site.door.open, site.door.timeout = False, 0.0
    assert client.get("/wait").data == b"nobody came"


# --- start and stop -------------------------------------------------------------------------------------------------------


def test_it_stops_within_a_second_with_waits_and_a_stream_open(site: Site) -> None:
    with serving(site) as server:
        thread, results = in_background(lambda: get(server, "/wait"))
        client = connect(server)
        client.request("GET", "/news")
        response = client.getresponse()
        assert site.door.waiting.wait(ONE_SECOND)
        assert site.news.waiting.wait(ONE_SECOND)

        begun = time.perf_counter()
        server.stop()
        took = time.perf_counter() - begun

        thread.join(ONE_SECOND)
        assert took < ONE_SECOND
        assert results == [(200, b"nobody came")]
        assert response.read() == b""
        client.close()


def test_it_starts_and_stops_again_and_again(site: Site) -> None:
    for _ in range(3):
        with serving(site) as server:
            assert get(server, "/echo")[0] == 200
        assert threading.active_count() <= 3


def test_several_listeners_serve_one_application(site: Site) -> None:
    with serving(site, Listener(), Listener("localhost")) as server:
        assert len(set(server.urls)) == 2
        for place in range(2):
            with contextlib.closing(connect(server, place)) as client:
                client.request("GET", "/echo")
                assert client.getresponse().status == 200


@pytest.mark.skipif(not socket.has_ipv6, reason="this Python has no IPv6")
def test_ipv6(site: Site) -> None:
    with contextlib.closing(socket.socket(socket.AF_INET6)) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6 loopback")
    with serving(site, Listener("::1")) as server:
        assert server.urls[0].startswith("http://[::1]:")
        assert get(server, "/echo")[0] == 200


def test_a_port_that_is_taken_is_one_sentence_and_nothing_stays_bound(site: Site) -> None:
    with serving(site) as server:
        port = urlsplit(server.urls[0]).port
        assert port is not None
        other = Server(Bridge(site), [Listener(), Listener(port=port)])
        with pytest.raises(EmulatorError, match=rf"cannot listen on 127.0.0.1:{port}: the port is taken"):
            other.start()
        assert other.urls == ()


@pytest.mark.parametrize(
    ("listener", "sentence"),
    [
        (Listener("no.such.host.invalid"), "no address or name of this machine"),
        (Listener("203.0.113.7"), "is not an address of this machine"),
        (Listener(port=70_000), "70000 is not a port"),
    ],
)
def test_where_nobody_can_listen(site: Site, listener: Listener, sentence: str) -> None:
    with pytest.raises(EmulatorError, match=sentence):
        Server(Bridge(site), [listener]).start()


def test_services_live_as_long_as_the_server(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []

    class Service:
        def __init__(self, name: str, fails: bool = False) -> None:
            self.name, self.fails = name, fails

        async def start(self) -> None:
            told.append(f"{self.name} starts")

        async def stop(self) -> None:
            told.append(f"{self.name} stops")
            if self.fails:
                raise RuntimeError("broken")

    server = Server(Bridge(site), [Listener()], [Service("one"), Service("two", fails=True)])
    server.start()
    server.stop()

    assert told == ["one starts", "two starts", "two stops", "one stops"]
    assert "Service did not stop" in caplog.text


def test_a_service_that_cannot_start_fails_the_start(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        async def start(self) -> None:
            raise EmulatorError("no luck")

        async def stop(self) -> None:
            raise AssertionError("it never started")

    with pytest.raises(EmulatorError, match="no luck"):
        Server(Bridge(site), [Listener()], [Broken()]).start()
    assert "the server failed" in caplog.text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_within_a_second(number: signal.Signals) -> None:
    program = """
import sys
from sinch_voice_emulator.runtime.bridge import Bridge, plain_error
from sinch_voice_emulator.runtime.deferred import stream
from sinch_voice_emulator.runtime.server import Listener, Server

class Quiet:
    headers, heartbeat = {}, b""
    def next_chunks(self): return []
    def subscribe(self, wake): return lambda: None

def app(environ, start_response):
    return stream(environ, Quiet())(environ, start_response)

server = Server(Bridge(app), [Listener()])
server.bind()
print(server.urls[0], flush=True)
server.run()
print("ended", flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert process.stdout is not None
    with process:
        parts = urlsplit(process.stdout.readline().strip())
        assert parts.hostname is not None
        client = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        client.request("GET", "/")
        response = client.getresponse()
        begun = time.perf_counter()
        process.send_signal(number)
        assert process.stdout.readline() == "ended\n"
        took = time.perf_counter() - begun
        assert response.read() == b""
        client.close()
        assert process.wait(ONE_SECOND) == 0
    assert took < ONE_SECOND


def test_https(site: Site, certificate: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with serving(site, Listener(tls=certificate)) as server:
        parts = urlsplit(server.urls[0])
        assert (parts.scheme, parts.hostname) == ("https", "127.0.0.1")
        client = http.client.HTTPSConnection("127.0.0.1", parts.port, context=trusting, timeout=10)
        client.request("GET", "/echo")
        assert client.getresponse().status == 200
        client.close()
    assert site.environs[0]["wsgi.url_scheme"] == "https"
