"""``connectSip``: call a SIP address."""

from __future__ import annotations

from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.party import Party, sip
from sinch_voice_emulator.model.script import Dial
from sinch_voice_emulator.v1.svaml.case import ActionKind, Case, Values
from sinch_voice_emulator.v1.svaml.parts import headers, presented, recording, seconds

PLACEHOLDER = "{number}"


def translate(values: Values, case: Case) -> Dial:
    """Cookies that become SIP headers are the engine's business."""
    return Dial(
        to=_destination(values, case),
        cli=presented(values.get("cli")),
        dial_timeout=seconds(values, "dialTimeout"),
        max_duration=seconds(values),
        suppress_callbacks=values.get("suppressCallbacks", False),
        headers=headers(values, case),
        indications=values.get("indications", "us"),
        transport=values.get("transport", "UDP"),
        moh=values.get("moh", ""),
        record=recording(values, case),
    )


def _destination(values: Values, case: Case) -> Party:
    """The address, with ``{number}`` replaced by the digits that were dialled."""
    endpoint: str = values["destination"]["endpoint"]
    dialled = case.context.dialled
    if dialled is not None:
        endpoint = endpoint.replace(PLACEHOLDER, dialled.endpoint.removeprefix("+"))
    return sip(endpoint)


CONNECT_SIP = ActionKind(
    "connectSip",
    frozenset({"ice", "pie", "manage"}),
    translate,
    manage_in=frozenset({CallState.PARKED}),
    connects=True,
)
