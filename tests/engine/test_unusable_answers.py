"""Unusable answers and races: every cell of both tables in ``defaults.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from playbook import PHONE, Asked, Playbook
from sinch_voice_emulator.errors import EmulatorError, NotFound
from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.runtime.ports import FailureKind
from sinch_voice_emulator.v1.errors import ApiError
from svaml import CONTINUE, HANGUP, action, connect, connect_app, do, join, menu, option, run_menu, say

MENU = run_menu(menu(option("1", "return(one)")))
FAILURES: dict[str, Callable[[Asked], None]] = {
    "timeout": lambda asked: asked.times_out(),
    "refused": lambda asked: asked.fails(FailureKind.REFUSED),
    "tls": lambda asked: asked.fails(FailureKind.TLS),
    "status 500": lambda asked: asked.answers_bytes(b"{}", 500),
    "redirect": lambda asked: asked.answers_bytes(b"", 302),
    "not JSON": lambda asked: asked.answers_bytes(b"<p>hello</p>"),
}
EMPTY: dict[str, Callable[[Asked], None]] = {
    "nothing": lambda asked: asked.answers_nothing(),
    "null": lambda asked: asked.answers(None),
    "{}": lambda asked: asked.answers({}),
}
ILLEGAL: dict[str, object] = {
    "an unknown action": action("connectNowhere"),
    "an unknown instruction": do({"name": "sing"}, then=HANGUP),
    "a wrong type": connect(PHONE, maxDuration="long"),
    "a missing member": action("connectConf"),
    "two actions": {"action": [{"name": "hangup"}, {"name": "park"}]},
}
NOT_HERE = {"ice": CONTINUE, "ace": connect(PHONE), "pie": connect_app("bob")}


def one(cases: Mapping[str, object]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", list(cases.values()), ids=list(cases))


def at_ice(**switches: Any) -> tuple[Playbook, Asked]:
    book = Playbook(**switches)
    book.phone_calls()
    return book, book.asked("ice")


def at_ace(**switches: Any) -> tuple[Playbook, Asked]:
    book = Playbook(**switches)
    book.phone_calls()
    book.ice(connect(PHONE))
    book.wait(1)
    return book, book.asked("ace")


def at_pie(**switches: Any) -> tuple[Playbook, Asked]:
    book = Playbook(**switches)
    book.phone_calls()
    book.ice(MENU)
    book.presses("1")
    return book, book.asked("pie")


def hears_the_error(book: Playbook) -> None:
    book.wait(1.9)
    assert [entry.data["prompts"] for entry in book.journal("prompt.started")][-1] == [
        {"type": "file", "text": "error message", "locale": "en-US"}
    ]
    book.silent()
    book.wait(0.1)


# --- ICE -----------------------------------------------------------------------------------------------------------------


@one(FAILURES | EMPTY)
def test_ice_is_not_answered(case: Callable[[Asked], None]) -> None:
    book, asked = at_ice()
    case(asked)
    hears_the_error(book)
    book.ended("FAILED", "CALLBACKERROR")
    assert len(book.remarks("problem")) >= 1


@one(ILLEGAL | {"not in ICE": NOT_HERE["ice"], "no action": do(say("hi"))})
def test_ice_is_answered_with_nonsense(case: object) -> None:
    book, asked = at_ice()
    asked.answers(case)
    book.told("callingerror", errorCode=40001, errorMsg="Illegal SVAML")
    hears_the_error(book)
    book.ended("FAILED", "INVALIDSVAMLACTION")
    assert len(book.remarks("problem")) >= 1


@pytest.mark.parametrize("switches", [{"invalid_svaml_reason": "CALLBACKERROR"}, {"strict_documented_reasons": True}])
def test_nonsense_may_count_as_a_callback_error(switches: dict[str, Any]) -> None:
    book, asked = at_ice(**switches)
    asked.answers(action("sing"))
    book.told("callingerror")
    hears_the_error(book)
    book.ended("FAILED", "CALLBACKERROR")


def test_the_caller_hangs_up_during_the_error_message() -> None:
    book, asked = at_ice()
    asked.fails()
    book.wait(1)
    book.hangs_up()
    book.ended("FAILED", "CALLBACKERROR")


def test_ice_of_a_callout_is_not_answered() -> None:
    book = Playbook()
    book.callout("custom", destination=None, cli=None)
    book.asked("ice").fails()
    book.ended("FAILED", "CALLBACKERROR")


def test_a_call_parked_during_the_error_message_is_saved() -> None:
    book, asked = at_pie()
    asked.fails()
    book.patch(action("park"))
    book.patch(HANGUP)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=0)


# --- ACE -----------------------------------------------------------------------------------------------------------------


@one(FAILURES)
def test_ace_is_not_answered(case: Callable[[Asked], None]) -> None:
    book, asked = at_ace()
    case(asked)
    assert book.state() is CallState.CONNECTED
    assert len(book.remarks("problem")) >= 1


@one(EMPTY)
def test_ace_is_answered_with_nothing(case: Callable[[Asked], None]) -> None:
    book, asked = at_ace()
    case(asked)
    assert book.state() is CallState.CONNECTED
    assert (book.remarks("warning"), book.remarks("problem")) == ([], [])


def test_ace_is_answered_without_an_action() -> None:
    book, asked = at_ace()
    asked.answers(do(say("x" * 100)))
    book.wait(5.9)
    assert book.state() is CallState.EXECUTING
    book.wait(0.1)
    assert book.state() is CallState.CONNECTED
    assert (len(book.remarks("warning")), book.remarks("problem")) == (1, [])


@one(ILLEGAL | {"not in ACE": NOT_HERE["ace"]})
def test_ace_is_answered_with_nonsense(case: object) -> None:
    book, asked = at_ace()
    asked.answers(case)
    book.told("callingerror", errorCode=40001)
    book.ended("ANSWERED", "INVALIDSVAMLACTION", seconds=0)
    assert len(book.remarks("problem")) >= 1


def test_nonsense_in_ace_may_count_as_continue() -> None:
    book, asked = at_ace(invalid_ace="continue")
    asked.answers(action("sing"))
    book.told("callingerror", errorCode=40001)
    assert book.state() is CallState.CONNECTED


def test_the_message_of_a_callout_is_played_when_ace_fails() -> None:
    book = Playbook()
    book.callout("tts", enableAce=True)
    book.wait(1)
    book.asked("ace").fails()
    book.heard("Your table is ready.")


def test_the_room_of_a_callout_is_joined_when_ace_fails() -> None:
    book = Playbook()
    book.callout("conference", enableAce=True, greeting="Welcome")
    book.wait(1)
    book.asked("ace").fails()
    book.heard("Welcome")
    book.wait(1)
    assert book.state() is CallState.CONFERENCE


def test_a_custom_callout_stays_up_when_ace_fails() -> None:
    book = Playbook()
    book.callout("custom")
    book.wait(1)
    book.asked("ace").fails()
    assert book.state() is CallState.CONNECTED


# --- PIE -----------------------------------------------------------------------------------------------------------------


@one(FAILURES)
def test_pie_is_not_answered(case: Callable[[Asked], None]) -> None:
    book, asked = at_pie()
    case(asked)
    hears_the_error(book)
    book.ended("ANSWERED", "CALLBACKERROR", seconds=round(book.shown()["duration"]))
    assert len(book.remarks("problem")) >= 1


@one(EMPTY)
def test_pie_is_answered_with_nothing(case: Callable[[Asked], None]) -> None:
    book, asked = at_pie()
    case(asked)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=0)
    assert (len(book.remarks("warning")) >= 1, book.remarks("problem")) == (True, [])


def test_pie_is_answered_without_an_action() -> None:
    book, asked = at_pie()
    asked.answers(do(say("x" * 100)))
    book.wait(6)
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=6)
    assert (len(book.remarks("warning")), book.remarks("problem")) == (1, [])


@pytest.mark.parametrize("switch", [{"pie_without_action": "invalid"}, {"validator": "strict"}])
def test_pie_without_an_action_may_count_as_nonsense(switch: dict[str, Any]) -> None:
    book, asked = at_pie(**switch)
    asked.answers(do(say("hi")))
    book.told("callingerror", errorCode=40001)
    book.ended("ANSWERED", "INVALIDSVAMLACTION", seconds=0)


@one(ILLEGAL | {"not in PIE": NOT_HERE["pie"]})
def test_pie_is_answered_with_nonsense(case: object) -> None:
    book, asked = at_pie()
    asked.answers(case)
    book.told("callingerror", errorCode=40001)
    book.ended("ANSWERED", "INVALIDSVAMLACTION", seconds=0)
    assert len(book.remarks("problem")) >= 1


def test_no_callback_error_is_told_where_nobody_listens() -> None:
    book = Playbook(backend=False)
    book.callout("custom", ice="http://elsewhere.test/ice", destination=None, cli=None)
    book.asked("ice").answers(action("sing"))
    book.ended("FAILED", "INVALIDSVAMLACTION", dice=False)


# --- DICE and Notify -----------------------------------------------------------------------------------------------------


@one(FAILURES | EMPTY | {"text": lambda asked: asked.answers_bytes(b"OK")})
def test_what_dice_is_answered_does_not_matter(case: Callable[[Asked], None]) -> None:
    book, asked = at_ice()
    asked.answers(HANGUP)
    case(book.asked("dice"))
    assert book.remarks("problem") == []
    book.silent()


def test_the_answer_to_dice_may_carry_a_report() -> None:
    book, asked = at_ice()
    asked.answers(HANGUP)
    report = {"name": "ReportCallStatus", "value": "failure", "details": "echo"}
    book.asked("dice").answers(do(report, then=HANGUP))
    assert book.engine.call(book.call).report == (False, "echo")


# --- races ---------------------------------------------------------------------------------------------------------------

PENDING = {
    "ICE": (at_ice, "NOANSWER", "CANCEL", None, 0.0),
    "ACE": (at_ace, "ANSWERED", "CALLERHANGUP", 0, 0.0),
    "PIE": (at_pie, "ANSWERED", "CALLERHANGUP", 0, 0.0),
}


@pytest.mark.parametrize("message", [HANGUP, do(say("bye"), then=HANGUP)], ids=["at once", "with a message"])
@one(PENDING)
def test_patch_hangs_up_while_an_answer_is_pending(case: Any, message: dict[str, Any]) -> None:
    begin, result, _, seconds, debit = case
    book, asked = begin()
    book.patch(message)
    asked.answers(CONTINUE)
    book.ended(result, "MANAGERHANGUP", seconds=seconds, debit=debit)
    assert [entry.severity for entry in book.journal("callback.discarded")] == ["info"]


@one(PENDING)
def test_any_other_patch_has_to_wait_for_a_pending_answer(case: Any) -> None:
    book, asked = case[0]()
    state = book.state()
    with pytest.raises(EmulatorError, match="waiting for the answer"):
        book.patch(do(say("hi")))
    assert book.state() is state
    asked.answers(HANGUP)
    assert book.state() is CallState.ENDED


@one(PENDING)
def test_the_remote_party_hangs_up_while_an_answer_is_pending(case: Any) -> None:
    begin, result, reason, seconds, debit = case
    book, asked = begin()
    book.hangs_up()
    book.silent()
    asked.answers(do(say("never heard"), then=connect(PHONE)))
    book.ended(result, reason, seconds=seconds, debit=debit)
    assert not any("never heard" in str(entry.data) for entry in book.journal("prompt.started"))


def test_patch_hangs_up_while_it_rings() -> None:
    book, asked = at_ice()
    asked.answers(connect(PHONE))
    book.patch(do(say("bye"), then=HANGUP))
    book.ended("NOANSWER", "MANAGERHANGUP")
    assert [entry.leg for entry in book.journal("leg.ended")] == [1, 2]


def test_any_other_patch_while_it_rings_is_refused() -> None:
    book, asked = at_ice()
    asked.answers(connect(PHONE))
    with pytest.raises(EmulatorError, match="while the call is dialling"):
        book.patch(do(say("hi")))
    book.hangs_up()
    book.ended("NOANSWER", "CANCEL")


@one(
    {
        "menu": MENU,
        "prompt": do({"name": "answer"}, say("x" * 100), then=HANGUP),
        "park": action("park"),
        "conference": join("standup"),
    }
)
def test_patch_and_hang_ups_work_as_documented_elsewhere(case: dict[str, Any]) -> None:
    for patched in (True, False):
        book, asked = at_ice()
        asked.answers(case)
        book.wait(2)
        book.patch(HANGUP) if patched else book.hangs_up()
        if case is MENU and not patched:
            book.pie("hangup")
        book.ended("ANSWERED", "MANAGERHANGUP" if patched else "CALLERHANGUP", seconds=2)


def test_an_ended_call_is_gone_for_patch_and_deaf_to_hang_ups() -> None:
    book, asked = at_ice()
    asked.answers(HANGUP)
    book.ended("NOANSWER", "MANAGERHANGUP")
    for document in (HANGUP, do(say("hi"))):
        with pytest.raises((NotFound, ApiError), match="has ended"):
            book.patch(document)
    book.hangs_up()
    book.loses_network()
    book.silent()
    assert book.shown()["reason"] == "MANAGERHANGUP"
