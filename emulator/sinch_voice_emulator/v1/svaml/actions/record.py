"""``startRecording`` and ``stopRecording`` written as actions: an old way that management requests still take."""

from __future__ import annotations

from sinch_voice_emulator.model.script import StartRecording, StopRecording
from sinch_voice_emulator.v1.svaml.case import ActionKind, Case, Values
from sinch_voice_emulator.v1.svaml.parts import recording_options


def _start(values: Values, case: Case) -> StartRecording:
    return StartRecording(recording_options(values.get("recordingOptions"), "recordingOptions", case))


def _stop(_values: Values, _case: Case) -> StopRecording:
    return StopRecording()


START_RECORDING = ActionKind("startRecording", frozenset({"manage"}), _start)
STOP_RECORDING = ActionKind("stopRecording", frozenset({"manage"}), _stop)
