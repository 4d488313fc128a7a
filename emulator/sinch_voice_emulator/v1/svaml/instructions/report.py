"""``ReportCallStatus``: the backend's own verdict on a call that ended. Old, and for the answer to DICE only."""

from __future__ import annotations

from sinch_voice_emulator.model.script import Report
from sinch_voice_emulator.v1.svaml.case import Case, InstructionKind, Values

MAX_DETAILS = 64


def _report(values: Values, case: Case) -> Report | None:
    """Anything but success and failure is ignored; details are cut."""
    value = values.get("value", "")
    if value not in ("success", "failure"):
        case.warn("value", "ReportCallStatus without success or failure says nothing", found=value)
        return None
    return Report(value == "success", values.get("details", "")[:MAX_DETAILS])


REPORT_CALL_STATUS = InstructionKind("ReportCallStatus", frozenset({"dice"}), _report)
