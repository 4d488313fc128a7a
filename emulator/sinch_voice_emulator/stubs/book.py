"""The stubs of one account: in which order they are tried, how often each has answered, which are switched off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sinch_voice_emulator.errors import LimitReached, NotFound
from sinch_voice_emulator.stubs.values import Request, Stub

MAX_STUBS = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """A stub in the book, with how often it has answered."""

    id: str
    stub: Stub
    enabled: bool
    answered: int = 0

    @property
    def left(self) -> int | None:
        """How many requests it will still answer; ``None`` when there is no limit."""
        return None if self.stub.times is None else max(0, self.stub.times - self.answered)


@dataclass(frozen=True, slots=True)
class Hit:
    """A stub that answers a request; ``captured`` is what the names of its path stand for."""

    entry: Entry
    captured: Mapping[str, str]


class StubBook:
    """Stubs in the order they are tried. Thread-safe. ``loaded`` are those of the files, which ``restore`` brings back."""

    def __init__(self, loaded: Sequence[Stub] = ()) -> None:
        self._loaded = tuple(loaded)
        self._lock = threading.Lock()
        self._issued = 0
        self._entries: tuple[Entry, ...] = ()
        self.enabled = True
        """Whether any of them answers."""
        self.restore()

    def __len__(self) -> int:
        return len(self._entries)

    def all(self) -> tuple[Entry, ...]:
        """Every stub, in the order they are tried."""
        return self._entries

    def get(self, id: str) -> Entry:
        """One of them; raises ``NotFound``."""
        for entry in self._entries:
            if entry.id == id:
                return entry
        raise NotFound(f"there is no stub {id!r}; list the stubs to see their ids")

    def find(self, request: Request) -> Hit | None:
        """The first stub that fits a request; it counts as having answered."""
        if not self._entries or not self.enabled:
            return None
        with self._lock:
            for entry in self._entries:
                if not entry.enabled or entry.left == 0:
                    continue
                captured = entry.stub.when.fits(request)
                if captured is not None:
                    counted = replace(entry, answered=entry.answered + 1)
                    self._put(counted)
                    return Hit(counted, captured)
        return None

    def add(self, stub: Stub) -> Entry:
        """A stub that is tried before all others. Raises ``LimitReached``."""
        with self._lock:
            self._make_room(len(self._entries) + 1)
            entry = self._entry(stub)
            self._entries = (entry, *self._entries)
            return entry

    def replace(self, id: str, stub: Stub) -> Entry:
        """Another stub in the place of one; it begins to count anew."""
        return self._change(id, lambda _: Entry(id, stub, stub.enabled))

    def switch(self, id: str, enabled: bool) -> Entry:
        """Switch one on or off."""
        return self._change(id, lambda entry: replace(entry, enabled=enabled))

    def remove(self, id: str) -> None:
        """Take one out; raises ``NotFound``."""
        with self._lock:
            gone = self.get(id)
            self._entries = tuple(entry for entry in self._entries if entry is not gone)

    def set_all(self, stubs: Sequence[Stub]) -> None:
        """These stubs and no others. Raises ``LimitReached``."""
        with self._lock:
            self._make_room(len(stubs))
            self._entries = tuple(self._entry(stub) for stub in stubs)

    def restore(self) -> None:
        """The stubs of the files again, as they were at the start, and switched on."""
        self.set_all(self._loaded)
        self.enabled = True

    def _change(self, id: str, change: Callable[[Entry], Entry]) -> Entry:
        with self._lock:
            changed = change(self.get(id))
            self._put(changed)
            return changed

    def _put(self, changed: Entry) -> None:
        self._entries = tuple(changed if entry.id == changed.id else entry for entry in self._entries)

    def _entry(self, stub: Stub) -> Entry:
        self._issued += 1
        return Entry(str(self._issued), stub, stub.enabled)

    @staticmethod
    def _make_room(count: int) -> None:
        if count > MAX_STUBS:
            raise LimitReached(f"an account has at most {MAX_STUBS} stubs; remove some first")
