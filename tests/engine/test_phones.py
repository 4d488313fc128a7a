"""Telephones: numbers that carry behaviour, reactions, what a test makes them do."""

from __future__ import annotations

from typing import Any

import pytest

from playbook import PHONE, Playbook
from sinch_voice_emulator.engine.phones import RESERVED_PREFIX, TEST_NUMBERS, behaviour_of, behaviour_of_number, is_free
from sinch_voice_emulator.errors import BadRequest, Conflict, IllegalTransition, NotFound
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.party import Party, PartyKind, number
from sinch_voice_emulator.model.phone import DEFAULT_PHONE, OnRing, PhoneBehaviour, Reaction
from svaml import ANSWER, CONTINUE, HANGUP, connect, do, menu, option, run_menu, say


def dials(text: str, **members: Any) -> Playbook:
    """A caller is being connected to a number."""
    book = Playbook()
    book.phone_calls()
    book.ice(connect(text, **members))
    return book


# --- numbers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ring", "stay"),
    [
        ("46000000000", 7.5, 2),
        ("460000000001", 7.5, 2),
        ("+46 0000 0000 02", 7.5, 4),
        ("460000000009", 7.5, 18),
        ("4600000000010", 7.5, 120),
        ("4600000000020", 7.5, 20),
        ("+10005550110", 10, 30),
        ("+10005550507", 1, 7),
    ],
)
def test_numbers_that_answer(text: str, ring: float, stay: int) -> None:
    book = dials(text)
    book.wait(ring - 0.001)
    assert book.state() is CallState.DIALLING
    book.wait(0.001)
    book.ace(CONTINUE)
    book.wait(stay)
    if stay < 30:
        free = text.startswith(("46", "+46"))
        book.ended("ANSWERED", "CALLEEHANGUP", seconds=stay, debit=0.0 if free else 0.0095)
    else:
        assert book.state() is (CallState.ENDED if text.startswith("46") else CallState.CONNECTED)


@pytest.mark.parametrize(
    ("text", "ring", "result", "reason"),
    [
        ("4600000000030", 0, "BUSY", "CANCEL"),
        ("4600000000031", 7.5, "BUSY", "CANCEL"),
        ("4600000000040", 45, "NOANSWER", "TIMEOUT"),
        ("4600000000050", 0, "FAILED", "CONGESTION"),
        ("4600000000051", 7.5, "FAILED", "CONGESTION"),
        ("+10005550200", 1, "BUSY", "N/A"),
        ("+10005550300", 1, "BUSY", "CANCEL"),
        ("+10005550400", 60, "NOANSWER", "TIMEOUT"),
        ("+10005550700", 1, "FAILED", "CONGESTION"),
        ("+10005550701", 1, "FAILED", "BLOCKED"),
        ("+10005550702", 1, "FAILED", "GENERALERROR"),
    ],
)
def test_numbers_that_do_not_answer(text: str, ring: float, result: str, reason: str) -> None:
    book = dials(text)
    if ring:
        book.wait(ring - 0.001)
        assert book.state() is CallState.DIALLING
        book.wait(0.001)
    book.wait(0)
    book.ended(result, reason)


@pytest.mark.parametrize(
    ("text", "status", "seconds"),
    [
        ("+10005550600", "machine", 4),
        ("+10005550601", "machine", 4),
        ("+10005550602", "notsure", 5),
        ("+10005550603", "hangup", 1),
        ("+10005550604", "human", 3),
    ],
)
def test_numbers_for_answering_machine_detection(text: str, status: str, seconds: int) -> None:
    book = dials(text, amd={"enabled": True})
    book.wait(1 + seconds)
    asked = book.asked("ace")
    assert (asked.body["amd"]["status"], asked.body["amd"]["duration"]) == (status, seconds)


@pytest.mark.parametrize(("last", "key"), [("01", "1"), ("10", "*"), ("11", "#")])
def test_numbers_that_press_a_key_after_every_prompt(last: str, key: str) -> None:
    book = Playbook()
    book.callout("custom", destination={"type": "number", "endpoint": f"+1000555{8:02}{last}"})
    book.wait(1)
    book.ace(run_menu(menu(option("5", "return(five)"), repeats=1)))
    book.wait(4)
    assert [entry.data["keys"] for entry in book.journal("keys.pressed")] == [key, key]
    book.pie("invalidinput", key, answer=HANGUP)


def test_a_number_that_waits_for_the_test() -> None:
    book = dials("+10005550900")
    book.wait(30)
    book.answers()
    book.ace(CONTINUE)


def test_a_number_that_hangs_up_on_a_key() -> None:
    book = dials("4600000000020", dtmf="1w0")
    book.wait(7.5)
    assert book.state() is CallState.ENDED


