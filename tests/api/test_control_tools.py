"""Deliveries, made-up callbacks, SVAML and signatures explained, failures on demand."""

from __future__ import annotations

import base64
import json
from threading import Thread
from typing import Any

import pytest

from control_client import KEY, NUMBER, Control
from sinch_voice_emulator.api.control.deliveries import DeliveryPoll
from sinch_voice_emulator.runtime.api_faults import MAX_FAULTS, ApiFault
from sinch_voice_emulator.runtime.paths import set_at
from sinch_voice_emulator.settings import DEFAULT_SECRET
from sinch_voice_emulator.v1 import spec


@pytest.fixture
def control() -> Control:
    control = Control()
    control.answers_at()
    return control


# --- deliveries -------------------------------------------------------------------------------------------------------------


def test_a_delivery_with_its_bytes_and_its_answer(control: Control) -> None:
    call = control.incoming()
    sent = control.reply('{"action": {"name": "hangup"}}')
    shown = control.get(f"/deliveries/{sent.id}")
    assert (shown["callId"], shown["event"], shown["state"], shown["status"], shown["outcome"]) == (
        call,
        "ice",
        "answered",
        200,
        sent.notice,
    )
    assert base64.b64decode(shown["body"]["base64"]) == sent.body
    (attempt,) = shown["attempts"]
    assert attempt["answer"]["text"] == '{"action": {"name": "hangup"}}'
    assert (attempt["latencyMs"], attempt["requestHeaders"]) == (1.5, [{"name": "x-timestamp", "value": "now"}])


def test_the_list_of_deliveries(control: Control) -> None:
    call = control.incoming()
    first = control.fail()
    control.advance(60)
    assert [one["event"] for one in control.get("/deliveries")["deliveries"]] == ["dice", "ice"]
    (failed,) = control.get(f"/deliveries?state=failed&call={call}&event=ice")["deliveries"]
    assert (failed["id"], failed["error"], failed["status"], failed["attempts"]) == (first.id, "nobody answers", None, 1)
    assert control.get("/deliveries?call=other")["deliveries"] == []
    control.refused("GET", "/deliveries?state=lost", status=400, says="state should be one of", at="?state")
    control.refused("GET", "/deliveries/none", status=404, says="there is no delivery 'none'")


def test_a_delivery_is_sent_again(control: Control) -> None:
    control.incoming()
    waiting = control.get("/deliveries")["deliveries"][0]["id"]
    control.refused("POST", f"/deliveries/{waiting}/redeliver", status=409, says="can be sent again once it is concluded")
    control.refused("POST", "/deliveries/none/redeliver", status=404, says="there is no delivery")
    control.reply('{"action": {"name": "park"}}')
    again = control.post(f"/deliveries/{waiting}/redeliver?wait=0", status=202)
    assert again["body"] == control.get(f"/deliveries/{waiting}")["body"]
    assert again["state"] == "queued"
    control.reply("ignored")
    assert control.get(f"/deliveries/{again['id']}")["status"] == 200


# --- fire -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ["ice", "ace", "pie", "dice", "notify"])
def test_a_made_up_callback_has_the_documented_fields(control: Control, event: str) -> None:
    fired = control.post("/fire?wait=0", {"event": event}, status=202)
    body = json.loads(fired["body"]["text"])
    assert spec.voice().problems(f"callback.{event}", body) == []
    assert body["event"] == event
    assert body["callid"] == fired["callId"]
    entries = control.get(f"/journal?call={fired['callId']}")["entries"]
    assert [entry["kind"] for entry in entries][:2] == ["callback.queued", "control.fire"]
    assert entries[1]["data"]["delivery"] == fired["id"]


