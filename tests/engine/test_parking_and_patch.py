"""Parking (``callbacks-and-svaml.md`` 5.11) and management requests (8.6)."""

from __future__ import annotations

from typing import Any

import pytest

from playbook import DID, PHONE, Playbook
from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.model.call import CallState
from svaml import ANSWER, CONTINUE, HANGUP, action, connect, connect_app, connect_sip, do, join, menu, option, run_menu, say

MENU = run_menu(menu(option("1", "return(one)")))


def parked(**members: Any) -> Playbook:
    """A caller who waits."""
    book = Playbook()
    book.phone_calls()
    book.ice(action("park", **members))
    assert book.state() is CallState.PARKED
    return book


def bridged() -> Playbook:
    """Two parties on the line."""
    book = Playbook()
    book.phone_calls()
    book.ice(connect(PHONE))
    book.wait(1)
    book.ace(CONTINUE)
    return book


def test_the_intro_is_heard_once_and_the_hold_prompt_until_the_end() -> None:
    book = parked(introPrompt="intro.wav", holdPrompt="hold.wav")
    assert [entry.leg for entry in book.journal("leg.answered")] == [1]
    book.wait(60)
    book.heard("intro.wav")
    book.heard("hold.wav")
    assert len(book.journal("prompt.started")) == 2
    book.silent()


def test_a_call_is_parked_for_ten_minutes_at_most() -> None:
    book = parked()
    book.wait(599.999)
    assert book.state() is CallState.PARKED
    book.wait(0.001)
    book.ended("ANSWERED", "TIMEOUT", seconds=600)


@pytest.mark.parametrize(
    ("members", "seconds"),
    [
        ({"holdPrompt": "hold.wav"}, 30),
        ({"holdPrompt": "#tts[" + "x" * 120 + "]"}, 36),
        ({"introPrompt": "#tts[" + "x" * 600 + "]"}, 36),
        ({"introPrompt": "intro.wav"}, 30),
    ],
)
def test_the_running_prompt_is_finished_first(members: dict[str, Any], seconds: int) -> None:
    book = parked(maxDuration=30, **members)
    book.wait(seconds - 0.001)
    assert book.state() is CallState.PARKED
    book.wait(0.001)
    book.ended("ANSWERED", "TIMEOUT", seconds=seconds)


@pytest.mark.parametrize(
    ("document", "seconds", "state"),
    [
        (connect(PHONE), 1, CallState.ASKING_ANSWERED),
        (connect_sip("desk@pbx.test"), 1, CallState.ASKING_ANSWERED),
        (connect_app("bob"), 1, CallState.CONNECTED),
        (join("standup"), 0, CallState.CONFERENCE),
        (MENU, 0, CallState.MENU),
        (do(say("x" * 50), then=connect(PHONE)), 3.5, CallState.DIALLING),
    ],
)
def test_a_parked_call_is_fetched(document: dict[str, Any], seconds: float, state: CallState) -> None:
    book = parked(introPrompt="intro.wav", holdPrompt="hold.wav", maxDuration=30)
    book.wait(1)
    book.patch(document)
    book.wait(seconds)
    assert book.state() is state
    assert book.engine.call(book.call).parking is None
    book.wait(60)
    assert book.state() is not CallState.ENDED or state is CallState.MENU


def test_a_menu_for_a_parked_call_has_nothing_to_go_back_to() -> None:
    book = parked()
    book.patch(MENU)
    book.presses("1")
    book.pie("return", "one", answer=CONTINUE)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=0)


def test_a_parked_call_is_hung_up_with_a_message() -> None:
    book = parked()
    book.patch(do(say("x" * 50), then=HANGUP))
    book.wait(3)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=3)


def test_a_message_to_a_parked_call() -> None:
    book = parked(introPrompt="intro.wav", holdPrompt="hold.wav", maxDuration=30)
    book.wait(1)
    book.patch(do(say("x" * 50)))
    assert book.state() is CallState.EXECUTING
    book.wait(3)
    assert book.state() is CallState.PARKED
    for text in ("intro.wav", "xxx", "hold.wav"):
        book.heard(text)
    book.wait(26)
    book.ended("ANSWERED", "TIMEOUT", seconds=30)


def test_the_limit_waits_for_a_message() -> None:
    book = parked(maxDuration=10)
    book.wait(9)
    book.patch(do(say("x" * 50)))
    book.wait(2.9)
    assert book.state() is CallState.EXECUTING
    book.wait(0.1)
    book.ended("ANSWERED", "TIMEOUT", seconds=12)


