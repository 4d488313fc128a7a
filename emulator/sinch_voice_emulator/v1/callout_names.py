"""What the kinds of callout are called: by the engine, by the Voice API, and for short."""

from __future__ import annotations

from sinch_voice_emulator.model.call import CalloutKind

CALLOUT_NAMES = {
    **{kind.value: kind for kind in CalloutKind},
    "tts": CalloutKind.SPEECH,
    "ttsCallout": CalloutKind.SPEECH,
    "conferenceCallout": CalloutKind.CONFERENCE,
    "customCallout": CalloutKind.CUSTOM,
}
"""Every name of a kind of callout."""
