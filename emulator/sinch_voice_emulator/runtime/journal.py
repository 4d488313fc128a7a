"""The journal: the complete ordered record of an account, bounded by count and bytes.

Entries are numbered from 1 in every epoch. What was dropped to stay within the bounds is counted and said: a page tells how
many entries it misses, and as long as something is missing the journal holds an entry ``journal.dropped``. Wall-clock facts
(latencies, the time stamp and signature of an attempt) are kept apart from the data, so that two runs of one test have the
same canonical journal.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sinch_voice_emulator.engine.effects import Basis, Severity
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.runtime import matching

MAX_ENTRIES = 100_000
MAX_BYTES = 96 * 1024 * 1024
DEFAULT_LIMIT = 1_000

_ENTRY_BYTES = 320
_VALUE_BYTES = 60
_COMPACT_AFTER = 1_024
_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.PROBLEM: 2}
_NOTHING: Mapping[str, object] = {}

log = logging.getLogger(__name__)


class Entry(NamedTuple):
    """One thing that happened. ``instant`` is account time; ``leg`` is 0 when no leg is meant.

    ``data`` holds plain JSON values and must not be changed. ``wall`` holds facts of the wall clock, or is ``None``.
    """

    sequence: int
    epoch: int
    instant: Instant
    call_id: str
    leg: int
    kind: str
    data: Mapping[str, object]
    severity: Severity = Severity.INFO
    basis: Basis | None = None
    wall: Mapping[str, object] | None = None

    @property
    def cursor(self) -> str:
        """The cursor that reads on after this entry."""
        return f"{self.epoch}:{self.sequence}"

    def canonical(self) -> dict[str, object]:
        """The entry as JSON values, without what differs between two runs of one test."""
        return {
            "sequence": self.sequence,
            "epoch": self.epoch,
            "instant": self.instant,
            "call": self.call_id,
            "leg": self.leg,
            "kind": self.kind,
            "data": dict(self.data),
            "severity": self.severity.value,
            "basis": self.basis.value if self.basis is not None else None,
        }


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to read. ``kinds`` are prefixes (``callback.`` or ``call.ended``); ``severity`` is the least severe one.

    ``text`` has to stand somewhere in the data, and ``data`` is what the data has to be like (see ``matching``).
    """

    call_id: str = ""
    kinds: tuple[str, ...] = ()
    severity: Severity = Severity.INFO
    leg: int = 0
    text: str = ""
    data: Mapping[str, object] | None = None

    def accepts(self, entry: Entry) -> bool:
        """Whether ``entry`` is wanted."""
        return (
            (not self.call_id or entry.call_id == self.call_id)
            and (not self.kinds or entry.kind.startswith(self.kinds))
            and _RANK[entry.severity] >= _RANK[self.severity]
            and (not self.leg or entry.leg == self.leg)
            and (not self.text or matching.has_text(entry.data, self.text))
            and (self.data is None or matching.fits(self.data, entry.data))
        )


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader gets. ``next_cursor`` reads on; ``dropped`` entries between the cursor and this page are lost.

    ``reset``: the cursor came from before a reset, and the page begins with the first entry after it.
    """

    entries: tuple[Entry, ...]
    next_cursor: str
    dropped: int = 0
    reset: bool = False


Listener = Callable[[Entry], None]


@dataclass(slots=True)
class _Store:
    """The entries of one epoch that are still there. Positions before ``start`` are empty."""

    entries: list[Entry | None] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)
    start: int = 0
    bytes: int = 0
    dropped: int = 0
    last: int = 0
    marker: int = 0

    def __len__(self) -> int:
        return len(self.entries) - self.start

    def add(self, entry: Entry, weight: int) -> None:
        self.entries.append(entry)
        self.weights.append(weight)
        self.bytes += weight
        self.last = entry.sequence

    def drop_oldest(self) -> None:
        self.bytes -= self.weights[self.start]
        self.entries[self.start] = None
        self.start += 1
        self.dropped += 1
        if self.start >= _COMPACT_AFTER and self.start * 2 >= len(self.entries):
            del self.entries[: self.start]
            del self.weights[: self.start]
            self.start = 0

    def after(self, sequence: int) -> Iterator[Entry]:
        position = max(self.start, self.start + sequence - self.dropped)
        for index in range(position, len(self.entries)):
            entry = self.entries[index]
            assert entry is not None
            yield entry


class Journal:
    """The record of one account. Thread-safe."""

    def __init__(self, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES, epoch: int = 1) -> None:
        if max_entries < 2:
            raise BadRequest(f"a journal must hold at least 2 entries, not {max_entries}")
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._epoch = epoch
        self._lock = threading.Lock()
        self._store = _Store()
        self._tally = dict.fromkeys(Severity, 0)
        self._listeners: tuple[Listener, ...] = ()

    def __len__(self) -> int:
        return len(self._store)

    @property
    def epoch(self) -> int:
        """Which life of the account is being recorded."""
        return self._epoch

    @property
    def dropped(self) -> int:
        """How many entries of this epoch are lost."""
        return self._store.dropped

    @property
    def bytes(self) -> int:
        """About how many bytes the entries take."""
        return self._store.bytes

    @property
    def last(self) -> int:
        """The number of the newest entry; 0 before there is one."""
        return self._store.last

    @property
    def cursor(self) -> str:
        """The cursor after the newest entry: reads what is yet to come."""
        return f"{self._epoch}:{self._store.last}"

    def tally(self, severity: Severity) -> int:
        """How many entries of this severity were written in this epoch, dropped ones included."""
        return self._tally[severity]

    def append(
        self,
        instant: Instant,
        kind: str,
        data: Mapping[str, object] = _NOTHING,
        *,
        call_id: str = "",
        leg: int = 0,
        severity: Severity = Severity.INFO,
        basis: Basis | None = None,
        wall: Mapping[str, object] | None = None,
    ) -> Entry:
        """Write an entry and tell the listeners. ``data`` and ``wall`` are kept, not copied."""
        with self._lock:
            store = self._store
            entry = Entry(store.last + 1, self._epoch, instant, call_id, leg, kind, data, severity, basis, wall)
            self._tally[severity] += 1
            store.add(entry, _weigh(data) + (_weigh(wall) if wall else 0) + _ENTRY_BYTES)
            if len(store) > self._max_entries or store.bytes > self._max_bytes:
                self._make_room(instant)
        for listener in self._listeners:
            try:
                listener(entry)
            except Exception:
                log.exception("a listener of the journal failed")
        return entry

    def read(self, after: str = "", limit: int = DEFAULT_LIMIT, wanted: Filter = EVERYTHING) -> Page:
        """The entries after cursor ``after`` (``""``: from the start), at most ``limit`` of them.

        Raises ``BadRequest`` when ``after`` is no cursor of this journal or ``limit`` is less than 1.
        """
        if limit < 1:
            raise BadRequest(f"a page of the journal holds at least 1 entry, not {limit}")
        with self._lock:
            store = self._store
            epoch, sequence = _parse(after) if after else (self._epoch, 0)
            if epoch > self._epoch or (epoch == self._epoch and sequence > store.last):
                raise BadRequest(f"cursor {after!r} lies ahead of the journal, which stands at {self._epoch}:{store.last}")
            reset = epoch < self._epoch
            if reset:
                sequence = 0
            found: list[Entry] = []
            position = store.last
            for entry in store.after(sequence):
                if wanted.accepts(entry):
                    if len(found) == limit:
                        position = found[-1].sequence
                        break
                    found.append(entry)
            return Page(tuple(found), f"{self._epoch}:{position}", max(0, store.dropped - sequence), reset)

    def canonical(self) -> list[dict[str, object]]:
        """Every entry that is there, as JSON values without wall-clock facts."""
        with self._lock:
            return [entry.canonical() for entry in self._store.after(0)]

    def restart(self, epoch: int) -> None:
        """Forget everything and begin a new epoch. Cursors of older epochs are answered with a reset from now on."""
        with self._lock:
            self._epoch = epoch
            self._store = _Store()
            self._tally = dict.fromkeys(Severity, 0)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have ``listener`` called with every new entry, in order, inside the account's step: it must not block.

        Returns what ends the subscription.
        """
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners = tuple(other for other in self._listeners if other is not listener)

        return unsubscribe

    def _make_room(self, instant: Instant) -> None:
        store = self._store
        while len(store) > 1 and (len(store) > self._max_entries or store.bytes > self._max_bytes):
            store.drop_oldest()
        if store.marker > store.dropped:
            return
        if len(store) >= self._max_entries:
            store.drop_oldest()
        data = {
            "why": "the journal is full and its oldest entries are dropped",
            "max_entries": self._max_entries,
            "max_bytes": self._max_bytes,
        }
        store.marker = store.last + 1
        store.add(
            Entry(store.marker, self._epoch, instant, "", 0, "journal.dropped", data, Severity.WARNING),
            _weigh(data) + _ENTRY_BYTES,
        )
        self._tally[Severity.WARNING] += 1


def _parse(cursor: str) -> tuple[int, int]:
    epoch, colon, sequence = cursor.partition(":")
    if not (colon and epoch.isascii() and epoch.isdigit() and sequence.isascii() and sequence.isdigit() and len(cursor) <= 40):
        raise BadRequest(f"{cursor[:60]!r} is not a cursor; one looks like 1:42 and comes with every page of the journal")
    return int(epoch), int(sequence)


_CONTAINERS = frozenset({dict, list, tuple})


def _weigh(value: object) -> int:
    """About how many bytes a JSON value takes in memory. Exact types: this runs for every entry."""
    kind = type(value)
    if kind is str:
        return _VALUE_BYTES + len(value)  # type: ignore[arg-type]
    if kind is dict:
        total = 4 * _VALUE_BYTES
        for item in value.values():  # type: ignore[attr-defined]
            inner = type(item)
            if inner is str:
                total += _VALUE_BYTES + len(item)
            else:
                total += _weigh(item) if inner in _CONTAINERS else _VALUE_BYTES // 2
        return total
    if kind is list or kind is tuple:
        return _VALUE_BYTES + sum(map(_weigh, value))  # type: ignore[call-overload]
    return _VALUE_BYTES // 2
