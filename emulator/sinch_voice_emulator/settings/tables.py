"""What only the configuration file can say: ``[[applications]]``, ``[phones]`` and ``[rates]``.

Each reader takes what the TOML parser made of its table and raises ``ValueError`` with a sentence that names the key within it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.model.money import DEFAULT_RATES, RateTable
from sinch_voice_emulator.model.party import Party
from sinch_voice_emulator.model.phone import PhoneBehaviour
from sinch_voice_emulator.settings import parsers
from sinch_voice_emulator.settings.values import ApplicationSettings, NumberSettings

APPLICATION_KEYS = ("key", "secret", "name", "callback-url", "fallback-url", "numbers")
RATE_KEYS = ("currency", "per-minute")


@dataclass(frozen=True, slots=True)
class ApplicationTable:
    """One entry of ``[[applications]]``."""

    application: ApplicationSettings
    numbers: tuple[NumberSettings, ...]


def table(value: object, what: str) -> Mapping[str, object]:
    """``value`` as a table with its keys in dashes."""
    if not isinstance(value, dict):
        raise ValueError(f"{what} must be a table")
    return {str(key): one for key, one in value.items()}


def known(found: Mapping[str, object], names: tuple[str, ...], what: str) -> Mapping[str, object]:
    """``found`` with keys spelt in dashes, if it has no key but ``names``."""
    spelt = {key.replace("_", "-"): value for key, value in found.items()}
    for key in spelt:
        if key not in names:
            raise ValueError(f'"{key}" is not a key of {what}{parsers.nearest(key, names)}')
    return spelt


def applications(value: object) -> tuple[ApplicationTable, ...]:
    """``[[applications]]``: key, secret, and if wanted name, callback-url, fallback-url and numbers."""
    if not isinstance(value, list):
        raise ValueError("must be an array of tables: [[applications]]")
    return tuple(_application(one, f"[[applications]] no. {place}") for place, one in enumerate(value, 1))


def _application(value: object, what: str) -> ApplicationTable:
    found = known(table(value, what), APPLICATION_KEYS, what)
    key = _text(found, "key", parsers.some_text, what)
    secret = _text(found, "secret", parsers.some_text, what)
    if not key or not secret:
        raise ValueError(f"{what} must have a key and a secret")
    primary = _text(found, "callback-url", parsers.url, what)
    fallback = _text(found, "fallback-url", parsers.url, what)
    if fallback and not primary:
        raise ValueError(f"{what} has a fallback-url but no callback-url")
    target = CallbackTarget(primary, fallback or None) if primary else None
    numbers = found.get("numbers", [])
    if not isinstance(numbers, list) or not all(isinstance(one, str) for one in numbers):
        raise ValueError(f"{what}: numbers must be an array of texts")
    application = ApplicationSettings(key, secret, target, _text(found, "name", parsers.text, what))
    return ApplicationTable(application, tuple(NumberSettings(parsers.telephone_number(one), key) for one in numbers))


def _text(found: Mapping[str, object], key: str, parse: Callable[[str], str], what: str) -> str:
    """The text under ``key``, parsed; ``""`` when there is none."""
    value = found.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"{what}: {key} must be text")
    try:
        return parse(value) if key in found else ""
    except ValueError as error:
        raise ValueError(f"{what}: {key} {error}") from None


def rates(value: object) -> RateTable:
    """``[rates]``: a currency and, under ``per-minute``, prices by destination prefix (``""`` is the rest)."""
    found = known(table(value, "[rates]"), RATE_KEYS, "[rates]")
    currency = _text(found, "currency", parsers.some_text, "[rates]") or DEFAULT_RATES.currency
    if len(currency) != 3 or not currency.isalpha():
        raise ValueError("[rates]: currency must have three letters, such as EUR")
    if "per-minute" not in found:
        return RateTable(currency.upper(), DEFAULT_RATES.per_minute)
    prices = table(found["per-minute"], "[rates.per-minute]")
    return RateTable(currency.upper(), {_prefix(key): _price(key, one) for key, one in prices.items()})


def _prefix(key: str) -> str:
    digits = key.strip().removeprefix("+")
    if digits and not (digits.isascii() and digits.isdigit()):
        raise ValueError(f'[rates.per-minute]: "{key}" must be the first digits of numbers, or "" for the rest')
    return digits


def _price(key: str, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite() or value < 0:
        raise ValueError(f'[rates.per-minute]: the price for "{key}" must be a number such as 0.0175')
    return Decimal(value)


def phones(value: object) -> dict[Party, PhoneBehaviour]:
    """``[phones."+46700000001"]``: the behaviour of simulated phones by address, in the control API's form."""
    from sinch_voice_emulator.v1.phones_json import behaviour_from_json

    found = {}
    for key, one in table(value, "[phones]").items():
        where = f'[phones."{key}"]'
        try:
            found[parsers.address(key)] = behaviour_from_json(_plain(one), where)
        except ValueError as error:
            raise ValueError(f"{where}: a phone's address {error}") from None
        except EmulatorError as error:
            raise ValueError(str(error).rstrip(".")) from None
    return found


def _plain(value: object) -> object:
    """``value`` with the decimals of the TOML parser as JSON has them: floats."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value
