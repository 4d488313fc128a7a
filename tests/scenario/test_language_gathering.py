"""expect_all: in any order, whatever the order in which a file names what is expected."""

from __future__ import annotations

import itertools

import pytest

from scenario.playing_site import fails, menu, passes
from sinch_voice_emulator.testkit import SinchVoice

BEGINNING = "steps:\n  - incoming_call: {}\n"


def all_of(*wanted: str) -> str:
    """A step that expects all of this."""
    return "  - expect_all:\n" + "".join(f"      - {one}\n" for one in wanted)


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["{ heard: press }", "{ heard: for support }", "{ heard: Good-bye }"]))
)
def test_the_order_in_a_file_does_not_matter(voice: SinchVoice, order: tuple[str, ...]) -> None:
    passes(voice, BEGINNING + all_of(*order) + "  - expect: { ended: true }")


@pytest.mark.parametrize("order", list(itertools.permutations(["{ heard: e }", "{ heard: Press }", "{ heard: bye }"])))
def test_a_wide_expectation_leaves_what_a_narrow_one_needs(voice: SinchVoice, order: tuple[str, ...]) -> None:
    passes(voice, BEGINNING + all_of(*order) + "  - expect: { ended: true }")


def test_the_same_twice_needs_two(voice: SinchVoice) -> None:
    text = fails(voice, BEGINNING + all_of("{ callback: ice }", "{ callback: ice }") + "  - hang_up: caller")
    assert "The backend was to be told ice" in text


def test_what_was_compared_keeps_what_it_was_compared_with(voice: SinchVoice) -> None:
    one = "{ callback: ice, answer: { action: { name: runMenu } } }"
    fails(voice, BEGINNING + all_of(one, "{ callback: ice, within: 1s }") + "  - hang_up: caller")


def test_what_comes_afterwards_begins_behind_all_of_it(voice: SinchVoice) -> None:
    steps = all_of("{ heard: Good-bye }", "{ heard: Press }") + "  - expect: { heard: Press, within: 1s }"
    assert "was to hear" in fails(voice, BEGINNING + steps, menu)
