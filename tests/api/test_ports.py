"""What a port answers that was given roles or a region."""

from __future__ import annotations

import base64
import http.client
import json
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from api_client import Api, a_callout
from sinch_voice_emulator.api.context import PLACE
from sinch_voice_emulator.api.ports import role_of
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_SECRET, ListenAddress, Role, Settings
from sinch_voice_emulator.settings.listening import listen

BASIC = {"Authorization": "Basic " + base64.b64encode(f"{DEFAULT_KEY}:{DEFAULT_SECRET}".encode()).decode()}
CALL = "/calling/v1/calls/id/{}"


class Through:
    """The API as clients of one port see it."""

    def __init__(self, api: Api, words: str) -> None:
        self.api = api
        self.place = listen(f"127.0.0.1:1={words}")

    def open(self, method: str, path: str, json: object = None, host: str = "localhost:1") -> Any:
        """One request with Basic credentials."""
        headers = {**BASIC, "Host": host}
        body: dict[str, Any] = {} if json is None else {"json": json}
        overrides = {PLACE: self.place}
        return self.api.client.open(path, method=method, headers=headers, environ_overrides=overrides, buffered=True, **body)

    def get(self, path: str, host: str = "localhost:1") -> int:
        """The status of a GET."""
        status: int = self.open("GET", path, host=host).status_code
        return status

    def place_call(self, host: str = "localhost:1", prefix: str = "") -> str:
        """A callout; the id of its call."""
        answer = self.open("POST", f"{prefix}/calling/v1/callouts", a_callout(), host)
        assert answer.status_code == 200, answer.text
        return str(answer.json["callId"])


@pytest.fixture
def api() -> Api:
    return Api(settings=Settings(listen=(listen("127.0.0.1:3019=calling"), listen("127.0.0.1:3020=configuration"))))


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/calling/v1/callouts", Role.CALLING),
        ("/v1/callouts/", Role.CALLING),
        ("/calling/v1/conferences/id/configuration/query", Role.CALLING),
        ("/nothing/here", Role.CALLING),
        ("/", Role.CALLING),
        ("/v1/configuration/numbers", Role.CONFIGURATION),
        ("/calling/v1/configuration/callbacks/applications/k", Role.CONFIGURATION),
        ("/v1/calling/query/number/+46701234567", Role.CONFIGURATION),
        ("/calling/v1/calling/query/number/+46701234567", Role.CONFIGURATION),
        ("/calling/v1/query/number/+46701234567", Role.CONFIGURATION),
        ("/calling/query/number/+46701234567", Role.CONFIGURATION),
        ("/_emulator", Role.CONTROL),
        ("/_emulator/accounts", Role.CONTROL),
        ("/_emulators", Role.CALLING),
    ],
)
def test_the_part_of_the_api_a_path_belongs_to(path: str, role: Role) -> None:
    assert role_of(path) is role


@pytest.mark.parametrize(
    ("words", "calling", "configuration", "control"),
    [
        ("tls", 200, 200, 200),
        ("euc1+tls", 200, 200, 200),
        ("calling", 200, 404, 404),
        ("configuration", 404, 200, 404),
        ("control", 404, 404, 200),
        ("calling+configuration+euc1", 200, 200, 404),
        ("proxy", 404, 404, 404),
    ],
)
def test_a_role_narrows_what_is_answered(api: Api, words: str, calling: int, configuration: int, control: int) -> None:
    port = Through(api, words)
    call_id = api.place_callout()
    assert port.get(CALL.format(call_id)) == calling
    assert port.get("/euc1/v1/configuration/numbers/") == configuration
    assert port.get("/_emulator/accounts") == control
    assert port.get("/_emulator/health") == port.get("/_emulator/health/") == 200


def test_what_a_port_does_not_answer_is_explained(api: Api) -> None:
    answer = Through(api, "calling+euc1").open("GET", "/v1/configuration/numbers")
    api.refuses(answer, 404, 40400, "Requested resource not found")
    entry = next(entry for entry in api.emulator.account().journal.read().entries if entry.kind == "api.refused")
    assert entry.data["path"] == "/v1/configuration/numbers"
    assert entry.data["reference"] == answer.json["reference"]
    assert entry.data["why"] == "this port is for the Calling API only; the configuration API is at http://127.0.0.1:3020"


def test_the_control_api_is_refused_in_its_own_shape(api: Api) -> None:
    answer = Through(api, "calling+configuration").open("GET", "/_emulator/accounts")
    assert answer.status_code == 404
    assert answer.json == {"error": {"message": "this port is for the Calling API and the configuration API only"}}
    entry = next(entry for entry in api.emulator.account().journal.read().entries if entry.kind == "api.refused")
    assert entry.data["path"] == "/_emulator/accounts"


def test_a_port_of_a_region_is_that_region_s_host(api: Api) -> None:
    europe, america = Through(api, "euc1"), Through(api, "use1+calling")
    call_id = america.place_call()
    assert (america.get(CALL.format(call_id)), europe.get(CALL.format(call_id))) == (200, 404)
    assert "lives in region use1" in api.last_request()["why"]
    assert api.last_request()["region"] == "euc1"
    assert api.get(CALL.format(call_id)).status_code == 200


def test_what_a_request_says_itself_beats_the_region_of_the_port(api: Api) -> None:
    port = Through(api, "euc1")
    by_prefix = port.place_call(prefix="/use1")
    by_host = port.place_call(host="calling-sae1.api.sinch.com")
    by_port = port.place_call(host="calling.api.sinch.com")
    found = {call.id: call.region for call in api.emulator.account().engine.state.calls.values()}
    assert found == {by_prefix: "use1", by_host: "sae1", by_port: "euc1"}


def test_the_emulator_s_own_address_is_one_that_serves_calls() -> None:
    places = (ListenAddress(port=1, roles=frozenset({Role.CONTROL})), ListenAddress(port=2), ListenAddress(port=3, tls=True))
    emulator = Emulator(Settings(listen=places))
    assert (emulator.url, emulator.url_for(Role.CONTROL)) == ("http://127.0.0.1:2", "http://127.0.0.1:1")
    only = Emulator(Settings(listen=places[:1]))
    assert (only.url, only.url_for(Role.CALLING)) == ("http://127.0.0.1:1", "")


def test_over_sockets() -> None:
    words = ("127.0.0.1:0", "127.0.0.1:0=configuration", "127.0.0.1:0=euc1", "127.0.0.1:0=use1")
    emulator = Emulator(Settings(listen=tuple(listen(one) for one in words)))
    emulator.start()
    try:
        everything, configuration, europe, america = (urlsplit(url).netloc for url in emulator.listeners)

        def ask(where: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
            with closing(http.client.HTTPConnection(where, timeout=10)) as client:
                client.request(method, path, None if body is None else json.dumps(body), BASIC)
                answer = client.getresponse()
                return answer.status, json.loads(answer.read())

        call_id = ask(europe, "POST", "/calling/v1/callouts", a_callout())[1]["callId"]
        found = [ask(where, "GET", CALL.format(call_id))[0] for where in (everything, configuration, europe, america)]
        assert found == [200, 404, 200, 404]
        assert ask(configuration, "GET", "/v1/configuration/numbers")[0] == 200
    finally:
        emulator.stop()
