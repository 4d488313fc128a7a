"""The HTTP server: start and stop, listeners, signals, services, TLS."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import pytest

from server_site import ONE_SECOND, Site, connect, get, in_background, serving, site
from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.runtime.bridge import Bridge
from sinch_voice_emulator.runtime.server import Listener, Server

__all__ = ["site"]


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
