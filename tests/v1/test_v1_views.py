"""REST answers: calls, conferences, numbers, callback configuration, recordings; against the reference's examples."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sinch_voice_emulator.model.account import Account, Application, OwnedNumber
from sinch_voice_emulator.model.call import Call, CallState, Origin, Reason, Result
from sinch_voice_emulator.model.conference import Conference, Participant, RoomKey
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.model.money import RateTable
from sinch_voice_emulator.model.party import Party, PartyKind, number, sip, username
from sinch_voice_emulator.model.profile import OBSERVED
from sinch_voice_emulator.model.recording import Recording
from sinch_voice_emulator.model.script import RecordingOptions, ToneOptions
from sinch_voice_emulator.v1 import errors, views
from sinch_voice_emulator.v1.auth import parse_timestamp
from sinch_voice_emulator.v1.errors import ApiError
from v1.callback_cases import call as make_call

EXAMPLES: dict[str, dict[str, Any]] = {
    example["name"]: example
    for example in json.loads((Path(__file__).parents[1] / "data" / "rest-examples.json").read_text(encoding="utf-8"))
}
KEY = "c0ffee00-1a2b-4c3d-8e4f-5a6b7c8d9e0f"
NOON = 1_772_366_400_000


def account(**switches: Any) -> Account:
    made = Account("test", rates=RateTable("EUR", {}), profile=replace(OBSERVED, **switches))
    made.add_application(Application(KEY, "secret"))
    return made


def at(text: str) -> int:
    moment = parse_timestamp(text)
    assert moment is not None
    return moment


# --- calls ------------------------------------------------------------------------------------------------------------------


def finished(example: dict[str, Any]) -> Call:
    """A call that ended as an example shows it. Answered three and a half seconds after it was placed."""
    created = at(example["timestamp"])
    ended = created + 3_500 + example["duration"] * 1000 + 999
    caller = example.get("from")
    return make_call(
        Origin.APP if caller else Origin.SERVER,
        id=example["callId"],
        created=created,
        caller=username(caller["endpoint"]) if caller else None,
        dialled=number(example["to"]["endpoint"]),
        billed=number(example["to"]["endpoint"]),
        state=CallState.ENDED,
        custom=example["custom"],
        answered=created + 3_500 if example["result"] == "ANSWERED" else None,
        ended=ended,
        result=Result(example["result"]),
        reason=Reason(example["reason"]),
        rate=Decimal(str(example["userRate"]["amount"])),
        debit=Decimal(str(example["debit"]["amount"])),
    )


FINAL = [
    name
    for name, example in EXAMPLES.items()
    if isinstance(example["response"], dict) and example["response"].get("status") == "FINAL"
]


@pytest.mark.parametrize("name", FINAL)
def test_example_of_a_finished_call(name: str) -> None:
    expected = EXAMPLES[name]["response"]
    assert views.call(finished(expected), account(get_call_timestamp="zulu"), NOON) == expected
    zoneless = expected | {"timestamp": expected["timestamp"].removesuffix("Z")}
    assert views.call(finished(expected), account(), NOON) == zoneless


def test_example_of_an_ongoing_call() -> None:
    expected = EXAMPLES["call.get.ongoing"]["response"]
    made = finished(EXAMPLES["call.get.final_callout"]["response"])
    made.state, made.ended, made.result, made.reason = CallState.CONNECTED, None, Result.NOT_YET, Reason.NOT_AVAILABLE
    made.debit = Decimal(0)
    assert made.answered is not None
    assert views.call(made, account(get_call_timestamp="zulu"), made.answered + 7_900) == expected


def test_members_come_in_the_documented_order() -> None:
    shown = views.call(finished(EXAMPLES["call.get.final_app_to_phone"]["response"]), account(), NOON)
    assert list(shown) == list(EXAMPLES["call.get.final_app_to_phone"]["response"])


@pytest.mark.parametrize(
    ("about", "caller"),
    [
        (make_call(caller=number("+4670"), cli="+4670"), {"type": "Number", "endpoint": "+4670"}),
        (make_call(caller=number("+4670"), cli=""), {"type": "Number", "endpoint": "private"}),
        (make_call(), {"type": "Number", "endpoint": "private"}),
        (make_call(Origin.SIP, caller=sip("1@pbx.test"), cli="1"), {"type": "sip", "endpoint": "1@pbx.test"}),
        (make_call(Origin.APP, caller=username("lin")), {"type": "Username", "endpoint": "lin"}),
        (make_call(Origin.SERVER, cli="+4670"), None),
    ],
)
def test_from(about: Call, caller: dict[str, str] | None) -> None:
    assert views.call(about, account(), NOON).get("from") == caller
    assert "from" not in views.call(about, account(get_call_from="never"), NOON)
    always = views.call(about, account(get_call_from="always"), NOON)["from"]
    assert always == (caller or {"type": "Number", "endpoint": "+4670"})


@pytest.mark.parametrize(
    ("to", "shown", "domain"),
    [
        (Party(PartyKind.DID, "+4670"), {"type": "Number", "endpoint": "+4670"}, "pstn"),
        (number("+4670"), {"type": "Number", "endpoint": "+4670"}, "pstn"),
        (sip("1@pbx.test"), {"type": "sip", "endpoint": "1@pbx.test"}, "pstn"),
        (username("sam"), {"type": "Username", "endpoint": "sam"}, "mxp"),
        (Party(PartyKind.CONFERENCE, "room"), {"type": "conference", "endpoint": "room"}, "mxp"),
        (None, None, "pstn"),
    ],
)
def test_to_and_domain(to: Party | None, shown: dict[str, str] | None, domain: str) -> None:
    found = views.call(make_call(Origin.APP, dialled=to), account(), NOON)
    assert (found.get("to"), found["domain"]) == (shown, domain)


def test_what_is_always_there() -> None:
    found = views.call(make_call(id="c"), account(), NOON)
    assert found == {
        "from": {"type": "Number", "endpoint": "private"},
        "domain": "pstn",
        "callId": "c",
        "duration": 0,
        "status": "ONGOING",
        "result": "N/A",
        "reason": "N/A",
        "timestamp": "1970-01-01T00:00:00",
        "userRate": {"currencyId": "EUR", "amount": 0.0},
        "debit": {"currencyId": "EUR", "amount": 0.0},
    }


# --- conferences ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["conference.get", "conference.get.legacy_prefix", "e2e.conference.get"])
def test_example_of_a_conference(name: str) -> None:
    expected = EXAMPLES[name]["response"]
    room = Conference(RoomKey(KEY, "euc1", "room"), NOON)
    for one in expected["participants"]:
        joined = NOON - one["duration"] * 1000 - 400
        room.participants[one["id"]] = Participant(
            one["id"], one["cli"], joined, ToneOptions(), muted=one["muted"], on_hold=one["onhold"]
        )
    shown = views.conference(room, OBSERVED, NOON)
    assert shown == expected
    compatible = views.conference(room, replace(OBSERVED, participant_call_id=True), NOON)
    assert compatible == {"participants": [one | {"callId": one["id"]} for one in expected["participants"]]}


# --- configuration ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in EXAMPLES if "numbers.list" in name])
def test_example_of_numbers(name: str) -> None:
    expected = EXAMPLES[name]["response"]
    made = account()
    for one in expected["numbers"]:
        owned = OwnedNumber(one["number"], one["capability"], one.get("applicationkey"))
        made.numbers[one["number"], one["capability"]] = owned
    assert views.numbers(made) == expected


def test_numbers_show_the_key_as_it_is_configured() -> None:
    made = account()
    made.numbers["+1", "voice"] = OwnedNumber("+1", "voice", KEY.upper())
    assert views.numbers(made) == {"numbers": [{"number": "+1", "applicationkey": KEY, "capability": "voice"}]}


@pytest.mark.parametrize("name", ["callbacks.get", "callbacks.get.none", "e2e.callbacks.get"])
def test_example_of_callbacks(name: str) -> None:
    expected = EXAMPLES[name]["response"]
    url = expected["url"]
    target = CallbackTarget(url["primary"], url.get("fallback")) if url else None
    assert views.callbacks(Application(KEY, "", target)) == expected


def test_callbacks_without_a_fallback() -> None:
    assert views.callbacks(Application(KEY, "", CallbackTarget("http://a"))) == {"url": {"primary": "http://a"}}


def test_example_of_an_error() -> None:
    expected = EXAMPLES["call.get.not_found"]["response"]
    assert views.error(errors.call_not_found("a secret of the journal"), expected["reference"]) == expected


# --- recordings -------------------------------------------------------------------------------------------------------------

PUBLIC = "https://calling-euc1.api.sinch.com"


def recording(key: str, ended: int | None = NOON, destination: str = "", region: str = "euc1") -> Recording:
    options = RecordingOptions(destination)
    return Recording(key, "7d3b1c52-6a0e-4b7e-9a55-0f6f2f4c1a10", KEY, region, options, destination, 0, ended=ended)


def listed(found: list[Recording], **query: str) -> list[object]:
    return [one["key"] for one in views.recordings(found, views.recording_query(query), account(), PUBLIC)]


def test_example_of_recordings() -> None:
    expected = EXAMPLES["recording.list"]["response"]
    made = recording(expected[0]["key"], at(expected[0]["createdOn"]))
    query = views.recording_query({"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z", "page": "1", "pageSize": "10"})
    assert views.recordings([made], query, account(), PUBLIC) == expected


def test_recordings_of_another_region_have_their_own_address() -> None:
    shown = views.recordings([recording("k", region="use1")], views.RecordingQuery(), account(), PUBLIC)
    assert shown[0]["url"] == f"{PUBLIC}/use1/calling/v1/recording/k"


def test_only_finished_recordings_in_the_platforms_storage_are_listed() -> None:
    found = [
        recording("running", None),
        recording("elsewhere", destination="s3://b/x.mp3"),
        recording("drive", destination="SDRIVE://x.mp3"),
        recording("own", NOON - 1),
    ]
    assert listed(found) == ["own", "drive"]


def test_pages_and_times() -> None:
    found = [recording(str(index), NOON + index * 1000) for index in (3, 1, 0, 2)]
    assert listed(found) == ["0", "1", "2", "3"]
    assert listed(found, pageSize="3", page="2") == ["3"]
    assert listed(found, page="2") == []
    assert listed(found, **{"from": "2026-03-01T12:00:01Z", "to": "2026-03-01T12:00:03Z"}) == ["1", "2"]
    assert listed(found, to="2026-03-01T13:00:01 01:00") == ["0"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"page": "0"}, "pageNumber must be > 0"),
        ({"page": "-1"}, "pageNumber must be > 0"),
        ({"page": "9" * 5000}, "pageNumber must be > 0"),
        ({"pageSize": "0"}, "pageSize must be positive"),
        ({"pageSize": "many"}, "pageSize must be positive"),
        ({"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T00:00:00Z"}, "'to' must be after 'from'"),
        ({"from": "today"}, "Invalid parameters: from"),
        ({"to": ""}, "Invalid parameters: to"),
    ],
)
def test_queries_that_make_no_sense(query: dict[str, str], message: str) -> None:
    with pytest.raises(ApiError) as caught:
        views.recording_query(query)
    assert (caught.value.status, caught.value.code, caught.value.message) == (400, 40001, message)
    assert caught.value.why
