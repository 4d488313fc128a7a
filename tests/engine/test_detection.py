"""Answering machine detection: ``callbacks-and-svaml.md`` section 11."""

from __future__ import annotations

import pytest

from playbook import PHONE, Playbook
from sinch_voice_emulator.engine.inputs import BeepHeard
from sinch_voice_emulator.errors import BadRequest, Conflict, IllegalTransition
from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.phone import HUMAN, MACHINE, Answerer, PhoneBehaviour, Verdict
from svaml import CONTINUE, HANGUP, Json, action, connect, connect_app, do, join, menu, option, run_menu, say

LISTEN = connect(PHONE, amd={"enabled": True})
LISTEN_MEANWHILE = connect(PHONE, amd={"enabled": True, "async": True})


def dialled(document: Json, answerer: Answerer = HUMAN) -> Playbook:
    """A phone has just picked up."""
    book = Playbook(phones={PHONE: PhoneBehaviour(answerer=answerer)})
    book.phone_calls()
    book.ice(document)
    book.wait(1)
    return book


@pytest.mark.parametrize(
    ("answerer", "seconds", "amd"),
    [
        (HUMAN, 2, {"status": "human", "reason": "n/a", "duration": 2}),
        (MACHINE, 4, {"status": "machine", "reason": "longgreeting", "duration": 4}),
        (
            Answerer(Verdict.NOT_SURE, "initialsilence", 5_000),
            5,
            {"status": "notsure", "reason": "initialsilence", "duration": 5},
        ),
    ],
)
def test_the_backend_hears_of_the_answer_with_the_verdict(answerer: Answerer, seconds: int, amd: Json) -> None:
    book = dialled(LISTEN, answerer)
    assert book.state() is CallState.DETECTING
    book.wait(seconds - 0.001)
    book.silent()
    book.wait(0.001)
    book.ace(CONTINUE, amd=amd)
    book.wait(20)
    book.silent()
    assert book.state() is CallState.CONNECTED


def test_a_custom_callout_listens_too() -> None:
    book = Playbook(phones={PHONE: PhoneBehaviour(answerer=MACHINE)})
    book.callout("custom", destination=None, ice={"action": LISTEN["action"]})
    book.wait(5)
    book.ace(HANGUP, amd={"status": "machine", "reason": "longgreeting", "duration": 4})
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=4, debit=0.0175)


def test_meanwhile_the_call_goes_on() -> None:
    book = dialled(LISTEN_MEANWHILE, MACHINE)
    book.ace(CONTINUE, amd=None)
    book.wait(4)
    book.told("amd", amd={"status": "machine", "reason": "longgreeting", "duration": 4})
    book.wait(3)
    book.told("amd_beep", amd={"status": "machine", "reason": "beep", "duration": 7})
    book.patch(do(say("Please call back."), then=HANGUP))
    book.wait(2)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=8, debit=0.0175)


def test_a_beep_is_nothing_to_tell_after_a_verdict_that_was_waited_for() -> None:
    book = dialled(LISTEN, MACHINE)
    book.wait(4)
    book.ace(CONTINUE)
    book.runtime.submit(BeepHeard(book.call))
    book.silent()


def test_a_human_does_not_beep() -> None:
    book = dialled(LISTEN_MEANWHILE)
    book.ace(CONTINUE)
    book.wait(2)
    book.told("amd")
    book.wait(60)
    book.silent()


@pytest.mark.parametrize("document", [join("standup"), action("runMenu", menus=[menu(option("1", "return(x)"))])])
def test_the_verdict_reaches_a_call_wherever_it_is(document: Json) -> None:
    book = Playbook()
    book.callout("custom", destination=None, ice={"action": LISTEN_MEANWHILE["action"]})
    book.wait(1)
    book.ace(document)
    book.wait(2)
    book.told("amd")


def test_nobody_can_be_told_of_the_verdict() -> None:
    book = Playbook(backend=False)
    book.callout("custom", destination=None, ice={"action": LISTEN_MEANWHILE["action"]})
    book.wait(5)
    book.silent()
    assert len(book.journal("amd.result")) == 1


