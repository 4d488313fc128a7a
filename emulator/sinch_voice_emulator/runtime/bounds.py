"""How much is kept and how many may wait."""

from __future__ import annotations

from dataclasses import dataclass

from sinch_voice_emulator.runtime import journal, outbox


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one account keeps. What goes beyond is dropped, oldest first, and said in the journal."""

    journal_entries: int = journal.MAX_ENTRIES
    journal_bytes: int = journal.MAX_BYTES
    deliveries: int = outbox.MAX_DELIVERIES
    delivery_bytes: int = outbox.MAX_BYTES
    ended_calls: int = 10_000


DEFAULT_BOUNDS = Bounds()