@pytest.mark.parametrize(
    "text", ["+12025550123", "+100055501", "+100055501234", "+10005551299", "+10005550605", "+10005550812"]
)
def test_plain_numbers(text: str) -> None:
    assert behaviour_of_number(text) is None
    assert behaviour_of(Account("test"), number(text)) == DEFAULT_PHONE
    assert not is_free(number(text))


def test_the_documented_numbers_are_those_there_are() -> None:
    assert len(TEST_NUMBERS) == 17
    assert all(number(text).endpoint == text for text in TEST_NUMBERS)
    assert RESERVED_PREFIX == "+1000555"


def test_whose_behaviour_it_is() -> None:
    account = Account("test", users={"ann"})
    assert behaviour_of(account, Party(PartyKind.USERNAME, "zoe")).on_ring is OnRing.UNKNOWN
    assert behaviour_of(account, Party(PartyKind.USERNAME, "ann")) == DEFAULT_PHONE
    assert behaviour_of(account, Party(PartyKind.STREAM, "wss://x")).rings_for == 0
    account.phones[Party(PartyKind.USERNAME, "zoe")] = PhoneBehaviour(rings_for=5)
    account.phones[number("46000000000")] = PhoneBehaviour(rings_for=6)
    assert behaviour_of(account, Party(PartyKind.USERNAME, "zoe")).rings_for == 5
    assert behaviour_of(account, number("46000000000")).rings_for == 6


# --- reactions --------------------------------------------------------------------------------------------------------------


def caller_with(*reactions: Reaction) -> Playbook:
    """A caller with a mind of its own has reached the account."""
    book = Playbook()
    book.phone_calls(behaviour=PhoneBehaviour(reactions=reactions))
    return book


def test_a_phone_presses_keys_at_the_end_of_the_prompt_it_waited_for() -> None:
    book = caller_with(Reaction("CODE", presses="12#"), Reaction(presses="1"))
    digits = menu(id="digits", mainPrompt="#tts[Your code please, thank you]", maxDigits=4)
    book.ice(run_menu(menu(option("1", "menu(digits)")), digits))
    book.wait(2)
    book.wait(30 * 0.06)
    book.pie("sequence", "12", "digits", answer=HANGUP)


def test_a_phone_presses_a_key_in_the_middle_of_a_prompt() -> None:
    book = caller_with(Reaction(after=500, presses="1"))
    book.ice(run_menu(menu(option("1", "return(one)"))))
    book.wait(0.5)
    book.pie("return", "one", answer=HANGUP)


def test_a_phone_speaks() -> None:
    book = caller_with(Reaction(says="one"))
    book.ice(run_menu(menu(option("1", "return(one)")), enableVoice=True, locale="en-US"))
    book.wait(2)
    book.pie("return", "one", answer=HANGUP)


def test_a_phone_hangs_up_when_it_has_heard_enough() -> None:
    book = caller_with(Reaction("goodbye", hangs_up=True))
    book.ice(do(ANSWER, say("hello there"), say("goodbye now"), say("more"), then=HANGUP))
    book.wait(3)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=1)


def test_a_caller_nobody_answered_can_hang_up_and_nothing_else() -> None:
    book = caller_with(Reaction(presses="1", says="hello", hangs_up=True))
    book.ice(do(say("hello there"), then=HANGUP))
    book.wait(1)
    book.ended("NOANSWER", "CANCEL")
    assert book.journal("keys.pressed") == []


def test_a_phone_says_and_presses_and_hangs_up_in_that_order() -> None:
    book = caller_with(Reaction(presses="1", says="bye", hangs_up=True))
    book.ice(run_menu(menu(option("1", "return(one)"))))
    book.wait(2)
    book.pie("return", "one", answer=HANGUP)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=2)


def test_a_reaction_happens_so_many_times() -> None:
    book = caller_with(Reaction(presses="7", times=2))
    book.ice(run_menu(menu(option("1", "return(one)"), repeats=3)))
    book.wait(60)
    assert len(book.journal("keys.pressed")) == 2


def test_a_phone_that_left_does_not_react() -> None:
    book = Playbook(phones={PHONE: PhoneBehaviour(reactions=(Reaction(presses="1", hangs_up=True),))})
    book.phone_calls()
    book.ice(connect(PHONE))
    book.wait(1)
    book.ace(CONTINUE)
    book.patch(do(say("x" * 100)), leg="callee")
    book.patch({"action": {"name": "park"}})
    book.patch(connect("+12025550123"))
    book.wait(10)
    assert book.journal("keys.pressed") == []
    assert book.state() is CallState.ASKING_ANSWERED


