"""Lengths of time in the control API: seconds as numbers, or text with a unit."""

from __future__ import annotations

import math
import re

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.instants import HOUR, MINUTE, SECOND, Millis

_TEXT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|h)\s*", re.IGNORECASE | re.ASCII)
_UNITS = {"ms": 1, "s": SECOND, "m": MINUTE, "h": HOUR}
_LONGEST = 366 * 24 * HOUR


def duration_from_json(value: object, where: str, *, unit: Millis = SECOND) -> Millis:
    """Milliseconds of ``3``, ``0.25``, ``"3s"``, ``"250ms"``, ``"2m"`` or ``"1h"``. ``unit`` is what a bare number counts.

    Raises ``BadRequest`` with a sentence that begins with ``where``.
    """
    length = -1.0
    if isinstance(value, str) and (match := _TEXT.fullmatch(value)):
        length = float(match[1]) * _UNITS[match[2].lower()]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        length = float(value) * unit if abs(value) <= _LONGEST else math.inf
    if 0 <= length <= _LONGEST:
        return round(length)
    number = "seconds as a number" if unit == SECOND else "milliseconds as a number"
    raise BadRequest(f'{where} should be {number} or a text such as "3s" or "250ms", at most a year, but is {value!r}')


def duration_to_json(length: Millis | None) -> int | float | None:
    """Seconds, whole where they are."""
    if length is None:
        return None
    return length // SECOND if length % SECOND == 0 else length / SECOND
