"""A selection of the library in real time: a server, a backend that answers over HTTP, and a clock twenty times as fast."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scenario.library_site import SCENARIOS, play, title
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.testkit.opening import make_emulator

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


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """One emulator for all of them; each run has an account of its own."""
    found = make_emulator()
    found.start()
    yield found
    found.stop()


@pytest.mark.parametrize(("name", "row"), SELECTION, ids=[title(name, row) for name, row in SELECTION])
def test_a_scenario_of_the_library_in_real_time(emulator: Emulator, name: str, row: int) -> None:
    outcome = play(emulator, name, row, speed=SPEED)
    assert outcome.passed, outcome.text()
    assert outcome.steps == len(SCENARIOS[name].steps)
