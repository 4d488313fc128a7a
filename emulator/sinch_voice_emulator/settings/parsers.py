"""Text to values.

Each parser takes what stood in a flag, a variable or a file and raises ``ValueError`` with what would be right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from ipaddress import ip_address
from math import isfinite
from pathlib import Path
from urllib.parse import urlsplit

from sinch_voice_emulator.model.party import Party, normalise_number, number, sip, username
from sinch_voice_emulator.settings.values import ApplicationSettings

TRUE = ("true", "on", "yes", "1")
FALSE = ("false", "off", "no", "0")

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")


def nearest(name: str, names: Sequence[str]) -> str:
    """`` (did you mean "x"?)`` when one of ``names`` is close to ``name``, else nothing."""
    folded = {one.lower(): one for one in names}
    found = get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return f' (did you mean "{folded[found[0]]}"?)' if found else ""


def text(value: str) -> str:
    """Any text."""
    return value


def some_text(value: str) -> str:
    """Any text but none."""
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def folder(value: str) -> str:
    """A folder that is there."""
    if not Path(value.strip()).is_dir():
        raise ValueError("must be a folder that is there")
    return value.strip()


def switch(value: str) -> bool:
    """On or off, in the usual spellings."""
    folded = value.strip().lower()
    if folded in TRUE:
        return True
    if folded in FALSE:
        return False
    raise ValueError('must be "on" or "off"')


def one_of(*names: str) -> Callable[[str], str]:
    """A parser for one of a few words, in any case."""

    def parse(value: str) -> str:
        for name in names:
            if name.lower() == value.strip().lower():
                return name
        raise ValueError(f"must be one of {', '.join(names)}{nearest(value, names)}")

    return parse


def whole(least: int) -> Callable[[str], int]:
    """A parser for whole numbers of at least ``least``; ``_`` may group digits."""

    def parse(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            raise ValueError(f"must be a whole number of at least {least}") from None
        if number < least:
            raise ValueError(f"must be a whole number of at least {least}")
        return number

    return parse


def factor(value: str) -> float:
    """A number above zero."""
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not isfinite(number) or number <= 0:
        raise ValueError("must be a number above 0, such as 1 or 20")
    return number


def money(value: str) -> Decimal:
    """An amount of money, not negative."""
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise ValueError("must be an amount such as 10.00")
    return amount


def url(value: str) -> str:
    """An absolute http(s) URL."""
    try:
        parts = urlsplit(value.strip())
        fine = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        fine = False
    if not fine:
        raise ValueError("must be an absolute URL that begins with http:// or https://")
    return value.strip()


def base_url(value: str) -> str:
    """An absolute http(s) URL to which paths are appended: no query, no fragment, no slash at the end."""
    parsed = url(value)
    if "?" in parsed or "#" in parsed:
        raise ValueError("must have neither a query nor a fragment")
    return parsed.rstrip("/")


def host_or_address(value: str) -> str:
    """A host name or an address, in lower case and without anything around it."""
    found = some_text(value).lower().removesuffix(".")
    try:
        return str(ip_address(found.strip("[]")))
    except ValueError:
        pass
    if _HOST.fullmatch(found) is None:
        raise ValueError("must be a host name or an address such as emulator.example.net or 192.168.1.5")
    return found


def credentials(value: str) -> ApplicationSettings:
    """``KEY:SECRET``."""
    key, colon, secret = value.strip().partition(":")
    if not colon or not key or not secret:
        raise ValueError("must be KEY:SECRET")
    return ApplicationSettings(key, secret)


def telephone_number(value: str) -> str:
    """A telephone number, normalised; anything with a digit will do."""
    found = normalise_number(value)
    if not found:
        raise ValueError("must be a telephone number such as +12025550100")
    return found


def prefix(value: str) -> str:
    """The first digits of numbers, with or without ``+``."""
    return telephone_number(value).removeprefix("+")


def address(value: str) -> Party:
    """A phone: ``+46...`` is a number, ``user@host`` or ``sip:...`` a SIP address, ``user:NAME`` or a word an app user."""
    found = value.strip()
    if found.lower().startswith("user:"):
        return username(some_text(found[5:]))
    if "@" in found or found.lower().startswith(("sip:", "sips:")):
        return sip(found)
    if found.startswith("+") or not any(char.isalpha() for char in found):
        return number(telephone_number(found))
    return username(some_text(found))
