"""Faults as a test sees them: what the backend was really told, and what never happened."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.testkit import SinchVoice
from voices import HANG_UP, MENU, answers


def test_a_fault_that_never_fires_is_told(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU, pie=HANG_UP))
    call = voice.incoming_call()
    fault = voice.fault("refused", event="ace", call=call, nth=2)
    voice.fault("drop", event="notify", chance=0.5)
    voice.fault("delay", event="pie", milliseconds=10)
    call.press("1")
    call.expect_ended()
    assert voice.problems() == [
        f"Faults were ordered that never fired:\n  * fault 1: refused, ace, call {call.id}, from the 2. on\n"
        "Where one need not fire, take it back: sinch_voice.take_back(fault)."
    ]
    voice.take_back(fault)
    voice.take_back(fault)
    assert voice.problems() == []


def test_what_was_ordered_before_a_reset_is_not_missed(voice: SinchVoice) -> None:
    voice.fault("drop")
    voice.reset()
    voice.runtime.faults.add(voice.fault("drop"))
    assert "fault 1: drop" in voice.problems()[0]
    assert "fault 2" not in voice.problems()[0], "ordered by somebody else"


@pytest.mark.parametrize("kind", ["delay", "reorder"])
def test_a_callback_that_was_held_back_was_not_sent(voice: SinchVoice, kind: Any) -> None:
    voice.deliver_to(answers(ice=MENU))
    voice.fault(kind, event="dice", milliseconds=3_000)
    call = voice.incoming_call()
    call.hang_up()
    told = [one.event for one in call.callbacks]
    assert told == [one.event for one in voice.callbacks]
    assert "dice" not in told
    (wrong,) = voice.at_end()
    assert wrong.startswith(
        f"Callbacks were held back and never sent:\n  * dice of call {call.id} to http://testserver/ was not"
    )
    assert wrong.endswith("or let time pass: sinch_voice.advance(...).")
    voice.advance(seconds=3)
    assert [one.event for one in call.callbacks] == [one.event for one in voice.callbacks] == [*told, "dice"]
    assert voice.at_end() == []


def test_a_callback_that_a_handler_is_told_is_listed(voice: SinchVoice) -> None:
    listed: list[list[str]] = []

    def handler(event: dict[str, Any]) -> Any:
        listed.append([one.event for one in voice.call(event["callid"]).callbacks])
        return HANG_UP

    voice.deliver_to(handler)
    voice.incoming_call()
    assert listed == [["ice"], ["ice", "dice"]]


def test_an_altered_callback_is_shown_as_it_was_sent(voice: SinchVoice) -> None:
    seen: list[Any] = []

    def handler(event: dict[str, Any]) -> Any:
        seen.append(event)
        return HANG_UP

    voice.deliver_to(handler)
    voice.fault("alter", event="ice", path="$.cli", value="4670")
    voice.fault("alter", event="dice", path="new.deep", value=1)
    call = voice.incoming_call()
    assert [one.body for one in call.callbacks] == seen
    assert (call.callbacks[0]["cli"], call.callbacks[1]["new"]) == ("4670", {"deep": 1})
    assert json.loads(call.callbacks[0].raw) == seen[0]
    call.expect_callback("ice", cli="4670")
    assert "network   alters $.cli of ICE: 4670 (fault 1)" in call.ladder()
    assert "network   adds new.deep of DICE: 1 (fault 2)" in call.ladder()


def test_nothing_more_by_a_manual_clock() -> None:
    with SinchVoice(clock="manual") as voice:
        voice.deliver_to(answers(ice=MENU))
        call = voice.incoming_call()
        call.expect_prompt("Press 1")
        with pytest.raises(
            Conflict,
            match=r"something is due in 0.5 s, and the clock is manual: .* advance\(seconds=0.5\) first, or .* within=0.25",
        ):
            voice.expect_nothing_more()
        voice.expect_nothing_more(within=0.25)
        call.hang_up()
