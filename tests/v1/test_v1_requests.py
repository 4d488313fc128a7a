"""Bodies of management and configuration requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sinch_voice_emulator.model.call import Call, CalloutKind, CallState, Leg, LegRole, Origin
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.model.party import number, username
from sinch_voice_emulator.model.phone import DEFAULT_PHONE
from sinch_voice_emulator.model.profile import OBSERVED
from sinch_voice_emulator.model.script import Audience, HangUp, Play, Prompt, PromptKind, Script
from sinch_voice_emulator.v1 import requests
from sinch_voice_emulator.v1.errors import ApiError
from sinch_voice_emulator.v1.requests import Command, NumberChange

EXAMPLES = json.loads((Path(__file__).parent.parent / "data" / "rest-examples.json").read_text(encoding="utf-8"))
SAY = {"instructions": [{"name": "say", "text": "Hi"}], "action": {"name": "hangup"}}
HI = Play((Prompt(PromptKind.SPEECH, "Hi"),))
DECIDED_ELSEWHERE = (
    "not_found",
    "unknown_participant",
    "no_conference",
    "bad_key",
    "not_owned",
    "not_assigned",
    "internal",
    "basic",
)
"""Examples whose body is fine: what they name is not there, or a test ordered the error."""


def a_call(**members: Any) -> Call:
    call = Call("c", "app", "euc1", members.pop("origin", Origin.PSTN), 0, state=CallState.CONNECTED)
    for name, value in members.items():
        setattr(call, name, value)
    return call


def read(example: dict[str, Any]) -> object:
    """The body of an example, given to the function that is there for it."""
    path, body = example["path"].rstrip("/"), example["request"]
    if "/calls/id/" in path or "/call/id/" in path:
        leg = path.rpartition("/leg/")[2] if "/leg/" in path else None
        state = CallState.PARKED if "unpark" in example["name"] else CallState.CONNECTED
        return requests.management(body, a_call(state=state), OBSERVED, leg)
    if "/conferences/" in path:
        return requests.participant(body)
    if "/callbacks/" in path:
        return requests.callback_configuration(body)
    if "/callreport/" in path:
        return requests.call_report(body)
    return (requests.number_removal if example["method"] == "DELETE" else requests.number_assignment)(body, "default")


def takes_a_body(example: dict[str, Any]) -> bool:
    path = example["path"].rstrip("/")
    if path.endswith("/callouts") or example["name"].startswith(("auth", "route")):
        return False
    return example["method"] in ("PATCH", "POST") or (path.endswith("/configuration/numbers") and example["method"] == "DELETE")


@pytest.mark.parametrize("example", [one for one in EXAMPLES if takes_a_body(one)], ids=lambda one: one["name"])
def test_examples(example: dict[str, Any]) -> None:
    if example["status"] < 400 or any(word in example["name"] for word in DECIDED_ELSEWHERE):
        assert read(example) is not None
        return
    with pytest.raises(ApiError) as caught:
        read(example)
    expected = example["response"]
    assert (caught.value.status, caught.value.code) == (example["status"], expected["errorCode"])
    assert caught.value.message == expected["message"]


def refused(action: Callable[[], object]) -> tuple[int, int, str]:
    with pytest.raises(ApiError) as caught:
        action()
    return caught.value.status, caught.value.code, caught.value.message


# --- JSON and headers --------------------------------------------------------------------------------------------------------


def test_json_bodies() -> None:
    assert requests.json_body(b" \n") is None
    assert requests.json_body(b'\xef\xbb\xbf{"a": "\\u00e5"}') == {"a": "å"}
    assert requests.json_body('["å", "\\ud83d\\ude00"]'.encode()) == ["å", "😀"]


@pytest.mark.parametrize(
    "raw", [b"{", b"\xff", b"[NaN]", b"[Infinity]", b'"\\ud800"', b'"\\uDC00x"', b"[" * 100_000, b"1" * 10_000]
)
def test_what_is_no_json(raw: bytes) -> None:
    assert refused(lambda: requests.json_body(raw)) == (400, 40003, "Request data missing")


def test_forwarded_headers() -> None:
    sent = [
        ("Host", "x"),
        ("x-cb-A", "1"),
        *((f"X-CB-{index}", "v" * 128) for index in range(4)),
        ("X-CB-" + "n" * 40, "dropped"),
    ]
    assert requests.forwarded_headers(sent) == (("x-cb-A", "1"), *((f"X-CB-{index}", "v" * 128) for index in range(4)))
    long_name = "X-CB-" + "n" * 28
    assert refused(lambda: requests.forwarded_headers([(long_name, "")])) == (
        400,
        40001,
        f"Invalid parameters: {long_name[:32]}",
    )
    for value in ("v" * 129, "å", "a\tb"):
        expected = (400, 40001, "Invalid parameters: X-CB-A")
        assert refused(lambda value=value: requests.forwarded_headers([("X-CB-A", value)])) == expected  # type: ignore[misc]


# --- calls and conferences ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leg", "audience"), [(None, Audience.NEAR), ("caller", Audience.NEAR), ("CALLEE", Audience.FAR), ("both", Audience.BOTH)]
)
def test_who_hears_a_management_request(leg: str | None, audience: Audience) -> None:
    script, problems = requests.management({"instructions": SAY["instructions"]}, a_call(), OBSERVED, leg)
    assert (script, problems) == (Script((HI,), None, audience), ())


@pytest.mark.parametrize("members", [{"state": CallState.CONFERENCE}, {"callout": CalloutKind.SPEECH}])
def test_where_the_leg_means_nothing(members: dict[str, Any]) -> None:
    script, _ = requests.management(SAY, a_call(**members), OBSERVED, "both")
    assert script == Script((HI,), HangUp(), Audience.NEAR)


@pytest.mark.parametrize("body", [None, {}, [], {"action": {"name": "connectPstn", "number": "+46701234567"}}])
def test_useless_management_requests(body: object) -> None:
    assert refused(lambda: requests.management(body, a_call(), OBSERVED, None)) == (400, 40003, "Invalid request")


def test_calls_without_a_telephone_cannot_be_managed() -> None:
    def leg(party: Any) -> Leg:
        return Leg(1, LegRole.CALLER, party, "", DEFAULT_PHONE, 0)

    data_only = a_call(origin=Origin.APP, legs=[leg(username("lin"))])
    assert refused(lambda: requests.management(SAY, data_only, OBSERVED, None)) == (400, 40003, "Invalid request")
    mixed = a_call(origin=Origin.APP, legs=[leg(username("lin")), leg(number("+46701234567"))])
    assert requests.management(SAY, mixed, OBSERVED, None)[0].steps == (HI,)


def test_participants() -> None:
    assert requests.participant({"Command": "OnHold", "MOH": "Ringing"}) == Command("onhold", "ring")
    assert requests.participant({"command": "onhold", "moh": "jazz"}) == Command("onhold")
    assert requests.participant({"command": "mute", "moh": "ring"}) == Command("mute")
    useless: list[object] = [{}, None, [], {"command": 5}, {"command": "mute", "moh": {}}]
    for body in useless:
        assert refused(lambda body=body: requests.participant(body)) == (400, 40003, "Invalid request")  # type: ignore[misc]


def test_call_reports() -> None:
    assert requests.call_report({"status": "SUCCESS"}) == (True, "")
    assert requests.call_report({"Status": "failure", "details": "x" * 65}) == (False, "x" * 64)
    assert refused(lambda: requests.call_report({})) == (400, 40002, "Bad request: status missing")
    assert refused(lambda: requests.call_report({"status": "maybe"})) == (400, 40001, "Invalid parameters: status")
    assert refused(lambda: requests.call_report(None)) == (400, 40003, "Request data missing")


# --- configuration -----------------------------------------------------------------------------------------------------------


def test_number_assignments() -> None:
    body = {"Numbers": ["46 850-1", "+468502"], "application_key": "K", "capability": "SMS"}
    assert requests.number_assignment(body, "default") == NumberChange(("+468501", "+468502"), "K", "sms")
    assert requests.number_assignment({"numbers": "+468501"}, "default") == NumberChange(("+468501",), "default")
    cases: list[tuple[object, tuple[int, int, str]]] = [
        ({}, (400, 40002, "Bad request: numbers missing")),
        ({"numbers": []}, (400, 40001, "Invalid parameters: numbers")),
        ({"numbers": ["+1"] * 101}, (400, 40001, "Invalid parameters: numbers")),
        ({"numbers": ["x"]}, (400, 40001, "Unable to update numbers")),
        ({"numbers": ["+1"], "capability": "fax"}, (400, 40001, "Invalid number type: fax.  Type must be one of: sms, voice.")),
        ({"numbers": ["+1"], "capability": 5}, (400, 40001, "Invalid number type: 5.  Type must be one of: sms, voice.")),
        (None, (400, 40003, "Request data missing")),
    ]
    for body_, expected in cases:
        assert refused(lambda body_=body_: requests.number_assignment(body_, "default")) == expected  # type: ignore[misc]


def test_number_removals() -> None:
    assert requests.number_removal({"number": "+46850"}, "default") == NumberChange(("+46850",), "default")
    assert requests.number_removal({"numbers": ["+1", "+2"], "applicationKey": "K"}, "d") == NumberChange(("+1", "+2"), "K")
    assert refused(lambda: requests.number_removal({"number": ""}, "d")) == (400, 40001, "Invalid parameters: number")
    assert refused(lambda: requests.number_removal([], "d")) == (400, 40003, "Request data missing")


def test_callback_addresses() -> None:
    both = {"URL": {"Primary": "http://a", "fallback": "HTTPS://b"}}
    assert requests.callback_configuration(both) == CallbackTarget("http://a", "HTTPS://b")
    assert requests.callback_configuration({"url": {"primary": "http://a", "fallback": ""}}) == CallbackTarget("http://a")
    assert requests.callback_configuration({"url": {}}) is None
    assert requests.callback_configuration({"url": {"primary": "", "fallback": "http://b"}}) is None
    assert refused(lambda: requests.callback_configuration(None)) == (400, 40003, "Request data missing")
    wrong = {"url": {"primary": "ftp://a"}}
    assert refused(lambda: requests.callback_configuration(wrong)) == (400, 40001, "Invalid parameters: url primary")
    for body, message in (({"url": []}, "url"), ({"url": "http://a"}, "url"), ({"url": {"primary": "http://"}}, "url primary")):
        expected = (400, 40001, f"Invalid parameters: {message}")
        assert refused(lambda body=body: requests.callback_configuration(body)) == expected  # type: ignore[misc]
