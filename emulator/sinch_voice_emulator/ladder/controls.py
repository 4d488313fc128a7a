"""Text from outside, made fit for a line of a log or a terminal: it can neither begin a line nor steer the terminal."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, other ends of lines, what changes the direction of writing, and halves of characters."""

_NAMES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    """``text`` with control characters spelt as in a Python or JSON string: ``\\n``, ``\\u001b``."""
    return _CONTROL.sub(lambda found: _NAMES.get(found[0]) or f"\\u{ord(found[0]):04x}", text)
