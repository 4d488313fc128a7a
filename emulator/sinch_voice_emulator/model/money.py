"""Prices and bills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sinch_voice_emulator.model.instants import MINUTE, SECOND, Millis
from sinch_voice_emulator.model.party import Party, PartyKind

FREE = Decimal(0)
_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class RateTable:
    """Price per started minute by destination prefix (``"46"``, ``"1202"``), longest prefix first; ``""`` is the rest.

    Only calls to telephone numbers cost anything: in-app, SIP, conference and DID-terminated legs are free
    (``callbacks-and-svaml.md`` section 8.5).
    """

    currency: str
    per_minute: Mapping[str, Decimal]
    longest: int = field(init=False, compare=False, repr=False)
    """Digits in the longest prefix."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "longest", max(map(len, self.per_minute), default=0))

    def rate(self, destination: Party | None) -> Decimal:
        """Price per minute of calling ``destination``; ``None`` and every party that is not a number is free."""
        if destination is None or destination.kind is not PartyKind.NUMBER:
            return FREE
        digits = destination.endpoint.removeprefix("+")
        for length in range(min(len(digits), self.longest), -1, -1):
            if (found := self.per_minute.get(digits[:length])) is not None:
                return found
        return FREE


DEFAULT_RATES = RateTable(
    "EUR",
    {"": Decimal("0.0210"), "1": Decimal("0.0095"), "44": Decimal("0.0120"), "46": Decimal("0.0175")},
)


def whole_seconds(length: Millis) -> int:
    """Seconds as the platform reports them: rounded down."""
    return length // SECOND


def started_minutes(length: Millis) -> int:
    """Minutes as the platform bills them, from the reported whole seconds: 60 s is one, 61 s two."""
    return -(-(whole_seconds(length) * SECOND) // MINUTE)


def bill(rate: Decimal, length: Millis) -> Decimal:
    """``rate`` per started minute, to four decimals. A call shorter than a second is one that cost nothing."""
    return (rate * started_minutes(length)).quantize(_PLACES)
