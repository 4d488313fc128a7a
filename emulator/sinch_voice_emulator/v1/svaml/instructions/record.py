"""``startRecording`` and ``stopRecording``."""

from __future__ import annotations

from sinch_voice_emulator.model.script import StartRecording, StopRecording
from sinch_voice_emulator.v1.svaml.case import Case, InstructionKind, Values
from sinch_voice_emulator.v1.svaml.parts import recording_options


def _start(values: Values, case: Case) -> StartRecording | None:
    options = recording_options(values.get("options"), "options", case)
    if case.action_name == "connectMxp":
        case.warn("", "the recording instruction is ignored with connectMxp; record: true on the action would record")
        return None
    return StartRecording(options)


def _stop(_values: Values, _case: Case) -> StopRecording:
    return StopRecording()


START_RECORDING = InstructionKind("startRecording", frozenset({"ice", "ace", "pie", "manage"}), _start)
STOP_RECORDING = InstructionKind("stopRecording", frozenset({"ice", "ace", "pie", "manage"}), _stop)
