"""How much an account can be told. Everything is bounded, and going beyond a bound is refused with a sentence."""

from __future__ import annotations

from collections.abc import Sized

from sinch_voice_emulator.errors import LimitReached

MAX_APPLICATIONS = 1_000
MAX_NUMBERS = 10_000
MAX_USERS = 10_000
MAX_PHONES = 10_000


def room_for(what: str, found: Sized, most: int, more: int = 1) -> None:
    """Raise ``LimitReached`` when ``more`` of ``what`` do not fit beside those that were ``found``."""
    if len(found) + more > most:
        raise LimitReached(f"an account has at most {most} {what}; this one has {len(found)} and {more} more do not fit")
