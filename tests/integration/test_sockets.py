"""What only a real connection shows: how requests are framed, what follows what, and backends that call back."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from api_client import a_callout
from integration.serving import PATIENCE, Callback, served, served_with, settled, wait_for_state, wait_until
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.engine.inputs import CallArrived
from sinch_voice_emulator.model.call import Origin
from sinch_voice_emulator.model.party import number
from sinch_voice_emulator.model.profile import BehaviourProfile
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_NUMBERS, DEFAULT_SECRET

BASIC = "Basic " + base64.b64encode(f"{DEFAULT_KEY}:{DEFAULT_SECRET}".encode()).decode()
QUICK = BehaviourProfile(prompt_scale=0.01)
CALLOUT = json.dumps(a_callout()).encode()


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with served() as running:
        yield running


class Wire:
    """A connection on which a test writes and reads bytes."""

    def __init__(self, emulator: Emulator) -> None:
        address = urlsplit(emulator.url)
        assert address.port is not None
        self._socket = socket.create_connection((address.hostname, address.port), timeout=PATIENCE)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def send(self, method: str, path: str, *headers: str, body: bytes = b"") -> None:
        """Send a request head with credentials, and perhaps some of its body."""
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Authorization: {BASIC}", *headers, "", ""]
        self._socket.sendall("\r\n".join(lines).encode() + body)

    def more(self, body: bytes) -> None:
        """Send more of the body."""
        self._socket.sendall(body)

    def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers of the next answer."""
        status = int(self._file.readline().split()[1])
        headers: dict[str, str] = {}
        while line := self._file.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return status, headers

    def answer(self) -> tuple[int, Any]:
        """The next answer: status and JSON."""
        status, headers = self.head()
        body = self._file.read(int(headers.get("content-length", 0)))
        return status, json.loads(body) if body else None


@pytest.fixture
def wire(emulator: Emulator) -> Iterator[Wire]:
    with Wire(emulator) as connection:
        yield connection


def fetch(url: str, method: str = "GET", body: object = None, **headers: str) -> Any:
    """One request with credentials; redirects count as failures, like every other error."""
    data = json.dumps(body).encode() if body is not None else None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data, {"Authorization": BASIC, **named}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=PATIENCE) as answer:
        text = answer.read()
        assert answer.url == url
    return json.loads(text) if text else None


# --- framing -------------------------------------------------------------------------------------------------------------


def test_expect_100_continue(wire: Wire) -> None:
    wire.send("POST", "/calling/v1/callouts", "Expect: 100-continue", f"Content-Length: {len(CALLOUT)}")
    assert wire.head()[0] == 100
    wire.more(CALLOUT)
    status, answer = wire.answer()
    assert (status, set(answer)) == (200, {"callId"})


def test_a_body_too_large_is_refused_before_it_is_sent(wire: Wire) -> None:
    wire.send("POST", "/calling/v1/callouts", "Expect: 100-continue", "Content-Length: 2000000")
    status, headers = wire.head()
    assert (status, headers["connection"]) == (413, "close")


def test_a_connection_is_kept(wire: Wire) -> None:
    for _ in range(3):
        wire.send("GET", "/v1/configuration/numbers")
        assert wire.answer()[0] == 200
    wire.send("GET", "/calling/v1/nothing/here")
    assert wire.answer()[1]["errorCode"] == 40400
    wire.send("GET", "/v1/configuration/numbers")
    assert wire.answer()[0] == 200


def test_requests_in_a_row_are_answered_in_order(wire: Wire) -> None:
    wire.send("GET", "/v1/configuration/numbers")
    wire.send("PUT", "/calling/v1/callouts")
    wire.send("POST", "/calling/v1/callouts", f"Content-Length: {len(CALLOUT)}", body=CALLOUT)
    assert [wire.answer()[0] for _ in range(3)] == [200, 405, 200]