def test_a_parked_call_is_fetched_during_a_message() -> None:
    book = parked()
    book.patch(do(say("x" * 50)))
    book.wait(1)
    book.patch(join("standup"))
    assert book.state() is CallState.CONFERENCE


def test_continue_leaves_a_parked_call_parked() -> None:
    book = parked()
    book.patch(CONTINUE)
    assert book.state() is CallState.PARKED
    assert any("stays parked" in text for text in book.remarks("warning"))


def test_parking_again_begins_the_limit_anew() -> None:
    book = parked(maxDuration=10)
    book.wait(9)
    book.patch(action("park", maxDuration=10))
    book.wait(9)
    book.patch(do(say("hi")))
    book.wait(0.9)
    assert book.state() is CallState.PARKED
    book.wait(0.1)
    book.ended("ANSWERED", "TIMEOUT", seconds=19)


# --- parked in the middle of something ------------------------------------------------------------------------------------


def test_two_parties_are_parked_and_joined_again() -> None:
    book = bridged()
    book.patch(action("park", maxDuration=10))
    book.patch(do(say("x" * 50)))
    book.wait(3)
    assert book.state() is CallState.PARKED
    book.patch(CONTINUE)
    assert book.state() is CallState.CONNECTED
    book.wait(20)
    assert book.state() is CallState.CONNECTED


def test_who_is_on_the_line_is_replaced_by_who_is_dialled_next() -> None:
    book = bridged()
    book.patch(action("park"))
    book.patch(connect("+12025550123"))
    assert [(entry.leg, entry.data["why"]) for entry in book.journal("leg.ended")] == [(2, "replaced")]
    book.wait(1)
    book.ace(CONTINUE)
    book.wait(61)
    book.hangs_up(leg=3)
    book.ended("ANSWERED", "CALLEEHANGUP", seconds=62, debit=0.019)


def test_a_second_party_who_is_not_reached_does_not_change_the_price() -> None:
    book = bridged()
    book.patch(action("park"))
    book.patch(connect("+10005550201"))
    book.wait(1)
    told = book.ended("BUSY", "N/A", seconds=1, debit=0.0175)
    assert told["userRate"]["amount"] == 0.0175
    assert told["to"] == {"type": "number", "endpoint": "10005550201"}


def test_a_prompt_is_interrupted_by_parking_and_begins_again() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(do(ANSWER, say("first " * 10), then=connect(PHONE)))
    book.wait(1)
    book.patch(action("park"))
    book.patch(CONTINUE)
    book.heard("first")
    book.heard("first")
    book.wait(3.6)
    assert book.state() is CallState.DIALLING


def test_a_menu_is_interrupted_by_parking_and_begins_again() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(MENU)
    book.patch(action("park"))
    book.patch(CONTINUE)
    assert book.state() is CallState.MENU
    book.presses("1")
    book.pie("return", "one", answer=HANGUP)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=0)


def test_a_participant_is_parked_and_goes_back() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(join("standup"))
    book.patch(action("park", maxDuration=10))
    assert len(book.members("standup")) == 1
    book.patch(CONTINUE)
    assert book.state() is CallState.CONFERENCE
    book.wait(20)
    assert book.state() is CallState.CONFERENCE


def test_a_participant_is_parked_and_goes_elsewhere() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(join("standup"))
    book.patch(action("park", maxDuration=10))
    book.patch(connect(PHONE))
    assert book.engine.state.conferences == {}
    book.wait(1)
    book.ace(CONTINUE)
    book.wait(30)
    assert book.state() is CallState.CONNECTED


def test_a_menu_on_top_of_a_parked_conversation() -> None:
    book = bridged()
    book.patch(action("park"))
    book.patch(MENU)
    book.presses("1")
    book.pie("return", "one", answer=CONTINUE)
    assert book.state() is CallState.CONNECTED


# --- messages -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("leg", "heard"), [(None, [1]), ("caller", [1]), ("callee", [2]), ("both", [1, 2])])
def test_a_message_to_a_side(leg: str | None, heard: list[int]) -> None:
    book = bridged()
    book.patch(do(say("Hello there")), leg=leg)
    assert [entry.leg for entry in book.journal("prompt.started")] == heard
    book.wait(1)
    assert book.state() is CallState.CONNECTED


