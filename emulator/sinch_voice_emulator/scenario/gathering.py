"""Expectations that are met in any order: which of them has which entry of a call's journal.

Each entry is for one expectation. One that only wants to know that something happened gives its entry up for another that fits
as well, so that the order in which a file names them does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.testkit.expectations import Cursor

T = TypeVar("T")


class Gathering:
    """The expectations of one ``expect_all``."""

    def __init__(self) -> None:
        self._shared: dict[int, _Shared] = {}

    def place(self, cursor: Cursor, movable: bool) -> Cursor:
        """What an expectation reads with instead of ``cursor``; ``movable`` when another entry would do afterwards."""
        return _Claim(self._shared.setdefault(id(cursor), _Shared(cursor)), movable)


class _Shared:
    """Entries that were not read when all began, and who has them."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.start = cursor.position
        self.held: dict[int, _Claim] = {}


class _Claim(Cursor):
    __slots__ = ("_entries", "_movable", "_shared", "_take")

    def __init__(self, shared: _Shared, movable: bool) -> None:
        self._shared = shared
        self._movable = movable
        self._entries: Sequence[Entry] = ()
        self._take: Callable[[Entry], Any] = lambda _entry: None
        super().__init__()
        self.position = shared.start

    def find(self, entries: Sequence[Entry], take: Callable[[Entry], T | None]) -> T | None:
        self._entries, self._take = entries, take
        index = self._claim(set())
        if index is None:
            return None
        shared = self._shared
        shared.cursor.position = max(shared.cursor.position, *(held + 1 for held in shared.held))
        self.position = shared.cursor.position
        return take(entries[index])

    def _claim(self, tried: set[int]) -> int | None:
        """Take an entry that fits, from whoever can do with another; its place."""
        for index in range(self._shared.start, len(self._entries)):
            if index in tried or self._take(self._entries[index]) is None:
                continue
            tried.add(index)
            holder = self._shared.held.get(index)
            if holder is None or (holder._movable and holder._claim(tried) is not None):
                self._shared.held[index] = self
                return index
        return None
