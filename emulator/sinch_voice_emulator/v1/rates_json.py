"""Prices as JSON: ``{"currency": "EUR", "perMinute": {"46": 0.0175, "": 0.021}}``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.money import DEFAULT_RATES, RateTable
from sinch_voice_emulator.v1.problems import nearest
from sinch_voice_emulator.v1.values import Json

_MEMBERS = {"currency": "currency", "perminute": "perMinute"}
_HIGHEST = Decimal(1_000_000)


def rates_to_json(rates: RateTable) -> Json:
    """A rate table; the prefix ``""`` is the price of everything else."""
    return {"currency": rates.currency, "perMinute": {prefix: float(price) for prefix, price in rates.per_minute.items()}}


def rates_from_json(value: object, base: RateTable = DEFAULT_RATES) -> RateTable:
    """A rate table; what is left out is as in ``base``, and ``perMinute`` replaces all prices.

    Raises ``BadRequest`` that names the member and what it can be.
    """
    if not isinstance(value, Mapping):
        raise BadRequest(f"the rates should be an object with currency and perMinute, but are {value!r}")
    currency, prices = base.currency, base.per_minute
    for written, item in value.items():
        name = _MEMBERS.get(str(written).replace("_", "").replace("-", "").lower())
        if name is None:
            close = nearest(str(written), _MEMBERS.values())
            hint = f"; did you mean {close}?" if close else ""
            raise BadRequest(f"the rates have no member {written!r}{hint} Members: currency, perMinute").at(f".{written}")
        try:
            if name == "currency":
                currency = _currency(item)
            else:
                prices = _prices(item)
        except BadRequest as error:
            raise error.at(f".{written}") from None
    return RateTable(currency, prices)


def _currency(value: object) -> str:
    if not isinstance(value, str) or len(value) != 3 or not (value.isascii() and value.isalpha()):
        raise BadRequest(f"currency should be three letters such as EUR, but is {value!r}")
    return value.upper()


def _prices(value: object) -> dict[str, Decimal]:
    if not isinstance(value, Mapping):
        raise BadRequest(f'perMinute should be an object such as {{"46": 0.0175, "": 0.021}}, but is {value!r}')
    return {_prefix(str(prefix)): _price(str(prefix), price) for prefix, price in value.items()}


def _prefix(text: str) -> str:
    prefix = text.strip().removeprefix("+")
    if prefix and not (prefix.isascii() and prefix.isdigit()):
        raise BadRequest(f'the prefix {text!r} should be the first digits of numbers, or "" for the rest')
    return prefix


def _price(prefix: str, value: object) -> Decimal:
    """A price from a number or a text, which keeps every digit."""
    price = Decimal(-1)
    if isinstance(value, int | float | str | Decimal) and not isinstance(value, bool):
        try:
            price = Decimal(str(value))
        except InvalidOperation:
            price = Decimal(-1)
    if not price.is_finite() or not 0 <= price <= _HIGHEST:
        raise BadRequest(f"the price for {prefix!r} should be a number such as 0.0175, but is {value!r}")
    return price
