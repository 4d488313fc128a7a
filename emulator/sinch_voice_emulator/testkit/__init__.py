"""Testing a voice backend without sleeping: ``SinchVoice`` for tests that block, ``AsyncSinchVoice`` for those that await."""

from sinch_voice_emulator.testkit.async_voice import AsyncSinchVoice
from sinch_voice_emulator.testkit.calls import AsyncCall, Call
from sinch_voice_emulator.testkit.conferences import AsyncConference, Conference
from sinch_voice_emulator.testkit.failures import ExpectationFailed
from sinch_voice_emulator.testkit.opening import START, make_emulator
from sinch_voice_emulator.testkit.phones import AsyncPhone, Phone
from sinch_voice_emulator.testkit.values import Callback, Dialled, Heard, LegView, Member, RecordingView
from sinch_voice_emulator.testkit.voice import SinchVoice

__all__ = [
    "START",
    "AsyncCall",
    "AsyncConference",
    "AsyncPhone",
    "AsyncSinchVoice",
    "Call",
    "Callback",
    "Conference",
    "Dialled",
    "ExpectationFailed",
    "Heard",
    "LegView",
    "Member",
    "Phone",
    "RecordingView",
    "SinchVoice",
    "make_emulator",
]
