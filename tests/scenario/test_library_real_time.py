"""A selection of the library in real time: a server, a backend that answers over HTTP, and a clock twenty times as fast."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scenario.library_site import SCENARIOS, play_on, title
from sinch_voice_emulator.testkit import SinchVoice

SPEED = 20.0
SELECTION = [
    ("amd-callee-hangs-up", 0),
    ("app-to-app-not-taken", 1),
    ("missed-call-called-back", 0),
    ("phone-forwarded-not-taken", 0),
    ("phone-to-app", 0),
    ("recording-transcribed", 0),
    ("signature-refused", 0),
    ("svaml-illegal-ice", 0),
    ("tts-menu", 1),
]


@pytest.fixture
def voice() -> Iterator[SinchVoice]:
    """An account whose clock runs."""
    with SinchVoice(clock="real", speed=SPEED) as found:
        yield found


@pytest.mark.parametrize(("name", "row"), SELECTION, ids=[title(name, row) for name, row in SELECTION])
def test_a_scenario_of_the_library_in_real_time(voice: SinchVoice, name: str, row: int) -> None:
    outcome = play_on(voice, name, row)
    assert outcome.passed, outcome.text()
    assert outcome.steps == len(SCENARIOS[name].steps)