def test_a_chunked_body(wire: Wire) -> None:
    half = len(CALLOUT) // 2
    chunks = [CALLOUT[:half], CALLOUT[half:], b""]
    wire.send("POST", "/calling/v1/callouts", "Transfer-Encoding: chunked")
    for chunk in chunks:
        wire.more(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
    status, answer = wire.answer()
    assert (status, set(answer)) == (200, {"callId"})


def test_a_delete_with_a_body_and_one_without_a_length(wire: Wire) -> None:
    body = json.dumps({"number": "+15005550006"}).encode()
    wire.send("DELETE", "/v1/configuration/numbers", f"Content-Length: {len(body)}", body=body)
    assert wire.answer()[1]["message"] == "Unable to update numbers"
    wire.send("DELETE", "/v1/configuration/numbers")
    assert wire.answer()[1]["message"] == "Bad request: number missing"


def test_head_has_the_headers_and_no_body(wire: Wire) -> None:
    for path, status in (("/v1/configuration/numbers", 200), ("/calling/v1/calls/id/nobody", 404), ("/calling/v1/no", 404)):
        wire.send("HEAD", path)
        assert wire.head()[0] == status
        wire.send("GET", path)
        assert wire.answer()[0] == status, "the body of the HEAD before would be read here"


@pytest.mark.parametrize("path", ["/calling/v1/callouts/", "/v1/callouts/", "/euc1/calling/v1/callouts/"])
def test_a_slash_at_the_end_is_no_redirect(wire: Wire, path: str) -> None:
    wire.send("POST", path, f"Content-Length: {len(CALLOUT)}", body=CALLOUT)
    assert wire.answer()[0] == 200


def test_an_absolute_target_is_taken(emulator: Emulator, wire: Wire) -> None:
    wire.send("GET", f"{emulator.url}/v1/configuration/numbers")
    assert wire.answer()[0] == 200


def test_what_is_no_http_is_refused_as_json(emulator: Emulator) -> None:
    with Wire(emulator) as wire:
        wire.more(b"HELLO\r\n\r\n")
        status, headers = wire.head()
        assert (status, headers["connection"]) == (400, "close")
        assert headers["content-type"] == "application/json"


# --- order ---------------------------------------------------------------------------------------------------------------


def a_callout_that_asks() -> dict[str, Any]:
    """A callout whose first act is to ask the backend (ICE)."""
    return a_callout("customCallout", destination=None, text=None)


def test_the_answer_to_a_callout_is_there_before_its_first_callback() -> None:
    known: list[str] = []

    def answer(callback: Callback) -> object:
        event = callback.event
        if event["event"] == "ice":
            found = fetch(event["callResourceUrl"])
            assert (found["callId"], found["status"]) == (event["callid"], "ONGOING")
            known.append(event["callid"])
        return {"action": {"name": "hangup"}} if event["event"] == "ice" else {}

    with served_with(answer) as (emulator, backend):
        placed = fetch(f"{emulator.url}/calling/v1/callouts", "POST", a_callout_that_asks())["callId"]
        wait_until(emulator.account(), settled(emulator.account()))
        assert known == [placed]
        assert backend.events == ["ice", "dice"]


def test_custom_headers_of_a_callout_travel_with_every_callback_of_its_call() -> None:
    with served_with(lambda _: {"action": {"name": "hangup"}}) as (emulator, backend):
        url = f"{emulator.url}/calling/v1/callouts"
        fetch(url, "POST", a_callout_that_asks(), X_CB_Tenant="blue", x_cb_row="7", X_Other="stays")
        fetch(url, "POST", a_callout_that_asks())
        wait_until(emulator.account(), settled(emulator.account()))
        sent = [{name: value for name, value in one.headers.items() if name.startswith("x-")} for one in backend.received]
        assert sorted(len(headers) for headers in sent) == [1, 1, 3, 3]
        travelled = [headers for headers in sent if len(headers) == 3]
        assert all((headers["x-cb-tenant"], headers["x-cb-row"]) == ("blue", "7") for headers in travelled)


def test_half_a_request_causes_nothing() -> None:
    def answer(callback: Callback) -> object:
        return {"action": {"name": "hangup"}} if callback.event["event"] == "ice" else {}

    with served_with(answer) as (emulator, backend), Wire(emulator) as wire:
        account = emulator.account()
        body = json.dumps(a_callout_that_asks()).encode()
        wire.send("POST", "/calling/v1/callouts", f"Content-Length: {len(body)}", body=body[:-1])
        fetch(f"{emulator.url}/v1/configuration/numbers")
        assert account.read(lambda engine, _now: len(engine.state.calls)) == 0
        wire.more(body[-1:])
        status, placed = wire.answer()
        assert status == 200
        wait_until(account, settled(account))
        assert {callback.event["callid"] for callback in backend.received} == {placed["callId"]}


@pytest.mark.parametrize("region", ["", "euc1", "sae1"])
def test_the_address_of_a_call_in_its_ice_works(region: str) -> None:
    fetched: list[str] = []

    def answer(callback: Callback) -> object:
        event = callback.event
        if event["event"] != "ice":
            return {}
        fetched.append(event["callResourceUrl"])
        assert fetch(event["callResourceUrl"])["callId"] == event["callid"]
        return {"action": {"name": "park"}}

    with served_with(answer) as (emulator, _backend):
        account, caller = emulator.account(), number("+46701740605")
        arrived = CallArrived(Origin.PSTN, caller, number(DEFAULT_NUMBERS[1]), caller.endpoint, region=region)
        call_id = account.submit(arrived)
        assert call_id is not None
        wait_for_state(account, call_id, "parked")
        (url,) = fetched
        assert fetch(url, "PATCH", {"action": {"name": "hangup"}}) is None
        wait_for_state(account, call_id, "ended")
        assert ("/sae1/" in url) is (region == "sae1")


def test_a_backend_that_hangs_up_from_inside_its_handler_does_not_deadlock() -> None:
    def answer(callback: Callback) -> object:
        event = callback.event
        if event["event"] == "ice":
            assert fetch(event["callResourceUrl"], "PATCH", {"action": {"name": "hangup"}}) is None
            assert fetch(event["callResourceUrl"])["status"] == "FINAL"
        return {"action": {"name": "park"}} if event["event"] == "ice" else {}

    with served_with(answer) as (emulator, backend):
        account, caller = emulator.account(), number("+46701740605")
        account.submit(CallArrived(Origin.PSTN, caller, number(DEFAULT_NUMBERS[1]), caller.endpoint))
        wait_until(account, settled(account))
        assert backend.events == ["ice", "dice"]
        assert backend.received[-1].event["reason"] == "MANAGERHANGUP"
        entries = account.journal.read().entries
        assert [entry.severity.value for entry in entries if entry.kind == "callback.discarded"] == ["info"]


def test_a_backend_that_places_calls_from_inside_its_handler() -> None:
    """Each call to the API is answered although the call that caused it still waits."""

    def answer(callback: Callback) -> object:
        event = callback.event
        if event["event"] == "ice":
            base = event["callResourceUrl"].partition("/calling/")[0]
            assert fetch(f"{base}/calling/v1/callouts", "POST", a_callout(enableDice=True))["callId"]
        return {"action": {"name": "hangup"}} if event["event"] == "ice" else {}

    with served_with(answer, profile=QUICK) as (emulator, backend):
        account, caller = emulator.account(), number("+46701740605")
        account.submit(CallArrived(Origin.PSTN, caller, number(DEFAULT_NUMBERS[1]), caller.endpoint))
        wait_until(account, lambda: len(backend.received) == 3 and account.settled)
        assert sorted(backend.events) == ["dice", "dice", "ice"]


def test_connections_that_say_nothing_keep_nobody_waiting(emulator: Emulator) -> None:
    address = urlsplit(emulator.url)
    assert address.port is not None
    silent = [socket.create_connection((address.hostname, address.port)) for _ in range(50)]
    try:
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=PATIENCE)
        connection.request("GET", "/v1/configuration/numbers", headers={"Authorization": BASIC})
        assert connection.getresponse().status == 200
        connection.close()
    finally:
        for one in silent:
            one.close()
