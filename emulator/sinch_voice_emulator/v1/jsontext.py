"""JSON text from outside, read so that nothing can come of it later that JSON cannot say."""

from __future__ import annotations

import json
from typing import NoReturn


def parse(text: str | bytes) -> object:
    """The value of a JSON text (UTF-8, with or without a byte order mark).

    Raises ``ValueError`` for anything else, including what Python's parser lets pass: ``NaN``, half of a surrogate pair, and
    nesting too deep to handle.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig")
    try:
        value: object = json.loads(text, parse_constant=_refuse)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
