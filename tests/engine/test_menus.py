"""Menus, line by line of the algorithm in ``callbacks-and-svaml.md`` 7.2."""

from __future__ import annotations

from typing import Any

import pytest

from playbook import PHONE, Playbook
from sinch_voice_emulator.engine.inputs import ScriptReceived
from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.script import EnterMenu, GoToMenu, Menu, MenuOption, Script
from svaml import CONTINUE, HANGUP, connect, do, join, menu, option, run_menu, say

PROMPT = 2.0
"""Seconds that ``choose.wav`` takes."""
ONE = option("1", "return(one)")


def in_menu(*menus: dict[str, Any], **members: Any) -> Playbook:
    """A caller who has just heard the first sound of a menu."""
    book = Playbook()
    book.phone_calls()
    book.ice(run_menu(*menus, **members))
    assert book.state() is CallState.MENU
    return book


def test_a_menu_answers_the_caller() -> None:
    book = in_menu(menu(ONE))
    assert [entry.leg for entry in book.journal("leg.answered")] == [1]


def test_silence_counts_from_the_end_of_the_prompt() -> None:
    book = in_menu(menu(ONE, repeats=0, timeoutMills=4000))
    book.wait(PROMPT + 3.999)
    book.silent()
    book.wait(0.001)
    body = book.pie("timeout", answer=HANGUP)
    assert body["menuResult"] == {"type": "timeout", "value": "", "menuId": "main", "addToContext": []}


def test_silence_lasts_five_seconds_and_the_prompt_comes_three_times_more() -> None:
    book = in_menu(menu(ONE, repeatPrompt="again.wav"))
    book.wait(4 * (PROMPT + 5) - 0.001)
    for prompt in ("choose.wav", "again.wav", "again.wav", "again.wav"):
        book.heard(prompt, leg=1)
    book.silent()
    book.wait(0.001)
    book.pie("timeout", answer=HANGUP)


def test_without_a_repeat_prompt_the_main_prompt_is_repeated() -> None:
    book = in_menu(menu(ONE, repeats=1))
    book.wait(PROMPT + 5)
    book.heard("choose.wav")
    book.heard("choose.wav")


def test_a_menu_may_be_silent() -> None:
    book = in_menu({"id": "main", "options": [ONE], "repeats": 1})
    book.wait(9.999)
    book.silent()
    book.wait(0.001)
    book.pie("timeout", answer=HANGUP)
    assert book.journal("prompt.started") == []


def test_the_first_key_stops_the_prompt_and_counts() -> None:
    book = in_menu(menu(ONE))
    book.wait(0.3)
    book.presses("1")
    body = book.pie("return", "one", answer=HANGUP)
    assert body["menuResult"]["inputMethod"] == "dtmf"
    assert [entry.data for entry in book.journal("prompt.ended")] == [{"cut_by": "1"}]


def test_without_barge_keys_during_the_prompt_are_lost() -> None:
    book = in_menu(menu(ONE), barge=False)
    book.wait(1)
    book.presses("1")
    book.silent()
    book.wait(1)
    book.presses("1")
    book.pie("return", "one", answer=HANGUP)


def test_a_key_without_an_option_is_invalid_once_repeats_are_used_up() -> None:
    book = in_menu(menu(ONE, repeats=1))
    book.wait(3)
    book.presses("7")
    book.silent()
    book.presses("8")
    book.pie("invalidinput", "8", answer=HANGUP)


def test_the_silence_of_a_key_that_was_invalid_is_over() -> None:
    book = in_menu(menu(ONE, repeats=1))
    book.wait(PROMPT + 4)
    book.presses("7")
    book.wait(PROMPT + 4.999)
    book.silent()
    book.wait(0.001)
    book.pie("timeout", answer=HANGUP)


@pytest.mark.parametrize(("key", "type", "value"), [("1", "return", "one"), ("7", "sequence", "7"), ("#", "sequence", "#")])
def test_one_digit(key: str, type: str, value: str) -> None:
    book = in_menu(menu(ONE, maxDigits=1))
    book.presses(key)
    book.pie(type, value, answer=HANGUP)


