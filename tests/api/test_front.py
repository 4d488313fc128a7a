"""The front door of the Voice API: path forms, regions, authentication, errors, what leaves when."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from api_client import Api, a_callout
from sinch_voice_emulator.model.delivery import DeliveryState
from sinch_voice_emulator.runtime.api_faults import ApiFault
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_SECRET
from sinch_voice_emulator.v1.signing import decode_secret, signature, string_to_sign


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.mark.parametrize("prefix", ["", "/euc1", "/use1", "/APSE2"])
@pytest.mark.parametrize("path", ["/calling/v1/callouts", "/calling/v1/callouts/", "/v1/callouts", "/v1/callouts/"])
def test_every_form_of_a_path_is_served_and_none_redirects(api: Api, prefix: str, path: str) -> None:
    placed = api.post(prefix + path, a_callout())
    assert placed.status_code == 200
    call = api.get(f"{prefix}/calling/v1/calls/id/{placed.json['callId']}")
    assert call.json["status"] == "ONGOING"


@pytest.mark.parametrize("path", ["/calling/v1/call/id/{}", "/v1/call/id/{}", "/v1/calls/id/{}/", "/calling/v1/calls/id/{}"])
def test_the_old_singular_form_works_for_patch(api: Api, path: str) -> None:
    call_id = api.place_callout()
    assert api.patch(path.format(call_id), {"action": {"name": "hangup"}}).status_code == 204
    assert api.get(f"/calling/v1/calls/id/{call_id}").json["reason"] == "MANAGERHANGUP"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/calling/query/number/+46701234567",
        "/calling/v1/calling/query/number/+46701234567",
        "/calling/v1/query/number/+46701234567",
        "/calling/query/number/+46701234567/",
        "/v1/calling/query/number/+46%2870%291234567",
    ],
)
def test_numbers_are_looked_up_on_every_form(api: Api, path: str) -> None:
    assert api.get(path).json["number"]["normalizedNumber"] == "+46701234567"


def test_a_call_is_found_in_its_own_region_and_region_less_only(api: Api) -> None:
    call_id = api.post("/use1/calling/v1/callouts", a_callout()).json["callId"]
    assert api.get(f"/use1/calling/v1/calls/id/{call_id}").status_code == 200
    assert api.get(f"/calling/v1/calls/id/{call_id}").status_code == 200
    assert api.get(f"/calling/v1/calls/id/{call_id}", host="calling-use1.api.sinch.com").status_code == 200
    for elsewhere in ({"prefix": "/euc1"}, {"host": "calling-sae1.api.sinch.com"}):
        path = f"{elsewhere.get('prefix', '')}/calling/v1/calls/id/{call_id}"
        api.refuses(api.get(path, host=elsewhere.get("host", "")), 404, 40400, "Call not found")
        assert "lives in region use1" in api.last_request()["why"]


def test_a_region_that_there_is_not_has_no_address(api: Api) -> None:
    api.refuses(api.get("/xx1/v1/configuration/numbers"), 404, 40400, "Requested resource not found")
    host = "calling-xx1.api.sinch.com"
    api.refuses(api.get("/v1/configuration/numbers", host=host), 404, 40400, "Requested resource not found")
    why = api.emulator.account().journal.read().entries[-1].data["why"]
    assert why == "there is no region xx1; there are euc1, use1, sae1, apse1, apse2"


def test_a_prefix_beats_the_host(api: Api) -> None:
    placed = api.post("/sae1/calling/v1/callouts", a_callout(), host="calling-euc1.api.sinch.com")
    assert api.get(f"/sae1/calling/v1/calls/id/{placed.json['callId']}").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/calling/v1/nothing/here", 404, 40400),
        ("GET", "/", 404, 40400),
        ("GET", "/calling/v2/callouts", 404, 40400),
        ("PUT", "/calling/v1/callouts", 405, 40500),
        ("PATCH", "/v1/configuration/numbers", 405, 40500),
        ("OPTIONS", "/v1/configuration/numbers", 405, 40500),
    ],
)
def test_unknown_addresses_and_methods_have_the_shape_of_every_error(
    api: Api, method: str, path: str, status: int, code: int
) -> None:
    answer = api.open(path, method)
    api.refuses(answer, status, code)
    assert ("Allow" in answer.headers) == (status == 405)


def test_a_method_that_is_not_there_names_those_that_are(api: Api) -> None:
    assert "POST" in api.open("/calling/v1/callouts", "PUT").headers["Allow"]


def test_a_body_over_one_mebibyte_is_refused(api: Api) -> None:
    api.refuses(api.open("/calling/v1/callouts", "POST", raw=b" " * (1024 * 1024 + 1)), 413, 41300)
    api.refuses(api.open("/calling/v1/callouts", "POST", raw=b" " * (1024 * 1024)), 400, 40003)


def test_without_credentials_nothing_happens(api: Api) -> None:
    api.refuses(api.open("/calling/v1/callouts", "POST", json=a_callout(), authorization=None), 401, 40100)
    assert api.emulator.account().read(lambda engine, _now: len(engine.state.calls)) == 0
    refused = api.emulator.account().journal.read().entries[-1]
    assert refused.kind == "api.refused"
    assert refused.data["why"] == "the request has no authorization header"


def test_with_authentication_off_anybody_is_the_first_application() -> None:
    api = Api(auth=False)
    placed = api.open("/calling/v1/callouts", "POST", json=a_callout(), authorization=None)
    assert placed.status_code == 200
    other = "Basic " + base64.b64encode(b"no-such-key:x").decode()
    assert api.open(f"/calling/v1/calls/id/{placed.json['callId']}", authorization=other).status_code == 200


def test_callbacks_leave_only_after_the_answer_has_left(api: Api) -> None:
    api.emulator.account().account.applications[DEFAULT_KEY].callback = api.target()
    request = a_callout(method="customCallout", destination=None, text=None)
    with api.client.open("/calling/v1/callouts", method="POST", json=request, headers=api.headers()) as answer:
        assert answer.status_code == 200
        (delivery,) = api.emulator.account().deliveries.values()
        assert delivery.state is DeliveryState.HELD
        assert not api.emulator.account().settled
    assert delivery.state.value == DeliveryState.QUEUED.value


def test_an_ordered_failure_happens_as_often_as_ordered(api: Api) -> None:
    api.emulator.api_faults("default").add(ApiFault("", 503, times=2, operation="placeCallout"))
    for _ in range(2):
        api.refuses(api.post("/calling/v1/callouts", a_callout()), 503, 50300)
    assert api.post("/calling/v1/callouts", a_callout()).status_code == 200
    assert api.emulator.account().read(lambda engine, _now: len(engine.state.calls)) == 1


def test_too_many_requests_a_second() -> None:
    api = Api(requests_per_second=2)
    path = "/v1/configuration/numbers"
    assert [api.get(path).status_code for _ in range(3)] == [200, 200, 429]
    answer = api.get(path)
    api.refuses(answer, 429, 42900)
    assert answer.headers["Retry-After"] == "1"


def test_the_key_may_be_written_in_any_case() -> None:
    api = Api()
    shouted = base64.b64encode(f"{DEFAULT_KEY.upper()}:{DEFAULT_SECRET}".encode()).decode()
    assert api.open("/v1/configuration/numbers", authorization=f"basic {shouted}").status_code == 200


def test_head_is_signed_as_such(api: Api) -> None:
    path, now = "/v1/configuration/numbers", datetime.now(UTC).isoformat()
    for method, status in (("HEAD", 200), ("GET", 401)):
        text = string_to_sign(method, b"", "", now, path)
        signed = f"Application {DEFAULT_KEY}:{signature(decode_secret(DEFAULT_SECRET), text)}"
        answer = api.open(path, "HEAD", authorization=signed, headers={"x-timestamp": now})
        assert (answer.status_code, answer.data) == (status, b"")
    assert api.last_request()["method"] == "HEAD"
