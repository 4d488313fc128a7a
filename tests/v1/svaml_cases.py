"""The reference examples of SVAML as test cases, and the context each of them speaks of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from sinch_voice_emulator.model.call import CalloutKind, CallState, Origin
from sinch_voice_emulator.model.party import Party, PartyKind, number
from sinch_voice_emulator.model.profile import OBSERVED, STRICT, BehaviourProfile
from sinch_voice_emulator.v1.svaml import Context, Event

DATA = Path(__file__).resolve().parent.parent / "data"
ORIGINS = {"mxp": Origin.APP, "pstn": Origin.PSTN}
STATES = {"parked": CallState.PARKED, "bridged": CallState.CONNECTED, "conference": CallState.CONFERENCE}
CALL_TYPES = {"callout": CalloutKind.SPEECH, "customCallout": CalloutKind.CUSTOM, "inbound": None}
PROFILES: dict[str, tuple[BehaviourProfile, ...]] = {"any": (OBSERVED, STRICT), "lenient": (OBSERVED,), "strict": (STRICT,)}


class Case(NamedTuple):
    """One example in one event and one mode."""

    name: str
    context: Context
    document: Any
    valid: bool
    warning: str
    error: int


@cache
def examples() -> list[dict[str, Any]]:
    """The reference file."""
    return cast("list[dict[str, Any]]", json.loads((DATA / "svaml-examples.json").read_text(encoding="utf-8")))


def context_of(event: Event, profile: BehaviourProfile, facts: dict[str, str]) -> Context:
    """A context as an example describes it; what it leaves out is unknown."""
    callout = CALL_TYPES[facts.get("call_type", "inbound")]
    origin = Origin.SERVER if callout else ORIGINS[facts.get("origination", "mxp")]
    dialled: Party | None = None
    if facts.get("dialled") == "number" or callout:
        dialled = number("+46701740642")
    elif origin is Origin.PSTN:
        dialled = Party(PartyKind.DID, "+46701740699")
    return Context(event, profile, origin, callout, STATES.get(facts.get("state", "")), dialled)


def cases() -> Iterator[Case]:
    """Every example in every event and mode it is marked for."""
    for example in examples():
        for event in example["tested_in"]:
            for profile in PROFILES[example["mode"]]:
                context = context_of(event, profile, example.get("context", {}))
                name = f"{example['name']}-{event}-{profile.validator}"
                yield Case(
                    name, context, example["svaml"], example["valid"], example.get("warning", ""), example.get("error", 0)
                )
