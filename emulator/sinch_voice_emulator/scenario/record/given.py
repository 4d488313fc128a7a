"""How phones have to be for a recording to be played again: they ring until told, and a machine is the machine it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.money import DEFAULT_RATES
from sinch_voice_emulator.model.profile import OBSERVED
from sinch_voice_emulator.scenario.record.happenings import Happening
from sinch_voice_emulator.v1.profile_json import profile_to_json


def given_of(happenings: Sequence[Happening]) -> dict[str, Any]:
    """What a scenario has to be given: phones by address, users, and faults of the network that fired."""
    given: dict[str, Any] = {}
    phones = _phones(happenings)
    users = sorted({address.removeprefix("user:") for address in phones if address.startswith("user:")})
    if users:
        given["users"] = users
    if phones:
        given["phones"] = phones
    faults = _faults(happenings)
    if faults:
        given["faults"] = faults
    return given


def _phones(happenings: Sequence[Happening]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    parties: dict[tuple[str, int], tuple[str, int]] = {}
    answered: dict[tuple[str, int], int] = {}
    for one in happenings:
        leg = (one.call, one.leg)
        if one.kind == "leg.dialled":
            parties[leg] = (one.party, one.instant)
            found.setdefault(one.party, "manual")
        if leg not in parties:
            continue
        party, dialled = parties[leg]
        if one.kind == "leg.answered":
            answered[leg] = one.instant
            if isinstance(found[party], dict) and found[party].get("on_ring") == "rings-out":
                found[party] = "manual"
        elif one.kind == "leg.ended" and one.data.get("why") == "no answer" and found[party] == "manual":
            found[party] = {"on_ring": "rings-out", "rings_for": _seconds(one.instant - dialled)}
        elif one.kind == "amd.result" and leg in answered:
            found[party] = _answering(
                found[party], verdict=one.data.get("status"), reason=str(one.data.get("reason", "")).lower()
            )
            found[party]["answerer"]["verdict_after"] = _seconds(one.instant - answered[leg])
        elif one.kind == "amd.beep" and leg in answered and isinstance(found[party], dict):
            found[party].setdefault("answerer", {"verdict": "machine"})["beep_after"] = _seconds(one.instant - answered[leg])
    return found


def _answering(phone: Any, **answerer: Any) -> dict[str, Any]:
    told = isinstance(phone, dict) and phone.get("on_ring") != "rings-out"
    kept: dict[str, Any] = phone if told else {"on_ring": "manual"}
    known = {name: value for name, value in answerer.items() if value}
    return {**kept, "answerer": {**kept.get("answerer", {}), **known}}


def _faults(happenings: Sequence[Happening]) -> list[dict[str, Any]]:
    """Faults that fired, each at the attempt at which it did."""
    faults: list[dict[str, Any]] = []
    attempts: dict[str, int] = {}
    for one in happenings:
        event = str(one.data.get("event", ""))
        if one.kind == "callback.attempted":
            attempts[event] = attempts.get(event, 0) + 1
        elif one.kind == "fault.fired":
            fault = {"kind": one.data.get("fault_kind"), "event": event, "nth": attempts.get(event, 0) + 1}
            fault |= {name: one.data[name] for name in ("copies", "path", "value", "signature", "status") if name in one.data}
            if "milliseconds" in one.data:
                fault["for"] = _seconds(int(one.data["milliseconds"]))
            faults.append(fault)
    return faults


def _seconds(milliseconds: int) -> float | int:
    return milliseconds // 1000 if milliseconds % 1000 == 0 else milliseconds / 1000


def circumstances_of(account: Account) -> dict[str, Any]:
    """Switches, prices and credit of an account that are not as they are without configuration."""
    given: dict[str, Any] = {}
    usual = profile_to_json(OBSERVED)
    switches = {name: value for name, value in profile_to_json(account.profile).items() if value != usual[name]}
    if switches:
        given["profile"] = switches
    if account.rates != DEFAULT_RATES:
        prices = {prefix: float(price) for prefix, price in account.rates.per_minute.items()}
        given["rates"] = {**prices, "currency": account.rates.currency}
    if account.credit is not None:
        given["credit"] = float(account.credit)
    return given
