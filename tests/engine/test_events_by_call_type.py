"""Which events each type of call has: the matrix of ``callbacks-and-svaml.md`` 3.1, suppression, cookies, headers, fields."""

from __future__ import annotations

from typing import Any

import pytest

from playbook import APP, CALLER, DID, PHONE, Playbook
from sinch_voice_emulator.model.call import CallState
from svaml import (
    CONTINUE,
    HANGUP,
    connect,
    connect_app,
    connect_sip,
    cookie,
    detecting,
    do,
    join,
    menu,
    option,
    run_menu,
    say,
)

MENU = run_menu(menu(option("1", "return(one)")))
DESK = "desk@pbx.test"
USER = {"type": "username", "endpoint": "bob"}


def a_minute(book: Playbook) -> None:
    """The rest of a call that somebody answered: a minute of talk."""
    book.wait(60)
    book.hangs_up()


# --- from a phone or a SIP trunk ---------------------------------------------------------------------------------------


def test_from_a_phone_by_way_of_a_menu() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(
        MENU,
        cli=CALLER[1:],
        to={"type": "did", "endpoint": DID},
        domain="pstn",
        originationType="PSTN",
        rdnis="",
        applicationKey=APP,
        callResourceUrl=f"http://emulator.test/calling/v1/calls/id/{book.call}",
    )
    book.presses("1")
    book.pie("return", "one", answer=connect(PHONE))
    book.wait(1)
    book.ace(CONTINUE, applicationKey=APP)
    a_minute(book)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=61, debit=0.035)


def test_from_a_phone_that_withholds_its_number() -> None:
    book = Playbook()
    book.phone_calls(caller="")
    book.ice(HANGUP, cli="private")
    told = book.ended("NOANSWER", "MANAGERHANGUP")
    assert told["from"] == "private"


@pytest.mark.parametrize("document", [connect(PHONE), connect_sip(DESK)])
def test_who_is_dialled_by_phone_or_sip_is_announced(document: dict[str, Any]) -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(document)
    book.wait(1)
    book.ace(CONTINUE)
    a_minute(book)
    book.asked("dice").answers({})
    book.silent()


@pytest.mark.parametrize("document", [connect_app("bob"), join("standup")])
def test_apps_and_rooms_are_not_announced(document: dict[str, Any]) -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(document)
    book.wait(1)
    a_minute(book)
    book.asked("dice", result="ANSWERED").answers({})
    book.silent()


@pytest.mark.parametrize(("switch", "aces"), [("one", 1), ("two", 2)])
def test_a_sip_party_may_be_announced_twice(switch: str, aces: int) -> None:
    book = Playbook(ace_when_sip_answers=switch)
    book.phone_calls()
    book.ice(connect_sip(DESK))
    book.wait(1)
    for _ in range(aces):
        book.ace(do(say("hello"), then=CONTINUE))
        book.wait(0.5)
    assert book.state() is CallState.CONNECTED
    assert len(book.journal("prompt.started")) == aces


def test_from_a_sip_trunk_to_a_phone() -> None:
    book = Playbook()
    book.sip_calls(PHONE, cli=DID)
    book.ice(connect(PHONE), originationType="SIP", to={"type": "number", "endpoint": PHONE}, domain="pstn")
    book.wait(1)
    book.ace(CONTINUE)
    a_minute(book)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=60, debit=0.0175)


def test_from_a_sip_trunk_without_a_backend() -> None:
    book = Playbook(backend=False)
    book.sip_calls(PHONE)
    book.wait(1)
    a_minute(book)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=60, debit=0.0175, dice=False)


def test_from_a_phone_to_a_sip_trunk_with_headers() -> None:
    book = Playbook()
    book.phone_calls()
    header = {"key": "X-Queue", "value": "billing"}
    book.ice(do(cookie("X-Tenant", "7"), cookie("lang", "sv"), then=connect_sip(DESK, callHeaders=[header])))
    (dialled,) = book.journal("leg.dialled")
    assert dialled.data["headers"] == {"X-Queue": "billing", "X-Tenant": "7"}


# --- from an app -------------------------------------------------------------------------------------------------------


def test_from_an_app_to_a_phone() -> None:
    book = Playbook()
    book.app_calls(PHONE, cli=DID)
    book.ice(CONTINUE, user="ann", originationType="MXP", domain="pstn", cli=DID[1:])
    book.wait(1)
    book.ace(CONTINUE)
    a_minute(book)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=60, debit=0.0175)


