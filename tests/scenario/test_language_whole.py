"""A scenario as a whole: its end, its rows and variables, parts from other files, the same in every run."""

# ruff: noqa: E501 - steps are one line each

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scenario.playing_site import menu, parked, passes, play, read, say
from sinch_voice_emulator.testkit import SinchVoice


@pytest.mark.parametrize(
    ("steps", "passed"),
    [
        ("steps: [ { incoming_call: {} }, { expect: { problem: hangupp } }, { expect: { ended: true } } ]", True),
        ("steps: [ { incoming_call: {} }, { expect: { ended: true } } ]\nallow: { problems: [hangupp] }", True),
        ("steps: [ { incoming_call: {} }, { expect: { ended: true } } ]\nallow: { problems: [something else] }", False),
        ("steps: [ { incoming_call: {} }, { expect: { ended: true } } ]", False),
    ],
)
def test_problems_are_expected_or_allowed(voice: SinchVoice, steps: str, passed: bool) -> None:
    def wrong(event: dict[str, Any]) -> dict[str, Any]:
        return {"action": {"name": "hangupp"}} if event["event"] == "ice" else {}

    outcome = play(voice, steps, wrong)
    assert outcome.passed == passed
    assert ("The backend did something wrong" in outcome.why) != passed


def test_open_calls_may_be_allowed(voice: SinchVoice) -> None:
    passes(voice, "steps:\n  - incoming_call: {}\nallow: { open_calls: true }", parked)


def test_time_until_nothing_happens_by_itself(voice: SinchVoice) -> None:
    outcome = passes(voice, "steps:\n  - incoming_call: {}\n  - wait: idle\n  - hang_up: caller", parked)
    assert outcome.seconds < 60


def test_a_file_is_included_with_values_of_its_own(voice: SinchVoice, tmp_path: Path) -> None:
    (tmp_path / "_call.yaml").write_text(
        'steps:\n  - incoming_call: { from: "${who}", as: it }\n  - press: "${key}"\n  - expect: { callback: pie, save: { digit: menuResult.value } }\n'
    )
    scenario = read(
        """
        variables: { key: "1" }
        steps:
          - include: { file: _call.yaml, with: { who: "+12025550143" } }
          - expect: { state: connected }
          - hang_up: caller
          - expect: { callback: dice, call: it, with: { cookies: [ { key: team, value: "${digit}" } ] } }
        """,
        tmp_path,
    )
    passes(voice, scenario)


def test_rows_and_variables_of_the_user_win(voice: SinchVoice) -> None:
    text = """
        variables: { from: "+12025550100", expected: "12025550143" }
        rows: [ { from: "+12025550142" } ]
        steps:
          - incoming_call: { from: "${from}" }
          - expect: { callback: ice, with: { cli: "${expected}" } }
          - hang_up: caller
        """
    passes(voice, text, menu, **{"from": "+12025550143"})


def test_a_text_with_a_dollar(voice: SinchVoice) -> None:
    def speaks(event: dict[str, Any]) -> dict[str, Any] | None:
        return {"instructions": [say("Pay ${5}.")], "action": {"name": "hangup"}} if event["event"] == "ice" else None

    passes(voice, 'steps:\n  - incoming_call: {}\n  - expect: { heard: "pay $${5}" }\n  - expect: { ended: true }', speaks)


def test_two_runs_write_the_same_journal() -> None:
    text = """
        steps:
          - together:
              - - incoming_call: { from: "+12025550143" }
                - press: "1"
                - wait: 5s
                - hang_up: caller
              - - wait: 1s
                - incoming_call: { from: "+12025550144" }
                - expect: { ended: true }
        """
    journals = []
    for _ in range(2):
        voice = SinchVoice(seed="same")
        passes(voice, text, menu)
        journals.append(voice.canonical())
        voice.close()
    assert journals[0] == journals[1]
