"""The behaviour profile from a table of switches: ``[fidelity]`` of the configuration file, or the same thing as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sinch_voice_emulator.model.profile import OBSERVED, PRESETS, BehaviourProfile
from sinch_voice_emulator.settings.parsers import nearest

NONE = "none"
"""How a switch that may be empty is emptied in TOML, which has no null."""


@cache
def switches() -> dict[str, Any]:
    """The fields of the profile, each with its resolved type."""
    hints = get_type_hints(BehaviourProfile)
    return {field.name: hints[field.name] for field in fields(BehaviourProfile)}


def describe(hint: Any) -> str:
    """What a switch of this type can be, for people: ``"one", "two"`` or ``true, false``."""
    if get_origin(hint) is Literal:
        return ", ".join(f'"{choice}"' if isinstance(choice, str) else str(choice) for choice in get_args(hint))
    if isinstance(hint, UnionType):
        return ", ".join(describe(part) for part in get_args(hint))
    return {
        bool: "true or false",
        int: "a whole number of at least 0",
        float: "a number of at least 0",
        type(None): f'"{NONE}"',
    }[hint]


def preset(name: str) -> BehaviourProfile:
    """The profile of that name; raises ``ValueError`` for any other."""
    if name not in PRESETS:
        raise ValueError(f"must be one of {', '.join(PRESETS)}{nearest(name, tuple(PRESETS))}")
    return PRESETS[name]


def profile(table: Mapping[str, object], base: BehaviourProfile = OBSERVED) -> BehaviourProfile:
    """``base``, or the table's ``preset``, with the table's switches set.

    Raises ``ValueError`` for an unknown switch or a value it cannot have; names may be written with dashes.
    """
    known = switches()
    chosen: dict[str, Any] = {name.replace("-", "_"): value for name, value in table.items()}
    if "preset" in chosen:
        base = preset(str(chosen.pop("preset")))
    for name, value in chosen.items():
        if name not in known:
            raise ValueError(f'"{name}" is not a switch{nearest(name, ("preset", *known))}')
        chosen[name] = _value(name, value, known[name])
    return replace(base, **chosen)


def _value(name: str, value: object, hint: Any) -> Any:
    """``value`` as the type of its switch; ``ValueError`` when it is not one of its values."""
    for part in get_args(hint) if isinstance(hint, UnionType) else (hint,):
        fits, found = _fit(value, part)
        if fits:
            return found
    raise ValueError(f'"{name}" must be {"one of " if get_origin(hint) is Literal else ""}{describe(hint)}')


def _fit(value: object, part: Any) -> tuple[bool, object]:
    """Whether ``value`` is of a plain type, and what it is then."""
    if get_origin(part) is Literal:
        for choice in get_args(part):
            if type(choice) is type(value) and choice == value:
                return True, choice
        return False, None
    if part is type(None):
        return value is None or value == NONE, None
    if part is bool:
        return isinstance(value, bool), value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or value < 0:
        return False, None
    if part is float:
        return True, float(value)
    return isinstance(value, int), value