@pytest.mark.parametrize("told", [True, False])
def test_from_an_app_to_an_app(told: bool) -> None:
    book = Playbook(dice_for_app_to_app=told)
    book.app_calls("bob", headers=(("plan", "gold"),))
    headers = [{"key": "plan", "value": "gold"}]
    book.ice(connect_app("bob"), callHeaders=headers, custom='{"plan":"gold"}', domain="mxp", to=USER)
    book.wait(1)
    book.silent()
    a_minute(book)
    more: dict[str, Any] = {"callHeaders": headers} if told else {}
    book.ended("ANSWERED", "CALLERHANGUP", seconds=60, dice=told, **more)


def test_headers_of_a_script_replace_those_of_the_app() -> None:
    book = Playbook()
    book.app_calls("bob", headers=(("plan", "gold"),))
    header = {"key": "ticket", "value": "A-1"}
    book.ice(connect_app("bob", callHeaders=[header]))
    book.wait(1)
    book.hangs_up()
    book.ended("ANSWERED", "CALLERHANGUP", seconds=0, callHeaders=[header])


def test_the_backend_denies_a_call_between_apps() -> None:
    book = Playbook()
    book.app_calls("bob")
    book.ice(HANGUP)
    book.ended("NOANSWER", "MANAGERHANGUP")


def test_from_an_app_to_a_sip_address() -> None:
    book = Playbook()
    book.app_calls(DESK)
    book.ice(connect_sip(DESK), domain="sip")
    book.wait(1)
    book.ace(CONTINUE)
    a_minute(book)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=60)


@pytest.mark.parametrize("document", [join("standup"), CONTINUE])
def test_from_an_app_to_a_room(document: dict[str, Any]) -> None:
    book = Playbook()
    book.app_calls(room="standup")
    book.ice(document, to={"type": "conference", "endpoint": "standup"}, cli=None, rdnis="")
    a_minute(book)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=60, conferenceId="standup")


def test_from_an_app_without_a_backend() -> None:
    for details in ({"to": "bob"}, {"to": PHONE}, {"room": "standup"}):
        book = Playbook(backend=False)
        book.app_calls(**details)
        book.wait(1)
        assert book.state() is (CallState.CONFERENCE if "room" in details else CallState.CONNECTED)
        book.silent()


def test_a_backend_may_be_needed_for_calls_from_apps_to_phones() -> None:
    book = Playbook(backend=False, require_url_for_pstn=True)
    book.app_calls(PHONE)
    book.ended("FAILED", "GENERALERROR", dice=False)
    book.app_calls("bob")
    book.wait(1)
    assert book.state() is CallState.CONNECTED


def test_nobody_is_told_of_the_keys_of_an_app() -> None:
    book = Playbook()
    book.app_calls(PHONE)
    book.ice(MENU)
    book.presses("1")
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=0)
    book.app_calls(room="standup")
    book.ice(join("standup", **detecting()))
    book.presses("5")
    book.silent()
    assert book.state() is CallState.CONFERENCE


# --- callouts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ace", [True, False])
@pytest.mark.parametrize("dice", [True, False])
def test_a_text_is_spoken_to_a_phone(ace: bool, dice: bool) -> None:
    book = Playbook()
    book.callout("tts", enableAce=ace, enableDice=dice, custom="row 7")
    book.wait(1)
    if ace:
        book.ace(CONTINUE, custom="row 7")
    book.heard("Your table is ready.", leg=1)
    book.wait(1.2)
    more: dict[str, Any] = {"custom": "row 7", "from": DID[1:]} if dice else {}
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=1, debit=0.0175, dice=dice, **more)


@pytest.mark.parametrize("pie", [True, False])
def test_a_menu_instead_of_the_text(pie: bool) -> None:
    book = Playbook()
    book.callout("tts", enableAce=True, enablePie=pie, enableDice=True)
    book.wait(1)
    book.ace(MENU)
    book.presses("1")
    if pie:
        book.pie("return", "one", answer=HANGUP)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=0)
    assert bool(book.remarks("warning")) is not pie


def test_an_unanswered_callout_is_reported() -> None:
    book = Playbook()
    book.callout("tts", enableDice=True, destination={"type": "number", "endpoint": "+10005550400"})
    book.wait(60)
    book.ended("NOANSWER", "TIMEOUT")


