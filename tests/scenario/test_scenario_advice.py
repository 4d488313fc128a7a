"""Advice in failures of scenarios is in the words of files, not of Python."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scenario.playing_site import fails, menu, parked
from sinch_voice_emulator.testkit import SinchVoice


@pytest.fixture
def voice() -> Iterator[SinchVoice]:
    with SinchVoice(seed="advice") as found:
        yield found
        found.expect_open()


@pytest.mark.parametrize(
    ("steps", "advice"),
    [
        ('[{ incoming_call: {} }, { answer: "+46700000001" }]', "wait with expect: { ringing: ... }"),
        ("[{ incoming_call: {} }, { expect: { callout: tts } }]", "Does it use the emulator's URL, key and secret?"),
    ],
)
def test_what_to_do_instead(voice: SinchVoice, steps: str, advice: str) -> None:
    text = fails(voice, f"steps: {steps}", menu)
    assert advice in text
    for python in ("sinch_voice.", "expect_", "deliver_to", "()"):
        assert python not in text


def test_keys_where_there_is_no_menu(voice: SinchVoice) -> None:
    text = fails(voice, "steps: [{ incoming_call: {} }, { say: hello }]", parked)
    assert "call.expect" not in text
