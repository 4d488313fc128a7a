"""Bad use says what to do instead; the rest of what a test can do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import sinch_voice_emulator
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.errors import BadRequest, Conflict, EmulatorError, NotFound
from sinch_voice_emulator.runtime.clocks import AccountClock, ManualClock
from sinch_voice_emulator.settings import Settings
from sinch_voice_emulator.testkit import START, SinchVoice, make_emulator
from voices import AGENT, CONNECT, HANG_UP, MENU, answers, rest


def test_names_are_loaded_from_the_package_when_asked_for() -> None:
    assert sinch_voice_emulator.SinchVoice is SinchVoice
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        sinch_voice_emulator.Nothing  # noqa: B018


# --- who has hold of an account ---------------------------------------------------------------------------------------------


def test_two_tests_on_one_account(voice: SinchVoice) -> None:
    with pytest.raises(
        Conflict, match=r'in use by another test or another SinchVoice: .* SinchVoice\(emulator, account="second"\)'
    ):
        SinchVoice(voice.emulator)
    voice.close()
    SinchVoice(voice.emulator).close()


def test_an_account_of_its_own(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    other = SinchVoice(voice.emulator, account="second")
    other.deliver_to(answers(ice=HANG_UP))
    assert (other.incoming_call().live, voice.incoming_call().live) == (False, True)
    assert other.numbers == voice.numbers
    other.close()
    assert SinchVoice(voice.emulator, account="second").key == other.key


def test_clocks_that_cannot_be_moved() -> None:
    with pytest.raises(Conflict, match="make the emulator with make_emulator"):
        SinchVoice(Emulator(Settings(), lambda: ManualClock(0)))
    emulator = Emulator(Settings(), lambda: AccountClock(mode="real"))
    assert SinchVoice(emulator, start=START).now == START
    assert emulator.account().clock.seconds_until(0) is not None


def test_after_the_end(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    call = voice.incoming_call()
    voice.close()
    voice.close()
    for use in (call.hang_up, voice.settle, lambda: voice.advance(hours=1)):
        with pytest.raises(Conflict, match="this test is over and its account was given back"):
            use()


def test_handles_and_cursors_from_before_a_reset(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    call, cursor = voice.incoming_call(), voice.cursor
    voice.reset(start=datetime(2025, 1, 1, tzinfo=UTC))
    assert voice.now == datetime(2025, 1, 1, tzinfo=UTC)
    for use in (call.hang_up, lambda: call.state, lambda: call.callbacks):
        with pytest.raises(Conflict, match=r"is from before the account was reset.*place a new call"):
            use()
    with pytest.raises(Conflict, match=r"is from before the account was reset.*take a new one"):
        voice.entries(after=cursor)
    voice.deliver_to(answers(ice=MENU))
    assert voice.incoming_call().live


def test_ids_depend_on_the_seed_alone() -> None:
    def ids(seed: str) -> list[str]:
        with SinchVoice(seed=seed) as voice:
            voice.deliver_to(answers(ice=HANG_UP))
            first = voice.incoming_call().id
            voice.reset()
            voice.deliver_to(answers(ice=HANG_UP))
            return [first, voice.incoming_call().id]

    assert ids("a") == ids("a") != ids("b")
    assert len(set(ids("a"))) == 2


# --- bad use of handles -------------------------------------------------------------------------------------------------------


def test_moving_time_in_a_handler(voice: SinchVoice) -> None:
    def handler(event: dict[str, Any]) -> Any:
        if event["event"] == "ice":
            voice.advance(seconds=1)
        return {}

    voice.deliver_to(handler)
    voice.incoming_call()
    assert isinstance(voice.raised[0], Conflict)
    assert "return from the handler first" in str(voice.raised[0])


def test_phones_that_cannot(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=CONNECT))
    agent = voice.phone(AGENT)
    assert repr(agent) == "<phone +46700000001>"
    for use in (agent.answer, agent.decline, lambda: agent.press("1"), lambda: agent.expect_prompt("x"), agent.hang_up):
        with pytest.raises(Conflict, match=r"is on no call and was never dialled .*; wait with expect_ringing"):
            use()
    call = voice.incoming_call()
    assert call.model().legs[-1].state == "ringing"
    with pytest.raises(Conflict, match="cannot speak: it still rings; answer\\(\\) it first"):
        agent.speak("Hello")
    agent.answer()
    agent.hang_up()
    with pytest.raises(Conflict, match="cannot press 1: it is not on a call any more \\(hung up\\)"):
        agent.press("1")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda voice: voice.call("x"), "there is no call 'x' on account default; the latest calls: none"),
        (lambda voice: voice.incoming_call(to="+99"), "it owns: \\+12025550100"),
        (lambda voice: voice.incoming_call("lin"), "a telephone calls from a number"),
        (lambda voice: voice.sip_call("+46", "+46"), "a SIP peer calls from an address"),
        (lambda voice: voice.phone(" "), "is not an address"),
        (lambda voice: voice.fire("iec"), "the events are ice"),
        (lambda voice: voice.advance(), "time goes forward"),
        (lambda voice: voice.advance(hours=-1), "time goes forward"),
        (lambda voice: voice.conference("c")["lin"], "is not in conference c; there are: none"),
    ],
)
def test_bad_words(voice: SinchVoice, call: Any, message: str) -> None:
    voice.deliver_to(answers(ice=MENU))
    with pytest.raises(EmulatorError, match=message):
        call(voice)


def test_an_account_without_a_number(voice: SinchVoice) -> None:
    voice.runtime.account.numbers.clear()
    with pytest.raises(NotFound, match="account default owns no number"):
        voice.incoming_call()


def test_a_hold_is_released_once(voice: SinchVoice) -> None:
    hold = voice.hold("a queue")
    threading.Timer(0.01, hold.release).start()
    voice.settle()
    with pytest.raises(NotFound, match="released already"):
        hold.release()
    with voice.hold() as inner:
        inner.release()


# --- the rest -----------------------------------------------------------------------------------------------------------------


def test_what_was_recorded_and_reported(voice: SinchVoice) -> None:
    start = {"name": "startRecording", "options": {"notificationEvents": False}}
    say = {"name": "say", "text": "x" * 50}
    voice.deliver_to(
        answers(
            ice={"instructions": [{"name": "answer"}, start, say], "action": {"name": "hangup"}},
            dice={"instructions": [{"name": "reportCallStatus", "callStatus": "failure", "details": "no"}]},
        )
    )
    call = voice.incoming_call()
    assert not call.recordings[0].finished
    call.expect_ended("ANSWERED")
    assert [(one.call, one.seconds, one.finished, one.conference) for one in call.recordings] == [(call.id, 3.0, True, "")]


def test_a_patch_is_felt_at_once(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    call = voice.incoming_call()
    rest(voice, "PATCH", f"calls/id/{call.id}", HANG_UP)
    call.expect_ended("ANSWERED", "MANAGERHANGUP")


def test_a_record_with_holes_is_not_asserted_over() -> None:
    with SinchVoice(make_emulator(settings=Settings(journal_max_entries=40))) as voice:
        voice.deliver_to(answers(ice=HANG_UP))
        first = voice.incoming_call()
        last = [voice.incoming_call() for _ in range(20)][-1]
        assert [one.event for one in last.callbacks] == ["ice", "dice"]
        with pytest.raises(Conflict, match="the journal was full and has dropped entries about call"):
            first.expect_callback("dice")
        assert f"Call {first.id}: the journal was full" in voice.ladder(first.id)


def test_a_voice_that_comes_late_knows_what_happened(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=HANG_UP))
    call = voice.incoming_call()
    voice.close()
    again = SinchVoice(voice.emulator)
    assert [one.event for one in again.call(call.id).callbacks] == ["ice", "dice"]
    assert repr(again) == "<SinchVoice of account default, 1 calls, 12:00:00>"
    assert repr(again.calls[0]) == f"<call {call.id}>"


def test_an_unknown_fault_of_kind_is_a_bad_request(voice: SinchVoice) -> None:
    with pytest.raises(BadRequest):
        voice.fault("delay", milliseconds=0)


def leave_a_call_open(then: Callable[[], object]) -> None:
    with SinchVoice() as voice:
        voice.deliver_to(answers(ice=MENU))
        voice.incoming_call()
        then()


def test_the_end_is_checked_where_nothing_was_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        leave_a_call_open(lambda: 1 // 0)
    with pytest.raises(AssertionError, match="Calls are still open"):
        leave_a_call_open(lambda: None)


def test_a_fired_callback_about_a_call(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    call = voice.incoming_call()
    fired = voice.fire("dice", call=call.id, result="FAILED")
    assert (fired["callid"], fired["result"], fired.answer) == (call.id, "FAILED", {})
    assert call.live
