"""Small values as the Voice API spells them: money, times, callers, addresses. Shared by callbacks and REST answers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

from sinch_voice_emulator.engine.phones import is_free
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.call import Call, Origin
from sinch_voice_emulator.model.instants import SECOND, Instant
from sinch_voice_emulator.model.money import FREE
from sinch_voice_emulator.model.party import Party, PartyKind

Json: TypeAlias = dict[str, object]

PRIVATE = "private"
"""What a withheld caller is called, everywhere."""

REGION_MARK = "{region}"
"""Stands for the region in a public URL whose host names one: ``https://calling-{region}.api.sinch.com``."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def money(currency: str, amount: Decimal) -> Json:
    """A price or a bill. The amount is a JSON number with a fraction: captured traffic shows ``0.0``, not ``0``."""
    return {"currencyId": currency, "amount": float(amount)}


def rate_of(party: Party | None, account: Account) -> Decimal:
    """What a minute to ``party`` costs the account; the platform's old test numbers are free."""
    return FREE if party is None or is_free(party) else account.rates.rate(party)


def iso_zoneless(instant: Instant) -> str:
    """``2026-03-01T12:00:00``: whole seconds, UTC unsaid."""
    return (_EPOCH + timedelta(seconds=instant // SECOND)).strftime("%Y-%m-%dT%H:%M:%S")


def iso_seconds(instant: Instant) -> str:
    """``2026-03-01T12:00:00Z``: whole seconds, UTC."""
    return f"{iso_zoneless(instant)}Z"


def iso_millis(instant: Instant) -> str:
    """``2026-03-01T12:00:00.250Z``, for the control API, which knows no reason to round."""
    return f"{iso_zoneless(instant)}.{instant % SECOND:03d}Z"


def caller_id(cli: str, *, plus: bool) -> str:
    """A caller as callbacks tell it: digits without ``+`` (captured traffic), ``private`` when withheld."""
    if not cli:
        return PRIVATE
    return cli if plus else cli.removeprefix("+")


def pairs(items: Iterable[tuple[str, str]]) -> list[Json]:
    """Keys and values as the platform lists them."""
    return [{"key": key, "value": value} for key, value in items]


def custom_text(call: Call) -> str:
    """What ``custom`` says: the call's own, else its call headers as JSON text (deprecated but documented), else ``""``."""
    if call.custom or not call.headers:
        return call.custom
    return json.dumps(dict(call.headers), ensure_ascii=False, separators=(",", ":"))


def dialled_party(call: Call) -> Party | None:
    """What the call was for originally. A telephone that reached the platform dialled a DID, whoever says number."""
    party = call.dialled
    if party is not None and call.origin is Origin.PSTN and party.kind is PartyKind.NUMBER:
        return Party(PartyKind.DID, party.endpoint)
    return party


def latest_party(call: Call) -> Party | None:
    """Whom the call was connected to, or last tried to reach; what it was for originally when nobody was dialled."""
    return call.billed or dialled_party(call)


def application_key(call: Call, account: Account) -> str:
    """The call's application key in the case it was configured in."""
    application = account.application(call.application)
    return application.key if application is not None else call.application


def resource_url(call: Call, account: Account, public_url: str) -> str:
    """Where this call can be fetched and managed."""
    return f"{base_url(call.region, account, public_url)}/calling/v1/calls/id/{call.id}"


def base_url(region: str, account: Account, public_url: str) -> str:
    """The address of the API for things of one region, without a slash at its end.

    ``public_url`` has the region in its host name where it says ``{region}``; otherwise a region other than the account's own
    stands as prefix before the path.
    """
    if REGION_MARK in public_url:
        return public_url.rstrip("/").replace(REGION_MARK, region or account.region)
    prefix = "" if region in ("", account.region) else f"/{region}"
    return f"{public_url.rstrip('/')}{prefix}"
