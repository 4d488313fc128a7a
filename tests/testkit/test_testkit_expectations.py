"""How expectations are met, and what they say when they are not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.testkit import ExpectationFailed, SinchVoice
from sinch_voice_emulator.testkit.matching import MISSING, at, differences, matches, spelt
from voices import AGENT, CONNECT, HANG_UP, MENU, answers, rest

PIE = {"event": "pie", "menuResult": {"value": "1", "type": "return"}, "cookies": [{"key": "a", "value": "b"}]}


def failure(wait: Callable[[], object]) -> str:
    """What a failing expectation says, without ids."""
    with pytest.raises(ExpectationFailed) as raised:
        wait()
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<id>", str(raised.value))


# --- fields -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "path"),
    [
        ({"event": "pie", "menuResult.value": "1"}, None),
        ({"menuResult__value": "1", "menuResult": {"type": "return"}}, None),
        ({"cookies[0].key": "a", "cookies": ...}, None),
        ({"custom": None, "event": re.compile("^p")}, None),
        ({"menuResult": lambda result: result["value"] == "1"}, None),
        ({"menuResult.value": "2"}, "menuResult.value"),
        ({"menuResult": {"value": {"deep": 1}}}, "menuResult.value"),
        ({"custom": ...}, "custom"),
        ({"event": None}, "event"),
        ({"cookies[1].key": "a"}, "cookies[1].key"),
        ({"menuResult": re.compile("x")}, "menuResult"),
        ({"event": {"a": 1}}, "event"),
        ({"event.name": "x"}, "event.name"),
    ],
)
def test_fields(expected: dict[str, object], path: str | None) -> None:
    assert [one.path for one in differences(PIE, expected)] == ([] if path is None else [path])


def test_fields_that_are_not_there_come_with_a_hint() -> None:
    assert differences(PIE, {"menuResult.valeu": "1"})[0].lines()[-1].strip() == "did you mean value?"
    assert differences(PIE, {"zzz": "1"})[0].hint == "there are: event, menuResult, cookies"
    assert at(PIE, "menuResult.nothing.at.all") is MISSING
    assert matches({"a": 1}, {"a": 1, "b": 2})


def test_expectations_are_spelt() -> None:
    def is_long(_: object) -> bool:
        return True

    spelled = [spelt(one) for one in (MISSING, None, ..., re.compile("x+"), is_long, "text")]
    assert spelled == ["nothing", "nothing", "anything", "something like /x+/", "something that is_long accepts", "'text'"]


# --- prompts and callbacks ------------------------------------------------------------------------------------------------


def test_expectations_go_forward(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU, pie=MENU))
    call = voice.incoming_call()
    call.expect_prompt("press 1")
    call.press("1")
    call.expect_prompt(re.compile("1[.]$"))
    assert [one.time for one in call.heard] == [voice.now, voice.now]
    text = failure(lambda: call.expect_prompt("Press 1.", within=1))
    assert text.startswith('The call was to hear "Press 1." within 1 s, and that did not happen.')
    assert '"Press 1." was heard at 0.000, which an earlier expectation has matched' in text


def test_a_prompt_on_another_leg(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    call = voice.incoming_call()
    assert '"Press 1." was heard at 0.000, leg 1' in failure(lambda: call.expect_prompt("Press 1", leg=2, within=1))


def test_nothing_at_all(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=HANG_UP))
    call = voice.incoming_call()
    text = failure(lambda: call.expect_prompt(re.compile("Hello")))
    assert "something like /Hello/, but the call has ended (NOANSWER / MANAGERHANGUP).\n\nNothing was played" in text
    assert "Nobody was dialled on this call." in failure(lambda: call.expect_dialled(AGENT))
    assert "The backend was told ice, dice." in failure(lambda: call.expect_callback("ace"))
    assert voice.now.minute == 0, "an expectation on a call that has ended does not wait"


def test_a_call_that_ends_otherwise(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=HANG_UP))
    call = voice.incoming_call()
    text = failure(lambda: call.expect_ended("ANSWERED", "CALLERHANGUP", duration=3, debit=1))
    sentence, _, rest = text.partition(", but ")
    assert sentence == "The call was to end with ANSWERED / CALLERHANGUP and duration 3 and debit 1.0"
    assert rest.startswith("the call has ended otherwise (NOANSWER")
    assert "    result\n        expected  'ANSWERED'\n        found     'NOANSWER'" in text
    assert "expected  'parked'" in failure(lambda: call.expect_state("parked"))


def test_words_that_are_none(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    call = voice.incoming_call()
    with pytest.raises(BadRequest, match="the events are ice, ace, pie, dice, notify, and 'iec' is none"):
        call.expect_callback("iec")
    with pytest.raises(BadRequest, match=r"the states of a call are .* 'talking' is none of them; did you mean dialling"):
        call.expect_state("talking")
    with pytest.raises(BadRequest, match="detection concludes human, machine, notsure, hangup, and 'dog' is none"):
        call.detect("dog")
    with pytest.raises(BadRequest, match="within is a number of seconds"):
        call.expect_prompt("x", within=0)


# --- phones and calls that are placed -------------------------------------------------------------------------------------


def test_who_is_dialled(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=CONNECT))
    voice.phone(AGENT)
    call = voice.incoming_call("private")
    text = failure(lambda: call.expect_dialled("+46700000002", cli="+12025550100", within=1))
    assert "+46700000001 with CLI private, dialled at 0.000" in text
    assert "number\n        expected  '+46700000002'" in text
    assert "cli\n        expected  '+12025550100'\n        found     'private'" in text
    call.expect_dialled("0046700000001".removeprefix("00"), cli="")


def test_a_phone_that_does_not_ring(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=CONNECT))
    agent, other = voice.phone(AGENT), voice.phone("+46700000002")
    voice.incoming_call()
    text = failure(lambda: other.expect_ringing(within=1))
    assert "It was never dialled. It is on no call and was never dialled (dialled so far: +46700000001)" in text
    agent.answer()
    assert "but it does not ring: it is on a call already" in failure(lambda: agent.expect_ringing(within=1))


def test_a_call_that_is_not_placed(voice: SinchVoice) -> None:
    voice.deliver_to(answers())
    assert "It has placed no call. Does it use sinch_voice.url" in failure(lambda: voice.expect_call(within=1))
    to = {"type": "number", "endpoint": AGENT}
    rest(voice, "POST", "callouts", {"method": "ttsCallout", "ttsCallout": {"cli": "+1", "destination": to, "text": "Hello"}})
    text = failure(lambda: voice.expect_call("+46700000002", method="customCallout", cli="+2", within=1))
    assert "The backend was to place a call to +46700000002 by customCallout with CLI +2 within 1 s" in text
    for path, expected, found in (("to", "+46700000002", AGENT), ("method", "custom", "speech"), ("cli", "+2", "+1")):
        assert f"{path}\n        expected  '{expected}'\n        found     '{found}'" in text
    call = voice.expect_call(AGENT, method="tts")
    assert "an earlier expect_call has matched it" in failure(lambda: voice.expect_call(AGENT, within=1))
    call.expect_ended("ANSWERED")
    with pytest.raises(BadRequest, match="the methods of a callout are tts, conference, custom"):
        voice.expect_call(method="fax")


# --- conferences, conditions, silence ---------------------------------------------------------------------------------------


def test_who_is_in_a_conference(voice: SinchVoice) -> None:
    voice.deliver_to(
        answers(ice={"action": {"name": "connectConf", "conferenceId": "c", "conferenceDtmfOptions": {"mode": "ignore"}}})
    )
    ann, ben = voice.incoming_call("+12025550143"), voice.incoming_call("+12025550144")
    room = voice.conference("c")
    text = failure(lambda: room.expect_participants(ann, "+12025550145", within=1))
    assert "In conference c there were to be: +12025550143, +12025550145 within 1 s" in text
    assert "There are: +12025550143, +12025550144\n  missing: +12025550145\n  not expected: +12025550144" in text
    assert "there were to be: 3 participants" in failure(lambda: room.expect_participants(count=3, within=1))
    rest(voice, "PATCH", f"conferences/id/c/{ben.id}", {"command": "mute"})
    rest(voice, "PATCH", f"conferences/id/c/{ann.id}", {"command": "onhold", "moh": "music1"})
    assert (room[ben].muted, room[ann].muted, room[ann].on_hold) == (True, False, True)
    assert repr(room) == "<conference c: +12025550143, +12025550144>"
    with pytest.raises(BadRequest, match="\\+1 is not in conference c; there are: "):
        room["+1"]
    ann.hang_up()
    ben.hang_up()
    room.expect_participants()


def test_a_condition_that_does_not_come_true(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    call = voice.incoming_call()
    text = failure(lambda: voice.run_until(lambda: call.keys == "1", within=2))
    assert text.startswith("What run_until waited for did not come true within 2 s.\n\nBy then: call <id> is in a menu")


def test_more_happens(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU, pie=HANG_UP))
    call = voice.incoming_call()
    call.expect_prompt("Press 1")
    assert 'Nothing more was to happen, but this did:\n  * leg 1 hears "Press 1." (0.5 s)' in failure(voice.expect_nothing_more)


def test_nothing_more_happens(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=CONNECT, ace={"action": {"name": "continue"}}))
    call = voice.incoming_call()
    call.expect_callback("ace")
    before = voice.now
    voice.expect_nothing_more()
    assert voice.now == before, "calls that wait for nothing but their maximum duration are not waited for"


def test_without_an_expectation_only_what_is_to_come_counts(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    voice.incoming_call()
    voice.expect_nothing_more(within=1)


def test_a_manual_clock() -> None:
    with SinchVoice(clock="manual") as voice:
        voice.deliver_to(answers(ice=MENU, pie=HANG_UP))
        call = voice.incoming_call()
        assert "The clock is manual: advance(...) moves it." in failure(lambda: call.expect_callback("pie"))
        voice.advance(seconds=30)
        call.expect_callback("pie")


def test_what_the_backend_raised_is_the_cause(voice: SinchVoice) -> None:
    def broken(event: dict[str, Any]) -> Any:
        return event["nothing"]

    voice.deliver_to(broken)
    call = voice.incoming_call()
    with pytest.raises(ExpectationFailed, match="KeyError while it handled ice: 'nothing'") as raised:
        call.expect_prompt("Hello")
    assert isinstance(raised.value.__cause__, KeyError)


def test_long_ladders_are_cut(voice: SinchVoice) -> None:
    voice.deliver_to(
        answers(ice={"action": {"name": "connectConf", "conferenceId": "c", "conferenceDtmfOptions": {"mode": "ignore"}}})
    )
    calls = [voice.incoming_call() for _ in range(7)]
    for _ in range(150):
        calls[0].press("1")
    text = failure(lambda: calls[0].expect_prompt("x", within=1))
    assert len(text.splitlines()) < 140
    assert "lines are not shown)" in text
    assert "(2 earlier calls are not shown)" in voice.ladder()


def test_a_callback_on_its_way_can_still_come(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=HANG_UP))
    voice.fault("delay", event="dice", milliseconds=5_000)
    call = voice.incoming_call()
    call.expect_ended()
    assert call.expect_callback("dice").status == 200
