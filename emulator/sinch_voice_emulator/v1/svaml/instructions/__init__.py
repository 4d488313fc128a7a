"""The instructions of SVAML. A new one is a function, a row here, a component of the OpenAPI document and a test."""

from __future__ import annotations

from sinch_voice_emulator.v1.svaml.case import registry
from sinch_voice_emulator.v1.svaml.instructions import answer, cookie, play, record, report, tones

INSTRUCTIONS = (
    play.PLAY_FILES,
    play.SAY,
    tones.SEND_DTMF,
    cookie.SET_COOKIE,
    answer.ANSWER,
    record.START_RECORDING,
    record.STOP_RECORDING,
    report.REPORT_CALL_STATUS,
)

BY_NAME = registry(INSTRUCTIONS)
