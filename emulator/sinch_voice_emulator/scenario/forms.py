"""The JSON Schema of scenario files (``openapi/scenario.schema.json``), word by word."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jsonschema_rs

from sinch_voice_emulator import documents

SCHEMA = "scenario.schema.json"


def schema() -> dict[str, Any]:
    """The schema of a whole file."""
    return documents.schema(SCHEMA)


def problems(word: str, body: Any) -> list[str]:
    """What is wrong with the body of a word, a sentence each, without places."""
    value = {word: body}
    if _is_valid(word)(value):
        return []
    found = documents.Located(value, word, {}, {})
    return [sentence.split(": ", 2)[-1] for sentence in documents.problems(found, _alone(word))]


@functools.cache
def _is_valid(word: str) -> Callable[[object], bool]:
    return jsonschema_rs.Draft202012Validator(_alone(word)).is_valid


@functools.cache
def _alone(word: str) -> dict[str, Any]:
    whole = schema()
    return {"properties": {word: whole["$defs"]["step"]["properties"][word]}, "$defs": whole["$defs"]}
