"""Addresses as tests write them."""

from __future__ import annotations

from collections.abc import Iterable

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.party import Party, PartyKind, normalise_number
from sinch_voice_emulator.settings import parsers

WITHHELD = ("", "private", "anonymous")
_NUMBERS = (PartyKind.NUMBER, PartyKind.DID)


def party_of(written: str) -> Party:
    """``+46...`` is a number, ``a@b`` or ``sip:a@b`` a SIP address, ``user:lin`` an app user, ``conference:x`` a room."""
    if not isinstance(written, str):
        raise BadRequest(f"an address is a text such as +46700000001, not {written!r}")
    kind, colon, name = written.partition(":")
    if colon and kind == "conference":
        if not name:
            raise BadRequest(f"{written!r} is not an address: a conference has a name, such as conference:standup")
        return Party(PartyKind.CONFERENCE, name)
    try:
        found = parsers.address(written)
    except ValueError as error:
        raise BadRequest(f"{written!r} is not an address: it {error}") from None
    if found.kind is PartyKind.USERNAME and not colon and any(char.isspace() for char in found.endpoint):
        raise BadRequest(f"{written!r} is not an address: one looks like +46700000001, pbx@example.test or user:lin")
    return found


def spelt(party: Party) -> str:
    """A party as tests write it."""
    if party.kind is PartyKind.USERNAME:
        return f"user:{party.endpoint}"
    if party.kind is PartyKind.CONFERENCE:
        return f"conference:{party.endpoint}"
    return party.endpoint


def same_number(one: str, other: str) -> bool:
    """Whether two texts are the same address; numbers compare by their digits, with or without a plus."""
    if one == other:
        return True
    return normalise_number(one) != "" and "@" not in one + other and normalise_number(one) == normalise_number(other)


def same_phone(one: Party, other: Party) -> bool:
    """Whether two parties are the same telephone; a number that was dialled as a DID is still that number."""
    if one.kind in _NUMBERS and other.kind in _NUMBERS:
        return one.endpoint == other.endpoint
    return one == other


def listed(names: Iterable[str]) -> str:
    """Names for a sentence; ``none`` when there are none."""
    return ", ".join(names) or "none"