def test_overrides_and_whole_bodies(control: Control) -> None:
    overrides = {"menuResult.value": "x", "$.cookies[0].key": "k", "to.type": "did", "version": 2}
    fired = control.post("/fire?wait=0", {"event": "pie", "set": overrides}, status=202)
    body = json.loads(fired["body"]["text"])
    assert (body["menuResult"]["value"], body["cookies"], body["to"], body["version"]) == (
        "x",
        [{"key": "k"}],
        {"type": "did"},
        2,
    )
    whole = control.post("/fire?wait=0", {"event": "ice", "body": {"a": 1}, "set": {"b": [2]}}, status=202)
    assert json.loads(whole["body"]["text"]) == {"a": 1, "b": [2]}


def test_a_callback_about_a_call_to_another_address(control: Control) -> None:
    call = control.incoming(cli="+4611")
    body = {"event": "ace", "call": call, "url": "http://127.0.0.1:7/x"}
    fired = control.post("/fire?wait=0", body, status=202)
    assert (fired["callId"], fired["url"], json.loads(fired["body"]["text"])["callid"]) == (call, "http://127.0.0.1:7/x", call)


@pytest.mark.parametrize(
    ("body", "status", "says", "at"),
    [
        ({}, 400, "event is missing", "$.event"),
        ({"event": "icy"}, 400, "did you mean ice", "$.event"),
        ({"event": "ice", "application": "x"}, 404, "has no application 'x'", ""),
        ({"event": "ice", "call": "x"}, 404, "there is no call 'x'", ""),
        ({"event": "ice", "url": "localhost"}, 400, "must be an absolute URL", "$.url"),
        ({"event": "ice", "set": {"": 1}}, 400, "a path looks like", ""),
        ({"event": "ice", "set": {"to..type": 1}}, 400, "a path looks like", ""),
        ({"event": "ice", "set": {"[0]": 1}}, 400, "a path looks like", ""),
        ({"event": "ice", "set": {".".join("a" * 40): 1}}, 400, "a path looks like", ""),
        ({"event": "ice", "set": {"cli.x": 1}}, 400, "neither object nor list", ""),
        ({"event": "ice", "set": {"to[0]": 1}}, 400, "which is an object", ""),
        ({"event": "ice", "set": {"list[5]": 1}}, 400, "skips items", ""),
    ],
)
def test_callbacks_that_cannot_be_made_up(control: Control, body: dict[str, Any], status: int, says: str, at: str) -> None:
    control.refused("POST", "/fire", body, status=status, says=says, at=at)
    assert control.get("/deliveries")["deliveries"] == []


def test_a_number_that_json_cannot_say_is_not_sent(control: Control) -> None:
    raw = {"data": '{"event": "ice", "set": {"version": 1e999}}', "content_type": "application/json"}
    control.refused("POST", "/fire", status=400, says="the number 1e999 is too large", **raw)


def test_without_a_callback_url_one_has_to_be_given() -> None:
    Control().refused("POST", "/fire", {"event": "ice"}, status=400, says="has no callback URL", at="$.url")


def test_fire_waits_for_the_answer(control: Control) -> None:
    answers: list[dict[str, Any]] = []
    runtime = control.emulator.account()
    waiting = Thread(target=lambda: answers.append(control.post("/fire", {"event": "ice"})))
    waiting.start()
    while not (runtime.has_ready and runtime.wake) and waiting.is_alive():
        pass
    control.reply('{"action": {"name": "hangup"}}')
    waiting.join()
    assert (answers[0]["state"], answers[0]["status"]) == ("answered", 200)


def test_waiting_for_a_delivery_ends_with_a_reset(control: Control) -> None:
    control.post("/fire?wait=0", {"event": "ice"}, status=202)
    runtime = control.emulator.account()
    (delivery,) = runtime.deliveries.values()
    poll = DeliveryPoll(runtime, delivery, 60)
    assert poll.ready() is None
    assert poll.expired().status_code == 202
    runtime.reset()
    answer = poll.ready()
    assert answer is not None
    assert answer.status_code == 404


