"""Members of a JSON document by path: ``menuResult.value``, ``cookies[0].key``, with or without ``$.`` in front."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from sinch_voice_emulator.errors import BadRequest

MAX_STEPS = 32
MAX_INDEX = 99

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def set_at(document: dict[str, Any], path: str, value: object) -> None:
    """Put ``value`` at ``menuResult.value`` or ``cookies[0].key``; objects and list items on the way are made.

    Raises ``BadRequest`` for a path that is none, or leads nowhere in this document.
    """
    steps = steps_of(path)
    place: Any = document
    for step, following in pairwise(steps):
        place = _enter(place, step, following, path)
    _put(place, steps[-1], value, path)


def value_at(document: Any, path: str) -> Any:
    """What is at ``path``; ``None`` when nothing is."""
    for step in steps_of(path):
        if not isinstance(document, list if isinstance(step, int) else dict):
            return None
        document = _get(document, step)
    return document


def steps_of(path: str) -> list[str | int]:
    """The names and places in lists that a path leads through. Raises ``BadRequest`` for one that is none."""
    steps: list[str | int] = []
    position = 0
    text = path.removeprefix("$.")
    while position < len(text):
        if steps and text[position] == ".":
            position += 1
        match = _STEP.match(text, position)
        if match is None or len(steps) >= MAX_STEPS:
            break
        steps.append(match[1] if match[1] is not None else int(match[2][:6]))
        position = match.end()
    if not steps or position < len(text) or isinstance(steps[0], int):
        raise BadRequest(f"a path looks like menuResult.value or cookies[0].key, not {path[:60]!r}")
    return steps


def _enter(place: Any, step: str | int, following: str | int, path: str) -> Any:
    new: Any = [] if isinstance(following, int) else {}
    there = _get(place, step)
    if there is None:
        _put(place, step, new, path)
        return new
    if not isinstance(there, type(new)):
        kind = "a list" if isinstance(there, list) else "an object" if isinstance(there, dict) else "neither object nor list"
        raise BadRequest(f"{path[:60]!r} goes through {step!r}, which is {kind}")
    return there


def _get(place: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return place[step] if step < len(place) else None
    return place.get(step)


def _put(place: Any, step: str | int, value: object, path: str) -> None:
    if isinstance(step, str) or step < len(place):
        place[step] = value
    elif step == len(place) and step <= MAX_INDEX:
        place.append(value)
    else:
        message = f"{path[:60]!r} skips items: the list has {len(place)} and is filled one by one, up to {MAX_INDEX + 1}"
        raise BadRequest(message)
