"""How calls end: every row of the table of reasons (``callbacks-and-svaml.md`` 8.3), and bills (8.5)."""

from __future__ import annotations

from typing import Any

import pytest

from playbook import CALLER, DID, PHONE, Playbook
from sinch_voice_emulator.engine.inputs import Refusal
from sinch_voice_emulator.errors import DestinationForbidden, NoCredit
from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.phone import OnRing, PhoneBehaviour
from svaml import ANSWER, CONTINUE, HANGUP, action, connect, connect_app, connect_sip, do, join, menu, option, run_menu, say

MENU = run_menu(menu(option("1", "return(one)")))


def bridged(**switches: Any) -> Playbook:
    """A caller and a telephone, joined a second after the call began."""
    book = Playbook(**switches)
    book.phone_calls()
    book.ice(connect(PHONE))
    book.wait(1)
    book.ace(CONTINUE)
    assert book.state() is CallState.CONNECTED
    return book


# --- answered ------------------------------------------------------------------------------------------------------------


def test_the_caller_hangs_up() -> None:
    book = bridged()
    book.wait(138)
    book.hangs_up()
    book.ended("ANSWERED", "CALLERHANGUP", seconds=138, debit=0.0525, to={"type": "number", "endpoint": PHONE[1:]})
    book.silent()


@pytest.mark.parametrize(("switch", "dices"), [("one", 1), ("two", 2)])
def test_the_callee_hangs_up(switch: str, dices: int) -> None:
    book = bridged(dice_on_callee_hangup=switch)
    book.wait(12)
    book.hangs_up(leg=2)
    book.ended("ANSWERED", "CALLEEHANGUP", seconds=12, debit=0.0175)
    if dices == 2:
        book.asked("dice", reason="CALLERHANGUP", result="ANSWERED", duration=12).answers({})
    book.silent()


def test_the_called_party_of_a_callout_hangs_up() -> None:
    book = Playbook()
    book.callout("tts", enableDice=True)
    book.wait(1 + 0.4)
    book.hangs_up()
    book.ended("ANSWERED", "CALLEEHANGUP", seconds=0)


def test_a_script_hangs_up_after_the_answer() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(do(ANSWER, say("x" * 50), then=HANGUP))
    book.heard("x" * 50)
    book.wait(3)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=3)


def test_patch_hangs_up() -> None:
    book = bridged()
    book.wait(5)
    book.patch(HANGUP)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=5, debit=0.0175)


def test_a_participant_is_kicked() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(join("standup"))
    book.wait(7)
    book.kick("standup")
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=7, conferenceId="standup")


@pytest.mark.parametrize("switch", ["MANAGERHANGUP", "CALLERHANGUP"])
def test_the_message_of_a_callout_is_over(switch: str) -> None:
    book = Playbook(tts_finished_reason=switch)
    book.callout("tts", text="y" * 100, enableDice=True)
    book.wait(1 + 6)
    book.ended("ANSWERED", switch, seconds=6, debit=0.0175)


def test_the_message_of_a_callout_after_continue_counts_as_finished_too() -> None:
    book = Playbook(tts_finished_reason="CALLERHANGUP")
    book.callout("tts", text="y" * 100, enableAce=True, enableDice=True)
    book.wait(1)
    book.ace(do(say("z" * 100), then=CONTINUE))
    book.wait(12)
    book.heard("zzz")
    book.heard("yyy")
    book.ended("ANSWERED", "CALLERHANGUP", seconds=12, debit=0.0175)


def test_the_callee_of_two_calls_of_one_account_hangs_up() -> None:
    book = Playbook(dialling_own_number="inbound-call")
    first = book.phone_calls()
    book.ice(connect(DID))
    second = next(call.id for call in book.engine.state.calls.values() if call.id != first)
    book.ice(do(ANSWER, say("x" * 100), then=HANGUP), call=second, to={"type": "did", "endpoint": DID}, cli=CALLER[1:])
    book.ace(CONTINUE)
    book.wait(6)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=6, call=second)
    book.ended("ANSWERED", "CALLEEHANGUP", seconds=6, debit=0.0175, call=first)


# --- never answered ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "result", "reason"),
    [
        (0, "NOANSWER", "MANAGERHANGUP"),
        (1, "BUSY", "MANAGERHANGUP"),
        (2, "FAILED", "CONGESTION"),
    ],
)
def test_ice_refuses_the_call(cause: int, result: str, reason: str) -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(action("hangup", hangupCause=cause))
    book.ended(result, reason, to={"type": "did", "endpoint": DID[1:]})


@pytest.mark.parametrize("cause", [1, 2])
def test_the_cause_of_a_hang_up_means_nothing_after_the_answer(cause: int) -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(do(ANSWER, then=action("hangup", hangupCause=cause)))
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=0)


