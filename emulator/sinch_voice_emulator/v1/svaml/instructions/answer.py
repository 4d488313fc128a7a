"""``answer``: pick up the caller's call at once."""

from __future__ import annotations

from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.script import Answer
from sinch_voice_emulator.v1.svaml.case import Case, InstructionKind, Values


def _answer(_values: Values, case: Case) -> Answer:
    if case.context.event == "manage" and case.context.state is not CallState.PARKED:
        case.warn("", "answer has no effect on an answered call")
    return Answer()


ANSWER = InstructionKind("answer", frozenset({"ice", "manage"}), _answer)
