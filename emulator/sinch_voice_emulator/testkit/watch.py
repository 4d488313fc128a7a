"""Journal entries by call, kept as they are written: a look at one call costs the same among ten calls and ten thousand.

It holds what the journal holds and lets go of what the journal drops, so that nobody asserts over a record with holes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.journal import Entry

_NONE: tuple[Entry, ...] = ()


class Watch:
    """What happened to each call of an account in its present epoch."""

    def __init__(self, account: AccountRuntime) -> None:
        self._journal = account.journal
        self._epoch = account.epoch
        self._clear()
        for entry in account.journal.read(limit=10_000_000).entries:
            self._take(entry)
        self._unsubscribe = account.journal.subscribe(self._take)

    def close(self) -> None:
        """Look no longer."""
        self._unsubscribe()

    def of(self, call_id: str) -> Sequence[Entry]:
        """Every entry about a call, oldest first. Raises ``Conflict`` when the journal has dropped some of them."""
        if call_id in self._torn:
            raise Conflict(
                f"the journal was full and has dropped entries about call {call_id}, so nothing certain can be said about it; "
                "raise journal-max-entries, or make the test shorter"
            )
        return self._calls.get(call_id, _NONE)

    def created(self) -> Sequence[Entry]:
        """The entries ``call.created``, oldest first."""
        return self._created

    def dialled(self, endpoint: str) -> Sequence[Entry]:
        """The entries ``leg.dialled`` for a number, user name or SIP address, oldest first."""
        return self._dialled.get(endpoint, _NONE)

    def problems(self) -> Sequence[Entry]:
        """The entries of severity ``problem``, oldest first."""
        return self._problems

    def failed(self) -> Sequence[Entry]:
        """The entries ``callback.failed``, oldest first."""
        return self._failed

    def _clear(self) -> None:
        self._entries: deque[Entry] = deque()
        self._calls: dict[str, list[Entry]] = {}
        self._created: list[Entry] = []
        self._dialled: dict[str, list[Entry]] = {}
        self._problems: list[Entry] = []
        self._failed: list[Entry] = []
        self._torn: set[str] = set()

    def _take(self, entry: Entry) -> None:
        if entry.epoch != self._epoch:
            self._epoch = entry.epoch
            self._clear()
        self._entries.append(entry)
        if entry.call_id:
            self._calls.setdefault(entry.call_id, []).append(entry)
        if entry.kind == "call.created":
            self._created.append(entry)
        elif entry.kind == "leg.dialled":
            to = entry.data.get("to")
            if isinstance(to, dict):
                self._dialled.setdefault(str(to["endpoint"]), []).append(entry)
        elif entry.kind == "callback.failed":
            self._failed.append(entry)
        if entry.severity == "problem":
            self._problems.append(entry)
        while len(self._entries) > len(self._journal) + 1:
            self._drop(self._entries.popleft())

    def _drop(self, entry: Entry) -> None:
        if entry.call_id and entry.call_id not in self._torn:
            self._torn.add(entry.call_id)
            self._calls.pop(entry.call_id, None)
