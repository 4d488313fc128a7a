"""Every kind of journal entry there is, so that whoever asks for one that cannot come is told."""

from __future__ import annotations

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.v1.problems import nearest

KINDS = (
    "account.changed",
    "account.reset",
    "amd.beep",
    "amd.result",
    "api.refused",
    "api.request",
    "call.answered",
    "call.created",
    "call.ended",
    "call.managed",
    "call.reported",
    "call.state",
    "callback.answered",
    "callback.attempted",
    "callback.discarded",
    "callback.failed",
    "callback.inline",
    "callback.queued",
    "conference.changed",
    "conference.ended",
    "conference.joined",
    "conference.left",
    "control.account",
    "control.api-fault",
    "control.application",
    "control.clock",
    "control.fault",
    "control.fire",
    "control.number",
    "control.phone",
    "control.profile",
    "control.rates",
    "control.redeliver",
    "control.scenarios",
    "control.settings",
    "control.stub",
    "control.user",
    "cookie.set",
    "fault.fired",
    "journal.dropped",
    "keys.pressed",
    "leg.answered",
    "leg.dialled",
    "leg.ended",
    "leg.ringing",
    "menu.entered",
    "menu.result",
    "moh.ended",
    "moh.started",
    "prompt.ended",
    "prompt.started",
    "prompt.unheard",
    "recording.deleted",
    "recording.ended",
    "recording.started",
    "remark",
    "stub.answered",
    "svaml.problem",
    "tones.forwarded",
    "tones.sent",
    "words.spoken",
)


def check_kind(kind: str) -> None:
    """Raise ``BadRequest`` when no kind begins like this."""
    if any(known.startswith(kind) for known in KINDS):
        return
    near = nearest(kind, KINDS)
    families = ", ".join(dict.fromkeys(known.partition(".")[0] for known in KINDS))
    hint = f"did you mean {near}?" if near else f"they begin with {families}"
    raise BadRequest(f"no kind of journal entry begins with {kind!r}; {hint}")
