"""Identifiers that look random and are not.

One counter per kind, seeded by account and epoch: two tests never share a call id, and two runs of one test always do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b


@dataclass(slots=True)
class IdSource:
    """Counts every kind of thing separately and spells each number as a lower-case version-4 GUID."""

    seed: str
    counters: dict[str, int] = field(default_factory=dict)

    def next(self, kind: str) -> str:
        """The next GUID of ``kind`` (``"call"``, ``"delivery"``, ``"reference"`` ...)."""
        number = self.counters.get(kind, 0) + 1
        self.counters[kind] = number
        return guid(f"{self.seed}|{kind}|{number}")


def guid(text: str) -> str:
    """A GUID that depends on ``text`` alone."""
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:]}"
