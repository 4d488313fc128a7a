"""Phones that ring for several calls at once: a step says which call it means."""

from __future__ import annotations

from typing import Any

import pytest

from scenario.playing_site import AGENT, fails, menu, passes, problems
from sinch_voice_emulator.testkit import SinchVoice

TWO_CALLS = f"""
    given: {{ phones: {{ "{AGENT}": manual }} }}
    steps:
      - incoming_call: {{ as: first }}
      - incoming_call: {{ from: "+12025550144", as: second }}
"""


def forward(event: dict[str, Any]) -> dict[str, Any] | None:
    """Everybody is put through to the same phone."""
    return {"action": {"name": "connectPstn", "number": AGENT}} if event["event"] == "ice" else None


@pytest.mark.parametrize(
    ("step", "ended"),
    [
        (f'decline: {{ phone: "{AGENT}", call: second }}', "{ result: BUSY, reason: CANCEL }"),
        (f'busy: {{ phone: "{AGENT}", call: second }}', "{ result: BUSY }"),
        (f'unreachable: {{ phone: "{AGENT}", call: second }}', "{ result: FAILED }"),
        (f'refuse: {{ phone: "{AGENT}", how: blocked, call: second }}', "{ result: FAILED }"),
    ],
)
def test_a_phone_refuses_one_of_two_calls_and_answers_the_other(voice: SinchVoice, step: str, ended: str) -> None:
    passes(
        voice,
        f"""{TWO_CALLS}
      - {step}
      - expect: {{ ended: {ended}, call: second }}
      - answer: {{ phone: "{AGENT}", call: first }}
      - expect: {{ callback: ace, call: first }}
      - hang_up: {{ call: first }}
        """,
        forward,
    )


def test_without_a_name_the_step_says_which_calls_there_are(voice: SinchVoice) -> None:
    assert "it rings for 2 calls" in fails(voice, f'{TWO_CALLS}\n      - answer: "{AGENT}"', forward)


def test_a_call_on_which_the_phone_is_not(voice: SinchVoice) -> None:
    text = f'{TWO_CALLS}\n      - answer: {{ phone: "+46700000002", call: first }}'
    assert "+46700000002 is not on call" in fails(voice, text, forward)


def test_what_is_wrong_with_such_a_step() -> None:
    assert problems(f'{TWO_CALLS}\n      - answer: {{ phone: "{AGENT}", call: third }}') != []
    assert problems(f"{TWO_CALLS}\n      - answer: {{ call: first }}") == [
        "test.yaml:7:13: $.steps[2].answer.phone: phone is missing"
    ]


# --- numbers of the account that are dialled -----------------------------------------------------------------------------


def switchboard(event: dict[str, Any]) -> dict[str, Any] | None:
    """Apps dial numbers; who calls a number hears a menu."""
    if event["event"] != "ice":
        return menu(event)
    if event["originationType"] == "MXP":
        return {"action": {"name": "connectPstn", "number": event["to"]["endpoint"]}}
    return menu(event)


INBOUND = """
    given: { profile: { dialling_own_number: inbound-call } }
    steps:
      - app_call: { user: anna, to: "${number}", as: outer }
"""


def test_a_call_that_came_of_dialling_a_number_of_the_account(voice: SinchVoice) -> None:
    passes(
        voice,
        f"""{INBOUND}
      - expect: {{ callout: inbound, to: "${{number}}", as: inner }}
      - press: {{ keys: "2", call: inner }}
      - expect: {{ ended: {{ result: ANSWERED }}, call: inner }}
      - expect: {{ ended: {{ reason: CALLEEHANGUP }}, call: outer }}
        """,
        switchboard,
    )


def test_each_such_call_is_found_once(voice: SinchVoice) -> None:
    text = f"""{INBOUND}
      - expect: {{ callout: inbound }}
      - expect: {{ callout: inbound, within: 5s }}
    """
    assert "There is no such call" in fails(voice, text, switchboard)
    voice.reset()
    text = f'{INBOUND}\n      - expect: {{ callout: inbound, to: "+46700000001", within: 5s }}'
    assert "There are such calls to +12025550100." in fails(voice, text, switchboard)
