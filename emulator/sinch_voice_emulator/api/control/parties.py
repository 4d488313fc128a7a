"""Addresses in requests: a text, or an object with ``type`` and ``endpoint``."""

from __future__ import annotations

from typing import TypeAlias

from sinch_voice_emulator.api.control.errors import ControlRefusal
from sinch_voice_emulator.model.party import Party, PartyKind, normalise_number, normalise_sip
from sinch_voice_emulator.settings import parsers

Written: TypeAlias = str | dict[str, str]

WITHHELD = ("", "private", "anonymous", "withheld", "unknown")
_NUMBERS = (PartyKind.NUMBER, PartyKind.DID)


def party(written: Written, path: str) -> Party:
    """The party that is meant. A text that begins with ``+`` or has no letter is a number, one with ``@`` a SIP address."""
    if isinstance(written, str):
        try:
            return parsers.address(written)
        except ValueError as error:
            raise ControlRefusal(f"{path.removeprefix('$.')} {error}, not {written[:60]!r}", path=path) from None
    kind, endpoint = PartyKind(written["type"].lower()), written["endpoint"].strip()
    if kind in _NUMBERS:
        endpoint = normalise_number(endpoint)
    elif kind is PartyKind.SIP:
        endpoint = normalise_sip(endpoint)
    if not endpoint:
        raise ControlRefusal(f"{path.removeprefix('$.')} should have an endpoint: digits for a number", path=f"{path}.endpoint")
    return Party(kind, endpoint)


def same_phone(one: Party, other: Party) -> bool:
    """Whether two parties are the same telephone; a number that was dialled as a DID is still that number."""
    if one.kind in _NUMBERS and other.kind in _NUMBERS:
        return one.endpoint == other.endpoint
    return one == other


def is_withheld(written: Written | None) -> bool:
    """Whether a caller does not say who it is."""
    return written is None or (isinstance(written, str) and written.strip().lower() in WITHHELD)


def party_json(found: Party | None) -> dict[str, str] | None:
    """A party as the control API shows it."""
    return None if found is None else {"type": found.kind.value, "endpoint": found.endpoint}


def party_text(found: Party) -> str:
    """A party as one text that ``party`` reads: for addresses of phones."""
    if found.kind is PartyKind.USERNAME:
        return f"user:{found.endpoint}"
    return f"sip:{found.endpoint}" if found.kind is PartyKind.SIP else found.endpoint
