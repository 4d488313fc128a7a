"""The control API's view of a call: plain JSON that says where the call is and what it waits for."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from sinch_voice_emulator.engine.state import EngineState
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.call import (
    CalloutKind,
    CallState,
    DetectionResult,
    Leg,
    LegRole,
    LegState,
    MenuRun,
    Origin,
    Parking,
    Pending,
)
from sinch_voice_emulator.model.conference import Conference, Participant, RoomKey
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.ids import IdSource
from sinch_voice_emulator.model.party import number, username
from sinch_voice_emulator.model.phone import DEFAULT_PHONE, PhoneBehaviour
from sinch_voice_emulator.model.recording import Recording
from sinch_voice_emulator.model.script import EnterMenu, Menu, MenuOption, Park, RecordingOptions, ReturnValue, ToneOptions
from sinch_voice_emulator.v1.control_views import call_detail, call_summary, phone_view, recording_detail
from sinch_voice_emulator.v1.phones_json import behaviour_to_json
from v1.callback_cases import call

NOON = 1_772_366_400_250
KEY = "Key-1"


def state() -> EngineState:
    account = Account("test")
    account.add_application(Application(KEY, "secret"))
    return EngineState(account, IdSource("seed"))


def detail(about: Any, engine: EngineState | None = None) -> dict[str, Any]:
    shown = call_detail(about, engine or state(), NOON)
    assert json.loads(json.dumps(shown)) == shown, "the view has to be plain JSON"
    return shown


def test_a_new_call_has_nothing_yet() -> None:
    shown = detail(call(id="c", application="key-1", created=NOON))
    assert shown == {
        "callId": "c",
        "application": KEY,
        "region": "euc1",
        "origin": "pstn",
        "callout": None,
        "state": "running a script",
        "live": True,
        "from": None,
        "cli": "private",
        "to": None,
        "created": "2026-03-01T12:00:00.250Z",
        "answered": None,
        "ended": None,
        "duration": 0,
        "result": "N/A",
        "reason": "N/A",
        "user": None,
        "rdnis": None,
        "custom": None,
        "callHeaders": {},
        "forwardedHeaders": {},
        "legs": [],
        "near": None,
        "far": None,
        "menu": None,
        "parked": None,
        "conference": None,
        "cookies": {},
        "waitingFor": None,
        "callbacksSent": 0,
        "callbacksSuppressed": False,
        "answeringMachine": None,
        "recordings": [],
        "userRate": {"currencyId": "EUR", "amount": 0.0},
        "debit": {"currencyId": "EUR", "amount": 0.0},
        "report": None,
        "endsAt": None,
        "dialledCall": None,
        "dialledBy": None,
    }


def test_a_summary_is_the_head_of_the_detail() -> None:
    made = call(Origin.SERVER, id="c", callout=CalloutKind.SPEECH, dialled=number("+1"), answered=NOON - 2_500)
    summary = call_summary(made, state().account, NOON)
    assert summary.items() <= detail(made).items()
    assert (summary["callout"], summary["duration"], summary["to"]) == ("speech", 2, {"type": "number", "endpoint": "+1"})


def test_legs() -> None:
    legs = [
        Leg(1, LegRole.CALLER, number("+1"), "", DEFAULT_PHONE, NOON - 9_000, LegState.UP, NOON - 8_000),
        Leg(2, LegRole.CALLEE, username("a"), "+1", DEFAULT_PHONE, NOON, LegState.DOWN, ended=NOON, why_ended="busy"),
        Leg(3, LegRole.CALLEE, username("b"), "+1", DEFAULT_PHONE, NOON),
    ]
    shown = detail(call(legs=legs, near=1, far=3))
    assert (shown["near"], shown["far"]) == (1, 3)
    first, second, third = shown["legs"]
    assert first == {
        "leg": 1,
        "role": "caller",
        "side": "near",
        "party": {"type": "number", "endpoint": "+1"},
        "cli": "private",
        "state": "up",
        "started": "2026-03-01T11:59:51.250Z",
        "answered": "2026-03-01T11:59:52.250Z",
        "ended": None,
        "whyEnded": None,
        "behaviour": behaviour_to_json(DEFAULT_PHONE),
    }
    assert (second["side"], second["state"], second["whyEnded"]) == (None, "down", "busy")
    assert (third["side"], third["state"], third["answered"]) == ("far", "ringing", None)


def test_a_menu() -> None:
    options = (MenuOption("1", ReturnValue("a")), MenuOption("", ReturnValue("b"), word="sales"))
    script = EnterMenu((Menu("main", options=options), Menu("pin", max_digits=4)), "main")
    shown = detail(call(menu=MenuRun(script, "main", passes=1, digits="1")))
    assert shown["menu"] == {
        "id": "main",
        "passes": 1,
        "prompting": True,
        "digits": "1",
        "options": ["1", "sales"],
        "maxDigits": None,
    }
    assert detail(call(menu=MenuRun(script, "pin")))["menu"]["maxDigits"] == 4
    assert detail(call(menu=MenuRun(script, "gone")))["menu"]["options"] == []


def test_parking() -> None:
    for looping, hears in ((False, "intro"), (True, "hold")):
        shown = detail(call(parking=Parking(Park(), NOON, prompt_started=NOON, looping=looping)))
        assert shown["parked"] == {"since": "2026-03-01T12:00:00.250Z", "hears": hears}


def test_a_conference() -> None:
    engine = state()
    made = call(id="c", application=KEY, room="standup")
    assert detail(made, engine)["conference"] == {"id": "standup"}
    key = RoomKey(KEY, "euc1", "standup")
    engine.conferences[key] = Conference(key, 0)
    assert detail(made, engine)["conference"] == {"id": "standup"}
    member = Participant("c", "c", NOON - 3_999, ToneOptions(), moh="music1", hold_moh="ring", digits="4")
    engine.conferences[key].participants["c"] = member
    assert detail(made, engine)["conference"] == {
        "id": "standup",
        "joined": "2026-03-01T11:59:56.251Z",
        "duration": 3,
        "muted": False,
        "onhold": False,
        "hears": None,
        "digits": "4",
    }
    member.hears_moh = True
    assert detail(made, engine)["conference"]["hears"] == "music1"
    member.on_hold = True
    assert detail(made, engine)["conference"]["hears"] == "ring"


def test_what_a_call_waits_for_and_found_out() -> None:
    made = call(
        pending=Pending("d1", EventKind.ANSWERED, NOON),
        detected=DetectionResult("machine", "beep", 1_500),
        report=(False, "noise"),
        cookies={"a": "1"},
        headers=(("k", "v"),),
        forwarded_headers=(("X-CB-A", "1"),),
        max_ends=NOON,
        rate=Decimal("0.5"),
    )
    shown = detail(made)
    assert shown["waitingFor"] == {"event": "ace", "delivery": "d1", "since": "2026-03-01T12:00:00.250Z"}
    assert shown["answeringMachine"] == {"status": "machine", "reason": "beep", "after": 1.5}
    assert shown["report"] == {"success": False, "details": "noise"}
    assert (shown["cookies"], shown["callHeaders"], shown["forwardedHeaders"]) == ({"a": "1"}, {"k": "v"}, {"X-CB-A": "1"})
    assert (shown["endsAt"], shown["userRate"]["amount"]) == ("2026-03-01T12:00:00.250Z", 0.5)
    made.state = CallState.ENDED
    assert (detail(made)["endsAt"], detail(made)["live"]) == (None, False)


def test_recordings() -> None:
    engine = state()
    recording = Recording("k", "c", KEY, "euc1", RecordingOptions(transcribe=True), "sdrive://k", NOON)
    engine.recordings["k"] = recording
    assert detail(call(recorded=("k", "deleted")), engine)["recordings"] == [
        {
            "key": "k",
            "callId": "c",
            "conference": None,
            "destination": "sdrive://k",
            "format": "mp3",
            "transcribed": True,
            "started": "2026-03-01T12:00:00.250Z",
            "ended": None,
            "length": None,
        }
    ]
    recording.ended = NOON + 1_500
    assert recording_detail(recording)["length"] == 1.5


def test_phones() -> None:
    account = state().account
    account.users.add("lin")
    busy = PhoneBehaviour(rings_for=0)
    account.phones[number("+1")] = busy
    assert phone_view(number("+1"), busy, account) == {
        "type": "number",
        "endpoint": "+1",
        "configured": True,
        "behaviour": behaviour_to_json(busy),
    }
    assert phone_view(username("lin"), DEFAULT_PHONE, account)["registered"] is True
    sam = phone_view(username("sam"), DEFAULT_PHONE, account)
    assert (sam["configured"], sam["registered"]) == (False, False)