def test_tones_sent_to_the_caller() -> None:
    book = Playbook()
    book.phone_calls(behaviour=PhoneBehaviour(hangs_up_on_key="5"))
    tones = {"name": "sendDtmf", "value": "1w2"}
    book.ice(do(tones, ANSWER, tones, then=connect(PHONE)))
    assert any("needs an answered call" in text for text in book.remarks("warning"))
    book.wait(0.699)
    assert book.state() is CallState.EXECUTING
    book.wait(0.001)
    assert book.state() is CallState.DIALLING


def test_tones_that_a_phone_hangs_up_on() -> None:
    book = Playbook()
    book.phone_calls(behaviour=PhoneBehaviour(hangs_up_on_key="5"))
    book.ice(do(ANSWER, {"name": "sendDtmf", "value": "15"}, then=HANGUP))
    book.wait(0)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=0)


# --- what a test may ask ------------------------------------------------------------------------------------------------------


def test_what_makes_no_sense_is_refused() -> None:
    book = Playbook()
    book.phone_calls()
    with pytest.raises(BadRequest, match="has no leg 2: it has legs 1 to 1"):
        book.hangs_up(leg=2)
    book.ice(do(ANSWER, then=connect(PHONE)))
    with pytest.raises(BadRequest, match="'A' cannot be pressed"):
        book.presses("A")
    with pytest.raises(BadRequest, match="cannot be pressed"):
        book.presses("")
    with pytest.raises(BadRequest, match="the text is empty"):
        book.speaks("  ")
    with pytest.raises(Conflict, match="leg 2 only rings"):
        book.hangs_up(leg=2)
    with pytest.raises(IllegalTransition, match="leg 2 is not answered"):
        book.presses("1", leg=2)
    with pytest.raises(NotFound, match="there is no call 'nobody'"):
        book.presses("1", call="nobody")
    book.callout("custom", destination=None)
    with pytest.raises(BadRequest, match="has no leg 0: it has no leg yet"):
        book.hangs_up()


def test_a_leg_leaves_once() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(connect(PHONE))
    book.wait(1)
    book.ace({"action": {"name": "connectConf", "conferenceId": "x"}})
    with pytest.raises(Conflict, match=r"leg 2 has left the call already \(replaced\)"):
        book.hangs_up(leg=2)
    with pytest.raises(Conflict, match="has left the call already"):
        book.loses_network(leg=2)


def test_keys_and_words_that_nobody_waits_for_are_written_down() -> None:
    book = dials(PHONE)
    book.wait(1)
    book.ace(CONTINUE)
    book.presses("123", leg=2)
    book.speaks("hello")
    assert [(entry.leg, entry.data) for entry in book.journal("keys.pressed")] == [(2, {"keys": "123"})]
    assert [(entry.leg, entry.data) for entry in book.journal("words.spoken")] == [(1, {"text": "hello"})]
    book.silent()


def test_who_calls_a_number_of_the_account_reaches_a_phone_unless_it_says_otherwise() -> None:
    for switch, calls in (("phone", 1), ("inbound-call", 2)):
        book = Playbook(dialling_own_number=switch)
        book.phone_calls()
        book.ice(connect("+46850002000"))
        assert len(book.engine.state.calls) == calls


def test_two_calls_of_the_account_end_together() -> None:
    for who in range(2):
        book = Playbook(dialling_own_number="inbound-call")
        first = book.phone_calls(caller="")
        book.ice(connect("+46850002000", dialTimeout=10))
        second = list(book.engine.state.calls)[-1]
        with pytest.raises(Conflict, match=f"is call {second} of this account"):
            book.answers(call=first)
        if who == 0:
            book.ice(HANGUP, call=second, cli="private", to={"type": "did", "endpoint": "+46850002000"})
            book.ended("NOANSWER", "MANAGERHANGUP", call=second)
            book.ended("BUSY", "CANCEL", call=first)
        else:
            book.wait(10)
            book.ended("NOANSWER", "TIMEOUT", call=first)
            book.asked("ice", call=second).answers(HANGUP)
            book.ended("NOANSWER", "CANCEL", call=second)


def test_the_caller_hangs_up_on_both_calls() -> None:
    book = Playbook(dialling_own_number="inbound-call")
    first = book.phone_calls()
    book.ice(connect("+46850002000"))
    second = list(book.engine.state.calls)[-1]
    book.ice({"action": {"name": "park"}}, call=second)
    book.ace(CONTINUE, call=first)
    book.wait(5)
    book.hangs_up(call=first)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=5, debit=0.0175, call=first)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=5, call=second)
