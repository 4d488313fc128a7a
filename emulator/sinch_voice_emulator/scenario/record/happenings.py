"""Journal entries as the recorder reads them, whether they come from an account or from a file that was exported."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.runtime.journal import Entry

CONCLUDED = ("callback.answered", "callback.failed", "callback.discarded")
"""Entries with which a delivery is over."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. ``instant`` is in milliseconds, ``call`` is ``""`` and ``leg`` 0 where none is meant.

    ``agent`` is what a client calls itself.
    """

    instant: int
    call: str
    leg: int
    kind: str
    data: Mapping[str, Any]
    severity: str = "info"
    sequence: int = 0
    agent: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether a test fails on it, unless it is allowed."""
        return self.severity == "problem" or (self.kind == "callback.failed" and self.severity == "warning")

    @property
    def delivery(self) -> str:
        """The id of the delivery it is about; ``""`` when it is about none."""
        return str(self.data.get("delivery", ""))

    @property
    def party(self) -> str:
        """The address of the party that ``to`` of the data names, as scenarios write it."""
        return address_of(self.data.get("to"))


def address_of(party: Any) -> str:
    """``{type, endpoint}`` as scenarios write addresses; ``""`` for nobody."""
    if not isinstance(party, Mapping):
        return ""
    kind, endpoint = str(party.get("type", "")), str(party.get("endpoint", ""))
    prefix = {"username": "user:", "conference": "conference:"}.get(kind, "")
    return prefix + endpoint


def of_entries(entries: Iterable[Entry]) -> list[Happening]:
    """Entries of an account's journal."""
    return [
        Happening(one.instant, one.call_id, one.leg, one.kind, one.data, one.severity, one.sequence, _agent(one.wall))
        for one in entries
    ]


def of_text(text: str, source: str) -> list[Happening]:
    """Entries as the control API answers them: a page, a list, or one object a line. Raises ``BadRequest``."""
    try:
        value = json.loads(text)
    except ValueError:
        value = [_line(line, f"{source}:{number}") for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    entries = value.get("entries") if isinstance(value, dict) and "entries" in value else value
    entries = entries if isinstance(entries, list) else [entries]
    return [_entry(one, f"{source}: entry {number}") for number, one in enumerate(entries, 1)]


def _agent(wall: Any) -> str:
    return str(wall.get("agent", "")) if isinstance(wall, Mapping) else ""


def _line(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise BadRequest(f"{where}: is not JSON: {error}") from None


def _entry(value: Any, where: str) -> Happening:
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str) or not isinstance(value.get("instant"), int):
        raise BadRequest(f"{where}: is no entry of the journal: one has kind, instant, call, leg and data")
    data = value.get("data")
    return Happening(
        value["instant"],
        str(value.get("call") or ""),
        int(value.get("leg") or 0),
        value["kind"],
        data if isinstance(data, dict) else {},
        str(value.get("severity", "info")),
        int(value.get("sequence") or 0),
        _agent(value.get("wall")),
    )
