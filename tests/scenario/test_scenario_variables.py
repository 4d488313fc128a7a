"""Variables that stand on others: worked out once, before the first step."""

from __future__ import annotations

from typing import Any

import pytest

from scenario.playing_site import fails, menu, passes, play, problems
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.testkit import SinchVoice


def test_a_variable_uses_others_and_those_that_every_scenario_has(voice: SinchVoice) -> None:
    passes(
        voice,
        """
        variables: { line: "${number}", shown: "CLI ${digits}", digits: "12025550143", caller: "+${digits}" }
        steps:
          - incoming_call: { from: "${caller}", to: "${line}" }
          - expect: { callback: ice, with: { cli: "${digits}", to: { endpoint: "${number}" } } }
          - remember: { was: "${shown}" }
          - hang_up: caller
        """,
    )


def test_what_a_variable_uses_may_come_from_the_row_or_from_the_user(voice: SinchVoice) -> None:
    text = """
        variables: { digits: "12025550143", caller: "+${digits}", shown: "${digits}" }
        rows: [ { digits: "12025550144", expected: "${shown}" } ]
        steps:
          - incoming_call: { from: "${caller}" }
          - expect: { callback: ice, with: { cli: "${expected}" } }
          - hang_up: caller
        """
    passes(voice, text)
    voice.reset()
    passes(voice, text, caller="+12025550144")


def test_a_dollar_stays_a_dollar(voice: SinchVoice) -> None:
    passes(
        voice,
        """
        variables: { price: "$${5}", note: "${price} a minute" }
        steps:
          - app_call: { user: lin, to: "${number}", custom: "${note}" }
          - expect: { callback: ice, with: { custom: "$${5} a minute" } }
          - hang_up: caller
        """,
    )


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ('variables: { line: "${numbr}" }', "$.variables: there is no variable 'numbr' (did you mean number?)"),
        ('rows: [ { line: "${numbr}" } ]', "$.rows: there is no variable 'numbr' (did you mean number?)"),
    ],
)
def test_a_variable_that_uses_one_that_there_is_not(head: str, sentence: str) -> None:
    [found] = problems(f"{head}\nsteps:\n  - incoming_call: {{}}\n")
    assert sentence in found


def test_variables_that_go_in_circles(voice: SinchVoice) -> None:
    text = 'variables: { a: "${b}", b: "${a}" }\nsteps:\n  - incoming_call: {}\n'
    with pytest.raises(BadRequest, match="variables go in circles: a uses b uses a"):
        play(voice, text)
    with pytest.raises(BadRequest, match="there is no variable 'numbr'"):
        play(voice, 'variables: { a: "1" }\nsteps:\n  - incoming_call: {}\n', a="${numbr}")


PHONES = [("busy", "BUSY", False, 1), ({"rings_for": "2s", "hangs_up_after": "10s"}, "ANSWERED", True, 12)]


@pytest.mark.parametrize(("phone", "result", "answered", "seconds"), PHONES)
def test_a_variable_may_stand_for_a_word_a_number_or_a_flag(
    voice: SinchVoice, phone: object, result: str, answered: bool, seconds: float
) -> None:
    text = """
        variables:
          { event: ice, kind: duplicate, once: 1, verb: GET, way: signed, credit: 5, ok: 200, over: ended,
            phone: answers, result: ANSWERED, answered: true }
        given:
          phones: { "+46700000001": "${phone}" }
          credit: "${credit}"
          faults: [ { kind: "${kind}", event: "${event}", nth: "${once}", count: "${once}" } ]
        steps:
          - incoming_call: { as: it }
          - expect: { callback: "${event}", status: "${ok}" }
          - request: { method: "${verb}", path: "/calling/v1/calls/id/${calls.it.id}", auth: "${way}" }
          - press: "1"
          - expect: { state: "${over}" }
          - expect: { ended: { result: "${result}" } }
          - expect: { report: { success: "${answered}" } }
        """
    outcome = passes(voice, text, reports, phone=phone, result=result, answered=answered)
    assert outcome.seconds == seconds


def reports(event: dict[str, Any]) -> dict[str, Any] | None:
    """The menu, and a report at the end."""
    if event["event"] != "dice":
        return menu(event)
    said = "success" if event["result"] == "ANSWERED" else "failure"
    return {"instructions": [{"name": "ReportCallStatus", "value": said}], "action": {"name": "hangup"}}


def test_what_a_word_is_filled_with_is_checked(voice: SinchVoice) -> None:
    text = """
        steps:
          - incoming_call: {}
          - remember: { event: icee }
          - expect: { callback: "${event}" }
        """
    assert 'with its variables filled in, callback should be one of "ice", "ace"' in fails(voice, text)
