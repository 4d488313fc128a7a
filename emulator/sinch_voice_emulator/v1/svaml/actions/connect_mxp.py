"""``connectMxp``: ring an app."""

from __future__ import annotations

from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.party import Party, PartyKind, username
from sinch_voice_emulator.model.script import Dial
from sinch_voice_emulator.v1.svaml.case import ActionKind, Case, Values
from sinch_voice_emulator.v1.svaml.parts import headers, presented, recording, seconds


def translate(values: Values, case: Case) -> Dial:
    """The user named, or the one who was called."""
    return Dial(
        to=_destination(values, case),
        cli=presented(values.get("cli")),
        dial_timeout=seconds(values, "dialTimeout"),
        max_duration=seconds(values),
        suppress_callbacks=values.get("suppressCallbacks", False),
        headers=headers(values, case),
        indications=values.get("indications", "us"),
        record=recording(values, case),
    )


def _destination(values: Values, case: Case) -> Party | None:
    if "destination" in values:
        return username(values["destination"]["endpoint"])
    dialled = case.context.dialled
    if dialled is not None and dialled.kind is not PartyKind.USERNAME:
        message = "destination is missing, and the call was not for an app user that could be rung instead"
        case.error("destination", message, expected="destination", found="nothing")
    return None


CONNECT_MXP = ActionKind(
    "connectMxp", frozenset({"ice", "manage"}), translate, manage_in=frozenset({CallState.PARKED}), connects=True
)
