"""The circumstances of a recording: switches, prices and credit of the account as they were when it began."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.money import DEFAULT_RATES, RateTable
from sinch_voice_emulator.model.profile import OBSERVED, BehaviourProfile
from sinch_voice_emulator.scenario.record.happenings import Happening
from sinch_voice_emulator.v1.profile_json import profile_from_json, profile_to_json
from sinch_voice_emulator.v1.rates_json import rates_from_json

PROFILE, RATES, SETTINGS = "control.profile", "control.rates", "control.settings"
"""Entries that tell of changes."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How things stand. ``credit`` is ``None`` when it is bottomless."""

    profile: BehaviourProfile = OBSERVED
    rates: RateTable = DEFAULT_RATES
    credit: Decimal | None = None

    @classmethod
    def of(cls, account: Account) -> Circumstances:
        """Those of an account."""
        return cls(account.profile, account.rates, account.credit)

    def after(self, one: Happening) -> Circumstances:
        """As they are behind an entry of the journal."""
        try:
            if one.kind == PROFILE:
                return replace(self, profile=profile_from_json(one.data, self.profile))
            if one.kind == RATES:
                return replace(self, rates=rates_from_json(one.data, self.rates))
        except BadRequest:
            return self
        if one.kind == SETTINGS and "credit" in one.data:
            return replace(self, credit=_decimal(one.data["credit"]))
        if one.kind == "call.ended" and self.credit is not None:
            return replace(self, credit=self.credit - _debit(one))
        return self

    def given(self) -> dict[str, Any]:
        """What a scenario has to be given, which is what is not as it is without configuration."""
        found: dict[str, Any] = {}
        usual = profile_to_json(OBSERVED)
        switches = {name: value for name, value in profile_to_json(self.profile).items() if value != usual[name]}
        if switches:
            found["profile"] = switches
        if self.rates != DEFAULT_RATES:
            found["rates"] = _prices(self.rates)
        if self.credit is not None:
            found["credit"] = float(self.credit)
        return found


USUAL = Circumstances()


def at_the_beginning(
    seed: Circumstances, now: Circumstances, before: Iterable[Happening], within: Iterable[Happening]
) -> Circumstances:
    """How things stood when a recording began that goes on until ``now``.

    What was changed since is reckoned from how the account began (``seed``), and what was not is as it is now.
    """
    then, changed, spent = seed, set[str](), Decimal(0)
    for one in before:
        then = then.after(one)
    for one in within:
        changed.add(one.kind if one.kind != SETTINGS or "credit" in one.data else "")
        spent += _debit(one) if one.kind == "call.ended" else 0
    left = None if now.credit is None else now.credit + spent
    return Circumstances(
        then.profile if PROFILE in changed else now.profile,
        then.rates if RATES in changed else now.rates,
        then.credit if SETTINGS in changed else left,
    )


def change(one: Happening) -> dict[str, Any] | None:
    """The step that changes circumstances as an entry of the journal tells; ``None`` when it tells of something else."""
    if one.kind == PROFILE:
        return {"profile": dict(one.data)}
    if one.kind == RATES:
        return {"rates": _prices(USUAL.after(one).rates)}
    if one.kind == SETTINGS and "credit" in one.data:
        return {"credit": one.data["credit"]}
    return None


def _prices(rates: RateTable) -> dict[str, Any]:
    return {**{prefix: float(price) for prefix, price in rates.per_minute.items()}, "currency": rates.currency}


def _debit(one: Happening) -> Decimal:
    return _decimal(one.data.get("debit")) or Decimal(0)


def _decimal(value: Any) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None