@pytest.mark.parametrize(("keys", "value"), [("4821", "4821"), ("48#", "48"), ("0*#", "0*"), ("#", "")])
def test_a_row_of_digits(keys: str, value: str) -> None:
    book = in_menu({"id": "main", "maxDigits": 4})
    book.presses(keys)
    body = book.pie("sequence", value, answer=HANGUP)
    assert body["menuResult"]["inputMethod"] == "dtmf"


def test_a_row_of_digits_ends_with_the_gap_after_the_last() -> None:
    book = in_menu({"id": "main", "maxDigits": 4, "timeoutMills": 3000})
    book.presses("1")
    book.wait(2.9)
    book.presses("2")
    book.wait(2.9)
    book.silent()
    book.wait(0.1)
    book.pie("sequence", "12", answer=HANGUP)


@pytest.mark.parametrize(
    ("keys", "type", "value"),
    [("1#", "return", "one"), ("12#", "sequence", "12"), ("1234", "sequence", "1234"), ("#", "return", "hash")],
)
def test_options_beside_a_row_of_digits_count_as_the_whole_input(keys: str, type: str, value: str) -> None:
    book = in_menu(menu(ONE, option("#", "return(hash)"), maxDigits=4))
    book.presses(keys)
    book.pie(type, value, answer=HANGUP)


def test_an_option_is_chosen_by_the_gap_too() -> None:
    book = in_menu(menu(ONE, maxDigits=4))
    book.presses("1")
    book.wait(5)
    book.pie("return", "one", answer=HANGUP)


def test_a_sub_menu_counts_its_own_passes() -> None:
    book = in_menu(menu(option("2", "menu(code)"), repeats=1), menu(id="code", mainPrompt="digits.wav", maxDigits=4, repeats=1))
    book.wait(PROMPT + 5)
    book.presses("2")
    book.heard("choose.wav")
    book.heard("choose.wav")
    book.heard("digits.wav")
    book.wait(PROMPT + 5)
    book.heard("digits.wav")
    book.silent()
    book.wait(PROMPT + 5)
    book.pie("timeout", "", "code", answer=HANGUP)


def test_the_result_names_the_menu_it_came_from() -> None:
    book = in_menu(menu(option("2", "menu(code)")), menu(id="code", maxDigits=4))
    book.presses("24821")
    book.pie("sequence", "4821", "code", answer=HANGUP)


def test_any_menu_may_come_first() -> None:
    book = in_menu(menu(ONE, id="start"), menu(option("1", "return(other)"), id="other"), mainMenu="start")
    book.presses("1")
    book.pie("return", "one", "start", answer=HANGUP)


def test_keys_after_the_result_mean_nothing() -> None:
    book = in_menu(menu(ONE))
    book.presses("123")
    assert any("keys 23 mean nothing any more" in text for text in book.remarks("info"))
    book.pie("return", "one", answer=HANGUP)


def test_a_menu_that_is_not_there_is_an_error() -> None:
    book = Playbook()
    book.phone_calls()
    asked = book.asked("ice")
    nowhere = EnterMenu((Menu("main", options=(MenuOption("1", GoToMenu("nowhere")),)),), "main")
    book.runtime.submit(ScriptReceived(asked.delivery.id, book.call, Script((), nowhere)))
    asked.answers_nothing()
    book.presses("1")
    book.pie("error", "", "nowhere", answer=HANGUP)


def test_the_caller_hangs_up_in_a_menu() -> None:
    book = in_menu(menu(ONE))
    book.wait(3)
    book.hangs_up()
    asked = book.asked("pie")
    assert asked.body["menuResult"]["type"] == "hangup"
    assert "inputMethod" not in asked.body["menuResult"]
    asked.answers(connect(PHONE))
    book.ended("ANSWERED", "CALLERHANGUP", seconds=3)


def test_the_caller_hangs_up_while_a_message_interrupts_the_menu() -> None:
    book = in_menu(menu(ONE))
    book.patch(do(say("Sorry to interrupt")))
    book.hangs_up()
    book.pie("hangup")
    book.ended("ANSWERED", "CALLERHANGUP", seconds=0)


def test_a_hang_up_by_the_platform_is_no_result_of_the_menu() -> None:
    book = in_menu(menu(ONE))
    book.patch(HANGUP)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=0)


