"""``connectStream``: connect the call to a WebSocket. The leg and its outcome only; no sound is sent."""

from __future__ import annotations

from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.party import Party, PartyKind
from sinch_voice_emulator.model.script import Dial
from sinch_voice_emulator.v1.svaml.case import ActionKind, Case, Values
from sinch_voice_emulator.v1.svaml.parts import headers, seconds


def translate(values: Values, case: Case) -> Dial:
    """The address, kept as it was written."""
    return Dial(
        to=Party(PartyKind.STREAM, values["destination"]["endpoint"]),
        max_duration=seconds(values),
        suppress_callbacks=values.get("suppressCallbacks", False),
        headers=headers(values, case),
    )


CONNECT_STREAM = ActionKind(
    "connectStream", frozenset({"ice", "manage"}), translate, manage_in=frozenset({CallState.PARKED}), connects=True
)
