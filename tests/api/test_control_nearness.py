"""Why a clock that was advanced stopped short, in lines that somebody whose test fails can use."""

from __future__ import annotations

import json
from typing import Any

import pytest

from control_client import CALLER, NUMBER, Control
from sinch_voice_emulator.api.control.nearness import CANDIDATES

AGENT = "+46700000001"


@pytest.fixture
def control() -> Control:
    """An account on which a caller has heard a menu and an agent was dialled."""
    control = Control(quiet_window_ms=0)
    runtime = control.emulator.account()
    runtime.note("prompt.started", {"prompts": [{"type": "tts", "text": "Good-bye."}]}, call_id="a")
    runtime.note("prompt.started", {"prompts": [{"type": "tts", "text": "Press 1 for support."}]}, call_id="a")
    runtime.note("leg.dialled", {"to": {"type": "number", "endpoint": AGENT}, "cli": "+12025550143"}, call_id="a")
    return control


def message(control: Control, until: Any, **more: Any) -> list[str]:
    """What is said when nobody gets what was waited for."""
    done = control.post("/clock/advance", {"until": until, "within": 60} | more)
    assert (done["stopped"], done["entry"], done["movedMs"]) == ("limit", None, 60_000)
    return str(done["message"]).splitlines()


def test_nothing_is_said_when_it_was_reached(control: Control) -> None:
    for body in ({"seconds": 1}, {"until": "idle"}, {"until": {"kind": "leg.dialled"}}):
        assert control.post("/clock/advance", body)["message"] == ""


def test_since_reads_what_happened_meanwhile(control: Control) -> None:
    before = control.get("/journal")["next"]
    done = control.post("/clock/advance", {"seconds": 1})
    assert done["since"] == before
    assert control.get(f"/journal?after={done['since']}")["entries"] == []


def test_a_text_that_was_not_said(control: Control) -> None:
    assert message(control, {"kind": "prompt.started", "text": "Press 2 for support", "call": "a"}) == [
        'Nothing of kind prompt.started of call a with the text "Press 2 for support" came into the journal within 60 s.',
        'Closest: call hears "Press 1 for support."',
        '  text: expected "Press 2 for support", found "Press 1 for support."',
        "By then: no call is live; nothing is due.",
    ]


def test_a_member_that_is_another(control: Control) -> None:
    wanted = {"to": {"endpoint": AGENT}, "cli": NUMBER, "rdnis": "+4611"}
    lines = message(control, {"kind": ["leg.dialled", "leg.ended"], "data": wanted})
    assert lines[0].startswith('Nothing of kind leg.dialled or leg.ended with data like {"to": {"endpoint": "+46700000001"}')
    assert lines[1:4] == [
        "Closest: call +46700000001 is dialled, CLI +12025550143",
        f'  $.cli: expected "{NUMBER}", found "+12025550143"',
        '  $.rdnis: expected "+4611", found nothing',
    ]


def test_what_was_there_before_the_cursor(control: Control) -> None:
    cursor = control.get("/journal")["next"]
    lines = message(control, {"kind": "leg.dialled", "after": cursor})
    assert lines[1] == f"Closest: call +46700000001 is dialled, CLI +12025550143, which lies before the cursor {cursor}"
    assert len(lines) == 3


def test_a_kind_that_there_was_not(control: Control) -> None:
    assert message(control, {"kind": "leg.ringing", "leg": 2})[:2] == [
        "Nothing of kind leg.ringing about leg 2 came into the journal within 60 s.",
        "There is no entry of that kind at all.",
    ]
    assert message(control, {"kind": "leg.dialled", "call": "b"})[1] == "There is no entry of that kind about this call at all."


def test_without_a_kind_nothing_is_close(control: Control) -> None:
    assert message(control, {"severity": "problem"}) == [
        "Nothing of any kind as bad as a problem came into the journal within 60 s.",
        "By then: no call is live; nothing is due.",
    ]


def test_among_many_the_one_with_the_fewest_differences_is_closest(control: Control) -> None:
    for number in range(CANDIDATES):
        control.emulator.account().note("keys.pressed", {"keys": str(number), "leg": number % 2})
    lines = message(control, {"kind": "keys.pressed", "data": {"keys": "77", "leg": 0}})
    assert lines[2] in ('  $.keys: expected "77", found "78"', "  $.leg: expected 0, found 1")


def test_data_without_any_text(control: Control) -> None:
    control.emulator.account().note("leg.ringing", {})
    assert message(control, {"kind": "leg.ringing", "text": "x" * 1_000})[2].endswith("..., found nothing")


def test_what_calls_are_doing(control: Control) -> None:
    control.answers_at()
    control.open("PUT", f"/phones/{AGENT}", {"onRing": "never-answers"})
    call = control.incoming()
    control.reply(json.dumps({"action": {"name": "connectPstn", "number": AGENT, "maxDuration": 600}}))
    done = control.post("/clock/advance", {"until": "idle", "within": 1})
    idle, by_then = done["message"].splitlines()
    assert idle == "The account did not become idle within 1 s."
    assert by_then.startswith(f"By then: call {call} is dialling; the next deadline is ")


def test_what_is_still_under_way(control: Control) -> None:
    control.answers_at()
    call = control.incoming()
    done = control.post("/clock/advance", {"seconds": 5, "timeout": 0}, status=202)
    first, second = done["message"].splitlines()
    assert first == "After 0 s of the wall clock something was still under way:"
    assert second == f"  * {done['open'][0]}"
    control.refused("POST", f"/calls/{call}/press", {"keys": "1"}, status=409, says="ice of call")
    says = 'let it come to rest first, with POST .../clock/advance {"seconds": 0}'
    control.refused("POST", f"/phones/{CALLER}/press", {"keys": "1"}, status=404, says=says)
    control.emulator.account().clock.change("real")  # type: ignore[attr-defined]
    answer = control.open("POST", f"/phones/{CALLER}/press", {"keys": "1"})
    assert says not in answer.text
