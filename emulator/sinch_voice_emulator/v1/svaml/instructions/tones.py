"""``sendDtmf``: press keys."""

from __future__ import annotations

from sinch_voice_emulator.model.script import SendTones
from sinch_voice_emulator.v1.svaml.case import Case, InstructionKind, Tolerance, Values
from sinch_voice_emulator.v1.svaml.parts import tones


def _send_dtmf(values: Values, case: Case) -> SendTones:
    return SendTones(tones(values, "value", case))


SEND_DTMF = InstructionKind(
    "sendDtmf",
    frozenset({"ice", "pie", "manage"}),
    _send_dtmf,
    tolerated={"ace": Tolerance("sendDtmf is not in the ACE column of the spec; the keys are pressed all the same")},
)