def test_set_at_fills_lists_one_by_one() -> None:
    document: dict[str, Any] = {"a": None}
    for path, value in (("a[0].b", 1), ("a[0].c[0]", 2), ("a[1]", 3), ("a[0].b", 4)):
        set_at(document, path, value)
    assert document == {"a": [{"b": 4, "c": [2]}, 3]}


# --- checks -----------------------------------------------------------------------------------------------------------------


def test_svaml_is_judged(control: Control) -> None:
    hangup = {"action": {"name": "hangup"}}
    assert control.post("/check-svaml", {"svaml": hangup, "event": "ice"}) == {"valid": True, "empty": False, "problems": []}
    assert control.post("/check-svaml", {"svaml": {}, "event": "ace"})["empty"] is True
    wrong = control.post("/check-svaml", {"svaml": {"action": {"name": "hangupp"}}, "event": "ice"})
    assert (wrong["valid"], wrong["problems"][0]["path"], wrong["problems"][0]["nearest"]) == (False, "$.action.name", "hangup")
    speak = {"instructions": [{"name": "say", "text": "hi"}]}
    lenient = {"svaml": speak, "event": "pie", "origin": "pstn", "dialled": NUMBER}
    assert control.post("/check-svaml", lenient)["valid"] is True
    assert control.post("/check-svaml", lenient | {"profile": "strict"})["valid"] is False
    connect = {"action": {"name": "connectPstn", "number": NUMBER}}
    manage = {"svaml": connect, "event": "manage"}
    assert control.post("/check-svaml", manage | {"state": "parked"})["valid"] is True
    assert control.post("/check-svaml", manage | {"state": "in a menu", "leg": True})["valid"] is False
    assert control.post("/check-svaml", {"svaml": connect, "event": "ice", "callout": "custom"})["valid"] is True


@pytest.mark.parametrize(
    ("body", "says", "at"),
    [
        ({"event": "ice"}, "svaml is missing", "$.svaml"),
        ({"svaml": {}, "event": "ic"}, "did you mean ice", "$.event"),
        ({"svaml": {}, "event": "manage", "state": "asleep"}, "state should be one of", "$.state"),
        ({"svaml": {}, "event": "ice", "profile": "x"}, "the preset should be one of", "$.profile"),
        ({"svaml": {}, "event": "ice", "dialled": {"type": "number", "endpoint": "x"}}, "digits", "$.dialled.endpoint"),
    ],
)
def test_questions_about_svaml_that_make_no_sense(control: Control, body: dict[str, Any], says: str, at: str) -> None:
    control.refused("POST", "/check-svaml", body, status=400, says=says, at=at)


def test_a_signature_is_explained(control: Control) -> None:
    request = {
        "method": "post",
        "path": "/voice",
        "headers": {"Content-Type": "application/json", "X-Timestamp": "2026-03-01T12:00:00Z"},
        "body": '{"a":1}',
    }
    unsigned = control.post("/explain-signature", request)
    assert unsigned["stringToSign"].splitlines()[0::4] == ["POST", "/voice"]
    assert unsigned["matches"] is None
    assert control.post("/explain-signature", request | {"signature": unsigned["expected"]})["matches"] is True
    header = {"Authorization": f"application {KEY}:{unsigned['expected']}"}
    other_type = request | {"headers": {"X-Timestamp": "2026-03-01T12:00:00Z"} | header}
    explained = control.post("/explain-signature", other_type)
    assert (explained["matches"], "content type" in explained["difference"]) == (False, True)
    exact = {name: value for name, value in request.items() if name != "body"} | {
        "bodyBase64": base64.b64encode(b'{"a":1}').decode(),
        "key": KEY,
        "secret": DEFAULT_SECRET,
    }
    assert control.post("/explain-signature", exact)["expected"] == unsigned["expected"]


