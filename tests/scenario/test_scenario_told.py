"""What the backend was told of a call: all of it, in order."""

from __future__ import annotations

import pytest

from scenario.playing_site import fails, passes, problems
from sinch_voice_emulator.testkit import SinchVoice

CALL = """
    steps:
      - incoming_call: { as: it }
      - expect: { told: [ice] }
      - press: "1"
      - expect: { told: [ice, pie, ace] }
      - hang_up: caller
"""


def test_the_events_of_a_call_in_their_order(voice: SinchVoice) -> None:
    passes(voice, f"{CALL}      - expect: {{ told: [ice, pie, ace, dice], call: it }}\n")


@pytest.mark.parametrize("wanted", ["[ice, pie, ace]", "[ice, ace, pie, dice]", "[]"])
def test_more_or_in_another_order_is_not_the_same(voice: SinchVoice, wanted: str) -> None:
    said = fails(voice, f"{CALL}      - expect: {{ told: {wanted} }}\n")
    assert "step 6 (expect): The backend was to be told" in said
    assert "and nothing else, but it was told otherwise." in said
    assert "The backend was told ice, pie, ace, dice." in said


def test_what_never_comes(voice: SinchVoice) -> None:
    said = fails(voice, f"{CALL}      - expect: {{ told: [ice, pie, ace, dice, notify] }}\n")
    assert "ice, pie, ace, dice, notify of the call, and nothing else, but the call has ended (ANSWERED / CALLERHANGUP)" in said


def test_events_that_there_are_not() -> None:
    [found] = problems("steps:\n  - incoming_call: {}\n  - expect: { told: [ice, icee] }\n")
    assert 'should be one of "ice", "ace", "pie", "dice", "notify"' in found
    [found] = problems("steps:\n  - expect: { told: [] }\n")
    assert "expect is about a call, and there is none by then" in found