@pytest.mark.parametrize("by", ["hand", "behaviour", "verdict"])
def test_the_callee_hangs_up_while_it_is_listened_to(by: str) -> None:
    book = dialled(LISTEN, Answerer(Verdict.HANG_UP, "n/a", 1_000))
    book.wait(1)
    if by == "hand":
        book = dialled(LISTEN)
        book.wait(1)
        book.hangs_up(leg=2)
    elif by == "verdict":
        book = dialled(LISTEN)
        book.wait(1)
        book.verdict(Verdict.HANG_UP)
    asked = book.asked("ace", amd={"status": "hangup", "reason": "n/a", "duration": 1})
    asked.answers(do(say("nobody hears this"), then=join("standup")))
    book.ended("ANSWERED", "CALLEEHANGUP", seconds=1, debit=0.0175)
    book.silent()


def test_the_callee_hangs_up_and_nobody_wants_to_know() -> None:
    for document in (
        connect(PHONE, amd={"enabled": True}, suppressCallbacks=True),
        LISTEN,
    ):
        book = Playbook()
        book.callout("custom", destination=None, ice={"action": document["action"]}, enableAce=False)
        book.wait(1)
        book.hangs_up()
        suppressed = "suppressCallbacks" in document["action"]
        book.ended("ANSWERED", "CALLEEHANGUP", seconds=0, dice=not suppressed)


def test_the_callee_hangs_up_meanwhile() -> None:
    book = dialled(LISTEN_MEANWHILE)
    book.ace(CONTINUE)
    book.wait(1)
    book.hangs_up(leg=2)
    book.told("amd", amd={"status": "hangup", "reason": "n/a", "duration": 1})
    book.ended("ANSWERED", "CALLEEHANGUP", seconds=1, debit=0.0175)


def test_the_caller_hangs_up_meanwhile() -> None:
    book = dialled(LISTEN)
    book.wait(1)
    book.hangs_up()
    book.ended("ANSWERED", "CALLERHANGUP", seconds=1, debit=0.0175)


def test_a_test_decides() -> None:
    book = dialled(LISTEN)
    book.wait(0.5)
    book.beeps()
    book.verdict(Verdict.MACHINE, "beep")
    book.ace(CONTINUE, amd={"status": "machine", "reason": "beep", "duration": 0})
    with pytest.raises(Conflict, match="concluded already: machine"):
        book.verdict(Verdict.HUMAN)
    book.wait(60)
    book.silent()
    assert any("a beep is not reported" in text for text in book.remarks("info"))


def test_nobody_was_asked_to_listen() -> None:
    book = dialled(connect(PHONE))
    with pytest.raises(BadRequest, match="without answering machine detection"):
        book.verdict(Verdict.HUMAN)
    book.beeps()
    assert any("nobody listens for a beep" in text for text in book.remarks("info"))
    book.ace(connect(PHONE))


def test_before_and_after_a_call_nobody_listens() -> None:
    book = Playbook()
    book.phone_calls()
    for act in (book.beeps, lambda: book.verdict(Verdict.HUMAN)):
        with pytest.raises(IllegalTransition, match="waiting for the answer to ICE"):
            act()
    book.ice(LISTEN_MEANWHILE)
    book.beeps()
    assert any("while the call is dialling" in text for text in book.remarks("info"))
    book.wait(1)
    book.hangs_up()
    with pytest.raises(IllegalTransition, match="the call is over"):
        book.beeps()


def test_who_is_dialled_next_is_not_listened_to() -> None:
    book = dialled(LISTEN_MEANWHILE, MACHINE)
    book.ace(run_menu(menu(option("1", "return(x)"))))
    book.presses("1")
    book.pie("return", "x", answer=connect("+12025550123"))
    book.wait(1)
    book.ace(CONTINUE)
    book.wait(20)
    book.silent()


def test_who_joins_a_room_leaves_the_machine_behind() -> None:
    book = dialled(LISTEN_MEANWHILE, MACHINE)
    book.ace(join("standup"))
    book.wait(20)
    book.silent()


def test_apps_are_people() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(connect_app("bob"))
    book.wait(1)
    with pytest.raises(BadRequest, match="without answering machine detection"):
        book.verdict(Verdict.HUMAN)
