"""Findings of a schema validator, put into one clear sentence each."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from sinch_voice_emulator.v1.problems import Problem, nearest

KINDS = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}

LIMITS: dict[str, Callable[[Any], str]] = {
    "minimum": lambda limit: f"{limit} or more",
    "maximum": lambda limit: f"{limit} at most",
    "exclusiveMinimum": lambda limit: f"more than {limit}",
    "minProperties": lambda limit: "an object that is not empty" if limit == 1 else f"an object of at least {limit} members",
    "maxProperties": lambda limit: f"an object of at most {limit} members",
    "minLength": lambda limit: "some text" if limit == 1 else f"at least {limit} characters",
    "maxLength": lambda limit: f"at most {limit} characters",
    "minItems": lambda limit: "a list that is not empty" if limit == 1 else f"at least {limit} items",
    "maxItems": lambda limit: f"at most {limit} items",
    "const": lambda value: quoted(value),
    "enum": lambda values: "one of " + ", ".join(quoted(value) for value in values),
    "type": lambda kinds: " or ".join(KINDS[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds)),
}


def path_of(parts: Sequence[str | int]) -> str:
    """``["action", "menus", 0]`` as ``$.action.menus[0]``."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def quoted(value: object) -> str:
    """A scalar as JSON, cut to a readable length."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def describe(value: object) -> str:
    """What a value is, in words: ``the text "soon"``, ``the number 5``, ``an object``."""
    if value is None or isinstance(value, bool):
        return quoted(value)
    if isinstance(value, str):
        return f"the text {quoted(value)}" if value else "an empty text"
    if isinstance(value, int | float):
        return f"the number {quoted(value)}"
    return "an object" if isinstance(value, dict) else "a list"


def _size(keyword: str, instance: Any) -> str:
    """What was found; for a broken length, only how long it is."""
    if keyword == "maxLength":
        return f"{len(instance)} characters"
    if keyword in ("minItems", "maxItems"):
        return f"{len(instance)} items"
    if keyword in ("minProperties", "maxProperties"):
        return f"one of {len(instance)} members" if instance else "empty"
    return describe(instance)


def problem_of(error: Any) -> Problem:
    """A ``jsonschema.ValidationError`` as a problem."""
    path = path_of(error.absolute_path)
    name = path.rpartition(".")[2].lstrip("$") or "the document"
    keyword, instance = error.validator, error.instance
    if keyword == "required":
        member = next(member for member in error.validator_value if member not in instance and repr(member) in error.message)
        return Problem(f"{path}.{member}", f"{member} is missing", expected=member, found="nothing")
    if keyword in ("anyOf", "oneOf"):
        expected = error.schema.get("x-says", "one of the documented forms")
        return Problem(f"{path}.{expected.partition(' ')[0]}", f"{expected} is missing", expected=expected, found="nothing")
    if keyword == "additionalProperties":
        surplus = ", ".join(sorted(set(instance) - set(error.schema.get("properties", ()))))
        return Problem(
            path, f"{name} has members it should not have: {surplus}", expected="the listed members only", found=surplus
        )
    expected = error.schema["x-says"] if keyword == "pattern" and "x-says" in error.schema else _expected(keyword, error)
    found = _size(keyword, instance)
    near = nearest(instance, map(str, error.validator_value)) if keyword == "enum" and isinstance(instance, str) else ""
    hint = f" (did you mean {near}?)" if near else ""
    return Problem(path, f"{name} should be {expected}, but is {found}{hint}", expected=expected, found=found, nearest=near)


def _expected(keyword: str, error: Any) -> str:
    limit = LIMITS.get(keyword)
    return limit(error.validator_value) if limit else f"{keyword} {error.validator_value}"
