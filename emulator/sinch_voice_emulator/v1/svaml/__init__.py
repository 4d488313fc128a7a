"""SVAML, the language in which a backend tells the platform what to do with a call: documents in, scripts out."""

from __future__ import annotations

from sinch_voice_emulator.v1.svaml.context import Context, Event, Judgement

__all__ = ["Context", "Event", "Judgement", "judge"]


def judge(document: object, context: Context) -> Judgement:
    """Say whether ``document`` (parsed JSON) can be run for ``context`` and, if so, as which script. Never raises."""
    return Judgement(None, (), empty=document is None or context is None)
