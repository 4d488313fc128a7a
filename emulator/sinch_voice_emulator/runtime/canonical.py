"""The canonical journal: what two runs of one test have in common.

Facts of the wall clock are kept apart by the journal itself. What is left to differ are ports that the system chose: the
emulator's own, and those of backends on this machine. Their addresses get names, in the order in which they appear.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from sinch_voice_emulator.runtime.journal import Entry

_LOCAL = re.compile(r"\b(https?)://(?:127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+(?!\d)")


def canonical(entries: Iterable[Entry], own_url: str) -> list[dict[str, Any]]:
    """Entries, from the first of their epoch on, as JSON values. ``own_url`` is where the emulator itself is."""
    names: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        origin = found.group()
        if origin not in names:
            backends = sum(name.startswith(f"{found[1]}://backend") for name in names.values())
            names[origin] = f"{found[1]}://backend" + (f"-{backends + 1}" if backends else "")
        return names[origin]

    own = re.compile(rf"{re.escape(own_url)}(?!\d)") if own_url else None
    text = json.dumps([entry.canonical() for entry in entries], ensure_ascii=False)
    if own is not None:
        text = own.sub("http://emulator", text)
    found: list[dict[str, Any]] = json.loads(_LOCAL.sub(named, text))
    return found
