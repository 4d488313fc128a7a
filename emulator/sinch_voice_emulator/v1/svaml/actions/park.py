"""``park``: hold the call until a management request fetches it."""

from __future__ import annotations

from sinch_voice_emulator.model.script import Park
from sinch_voice_emulator.v1.svaml.case import ActionKind, Case, Tolerance, Values
from sinch_voice_emulator.v1.svaml.parts import seconds
from sinch_voice_emulator.v1.svaml.prompts import DEFAULT_LOCALE


def translate(values: Values, case: Case) -> Park:
    """One prompt to begin with, another over and over."""
    locale = values.get("locale", DEFAULT_LOCALE)
    return Park(
        intro=case.prompts("introPrompt", values.get("introPrompt", ""), locale),
        hold=case.prompts("holdPrompt", values.get("holdPrompt", ""), locale),
        max_duration=seconds(values),
    )


PARK = ActionKind(
    "park",
    frozenset({"ice", "manage"}),
    translate,
    tolerated={
        "ace": Tolerance(
            "park is not in the ACE column of the spec; the called party of a callout is parked all the same",
            lambda context: context.callout is not None,
        ),
        "pie": Tolerance("park is not in the PIE column of the reference; the call is parked all the same"),
    },
)