@pytest.mark.parametrize("method", ["tts", "conference", "custom"])
def test_an_app_that_is_called_is_never_announced(method: str) -> None:
    book = Playbook()
    book.callout(method, destination=USER, enableAce=True, enablePie=True, enableDice=True)
    book.wait(1.5)
    book.silent()
    book.hangs_up()
    book.ended("ANSWERED", "CALLEEHANGUP", seconds=0, dice=False)


def test_a_conference_callout() -> None:
    book = Playbook()
    book.callout("conference", enableDice=True, greeting="Welcome aboard")
    book.wait(1)
    book.heard("Welcome aboard", leg=1)
    book.wait(60)
    book.hangs_up()
    book.ended("ANSWERED", "CALLEEHANGUP", seconds=60, debit=0.0175, conferenceId="standup")


def test_a_conference_callout_hears_of_keys_without_being_asked_to() -> None:
    book = Playbook()
    book.callout("conference", conferenceDtmfOptions={"mode": "detect"})
    book.wait(1)
    book.presses("5")
    book.pie("sequence", "5", "standup", conferenceId="standup")
    book.silent()


def test_ace_of_a_conference_callout_may_name_another_room() -> None:
    book = Playbook()
    book.callout("conference", enableAce=True, greeting="Welcome")
    book.wait(1)
    book.ace(join("elsewhere"))
    assert [member["id"] for member in book.members("elsewhere")] == [book.call]


def test_a_custom_callout_asks_the_backend() -> None:
    book = Playbook()
    book.callout("custom", destination=None, custom="x")
    book.ice(connect(PHONE), originationType="SERVER", cli=DID[1:], custom="x", to=None)
    book.wait(1)
    book.ace(MENU)
    book.presses("1")
    book.pie("return", "one", answer=HANGUP)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=0)


def test_a_custom_callout_with_everything_given_in_advance() -> None:
    book = Playbook()
    book.callout(
        "custom",
        destination=None,
        ice='{"action": {"name": "connectPstn", "number": "+46701234567"}}',
        ace={"action": MENU["action"]},
        pie='{"instructions": [{"name": "say", "text": "Thank you, goodbye"}], "action": {"name": "hangup"}}',
        dice='{"instructions": [{"name": "ReportCallStatus", "value": "success"}], "action": {"name": "hangup"}}',
    )
    book.wait(1)
    book.heard("choose.wav")
    book.presses("1")
    book.heard("goodbye")
    book.wait(2)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=1, debit=0.0175, dice=False)
    assert book.engine.call(book.call).report == (True, "")


def test_a_hang_up_in_a_menu_is_not_told_to_a_script_given_in_advance() -> None:
    book = Playbook()
    book.callout("custom", ace={"action": MENU["action"]}, pie='{"action": {"name": "hangup"}}')
    book.wait(1)
    book.hangs_up()
    book.ended("ANSWERED", "CALLEEHANGUP", seconds=0)


def test_a_custom_callout_with_addresses_of_its_own() -> None:
    book = Playbook()
    book.callout("custom", destination=None, ice="http://a.test/ice", ace="http://a.test/ace", dtmf="1w2")
    asked = book.asked("ice")
    assert asked.delivery.target.primary == "http://a.test/ice"
    asked.answers(connect(PHONE))
    book.wait(1)
    assert book.asked("ace").delivery.target.primary == "http://a.test/ace"


def test_a_custom_callout_sends_tones_when_somebody_answers() -> None:
    book = Playbook()
    book.callout("custom", dtmf="1w2#", maxDuration=30)
    book.wait(1)
    assert [entry.data["tones"] for entry in book.journal("tones.sent")] == ["1w2#"]
    book.ace(CONTINUE)
    book.wait(30)
    book.ended("ANSWERED", "TIMEOUT", seconds=30, debit=0.0175)


def test_a_custom_callout_whose_ice_does_not_connect_dials_its_destination_first() -> None:
    book = Playbook()
    book.callout("custom", ice={"instructions": [say("Hello there")], "action": {"name": "park"}})
    book.wait(1)
    book.heard("Hello there")
    book.wait(1)
    assert book.state() is CallState.PARKED


def test_headers_of_the_request_travel_with_every_callback() -> None:
    book = Playbook()
    book.callout("tts", enableAce=True, enableDice=True, headers=(("X-CB-Row", "7"),))
    book.wait(1)
    asked = book.asked("ace")
    assert asked.delivery.forwarded_headers == (("X-CB-Row", "7"),)
