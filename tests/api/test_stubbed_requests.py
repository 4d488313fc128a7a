"""Requests that stubs answer: before the engine, after authentication, in the journal; and addresses that only they serve."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import Any

import pytest

from api_client import Api, a_callout
from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.runtime.api_faults import ApiFault
from sinch_voice_emulator.settings import DEFAULT_KEY, ApplicationSettings, Settings
from sinch_voice_emulator.stubs.reading import stub_from_json
from sinch_voice_emulator.v1.signing import decode_secret, signature, string_to_sign


def serving(*stubs: dict[str, Any], auth: bool = True, **settings: Any) -> Api:
    """An emulator with these stubs from a file."""
    made = tuple(stub_from_json(stub, source=f"s.yaml:{line}") for line, stub in enumerate(stubs, 1))
    return Api(auth=auth, settings=Settings(stubs=made, **settings))


def journalled(api: Api, kind: str) -> list[dict[str, Any]]:
    return [dict(entry.data) for entry in api.emulator.account().journal.read().entries if entry.kind == kind]


CALLOUT = {
    "name": "tts",
    "when": {"method": "POST", "path": "/calling/v1/callouts", "body": {"method": "ttsCallout"}},
    "answer": {"body": {"callId": "c-{{ count:03 }}", "to": "{{ request.body.ttsCallout.destination.endpoint }}"}},
}


def test_a_stub_answers_in_place_of_the_engine() -> None:
    api = serving(CALLOUT)
    body = a_callout()
    answer = api.post("/calling/v1/callouts", body)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json == {"callId": "c-001", "to": "+46701234567"}
    assert api.post("/calling/v1/callouts/", body).json["callId"] == "c-002"
    assert api.emulator.account().engine.state.calls == {}
    assert journalled(api, "api.request") == []
    assert journalled(api, "stub.answered")[0] == {
        "method": "POST",
        "path": "/calling/v1/callouts",
        "operation": "placeCallout",
        "status": 200,
        "stub": "tts",
        "answered": 1,
        "source": "s.yaml:1",
        "body": body,
        "after": 0,
    }
    assert api.emulator.account().settled


def test_what_does_not_fit_goes_to_the_engine() -> None:
    api = serving(CALLOUT)
    answer = api.post("/calling/v1/callouts", a_callout("conferenceCallout", conferenceId="x", text=None))
    assert list(api.emulator.account().engine.state.calls) == [answer.json["callId"]]


def test_a_region_before_the_path_makes_no_difference() -> None:
    assert serving(CALLOUT).post("/euc1/calling/v1/callouts", a_callout()).json["callId"] == "c-001"


def test_who_may_not_ask_is_refused_first() -> None:
    api = serving(CALLOUT)
    api.refuses(api.post("/calling/v1/callouts", a_callout(), authorization=None), 401, 40100)
    assert journalled(api, "stub.answered") == []
    assert serving(CALLOUT, auth=False).post("/calling/v1/callouts", a_callout(), authorization=None).status_code == 200


def test_an_ordered_failure_comes_before_a_stub() -> None:
    api = serving(CALLOUT)
    api.emulator.api_faults("default").add(ApiFault("", 500))
    api.refuses(api.post("/calling/v1/callouts", a_callout()), 500, 50000)
    assert api.post("/calling/v1/callouts", a_callout()).json["callId"] == "c-001"


@pytest.mark.parametrize(
    ("answer", "status", "content_type", "text"),
    [
        ({}, 204, None, ""),
        ({"status": 200}, 200, None, ""),
        ({"body": None}, 200, "application/json", "null"),
        ({"body": ["ä"], "status": 201}, 201, "application/json", '["ä"]'),
        ({"text": "ä"}, 200, "text/plain; charset=utf-8", "ä"),
        ({"text": "<a/>", "headers": {"content-type": "text/xml"}}, 200, "text/xml", "<a/>"),
    ],
)
def test_what_an_answer_is_made_of(answer: dict[str, Any], status: int, content_type: str | None, text: str) -> None:
    found = serving({"answer": answer}).get("/v1/configuration/numbers")
    assert (found.status_code, found.headers.get("Content-Type"), found.text) == (status, content_type, text)


def test_a_header_cannot_be_broken_by_what_is_filled_in() -> None:
    stub = {"answer": {"headers": {"x-said": "<{{ request.body.text }}>"}}}
    found = serving(stub).post("/hook", {"text": "a\r\nset-cookie: b \u2603"})
    assert found.headers["x-said"] == "<a  set-cookie: b ?>"
    assert "set-cookie" not in found.headers


def test_an_address_that_nobody_else_serves() -> None:
    api = serving({"when": {"path": "/hooks/{kind}", "query": {"n": "1"}}, "answer": {"text": "{{ path.kind }}"}})
    assert api.get("/hooks/a?n=1", authorization=None).text == "a"
    assert journalled(api, "stub.answered") == [
        {"method": "GET", "path": "/hooks/a?n=1", "status": 200, "stub": "1", "answered": 1, "source": "s.yaml:1"}
    ]
    api.refuses(api.get("/hooks/a?n=2", authorization=None), 404, 40400)
    api.refuses(api.get("/other", authorization=None), 404, 40400)


def test_a_method_that_the_address_does_not_have() -> None:
    api = serving({"when": {"method": "PUT"}, "answer": {"text": "put"}})
    assert api.open("/calling/v1/callouts", "PUT").text == "put"
    assert api.open("/calling/v1/callouts", "DELETE").status_code == 405


def test_the_control_api_cannot_be_stubbed() -> None:
    api = serving({"answer": {"text": "stub"}})
    assert api.get("/_emulator/health").json["status"] == "ok"
    assert api.get("/_emulator/nothing").status_code == 404


def test_a_body_that_is_too_large_is_refused() -> None:
    api = serving({"answer": {}})
    assert api.open("/hook", "POST", raw=b"x" * (1024 * 1024 + 1)).status_code == 413


def test_a_body_that_is_no_json_is_text() -> None:
    api = serving({"answer": {"body": "{{ request.body }}"}})
    assert api.open("/hook", "POST", raw=b"a=1\xff").json == "a=1\ufffd"
    assert api.open("/hook", "POST", raw=b"").json is None


def test_signed_answers() -> None:
    first = ApplicationSettings("first", "Zmlyc3Q=")
    second = ApplicationSettings("second", "c2Vjb25k")
    api = serving(
        {
            "when": {"path": "/hooks/{kind}"},
            "answer": {
                "body": {"event": "{{ path.kind }}"},
                "sign": {"path": "/voice/{{ path.kind }}", "method": "PUT", "application": "SECOND"},
            },
        },
        {"answer": {"text": "x", "sign": {"path": "/voice"}}},
        applications=(first, second),
        numbers=(),
    )
    answer = api.get("/hooks/ice", authorization=None)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    text = string_to_sign("PUT", answer.data, answer.headers["content-type"], answer.headers["x-timestamp"], "/voice/ice")
    assert answer.headers["authorization"] == f"application second:{signature(decode_secret(second.secret), text)}"
    answer = api.get("/x", authorization=None)
    text = string_to_sign("POST", b"x", "text/plain; charset=utf-8", answer.headers["x-timestamp"], "/voice")
    assert answer.headers["authorization"] == f"application first:{signature(decode_secret(first.secret), text)}"


def test_signatures_by_the_clock_of_the_account() -> None:
    profile = replace(Settings().profile, callback_clock="account", callback_timestamp="whole-seconds")
    api = serving({"answer": {"body": {}, "sign": {"path": "/voice"}}}, profile=profile)
    assert api.get("/x", authorization=None).headers["x-timestamp"] == "2026-03-01T12:00:00Z"


def test_an_application_that_is_to_sign_and_does_not_exist() -> None:
    api = serving({"answer": {"body": {}, "sign": {"path": "/voice", "application": "nobody"}}})
    for path in ("/x", "/v1/configuration/numbers"):
        answer = api.get(path)
        assert answer.status_code == 400, answer.text
    assert "the answer is to be signed by nobody, which the account does not have" in str(journalled(api, "api.refused"))


def test_a_stub_takes_its_time() -> None:
    api = serving({"answer": {"text": "late", "status": 202, "delay": 40}})
    began = perf_counter()
    answer = api.get("/v1/configuration/numbers")
    assert (answer.status_code, answer.text) == (202, "late")
    assert perf_counter() - began >= 0.04
    assert journalled(api, "stub.answered")[0]["status"] == 202


def test_every_account_has_its_own() -> None:
    api = serving(CALLOUT)
    seed = api.emulator.settings.account("other")
    seed.applications.clear()
    seed.add_application(Application("other", "b3RoZXI="))
    api.emulator.create_account(seed)
    book = api.emulator.stubs("other")
    assert [entry.stub.name for entry in book.all()] == ["tts"]
    book.add(stub_from_json({"when": {"path": "/x"}, "answer": {"text": "other's"}}))
    assert api.get("/x", authorization="Basic b3RoZXI6YjNSb1pYST0=").text == "other's"
    assert api.get("/x").status_code == 404
    api.emulator.delete_account("other")
    assert api.get("/x", authorization="Basic b3RoZXI6YjNSb1pYST0=").status_code == 404
    assert api.emulator.find_application(DEFAULT_KEY) is not None