def test_a_message_interrupts_a_menu_which_then_begins_again() -> None:
    book = in_menu(menu(ONE, repeats=0))
    book.wait(1)
    book.patch(do(say("x" * 50)))
    book.heard("choose.wav")
    book.heard("xxx")
    book.wait(3)
    book.heard("choose.wav")
    assert book.state() is CallState.MENU
    book.wait(PROMPT + 5)
    book.pie("timeout", answer=HANGUP)


def test_the_backend_is_slow_and_the_call_waits_in_silence() -> None:
    book = in_menu(menu(ONE))
    book.presses("1")
    book.wait(4)
    assert book.state() is CallState.ASKING_INPUT
    book.presses("2")
    book.pie("return", "one", answer=do(say("Thank you")))


def test_a_conference_participant_in_a_menu_goes_back() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(join("standup"))
    book.patch(run_menu(menu(ONE)))
    assert book.state() is CallState.MENU
    book.presses("1")
    book.pie("return", "one", answer=do(say("Thank you"), then=CONTINUE), conferenceId="standup")
    book.wait(1)
    assert book.state() is CallState.CONFERENCE
    assert len(book.members("standup")) == 1


def test_a_conference_participant_is_sent_elsewhere_from_a_menu() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(join("standup"))
    book.patch(run_menu(menu(ONE)))
    book.presses("1")
    book.pie("return", "one", answer=connect(PHONE))
    assert book.engine.state.conferences == {}
    book.wait(1)
    book.ace(CONTINUE, conferenceId=None)
    book.hangs_up()
    book.ended("ANSWERED", "CALLERHANGUP", seconds=1, debit=0.0175, conferenceId=None)


# --- voice ---------------------------------------------------------------------------------------------------------------


def with_voice(*options: dict[str, Any], max_digits: int | None = None, **members: Any) -> Playbook:
    """A caller in a menu that listens."""
    more: dict[str, Any] = {} if max_digits is None else {"maxDigits": max_digits}
    return in_menu(menu(*options, repeats=0, **more), enableVoice=True, locale="en-US", **members)


@pytest.mark.parametrize(
    ("said", "max_digits", "type", "value"),
    [
        ("Sales, please.", None, "return", "sales"),
        ("to my account now", None, "return", "account"),
        ("one", None, "return", "one"),
        ("seven", None, "invalidinput", "7"),
        ("what?", None, "invalidinput", "what?"),
        ("five five oh 1", 4, "sequence", "5501"),
        ("five five", 4, "sequence", "55"),
        ("one two three four five", 4, "sequence", "1234"),
        ("three", 1, "sequence", "3"),
    ],
)
def test_words(said: str, max_digits: int | None, type: str, value: str) -> None:
    sales = {"dtmf": "8", "input": "sales", "action": "return(sales)"}
    account = {"dtmf": "9", "input": "my account", "action": "return(account)"}
    book = with_voice(ONE, sales, account, max_digits=max_digits)
    book.speaks(said)
    body = book.pie(type, value, answer=HANGUP)
    assert body["menuResult"]["inputMethod"] == "voice"


def test_keys_count_where_words_do() -> None:
    book = with_voice(ONE)
    book.presses("1")
    book.pie("return", "one", answer=HANGUP)


def test_words_without_voice_mean_nothing() -> None:
    book = in_menu(menu(ONE))
    book.speaks("one")
    assert book.state() is CallState.MENU
    assert any("no enableVoice" in text for text in book.remarks("info"))


def test_words_during_a_prompt_without_barge_are_lost() -> None:
    book = with_voice(ONE, barge=False)
    book.speaks("one")
    book.silent()
    book.wait(2)
    book.speaks("one")
    book.pie("return", "one", answer=HANGUP)


def test_the_other_party_is_not_in_the_menu() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(connect(PHONE))
    book.wait(1)
    book.ace(run_menu(menu(ONE), enableVoice=True, locale="en-US"))
    book.presses("1", leg=2)
    book.speaks("one", leg=2)
    book.silent()
    book.presses("1", leg=1)
    book.pie("return", "one", answer=CONTINUE)
    assert book.state() is CallState.CONNECTED
