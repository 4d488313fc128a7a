"""Bodies of callbacks: every example of the reference, the observed order of members, every switch."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sinch_voice_emulator.engine.effects import CallAnswered, CallbackEvent, CallEnded, IncomingCall, InputEntered, NoticeType
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.call import Call, DetectionResult, MenuResult, Origin, Reason, Result
from sinch_voice_emulator.model.money import RateTable
from sinch_voice_emulator.model.party import Party, PartyKind, number, username
from sinch_voice_emulator.model.profile import OBSERVED
from sinch_voice_emulator.model.script import Dial
from sinch_voice_emulator.v1.callbacks import body, encode
from v1 import callback_cases as cases
from v1.callback_cases import KEY, MANIFEST, Excluded, Made, call

EXAMPLES: dict[str, dict[str, Any]] = {
    example["name"]: example
    for example in json.loads((Path(__file__).parents[1] / "data" / "callback-examples.json").read_text(encoding="utf-8"))
}
MADE = {name: made for name, made in MANIFEST.items() if isinstance(made, Made)}
PUBLIC = "https://calling-euc1.api.sinch.com"
NOON = 1_772_366_400_999


def account(rates: RateTable = cases.EUR, **switches: Any) -> Account:
    made = Account("test", rates=rates, profile=replace(OBSERVED, **switches))
    made.add_application(Application(KEY.upper(), "secret"))
    return made


def told(event: CallbackEvent, about: Call, **switches: Any) -> dict[str, Any]:
    return body(event, about, account(**switches), NOON, PUBLIC)


def made_body(made: Made, example: dict[str, Any]) -> dict[str, Any]:
    about = deepcopy(made.call)
    about.id = example["callid"]
    tenant = Account("test", rates=made.rates, profile=made.profile)
    tenant.add_application(Application(KEY, "secret"))
    when = datetime.fromisoformat(example.get("timestamp", "2024-09-12T08:15:03Z"))
    return body(made.event, about, tenant, int(when.timestamp() * 1000) + 999, PUBLIC)


def test_every_example_is_in_the_manifest_once() -> None:
    assert list(MANIFEST) == list(EXAMPLES)
    assert len(MANIFEST) == sum(map(len, (cases.ICE, cases.ACE, cases.PIE, cases.DICE, cases.NOTIFY)))


def test_what_is_emitted_by_default_is_never_excluded() -> None:
    for name, entry in MANIFEST.items():
        if isinstance(entry, Excluded):
            assert not EXAMPLES[name]["emit"], f"{name} is excluded: {entry.reason}"
            assert entry.reason
        assert not isinstance(entry, Made) or (entry.profile == OBSERVED) or entry.switch, f"{name} needs a switch's name"


@pytest.mark.parametrize("name", MADE)
def test_example(name: str) -> None:
    expected = dict(EXAMPLES[name]["body"])
    left_out, reason = MADE[name].but
    if left_out:
        assert reason
        assert not expected.pop(left_out)
    assert made_body(MADE[name], expected) == expected


ORDER = {
    "ice": "event callid callResourceUrl timestamp version custom user userRate cli to domain applicationKey originationType"
    " rdnis callHeaders cookies",
    "ace": "event callid conferenceId timestamp version custom applicationKey amd cookies",
    "pie": "event callid conferenceId timestamp menuResult version custom applicationKey cookies",
    "dice": "event callid conferenceId timestamp reason result version custom debit userRate to applicationKey duration from"
    " callHeaders cookies",
    "notify": "event callid conferenceId version type destination amd errorCode errorMsg user custom applicationKey",
}
"""The order of captured traffic (observed-traffic.md 1.1 to 1.5), optional members where the reference lists them."""


@pytest.mark.parametrize("name", MADE)
def test_members_come_in_the_observed_order(name: str) -> None:
    names = list(made_body(MADE[name], EXAMPLES[name]["body"]))
    assert names == sorted(names, key=ORDER[EXAMPLES[name]["event"]].split().index)


def test_the_members_of_a_menu_result_come_in_the_observed_order() -> None:
    found = told(InputEntered(MenuResult("confirm", "sequence", "0123", "dtmf")), call())["menuResult"]
    assert list(found) == ["addToContext", "type", "value", "menuId", "inputMethod"]


# --- where the call can be fetched ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("euc1", "http://host:1/base/calling/v1/calls/id/c1"),
        ("use1", "http://host:1/base/use1/calling/v1/calls/id/c1"),
        ("", "http://host:1/base/calling/v1/calls/id/c1"),
    ],
)
def test_the_resource_url_leads_to_the_region_of_the_call(region: str, url: str) -> None:
    found = body(IncomingCall(), call(id="c1", region=region), account(), NOON, "http://host:1/base/")
    assert found["callResourceUrl"] == url


@pytest.mark.parametrize(("region", "named"), [("euc1", "euc1"), ("use1", "use1"), ("", "euc1")])
def test_a_public_url_may_name_the_region_in_its_host(region: str, named: str) -> None:
    public_url = "https://calling-{region}.api.sinch.com"
    found = body(IncomingCall(), call(id="c1", region=region), account(), NOON, public_url)
    assert found["callResourceUrl"] == f"https://calling-{named}.api.sinch.com/calling/v1/calls/id/c1"


def test_the_key_is_spelt_as_configured() -> None:
    assert told(CallAnswered(), call())["applicationKey"] == KEY.upper()
    assert told(CallAnswered(), call(application="gone"))["applicationKey"] == "gone"


def test_times_are_whole_seconds() -> None:
    assert told(CallAnswered(), call())["timestamp"] == "2026-03-01T12:00:00Z"


# --- who and whom -----------------------------------------------------------------------------------------------------------


def test_a_phone_dialled_a_did_whatever_it_was_called() -> None:
    assert told(IncomingCall(), call(dialled=number("+4670")))["to"] == {"type": "did", "endpoint": "+4670"}
    assert told(CallEnded(), call(dialled=number("+4670")))["to"] == {"type": "did", "endpoint": "4670"}


def test_an_app_that_calls_a_conference_has_no_cli_unless_the_user_is_left_out() -> None:
    made = call(Origin.APP, user="lin", dialled=Party(PartyKind.CONFERENCE, "room"))
    assert "cli" not in told(IncomingCall(), made)
    assert told(IncomingCall(), made)["rdnis"] == ""
    documented = told(IncomingCall(), made, ice_user=False)
    assert documented["cli"] == "private"
    assert {"user", "rdnis"}.isdisjoint(documented)


def test_a_redirected_app_call_says_so() -> None:
    assert told(IncomingCall(), call(Origin.APP, dialled=username("sam"), rdnis="+1"))["rdnis"] == "+1"


@pytest.mark.parametrize("plus", [True, False])
def test_cli_and_from_with_or_without_plus(plus: bool) -> None:
    made = call(cli="+4670")
    cli = "+4670" if plus else "4670"
    assert told(IncomingCall(), made, cli_with_plus=plus)["cli"] == cli
    assert told(CallEnded(), made, cli_with_plus=plus)["from"] == cli


def test_custom_text_of_its_own_wins_over_call_headers() -> None:
    made = call(Origin.APP, headers=(("k", "ö"),))
    assert told(CallAnswered(), made)["custom"] == '{"k":"ö"}'
    made.custom = "mine"
    assert told(CallAnswered(), made)["custom"] == "mine"


def test_an_event_without_a_destination() -> None:
    made = call(Origin.SERVER)
    assert "to" not in told(CallEnded(), made)
    assert {"to", "userRate"}.isdisjoint(told(IncomingCall(), made))


@pytest.mark.parametrize(("to", "amount"), [("+4670", 0.0095), ("+46000000000", 0.0), ("+1", 0.0)])
def test_the_price_of_what_was_dialled(to: str, amount: float) -> None:
    rate = told(IncomingCall(), call(Origin.APP, dialled=number(to)))["userRate"]
    assert rate == {"currencyId": "EUR", "amount": amount}
    assert isinstance(rate["amount"], float)


# --- switches ---------------------------------------------------------------------------------------------------------------


def test_origination_of_a_custom_callout() -> None:
    found = told(IncomingCall(), call(Origin.SERVER), custom_callout_origination="PSTN")
    assert found["originationType"] == "PSTN"


@pytest.mark.parametrize(
    ("cookies", "empty", "one"),
    [
        ("when-set", None, {"a": "1"}),
        ("never", None, None),
        ("always", {"#locale": "en-US"}, {"a": "1", "#locale": "en-US"}),
    ],
)
@pytest.mark.parametrize("event", [IncomingCall(), CallAnswered(), InputEntered(MenuResult("m", "return")), CallEnded()])
def test_cookies(event: CallbackEvent, cookies: str, empty: dict[str, str] | None, one: dict[str, str] | None) -> None:
    for kept, expected in (({}, empty), ({"a": "1"}, one)):
        found = told(event, call(cookies=kept), cookies=cookies).get("cookies")
        assert found == (None if expected is None else [{"key": key, "value": value} for key, value in expected.items()])


def test_add_to_context_can_be_absent() -> None:
    event = InputEntered(MenuResult("m", "timeout"))
    assert told(event, call(), pie_add_to_context="absent")["menuResult"] == {"type": "timeout", "value": "", "menuId": "m"}


@pytest.mark.parametrize(("unit", "duration"), [("s", 3), ("ms", 3999)])
def test_unit_of_detection(unit: str, duration: int) -> None:
    found = told(CallAnswered(DetectionResult("human", "n/a", 3999)), call(), amd_duration_unit=unit)
    assert found["amd"] == {"status": "human", "reason": "n/a", "duration": duration}


def test_in_progress_is_said_only_of_asynchronous_detection() -> None:
    assert "amd" not in told(CallAnswered(), call(), amd_async_inprogress=True)
    assert "amd" not in told(CallAnswered(), call(dial=Dial()), amd_async_inprogress=True)


@pytest.mark.parametrize(("unanswered", "duration"), [("absent", None), ("zero", 0)])
def test_duration_of_an_unanswered_call(unanswered: str, duration: int | None) -> None:
    assert told(CallEnded(), call(), unanswered_duration=unanswered).get("duration") == duration


def test_documented_reasons_only() -> None:
    made = call(reason=Reason.INVALIDSVAMLACTION)
    assert told(CallEnded(), made)["reason"] == "INVALIDSVAMLACTION"
    assert told(CallEnded(), made, strict_documented_reasons=True)["reason"] == "CALLBACKERROR"
    made.reason = Reason.CANCEL
    assert told(CallEnded(), made, strict_documented_reasons=True)["reason"] == "CANCEL"


def test_a_second_telling_has_a_reason_of_its_own() -> None:
    made = call(reason=Reason.CALLEEHANGUP, result=Result.ANSWERED)
    assert told(CallEnded(Reason.CALLERHANGUP), made)["reason"] == "CALLERHANGUP"


def test_a_transcript_of_a_file_without_an_ending() -> None:
    notice = cases._stored(NoticeType.TRANSCRIPTION_AVAILABLE, "sdrive://folder.d/talk").event
    assert told(notice, call())["destination"] == "sdrive://folder.d/talk-transcript.json"


def test_a_notice_has_the_room_of_the_recording() -> None:
    notice = cases._stored(NoticeType.RECORDING_FINISHED, conference="recorded").event
    assert told(notice, call(room="present"))["conferenceId"] == "recorded"


# --- bytes ------------------------------------------------------------------------------------------------------------------


def test_encoding_is_compact_and_plain() -> None:
    assert encode({"a": "höjd ☎", "b": [0.0, 1]}) == '{"a":"höjd ☎","b":[0.0,1]}'.encode()


def test_half_a_surrogate_pair_is_escaped() -> None:
    assert encode({"a": "é\ud83d"}) == b'{"a":"\\u00e9\\ud83d"}'


def test_money_has_a_fraction() -> None:
    made = call(rate=Decimal("0.0210"), debit=Decimal(0))
    assert b'"debit":{"currencyId":"EUR","amount":0.0},"userRate":{"currencyId":"EUR","amount":0.021}' in encode(
        told(CallEnded(), made)
    )