@pytest.mark.parametrize(
    ("body", "status", "says", "at"),
    [
        ({}, 400, "path is missing", "$.path"),
        ({"path": "/", "body": "", "bodyBase64": ""}, 400, "not as both", "$.bodyBase64"),
        ({"path": "/", "bodyBase64": "!"}, 400, "not Base64", "$.bodyBase64"),
        ({"path": "/", "key": "x"}, 400, "key comes with secret", "$.secret"),
        ({"path": "/", "application": "x"}, 404, "has no application 'x'", ""),
        ({"path": "/", "headers": {"a": 1}}, 400, "should be text", "$.headers.a"),
    ],
)
def test_questions_about_signatures_that_make_no_sense(
    control: Control, body: dict[str, Any], status: int, says: str, at: str
) -> None:
    control.refused("POST", "/explain-signature", body, status=status, says=says, at=at)


# --- failures on demand -----------------------------------------------------------------------------------------------------


def calling(control: Control, path: str = "/calling/v1/calls/id/none", key: str = KEY, secret: str = DEFAULT_SECRET) -> Any:
    """A request of the Calling API."""
    credentials = base64.b64encode(f"{key}:{secret}".encode()).decode()
    return control.client.get(path, headers={"Authorization": f"Basic {credentials}"})


@pytest.mark.parametrize(
    ("status", "code"), [(402, 40200), (403, 40300), (429, 42900), (500, 50000), (503, 50300), (418, 41800)]
)
def test_the_calling_api_fails_on_demand(control: Control, status: int, code: int) -> None:
    added = control.post("/api-faults", {"status": status, "times": 2, "path": "getcall"}, status=201)
    assert (added["operation"], added["times"], added["code"]) == ("getCall", 2, code)
    assert [(calling(control).status_code, calling(control).json["errorCode"])] == [(status, code)]
    assert calling(control).status_code == 404
    assert control.get("/api-faults") == {"faults": []}
    failed = [entry for entry in control.get("/journal?kind=api.request")["entries"] if entry["data"]["status"] == status]
    assert "a test ordered this failure" in failed[0]["data"]["why"]


def test_a_failure_can_be_narrow_and_have_words_of_its_own(control: Control) -> None:
    order = {"status": 503, "code": 1, "message": "gone", "method": "GET", "path": "/calling/v1/calls", "application": KEY}
    control.post("/api-faults", order, status=201)
    control.post("/applications", {"key": "b", "secret": "YQ=="}, status=201)
    assert calling(control, key="b", secret="YQ==").status_code == 404
    assert calling(control, "/v1/configuration/numbers").status_code == 200
    answer = calling(control, "/euc1/calling/v1/calls/id/none")
    assert (answer.status_code, answer.json["errorCode"], answer.json["message"]) == (503, 1, "gone")


def test_failures_are_taken_back(control: Control) -> None:
    control.post("/api-faults", {"status": 500}, status=201)
    assert len(control.get("/api-faults")["faults"]) == 1
    assert control.open("DELETE", "/api-faults").json == {"cleared": 1}
    assert calling(control).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "says", "at"),
    [
        ({}, 400, "status is missing", "$.status"),
        ({"status": 200}, 400, "400 or more", "$.status"),
        ({"status": 500, "times": 0}, 400, "1 or more", "$.times"),
        ({"status": 500, "path": "placeCallot"}, 400, "did you mean placeCallout", "$.path"),
        ({"status": 500, "application": "x"}, 404, "has no application 'x'", ""),
        ({"status": 500, "method": "HEAD"}, 400, "method should be one of", "$.method"),
    ],
)
def test_failures_that_cannot_be_ordered(control: Control, body: dict[str, Any], status: int, says: str, at: str) -> None:
    control.refused("POST", "/api-faults", body, status=status, says=says, at=at)


def test_failures_are_bounded(control: Control) -> None:
    for _ in range(MAX_FAULTS):
        control.emulator.api_faults("default").add(ApiFault("", 500))
    control.refused("POST", "/api-faults", {"status": 500}, status=409, says=f"at most {MAX_FAULTS} failures")
