"""The emulator as a forward proxy: whose hosts it answers for, and what everybody else is told."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from api_client import a_callout
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_SECRET, Settings, TlsSettings
from sinch_voice_emulator.settings.listening import listen
from sinch_voice_emulator.v1.hosts import HOSTS

BASIC = {"Authorization": "Basic " + base64.b64encode(f"{DEFAULT_KEY}:{DEFAULT_SECRET}".encode()).decode()}
NO_CALL = "/calling/v1/calls/id/none"
ACCOUNTS = "/_emulator/accounts"


@contextmanager
def running(folder: Path, *places: str, **settings: Any) -> Iterator[Emulator]:
    """An emulator on free ports with a certificate authority of its own."""
    listening = tuple(listen(f"127.0.0.1:{place}") for place in places)
    tls = settings.pop("tls", TlsSettings(str(folder), ("voice.example",)))
    emulator = Emulator(Settings(listen=listening, tls=tls, **settings))
    emulator.start()
    try:
        yield emulator
    finally:
        emulator.stop()


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with running(tmp_path_factory.mktemp("tls"), "0", "0=tls", "0=calling+configuration", "0=proxy") as started:
        yield started


def trusting(emulator: Emulator) -> ssl.SSLContext:
    """What a client has that trusts the emulator."""
    assert emulator.identity is not None
    assert emulator.identity.authority is not None
    return ssl.create_default_context(cadata=emulator.identity.authority.certificate.decode())


def ask(
    emulator: Emulator, host: str, path: str, body: object = None, *, port: int = 443, place: int = 0
) -> tuple[int, dict[str, Any]]:
    """A request to a host by way of the proxy, over TLS unless for port 80: status and body."""
    parts = urlsplit(emulator.listeners[place])
    if port == 443:
        client: http.client.HTTPConnection = http.client.HTTPSConnection(
            str(parts.hostname), parts.port, context=trusting(emulator), timeout=10
        )
    else:
        client = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    client.set_tunnel(host, port)
    with closing(client):
        client.request("GET" if body is None else "POST", path, None if body is None else json.dumps(body), BASIC)
        answer = client.getresponse()
        return answer.status, json.loads(answer.read())


def absolute(emulator: Emulator, url: str, place: int = 0) -> tuple[int, dict[str, Any]]:
    """A GET with the whole URL in its first line."""
    parts = urlsplit(emulator.listeners[place])
    with closing(http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)) as client:
        client.request("GET", url, headers={**BASIC, "Host": "confusing.example"})
        answer = client.getresponse()
        return answer.status, json.loads(answer.read())


def refused(emulator: Emulator) -> dict[str, Any]:
    """What the journal says of the latest refusal."""
    entries = emulator.account().journal.read().entries
    return dict(next(entry.data for entry in reversed(entries) if entry.kind == "api.refused"))


# --- CONNECT ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "port"),
    [*((host, port) for host in (*HOSTS, "voice.example") for port in (443, 80)), ("Calling.API.sinch.com.", 80)],
)
def test_hosts_of_the_voice_api_are_answered(emulator: Emulator, host: str, port: int) -> None:
    status, answer = ask(emulator, host, NO_CALL, port=port)
    assert (status, answer["message"]) == (404, "Call not found")


def test_a_call_of_one_region_is_not_found_in_another(emulator: Emulator) -> None:
    call_id = ask(emulator, "calling-euc1.api.sinch.com", "/calling/v1/callouts", a_callout())[1]["callId"]
    path = f"/calling/v1/calls/id/{call_id}"
    found = {host: ask(emulator, host, path)[0] for host in HOSTS}
    assert found == {host: 200 if region in ("", "euc1") else 404 for host, region in HOSTS.items()}


@pytest.mark.parametrize(
    ("host", "port", "status", "message"),
    [
        ("example.com", 443, 403, "This proxy answers for Sinch's Voice API only, not for example.com"),
        ("portalapi.sinch.com", 443, 403, "This proxy answers for Sinch's Voice API only, not for portalapi.sinch.com"),
        ("127.0.0.1", 443, 403, "This proxy answers for Sinch's Voice API only, not for 127.0.0.1"),
        ("calling.api.sinch.com", 22, 403, "This proxy answers for calling.api.sinch.com on ports 443 and 80 only, not 22"),
        (
            "calling-xx1.api.sinch.com",
            443,
            403,
            'This proxy answers for the regions euc1, use1, sae1, apse1, apse2; there is none called "xx1"',
        ),
    ],
)
@pytest.mark.parametrize("place", [0, 3])
def test_every_other_host_is_refused(emulator: Emulator, place: int, host: str, port: int, status: int, message: str) -> None:
    parts = urlsplit(emulator.listeners[place])
    with closing(http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)) as client:
        client.request("CONNECT", f"{host}:{port}")
        answer = client.getresponse()
        assert (answer.status, answer.reason, json.loads(answer.read())["message"]) == (status, message, message)
    assert {key: refused(emulator)[key] for key in ("method", "path", "status", "message")} == {
        "method": "CONNECT",
        "path": f"{host}:{port}",
        "status": status,
        "message": message,
    }


def test_a_long_name_is_cut_in_the_status_line_alone(emulator: Emulator) -> None:
    parts = urlsplit(emulator.listeners[0])
    host = "a" * 300 + ".example"
    with closing(http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)) as client:
        client.request("CONNECT", f"{host}:443")
        answer = client.getresponse()
        assert answer.reason == "This proxy answers for Sinch's Voice API only, not for ..."
        assert json.loads(answer.read())["message"].endswith(f" not for {host}")


@pytest.mark.parametrize("target", ["nonsense", "host:", "host:port", ":443", "host:443x", "/path"])
def test_a_target_that_is_none(emulator: Emulator, target: str) -> None:
    parts = urlsplit(emulator.listeners[0])
    with closing(http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)) as client:
        client.request("CONNECT", target)
        assert client.getresponse().status == 400


def test_a_port_with_other_roles_is_no_proxy(emulator: Emulator) -> None:
    with pytest.raises(OSError, match="404"):
        ask(emulator, "calling.api.sinch.com", NO_CALL, place=2)
    assert refused(emulator)["why"] == (
        "this port is for the Calling API and the configuration API only; the forward proxy is at " + emulator.listeners[0]
    )


def test_a_proxy_answers_nothing_but_requests_to_a_proxy(emulator: Emulator) -> None:
    assert ask(emulator, "calling.api.sinch.com", NO_CALL, place=3)[1]["message"] == "Call not found"
    parts = urlsplit(emulator.listeners[3])
    with closing(http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)) as client:
        client.request("GET", NO_CALL, headers=BASIC)
        assert client.getresponse().status == 404
    assert refused(emulator)["why"].startswith("this port is for the forward proxy only; the Calling API is at ")


def test_the_control_api_is_not_to_be_had_by_proxy(emulator: Emulator) -> None:
    assert ask(emulator, "calling.api.sinch.com", ACCOUNTS)[0] == 404
    assert absolute(emulator, f"http://calling.api.sinch.com{ACCOUNTS}")[0] == 404


def test_without_tls_only_http_is_proxied(tmp_path: Path) -> None:
    with running(tmp_path, "0") as plain:
        assert ask(plain, "calling.api.sinch.com", NO_CALL, port=80)[0] == 404
        parts = urlsplit(plain.listeners[0])
        with closing(http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)) as client:
            client.request("CONNECT", "calling.api.sinch.com:443")
            assert client.getresponse().status == 403
        assert refused(plain)["message"] == "This proxy has no certificate for https: start the emulator with --tls"
    assert list(tmp_path.iterdir()) == []


# --- the whole URL in the first line -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 3])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_whole_url_counts_as_its_host_and_path(emulator: Emulator, place: int, scheme: str) -> None:
    status, answer = absolute(emulator, f"{scheme}://calling-sae1.api.sinch.com{NO_CALL}?a=%20", place)
    assert (status, answer["message"]) == (404, "Call not found")
    request = next(entry for entry in reversed(emulator.account().journal.read().entries) if entry.kind == "api.request")
    assert (request.data["path"], request.data["region"]) == (f"{NO_CALL}?a=%20", "sae1")


def test_a_whole_url_of_another_host_is_refused(emulator: Emulator) -> None:
    status, answer = absolute(emulator, "http://example.com/some/path")
    assert (status, answer["errorCode"]) == (403, 40300)
    assert answer["message"] == "This proxy answers for Sinch's Voice API only, not for example.com"
    assert refused(emulator)["path"] == "http://example.com/some/path"
    assert absolute(emulator, "http://calling.api.sinch.com:8080/")[0] == 403
    assert absolute(emulator, "http://calling.api.sinch.com/", 2)[0] == 404


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "127.1.2.3", "voice.example"])
def test_a_whole_url_of_the_emulator_itself_is_no_matter_of_proxies(emulator: Emulator, name: str) -> None:
    port = urlsplit(emulator.listeners[0]).port
    assert absolute(emulator, f"http://{name}:{port}{ACCOUNTS}")[0] == 200
    assert absolute(emulator, f"http://{name}:{port}0{ACCOUNTS}")[0] == 400
    assert absolute(emulator, f"http://{name}:9{ACCOUNTS}")[0] == 403


# --- what to trust -----------------------------------------------------------------------------------------------------------


def test_the_certificate_to_trust_is_there_for_the_asking(emulator: Emulator, tmp_path: Path) -> None:
    for place in (0, 1):
        parts = urlsplit(emulator.listeners[place])
        kinds = (http.client.HTTPConnection, http.client.HTTPSConnection)
        options: dict[str, Any] = {"context": trusting(emulator)} if place else {}
        with closing(kinds[place](str(parts.hostname), parts.port, timeout=10, **options)) as client:
            client.request("GET", "/_emulator/tls/ca.pem")
            answer = client.getresponse()
            assert (answer.status, answer.headers["content-type"]) == (200, "application/pem-certificate-chain")
            assert emulator.identity is not None
            assert emulator.identity.authority is not None
            assert answer.read() == emulator.identity.authority.certificate
    with running(tmp_path, "0", token="secret") as plain:
        parts = urlsplit(plain.listeners[0])
        with closing(http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)) as client:
            client.request("GET", "/_emulator/tls/ca.pem")
            answer = client.getresponse()
            assert (answer.status, json.loads(answer.read())["error"]["message"]) == (
                404,
                "this emulator has no port with TLS; start it with --tls",
            )
