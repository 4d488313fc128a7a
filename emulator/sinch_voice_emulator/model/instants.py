"""Time as the engine sees it: whole milliseconds since 1970-01-01T00:00:00Z."""

from __future__ import annotations

from typing import TypeAlias

Instant: TypeAlias = int
"""Milliseconds since the Unix epoch, UTC, on the account's clock."""

Millis: TypeAlias = int
"""A length of time in milliseconds."""

SECOND: Millis = 1_000
MINUTE: Millis = 60 * SECOND
HOUR: Millis = 60 * MINUTE
