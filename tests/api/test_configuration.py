"""Configuration management over HTTP: all or nothing, whatever way a key or a number is written."""

from __future__ import annotations

from typing import Any

import pytest

from api_client import Api
from sinch_voice_emulator.model.account import Account, Application, OwnedNumber
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_NUMBERS, DEFAULT_SECRET

NUMBERS = "/v1/configuration/numbers"
OTHER_KEY = "22222222-2222-4333-8444-55555555555A"
STRANGER = "33333333-2222-4333-8444-555555555555"
FIRST, SECOND = DEFAULT_NUMBERS


@pytest.fixture
def api() -> Api:
    api = Api()
    api.emulator.account().account.add_application(Application(OTHER_KEY, DEFAULT_SECRET))
    elsewhere = Account("elsewhere")
    elsewhere.add_application(Application(STRANGER, DEFAULT_SECRET))
    api.emulator.create_account(elsewhere)
    return api


def owners(api: Api) -> dict[str, str | None]:
    return {one["number"]: one.get("applicationkey") for one in api.get(NUMBERS).json["numbers"]}


@pytest.mark.parametrize("member", ["applicationkey", "applicationKey", "application_key", "APPLICATIONKEY"])
@pytest.mark.parametrize("key", [OTHER_KEY, OTHER_KEY.lower(), OTHER_KEY.upper()])
def test_a_key_may_be_written_in_many_ways(api: Api, member: str, key: str) -> None:
    assert api.post(NUMBERS, {"numbers": [FIRST], member: key}).status_code == 204
    assert owners(api) == {FIRST: OTHER_KEY, SECOND: DEFAULT_KEY}
    api.refuses(api.delete(NUMBERS, {"number": FIRST}), 400, 40001, "Unable to update numbers")
    assert api.delete(NUMBERS, {"number": FIRST, member: key}).status_code == 204
    assert owners(api) == {FIRST: None, SECOND: DEFAULT_KEY}


@pytest.mark.parametrize("written", ["1 (202) 555-0100", "12025550100", "+1-202-555-0100"])
def test_a_number_may_be_written_in_many_ways(api: Api, written: str) -> None:
    assert api.delete(NUMBERS, {"numbers": written}).status_code == 204
    assert owners(api)[FIRST] is None
    assert api.post(NUMBERS, {"numbers": written}).status_code == 204
    assert owners(api)[FIRST] == DEFAULT_KEY


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"numbers": [FIRST, "+15005550006"]}, 40001, "Unable to update numbers"),
        ({"numbers": [FIRST, "nothing"]}, 40001, "Unable to update numbers"),
        ({"numbers": [FIRST], "capability": "sms"}, 40001, "Unable to update numbers"),
        ({"numbers": [FIRST], "capability": "fax"}, 40001, "Invalid number type: fax.  Type must be one of: sms, voice."),
        ({"numbers": [FIRST], "applicationkey": STRANGER}, 40003, "Invalid Application Key"),
        ({"numbers": []}, 40001, "Invalid parameters: numbers"),
        ({"numbers": [FIRST] * 101}, 40001, "Invalid parameters: numbers"),
        ({}, 40002, "Bad request: numbers missing"),
        ([], 40003, "Request data missing"),
        (7, 40003, "Request data missing"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_all_of_it_or_nothing(api: Api, method: str, body: Any, code: int, message: str) -> None:
    if method == "POST":
        assert api.delete(NUMBERS, {"numbers": [FIRST, SECOND]}).status_code == 204
    elif message.endswith("numbers missing"):
        message = "Bad request: number missing"
    before = owners(api)
    api.refuses(api.open(NUMBERS, method, json=body), 400, code, message)
    assert owners(api) == before


def test_a_number_with_two_capabilities_is_two_entries(api: Api) -> None:
    numbers = api.emulator.account().account.numbers
    numbers[(FIRST, "sms")] = OwnedNumber(FIRST, "sms")
    assert api.post(NUMBERS, {"numbers": [FIRST], "capability": "sms", "applicationkey": OTHER_KEY}).status_code == 204
    listed = [(one["capability"], one["applicationkey"]) for one in api.get(NUMBERS).json["numbers"] if one["number"] == FIRST]
    assert sorted(listed) == [("sms", OTHER_KEY), ("voice", DEFAULT_KEY)]


def callbacks(key: str = DEFAULT_KEY) -> str:
    return f"/v1/configuration/callbacks/applications/{key}"


def test_callback_addresses_are_replaced_as_a_whole(api: Api) -> None:
    both = {"primary": "http://127.0.0.1:9/voice", "fallback": "https://backup.example.test/voice"}
    for sent, shown in (
        ({"url": both}, both),
        ({"url": [both]}, both),
        ({"URL": {"Primary": both["primary"]}}, {"primary": both["primary"]}),
        ({"url": both}, both),
        ({"url": {**both, "fallback": None}}, {"primary": both["primary"]}),
        ({"url": {**both, "fallback": ""}}, {"primary": both["primary"]}),
        ({"url": {}}, {}),
    ):
        assert api.post(callbacks(), sent).status_code == 204
        assert api.get(callbacks(DEFAULT_KEY.upper())).json == {"url": shown}, sent


def test_another_application_of_the_account_can_be_configured_and_no_other(api: Api) -> None:
    body = {"url": {"primary": "http://127.0.0.1:9/voice"}}
    assert api.post(callbacks(OTHER_KEY), body).status_code == 204
    assert api.get(callbacks(OTHER_KEY.lower())).json == body
    assert api.get(callbacks()).json == {"url": {}}
    for method in ("GET", "POST"):
        answer = api.open(callbacks(STRANGER), method, json=body if method == "POST" else None)
        api.refuses(answer, 400, 40003, "Invalid Application Key")


@pytest.mark.parametrize("primary", ["127.0.0.1:9/voice", "ftp://example.test", "http://", "/voice", 7])
def test_an_address_that_is_none_changes_nothing(api: Api, primary: object) -> None:
    api.post(callbacks(), {"url": {"primary": "http://127.0.0.1:9/voice"}})
    api.refuses(api.post(callbacks(), {"url": {"primary": primary}}), 400, 40001, "Invalid parameters: url primary")
    assert api.get(callbacks()).json == {"url": {"primary": "http://127.0.0.1:9/voice"}}


@pytest.mark.parametrize("number", ["112", "hello", "+999123456789", "%00", "+46%0A701234567", "+" + "4" * 30])
def test_what_is_no_number_is_refused(api: Api, number: str) -> None:
    api.refuses(api.get(f"/v1/calling/query/number/{number}"), 400, 40001, "Invalid number specified")


def test_a_slash_in_a_number_is_part_of_it(api: Api) -> None:
    assert api.get("/v1/calling/query/number/+46%2F701234567").json["number"]["normalizedNumber"] == "+46701234567"
    assert api.last_request()["path"] == "/v1/calling/query/number/+46%2F701234567"
