"""``connectConf``: join a conference."""

from __future__ import annotations

from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.script import Join
from sinch_voice_emulator.v1.svaml.case import ActionKind, Case, Values
from sinch_voice_emulator.v1.svaml.parts import recording, tone_options

SENSIBLE_LENGTH = 64


def translate(values: Values, case: Case) -> Join:
    """A room by its name, made when it is not there."""
    conference: str = values["conferenceId"]
    if len(conference) > SENSIBLE_LENGTH:
        case.warn("conferenceId", f"conferenceId longer than {SENSIBLE_LENGTH} characters, which the reference advises against")
    return Join(
        conference,
        tones=tone_options(values),
        moh=values.get("moh", ""),
        label=values.get("cli"),
        suppress_callbacks=values.get("suppressCallbacks", False),
        record=recording(values, case),
    )


CONNECT_CONF = ActionKind(
    "connectConf", frozenset({"ice", "ace", "pie", "manage"}), translate, manage_in=frozenset({CallState.PARKED})
)
