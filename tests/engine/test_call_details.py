"""What calls of every type have in common: suppression, cookies, presented numbers, circles, streams."""

from __future__ import annotations

from typing import Any

import pytest

from playbook import CALLER, DID, PHONE, Playbook
from sinch_voice_emulator.engine.asking import MAX_CALLBACKS
from sinch_voice_emulator.model.call import CallState
from svaml import (
    ANSWER,
    CONTINUE,
    HANGUP,
    action,
    connect,
    connect_sip,
    cookie,
    do,
    join,
    menu,
    option,
    run_menu,
    say,
)

MENU = run_menu(menu(option("1", "return(one)")))
DESK = "desk@pbx.test"


@pytest.mark.parametrize(
    "document",
    [connect(PHONE, suppressCallbacks=True), connect_sip(DESK, suppressCallbacks=True), join("x", suppressCallbacks=True)],
)
def test_suppressed_callbacks(document: dict[str, Any]) -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(document)
    book.wait(2)
    book.hangs_up()
    seconds = 2 if document["action"]["name"] == "connectConf" else 1
    debit = 0.0175 if document["action"]["name"] == "connectPstn" else 0.0
    book.ended("ANSWERED", "CALLERHANGUP", seconds=seconds, debit=debit, dice=False)


def test_cookies_come_back() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(do(cookie("a", "1"), cookie("b", "2"), cookie("a", "3"), then=connect(PHONE)), cookies=None)
    book.wait(1)
    both = [{"key": "a", "value": "3"}, {"key": "b", "value": "2"}]
    book.ace(CONTINUE, cookies=both)
    book.hangs_up()
    book.ended("ANSWERED", "CALLERHANGUP", seconds=0, cookies=both)


def test_a_call_that_goes_in_circles_is_cut() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(MENU)
    for _ in range(MAX_CALLBACKS - 1):
        book.presses("1")
        book.pie("return", "one", answer=MENU)
    book.presses("1")
    book.ended("ANSWERED", "GENERALERROR", seconds=0)
    assert any("in circles" in text for text in book.remarks("problem"))


def test_calls_of_an_account_that_dial_one_another_in_circles_are_cut() -> None:
    book = Playbook(dialling_own_number="inbound-call")
    book.phone_calls()
    for call in range(12):
        latest = list(book.engine.state.calls)[-1]
        if call == 11:
            break
        book.ice(connect(DID), call=latest)
    book.ended("FAILED", "CONGESTION", call=latest)
    assert all(not call.live for call in book.engine.state.calls.values())


def test_prompts_before_the_answer_may_answer() -> None:
    for answers in (True, False):
        book = Playbook(ice_prompt_answers=answers)
        book.phone_calls()
        book.ice(do(say("Please hold"), then=HANGUP))
        book.wait(2)
        if answers:
            book.ended("ANSWERED", "MANAGERHANGUP", seconds=0)
        else:
            book.ended("NOANSWER", "MANAGERHANGUP")


def test_continue_leads_nowhere_after_a_menu() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(MENU)
    book.presses("1")
    book.pie("return", "one", answer=CONTINUE)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=0)


def test_continue_after_a_menu_goes_back_to_the_party_on_the_line() -> None:
    book = Playbook()
    book.sip_calls(PHONE)
    book.ice(do(ANSWER, then=connect(PHONE)))
    book.wait(1)
    book.ace(MENU)
    book.presses("1")
    book.pie("return", "one", answer=CONTINUE)
    assert book.state() is CallState.CONNECTED


def test_a_call_to_a_stream() -> None:
    book = Playbook()
    book.phone_calls()
    stream = {"type": "Websocket", "endpoint": "wss://bot.test/audio"}
    book.ice(action("connectStream", destination=stream, maxDuration=20))
    book.wait(0)
    assert book.state() is CallState.STREAMING
    book.silent()
    book.patch(do(say("Still there?")))
    book.wait(1)
    assert book.state() is CallState.STREAMING
    book.wait(19)
    book.ended("ANSWERED", "TIMEOUT", seconds=20)


def test_a_forgotten_application_asks_nobody() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(join("standup", record=True))
    book.account.applications.clear()
    book.hangs_up()
    book.ended("ANSWERED", "CALLERHANGUP", seconds=0, dice=False)


@pytest.mark.parametrize(("switch", "shown"), [("kept", "+12025550123"), ("private", "private")])
def test_a_cli_that_is_not_the_accounts_own(switch: str, shown: str) -> None:
    book = Playbook(unowned_cli=switch)
    book.phone_calls()
    book.ice(connect(PHONE, cli="+12025550123"))
    assert [entry.data["cli"] for entry in book.journal("leg.dialled")] == [shown]


@pytest.mark.parametrize(("cli", "shown"), [(DID, DID), ("private", "private"), (CALLER, CALLER)])
def test_a_cli_that_may_be_shown(cli: str, shown: str) -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(connect(PHONE, cli=cli))
    assert [entry.data["cli"] for entry in book.journal("leg.dialled")] == [shown]
    assert not any("not a number of this account" in text for text in book.remarks("info"))
