"""``connectPstn``: dial a telephone number."""

from __future__ import annotations

from sinch_voice_emulator.model.call import CallState, Origin
from sinch_voice_emulator.model.party import Party, PartyKind, number
from sinch_voice_emulator.model.script import Dial
from sinch_voice_emulator.v1.svaml.case import ActionKind, Case, Values
from sinch_voice_emulator.v1.svaml.parts import detection, presented, recording, seconds, tones


def translate(values: Values, case: Case) -> Dial:
    """Everything a phone call can have."""
    return Dial(
        to=_destination(values, case),
        cli=presented(values.get("cli")),
        dial_timeout=seconds(values, "dialTimeout"),
        max_duration=seconds(values),
        tones=tones(values, "dtmf", case),
        detection=detection(values),
        suppress_callbacks=values.get("suppressCallbacks", False),
        indications=values.get("indications", "us"),
        moh=values.get("moh", ""),
        record=recording(values, case),
    )


def _destination(values: Values, case: Case) -> Party | None:
    if "number" in values:
        return number(values["number"])
    if "destination" in values:
        return number(values["destination"]["endpoint"])
    if not _dialled_a_number(case):
        message = "number is missing, and the call was not for a telephone number that could be dialled instead"
        case.error("number", message, expected="number", found="nothing")
    return None


def _dialled_a_number(case: Case) -> bool:
    """Whether there is a number to fall back on. A call to a rented number has none; of an unknown call we think well."""
    context = case.context
    if context.origin is Origin.PSTN:
        return False
    if context.dialled is None:
        return context.origin is not Origin.SERVER
    return context.dialled.kind is PartyKind.NUMBER


CONNECT_PSTN = ActionKind(
    "connectPstn", frozenset({"ice", "pie", "manage"}), translate, manage_in=frozenset({CallState.PARKED}), connects=True
)
