"""JSON text from outside, read so that nothing can come of it later that JSON cannot say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import isinf
from typing import NoReturn

MOST_LEVELS = 100
"""How deep arrays and objects may stand in one another. How much deeper Python's parser goes depends on its version."""


def parse(text: str | bytes) -> object:
    """The value of a JSON text (UTF-8, with or without a byte order mark).

    Raises ``ValueError`` for anything else, including what Python's parser lets pass: ``NaN``, numbers beyond the range of
    a float (``1e400``), half of a surrogate pair, and nesting too deep to handle.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig")
    try:
        value: object = _DECODER.decode(text)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if text.count("[") + text.count("{") > MOST_LEVELS and _is_deep(value):
        raise ValueError("nested too deeply")
    return value


def _is_deep(value: object) -> bool:
    """Whether a value has more than ``MOST_LEVELS`` levels, found out without recursion."""
    level = [value]
    for _ in range(MOST_LEVELS):
        level = [member for item in level for member in _members(item) if isinstance(member, dict | list)]
    return bool(level)


def _members(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError(f"the number {text[:40]} is too large")
    return number


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)
