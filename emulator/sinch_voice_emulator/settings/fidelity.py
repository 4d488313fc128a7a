"""The switches of the behaviour profile: the configuration file's table of them, and what each can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sinch_voice_emulator.model.profile import NONE, BehaviourProfile


@cache
def switches() -> dict[str, Any]:
    """The fields of the profile, each with its resolved type."""
    hints = get_type_hints(BehaviourProfile)
    return {field.name: hints[field.name] for field in fields(BehaviourProfile)}


def describe(hint: Any) -> str:
    """What a switch of this type can be, for people: ``"one", "two"`` or ``true or false``."""
    if get_origin(hint) is Literal:
        return ", ".join(f'"{choice}"' if isinstance(choice, str) else str(choice) for choice in get_args(hint))
    if isinstance(hint, UnionType):
        return ", ".join(describe(part) for part in get_args(hint))
    return {bool: "true or false", int: "a whole number from 0", float: "a number from 0", type(None): f'"{NONE}"'}[hint]


def profile(table: Mapping[str, object]) -> BehaviourProfile:
    """What a ``[fidelity]`` table says: a preset (``observed`` unless it names another) with single switches set.

    Raises ``BadRequest`` for an unknown switch or a value it cannot have.
    """
    from sinch_voice_emulator.v1.profile_json import profile_from_json

    return profile_from_json({name: _as_json(value) for name, value in table.items()})


def _as_json(value: object) -> object:
    """A value of the TOML parser as JSON has it."""
    return float(value) if isinstance(value, Decimal) else value