@pytest.mark.parametrize("document", [connect(PHONE, dialTimeout=20), connect_sip("desk@pbx.test", dialTimeout=20)])
def test_a_phone_or_sip_callee_does_not_answer(document: dict[str, Any]) -> None:
    silent = PhoneBehaviour(on_ring=OnRing.NEVER_ANSWERS)
    book = Playbook(phones={PHONE: silent, "desk@pbx.test": silent})
    book.phone_calls()
    book.ice(document)
    book.wait(19.999)
    assert book.state() is CallState.DIALLING
    book.wait(0.001)
    book.ended("NOANSWER", "TIMEOUT")


@pytest.mark.parametrize("on_ring", [OnRing.NEVER_ANSWERS, OnRing.RINGS_OUT])
def test_an_app_does_not_answer(on_ring: OnRing) -> None:
    book = Playbook(phones={"bob": PhoneBehaviour(on_ring=on_ring, rings_for=60_000)})
    book.app_calls("bob")
    book.ice(connect_app("bob"))
    book.wait(60)
    book.ended("BUSY", "N/A")


@pytest.mark.parametrize(
    ("how", "result", "reason"),
    [
        (Refusal.BUSY, "BUSY", "N/A"),
        (Refusal.DECLINED, "BUSY", "CANCEL"),
        (Refusal.UNREACHABLE, "FAILED", "CONGESTION"),
        (Refusal.BLOCKED, "FAILED", "BLOCKED"),
        (Refusal.FAILED, "FAILED", "GENERALERROR"),
        (Refusal.UNKNOWN, "FAILED", "USERNOTFOUND"),
    ],
)
def test_the_phone_does_not_take_the_call(how: Refusal, result: str, reason: str) -> None:
    book = Playbook(phones={PHONE: PhoneBehaviour(on_ring=OnRing.MANUAL)})
    book.phone_calls()
    book.ice(connect(PHONE))
    book.refuses(how)
    book.ended(result, reason)


def test_declining_without_a_reason() -> None:
    book = Playbook(phones={PHONE: PhoneBehaviour(on_ring=OnRing.DECLINES)}, declined_reason="N/A")
    book.phone_calls()
    book.ice(connect(PHONE))
    book.wait(1)
    book.ended("BUSY", "N/A")


def test_the_caller_hangs_up_while_it_rings() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(connect(PHONE))
    book.wait(0.5)
    book.hangs_up()
    book.ended("NOANSWER", "CANCEL")


def test_the_caller_gives_up() -> None:
    book = Playbook(phones={PHONE: PhoneBehaviour(on_ring=OnRing.NEVER_ANSWERS)})
    book.phone_calls(behaviour=PhoneBehaviour(gives_up_after=9_000))
    book.ice(connect(PHONE))
    book.wait(9)
    book.ended("NOANSWER", "CANCEL")


def test_a_caller_whom_a_menu_answered_does_not_give_up() -> None:
    book = Playbook()
    book.phone_calls(behaviour=PhoneBehaviour(gives_up_after=9_000))
    book.ice(run_menu(menu(option("1", "return(one)"), mainPrompt="#tts[" + "x" * 200 + "]")))
    book.wait(9)
    assert book.state() is CallState.MENU


def test_a_number_that_may_not_be_called() -> None:
    book = Playbook(blocked=("4670",))
    book.phone_calls()
    book.ice(connect(PHONE))
    book.ended("FAILED", "BLOCKED")
    with pytest.raises(DestinationForbidden, match="blocked prefix"):
        book.callout("tts")


def test_an_app_user_nobody_knows() -> None:
    book = Playbook()
    book.app_calls("zoe")
    book.ice(connect_app("zoe"))
    book.wait(0)
    book.ended("FAILED", "USERNOTFOUND")


@pytest.mark.parametrize(("answered", "result", "seconds"), [(False, "FAILED", None), (True, "ANSWERED", 1)])
def test_an_app_loses_its_network(answered: bool, result: str, seconds: int | None) -> None:
    book = Playbook()
    book.app_calls("bob")
    book.ice(connect_app("bob"))
    if answered:
        book.wait(2)
    book.loses_network()
    book.ended(result, "CLIENTNETWORK", seconds=seconds)


def test_a_callout_without_cli_never_rings() -> None:
    book = Playbook()
    book.callout("tts", cli=None, enableDice=True)
    book.ended("FAILED", "GENERALERROR")
    assert any("names no cli" in text for text in book.remarks("problem"))


def test_a_callout_without_cli_rings_if_the_account_says_so() -> None:
    book = Playbook(callout_without_cli="rings")
    book.callout("tts", cli=None)
    book.wait(1.5)
    book.heard("Your table is ready.")


def test_there_is_nothing_to_dial() -> None:
    book = Playbook(backend=False)
    book.phone_calls()
    book.ended("FAILED", "GENERALERROR", dice=False)
    assert any("no callback URL" in text for text in book.remarks("warning"))


# --- limits --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("switch", ["TIMEOUT", "MANAGERHANGUP"])
def test_the_longest_a_call_may_last(switch: str) -> None:
    book = Playbook(max_duration_reason=switch)
    book.phone_calls()
    book.ice(connect(PHONE, maxDuration=90))
    book.wait(1)
    book.ace(CONTINUE)
    book.wait(90)
    book.ended("ANSWERED", switch, seconds=90, debit=0.035)


