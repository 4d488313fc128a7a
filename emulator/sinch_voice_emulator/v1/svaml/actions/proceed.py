"""``continue``: carry on with what the call was about."""

from __future__ import annotations

from sinch_voice_emulator.model.call import Origin
from sinch_voice_emulator.model.script import Proceed
from sinch_voice_emulator.v1.svaml.case import ActionKind, Case, Tolerance, Values
from sinch_voice_emulator.v1.svaml.parts import recording


def translate(values: Values, case: Case) -> Proceed:
    """Perhaps with a recording from here on."""
    return Proceed(recording(values, case))


CONTINUE = ActionKind(
    "continue",
    frozenset({"ace", "pie", "manage"}),
    translate,
    tolerated={
        "ice": Tolerance(
            "continue is not in the ICE column of the spec; the call of the app is connected as dialled",
            lambda context: context.origin is Origin.APP,
        )
    },
)
