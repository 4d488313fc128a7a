"""Who can be at the end of a leg, and how addresses are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_NOT_DIGITS = re.compile("[^0-9]+")


class PartyKind(StrEnum):
    """The kinds of address a call can have at either end."""

    NUMBER = "number"
    USERNAME = "username"
    SIP = "sip"
    DID = "did"
    CONFERENCE = "conference"
    STREAM = "websocket"


@dataclass(frozen=True, slots=True)
class Party:
    """One address. ``endpoint`` of a number or DID is ``+`` and digits; of a SIP party ``user@host`` without a scheme."""

    kind: PartyKind
    endpoint: str


def normalise_number(text: str) -> str:
    """Strip everything but digits and put ``+`` in front: ``"0046 (70) 1"`` stays impossible, but comparable.

    Never refuses: people test with invented numbers. Returns ``""`` when there is no digit at all.
    """
    if text[:1] == "+" and text.isascii() and text[1:].isdigit():
        return text
    digits = _NOT_DIGITS.sub("", text)
    return f"+{digits}" if digits else ""


def dialled_number(text: str) -> str:
    """A number as ``normalise_number`` writes it; ``""`` for what is none: it has letters, or no digits."""
    digits = normalise_number(text)
    return digits if digits == text or not any(char.isalpha() for char in text) else ""


def normalise_sip(text: str) -> str:
    """``sip:User@Host;transport=tls`` as ``User@host``: no scheme, no parameters, host in lower case."""
    address = text.strip()
    for scheme in ("sips:", "sip:"):
        if address.lower().startswith(scheme):
            address = address[len(scheme) :]
            break
    address = address.split(";", 1)[0]
    user, at, host = address.rpartition("@")
    return f"{user}{at}{host.lower()}"


def number(text: str) -> Party:
    """A telephone number as a party, normalised."""
    return Party(PartyKind.NUMBER, normalise_number(text))


def username(text: str) -> Party:
    """An app user as a party."""
    return Party(PartyKind.USERNAME, text)


def sip(text: str) -> Party:
    """A SIP address as a party, normalised."""
    return Party(PartyKind.SIP, normalise_sip(text))