def test_a_call_that_dials_again_and_again_lasts_no_longer() -> None:
    book = Playbook(default_max_duration=60_000)
    book.phone_calls()
    book.ice(MENU)
    book.wait(20)
    book.presses("1")
    book.pie("return", "one", answer=connect(PHONE, maxDuration=50))
    book.wait(1)
    book.ace(CONTINUE)
    book.wait(39)
    book.ended("ANSWERED", "TIMEOUT", seconds=60, debit=0.0175)


def test_calls_last_four_hours_at_most() -> None:
    book = bridged()
    book.wait(14_400)
    book.ended("ANSWERED", "TIMEOUT", seconds=14_400, debit=4.2)


@pytest.mark.parametrize("switch", ["TIMEOUT", "MANAGERHANGUP"])
def test_the_longest_a_call_may_be_parked(switch: str) -> None:
    book = Playbook(max_duration_reason=switch)
    book.phone_calls()
    book.ice(action("park", maxDuration=30))
    book.wait(30)
    book.ended("ANSWERED", switch, seconds=30)


# --- money ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "seconds", "debit"),
    [(0, 0, 0.0), (0.999, 0, 0.0), (1, 1, 0.0175), (59, 59, 0.0175), (60, 60, 0.0175), (60.999, 60, 0.0175), (61, 61, 0.035)],
)
def test_started_minutes_are_billed(length: float, seconds: int, debit: float) -> None:
    book = bridged()
    book.wait(length)
    book.hangs_up()
    told = book.ended("ANSWERED", "CALLERHANGUP", seconds=seconds, debit=debit)
    assert told["userRate"] == {"currencyId": "EUR", "amount": 0.0175}


def test_a_call_that_only_reached_the_account_is_free() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(MENU, userRate={"currencyId": "EUR", "amount": 0.0})
    book.wait(100)
    book.asked("pie").answers(HANGUP)
    told = book.ended("ANSWERED", "MANAGERHANGUP", seconds=100)
    assert told["userRate"]["amount"] == 0.0


def test_calls_between_apps_are_free() -> None:
    book = Playbook()
    book.app_calls("bob")
    book.ice(connect_app("bob"))
    book.wait(1 + 61)
    book.hangs_up()
    book.ended("ANSWERED", "CALLERHANGUP", seconds=61)


def test_the_old_test_numbers_are_free() -> None:
    book = Playbook()
    book.callout("tts", destination={"type": "number", "endpoint": "4600000000010"}, text="x" * 600, enableDice=True)
    book.wait(7.5 + 36)
    told = book.ended("ANSWERED", "MANAGERHANGUP", seconds=36)
    assert told["userRate"]["amount"] == 0.0


def test_a_caller_who_was_answered_pays_nothing_for_a_phone_nobody_took() -> None:
    book = Playbook(phones={PHONE: PhoneBehaviour(on_ring=OnRing.NEVER_ANSWERS)})
    book.phone_calls()
    book.ice(do(ANSWER, say("x" * 50), then=connect(PHONE, dialTimeout=10)))
    book.wait(13)
    book.ended("NOANSWER", "TIMEOUT", seconds=13)


def test_the_length_counts_from_the_first_answer() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(do(ANSWER, say("x" * 500), then=connect(PHONE)))
    book.wait(31)
    book.ace(CONTINUE)
    book.wait(40)
    book.hangs_up()
    book.ended("ANSWERED", "CALLERHANGUP", seconds=71, debit=0.035)


def test_a_callout_the_account_cannot_pay_is_refused() -> None:
    book = Playbook(credit="0.0174")
    with pytest.raises(NoCredit, match=r"costs 0\.0175 EUR and the account has 0\.0174 left"):
        book.callout("tts")
    assert book.engine.state.calls == {}


def test_the_credit_does_not_pay_for_a_minute_of_what_a_script_dials() -> None:
    book = Playbook(credit="0.0174")
    book.phone_calls()
    book.ice(connect(PHONE))
    book.ended("FAILED", "NOCREDITPARTNER")


def test_the_credit_runs_out() -> None:
    book = bridged(credit="0.04")
    book.wait(120)
    book.ended("ANSWERED", "NOCREDITPARTNER", seconds=120, debit=0.035)
    assert str(book.account.credit) == "0.0050"


def test_the_credit_is_settled_with_the_bill() -> None:
    book = bridged(credit="1")
    book.wait(0.5)
    assert str(book.account.credit) == "0.9825"
    book.hangs_up()
    book.ended("ANSWERED", "CALLERHANGUP", seconds=0)
    assert book.account.credit == 1


def test_free_calls_need_no_credit() -> None:
    book = Playbook(credit="0")
    book.app_calls("bob")
    book.ice(connect_app("bob"))
    book.wait(100)
    assert book.state() is CallState.CONNECTED
