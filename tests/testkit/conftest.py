"""A voice for tests of the Python API itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sinch_voice_emulator.testkit import SinchVoice


@pytest.fixture
def voice() -> Iterator[SinchVoice]:
    """A voice that is not checked at the end."""
    made = SinchVoice()
    yield made
    made.close()
