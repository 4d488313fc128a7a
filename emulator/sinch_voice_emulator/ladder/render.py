"""One call's journal entries as lines of text: when, who, what.

::

    Call 1f0c...: +46701740605 calls +12025550100
      0.000  caller    calls +12025550100 (pstn)
      0.000  backend   -> ICE
      0.031  backend   <- runMenu main: 1 sales, 2 support
      0.031  caller    hears "Press one for sales." (1.3 s)

``Ladder`` takes entries one by one, as they happen; ``render`` takes those of a finished call. Entries come as values or as the
JSON objects of the control API, and nothing that is missing from them stops a line from being written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import wrap
from typing import Any, Protocol, TypeAlias

from sinch_voice_emulator.ladder import lines
from sinch_voice_emulator.ladder.controls import printable

WIDTH = 110
TIME = 9
WHO = 10
_MARKS = {"warning": "! ", "problem": "!! "}
HIDDEN = frozenset({"call.state", "call.answered", "api.request"})
"""Kinds that only repeat what other lines say."""


class Canonical(Protocol):
    """A journal entry as a value."""

    def canonical(self) -> dict[str, object]:
        """The entry as the control API shows it."""
        ...


Record: TypeAlias = Canonical | Mapping[str, Any]


class Ladder:
    """The lines of one call, entry by entry. It remembers when the call began and who its legs are."""

    def __init__(self) -> None:
        self.start: int | None = None
        self.legs: dict[int, str] = {}
        self.ended = False
        self._open: set[str] = set()

    @property
    def finished(self) -> bool:
        """Whether the call has ended and no callback of its is under way any more."""
        return self.ended and not self._open

    def lines(self, record: Record) -> list[str]:
        """The lines for one entry: none for one that says nothing new."""
        entry = record if isinstance(record, Mapping) else record.canonical()
        kind = str(entry.get("kind", ""))
        data = entry.get("data")
        data = data if isinstance(data, Mapping) else {}
        severity = str(entry.get("severity", "info"))
        if self.start is None:
            self.start = _instant(entry)
        leg = entry.get("leg")
        leg = leg if isinstance(leg, int) else 0
        self._remember(kind, data, leg)
        if kind in HIDDEN and severity == "info":
            return []
        describe = lines.KINDS.get(kind, lines.anything)
        said = describe(kind, data, self.legs.get(leg, f"leg {leg}" if leg else "call"))
        return [] if said is None else self._laid_out(_instant(entry) - self.start, said[0], _MARKS.get(severity, "") + said[1])

    def _remember(self, kind: str, data: Mapping[str, Any], leg: int) -> None:
        """Who a leg is: the caller of an inbound call is the first, everybody who is dialled a callee."""
        self.ended = self.ended or kind == "call.ended"
        if (delivery := data.get("delivery")) is not None:
            (self._open.add if kind == "callback.queued" else self._open.discard)(str(delivery))
        if kind == "leg.dialled" and leg:
            dialled = sum(1 for name in self.legs.values() if name.startswith("callee"))
            self.legs[leg] = "callee" if not dialled else f"callee {dialled + 1}"
        elif kind == "call.created" and str(data.get("origin", "")) != "server":
            self.legs.setdefault(1, "caller")

    def _laid_out(self, offset: int, who: str, text: str) -> list[str]:
        head = f"{offset / 1000:{TIME}.3f}  {who:<{WHO}}"
        rows = wrap(text, WIDTH - len(head) - 3, break_long_words=False, break_on_hyphens=False) or [""]
        return [(head + printable(rows[0])).rstrip(), *(" " * (len(head) + 3) + printable(row) for row in rows[1:])]


def render(records: Iterable[Record]) -> str:
    """The ladder of a call, from all of its entries in order, with a line above that says which call it is."""
    ladder = Ladder()
    title, rows = "", []
    for record in records:
        entry = record if isinstance(record, Mapping) else record.canonical()
        title = title or f"Call {entry.get('call') or entry.get('call_id') or ''}".rstrip()
        rows += ladder.lines(entry)
    return "\n".join([title, *rows]) if rows else "Nothing is in the journal about that call."


def told(record: Record) -> str:
    """One entry by itself, as the ladder tells it: who, what."""
    entry = record if isinstance(record, Mapping) else record.canonical()
    kind, data, leg = str(entry.get("kind", "")), entry.get("data"), entry.get("leg")
    describe = lines.KINDS.get(kind, lines.anything)
    said = describe(kind, data if isinstance(data, Mapping) else {}, f"leg {leg}" if leg else "call")
    return kind if said is None else printable(" ".join(said))


def _instant(entry: Mapping[str, Any]) -> int:
    found = entry.get("instant")
    return found if isinstance(found, int) else 0
