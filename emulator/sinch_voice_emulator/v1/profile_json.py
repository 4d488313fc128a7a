"""The behaviour profile as JSON: an object with the names of its fields, checked value by value.

Times are what the fields are, milliseconds, as in the configuration file; a text with a unit (``"3s"``) will do too. What may
be empty is ``null`` or, as in the configuration file, which has no ``null``, ``"none"``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from functools import cache
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.profile import NONE, OBSERVED, PRESETS, BehaviourProfile
from sinch_voice_emulator.v1.durations import duration_from_json
from sinch_voice_emulator.v1.problems import nearest
from sinch_voice_emulator.v1.values import Json

_PRESET = "preset"
_HIGHEST = 1_000_000_000


def profile_to_json(profile: BehaviourProfile) -> Json:
    """Every switch with its value."""
    return asdict(profile)


def profile_from_json(value: object, base: BehaviourProfile = OBSERVED) -> BehaviourProfile:
    """``base`` with the switches of ``value`` set; or the preset whose name ``value`` or its member ``preset`` is.

    Raises ``BadRequest`` that names the switch, what it can be, and the nearest name.
    """
    if isinstance(value, str):
        return _preset(value)
    if not isinstance(value, Mapping):
        raise BadRequest(f"the profile should be an object of switches, or one of {', '.join(PRESETS)}, but is {value!r}")
    if _PRESET in value:
        base = _preset(value[_PRESET], f".{_PRESET}")
    known = _switches()
    changes: dict[str, Any] = {}
    for written, item in value.items():
        name = str(written).replace("-", "_").lower()
        if name != _PRESET:
            if name not in known:
                close = nearest(name, known)
                hint = f"; did you mean {close}?" if close else f"; there are: {', '.join(known)}"
                raise BadRequest(f"there is no switch {written!r}{hint}").at(f".{written}")
            try:
                changes[name] = _read(name, item, *known[name])
            except BadRequest as error:
                raise error.at(f".{written}") from None
    return replace(base, **changes)


def _preset(name: object, where: str = "") -> BehaviourProfile:
    if not isinstance(name, str) or name.lower() not in PRESETS:
        raise BadRequest(f"the preset should be one of {', '.join(PRESETS)}, but is {name!r}").at(where)
    return PRESETS[name.lower()]


@cache
def _switches() -> dict[str, tuple[tuple[Any, ...], bool]]:
    """For every field the types or values it can have, and whether it is a time (written ``Millis`` in its annotation)."""
    hints = get_type_hints(BehaviourProfile)
    found = {}
    for field in fields(BehaviourProfile):
        hint = hints[field.name]
        parts = (hint,) if get_origin(hint) is Literal else get_args(hint) or (hint,)
        found[field.name] = (parts, "Millis" in str(field.type))
    return found


def _read(name: str, value: object, parts: tuple[Any, ...], is_time: bool) -> object:
    """``value`` as one of a field's types."""
    if NoneType in parts and (value is None or (isinstance(value, str) and value.strip().lower() == NONE)):
        return None
    part = parts[0]
    if is_time:
        return duration_from_json(value, name, unit=1)
    if get_origin(part) is Literal:
        return _choice(name, value, get_args(part))
    if part is bool:
        if isinstance(value, bool):
            return value
        raise BadRequest(f"{name} should be true or false, but is {value!r}")
    if not isinstance(value, bool) and isinstance(value, int if part is int else int | float) and 0 <= value <= _HIGHEST:
        return part(value)
    raise BadRequest(f"{name} should be {'a whole number' if part is int else 'a number'} from 0, but is {value!r}")


def _choice(name: str, value: object, choices: tuple[object, ...]) -> object:
    for choice in choices:
        if type(value) is type(choice) and value == choice:
            return choice
        if isinstance(value, str) and isinstance(choice, str) and value.lower() == choice.lower():
            return choice
    close = nearest(value, [choice for choice in choices if isinstance(choice, str)]) if isinstance(value, str) else ""
    hint = f"; did you mean {close!r}?" if close else ""
    raise BadRequest(f"{name} should be one of {', '.join(map(repr, choices))}, but is {value!r}{hint}")
