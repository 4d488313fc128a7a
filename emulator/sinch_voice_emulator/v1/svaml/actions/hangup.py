"""``hangup``: end the call."""

from __future__ import annotations

from sinch_voice_emulator.model.script import HangUp, HangUpCause
from sinch_voice_emulator.v1.svaml.case import ActionKind, Case, Values

CAUSES = (HangUpCause.NORMAL, HangUpCause.BUSY, HangUpCause.CONGESTION)


def translate(values: Values, _case: Case) -> HangUp:
    """Normal, busy tone or congestion tone, by number."""
    return HangUp(CAUSES[int(values.get("hangupCause", 0))], barge=values.get("barge", False))


HANGUP = ActionKind("hangup", frozenset({"ice", "ace", "pie", "manage", "dice"}), translate)