def test_a_message_before_the_end_of_a_conversation() -> None:
    book = bridged()
    book.patch(do(say("x" * 50), then=HANGUP))
    book.wait(2.9)
    assert book.state() is CallState.EXECUTING
    book.wait(0.1)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=3, debit=0.0175)


@pytest.mark.parametrize(("barge", "seconds"), [(True, 1), (False, 6)])
def test_a_key_may_cut_a_farewell(barge: bool, seconds: int) -> None:
    book = bridged()
    steps = [say("x" * 50), {"name": "setCookie", "key": "a", "value": "b"}, say("x" * 50)]
    book.patch(do(*steps, then=action("hangup", barge=barge)))
    book.wait(1)
    book.presses("5")
    if not barge:
        book.wait(5)
    cookies = [{"key": "a", "value": "b"}]
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=seconds, debit=0.0175, cookies=cookies)


def test_a_second_message_takes_the_place_of_the_first() -> None:
    book = bridged()
    book.patch(do(say("first " * 50)))
    book.wait(1)
    book.patch(do(say("second")))
    book.wait(1)
    assert book.state() is CallState.CONNECTED


def test_a_message_to_a_callout_always_reaches_the_called_party() -> None:
    book = Playbook()
    book.callout("custom")
    book.wait(1)
    book.ace(CONTINUE)
    book.patch(do(say("Hello there")), leg="callee")
    book.heard("Hello there", leg=1)


def test_a_message_goes_on_where_the_text_of_a_callout_was_cut() -> None:
    book = Playbook()
    book.callout("tts", text="x" * 100, enableDice=True)
    book.wait(1 + 3)
    book.patch(do(say("y" * 50)))
    book.wait(3 + 6)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=12, debit=0.0175)


def test_the_other_party_hangs_up_during_a_message() -> None:
    book = bridged()
    book.patch(do(say("x" * 50)))
    book.hangs_up(leg=2)
    book.ended("ANSWERED", "CALLEEHANGUP", seconds=0)


@pytest.mark.parametrize("document", [connect(PHONE), join("standup"), MENU])
def test_only_a_parked_call_goes_elsewhere(document: dict[str, Any]) -> None:
    book = bridged()
    with pytest.raises(EmulatorError):
        book.patch(document)
    assert book.state() is CallState.CONNECTED


def test_calls_between_apps_cannot_be_managed() -> None:
    book = Playbook()
    book.app_calls("bob")
    for answer in (None, connect_app("bob")):
        if answer is not None:
            book.ice(answer)
            book.wait(1)
        with pytest.raises(EmulatorError):
            book.patch(HANGUP)
    book.callout("custom", destination={"type": "username", "endpoint": "bob"})
    with pytest.raises(EmulatorError):
        book.patch(HANGUP)


def test_a_call_of_an_app_to_a_phone_can_be_managed_before_it_is_dialled() -> None:
    book = Playbook()
    book.app_calls(PHONE)
    book.patch(HANGUP)
    book.asked("ice").answers_nothing()
    book.ended("NOANSWER", "MANAGERHANGUP")


def test_answer_is_nothing_new_to_an_answered_call() -> None:
    book = bridged()
    book.patch(do(ANSWER))
    assert book.state() is CallState.CONNECTED
    assert any("answer has no effect" in text for text in book.remarks("info"))


def test_a_callout_is_hung_up_before_anybody_is_dialled() -> None:
    book = Playbook()
    book.callout("custom", destination=None, ice="http://a.test/ice")
    book.asked("ice").answers(do(say("nobody hears this"), then=connect(PHONE)))
    assert [entry.kind for entry in book.journal("prompt.unheard")] == ["prompt.unheard"]
    book.patch(do(say("bye"), then=HANGUP))
    book.ended("NOANSWER", "MANAGERHANGUP")


def test_two_calls_of_the_account_part_when_one_goes_elsewhere() -> None:
    book = Playbook(dialling_own_number="inbound-call")
    first = book.phone_calls()
    book.ice(connect(DID))
    second = list(book.engine.state.calls)[-1]
    book.ice(action("park"), call=second)
    book.ace(CONTINUE, call=first)
    book.patch(action("park"), call=first)
    book.patch(connect(PHONE), call=first)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=0, call=second)
    book.wait(1)
    book.ace(CONTINUE, call=first)
    assert book.state(first) is CallState.CONNECTED
