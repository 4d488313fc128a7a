"""SVAML, the language in which a backend tells the platform what to do with a call: documents in, scripts out."""

from __future__ import annotations

from sinch_voice_emulator.v1.svaml.context import Context, Event, Judgement
from sinch_voice_emulator.v1.svaml.judging import judge

__all__ = ["Context", "Event", "Judgement", "judge"]
