"""A voice for scenarios."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sinch_voice_emulator.testkit import SinchVoice


@pytest.fixture
def voice() -> Iterator[SinchVoice]:
    """An account of a test's own, not checked at the end: the scenario does that."""
    found = SinchVoice(seed="scenario")
    yield found
    found.close()
