"""How the world around the backend is and changes: phones, the network, prices, the platform's switches, time, variables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.account import Account, OwnedNumber
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.instants import Millis
from sinch_voice_emulator.model.party import Party, PartyKind
from sinch_voice_emulator.runtime.delivery_faults import DeliveryFault, FaultKind
from sinch_voice_emulator.scenario.model import Step
from sinch_voice_emulator.scenario.stage import Branch, Pause, Play, Stage
from sinch_voice_emulator.scenario.words.word import Word
from sinch_voice_emulator.testkit import arrivals
from sinch_voice_emulator.testkit.addresses import party_of
from sinch_voice_emulator.v1.durations import duration_from_json
from sinch_voice_emulator.v1.phones_json import behaviour_from_json
from sinch_voice_emulator.v1.profile_json import profile_from_json


def put_phones(stage: Stage, phones: Mapping[str, Any]) -> None:
    """Have phones behave."""
    for address, behaviour in phones.items():
        party, does = party_of(address), behaviour_from_json(behaviour, address)
        stage.voice._change(partial(arrivals.put_phone, party=party, behaviour=does), phone=address)


def put_profile(stage: Stage, switches: Any) -> None:
    """Set switches of the behaviour profile."""
    profile = profile_from_json(switches, stage.voice.runtime.account.profile)
    stage.voice._change(lambda account: setattr(account, "profile", profile), profile=switches)


def put_rates(stage: Stage, rates: Mapping[str, Any]) -> None:
    """Set prices."""
    prices = {prefix: price for prefix, price in rates.items() if prefix != "currency"}
    check_rates(rates)
    stage.voice.set_rates(prices, str(rates.get("currency", "EUR")))


def put_numbers(stage: Stage, numbers: list[str]) -> None:
    """Have the account own numbers, which its first application answers."""
    account = stage.voice.runtime.account
    owner = next(iter(account.applications))
    for number in numbers:
        party = number_of(number)
        if not account.owns(party.endpoint):
            entry = OwnedNumber(party.endpoint, "voice", account.applications[owner].key)
            stage.voice._change(partial(_own, number=entry), number=party.endpoint)


def instant_of(text: str) -> datetime:
    """An instant of a file; without a zone it is UTC. Raises ``BadRequest``."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"start should be an instant such as 2026-03-01T12:00:00Z, but is {text!r}") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def number_of(text: str) -> Party:
    """A number that an account may own. Raises ``BadRequest``."""
    party = party_of(text)
    if party.kind is not PartyKind.NUMBER:
        raise BadRequest(f"{text!r} is no number")
    return party


def _own(account: Account, number: OwnedNumber) -> None:
    account.numbers[number.number, number.capability] = number


def put_users(stage: Stage, names: list[str]) -> None:
    """Register app users."""
    users = {name.removeprefix("user:") for name in names}
    stage.voice._change(lambda account: account.users.update(users), users=sorted(users))


def put_fault(stage: Stage, body: Mapping[str, Any]) -> None:
    """Have the network fail."""
    fault = fault_of(body)
    if fault.call:
        raise BadRequest("a fault of one call can be set once the call is there: use a step, not given")
    stage.voice.runtime.faults.add(fault)


def fault_of(body: Mapping[str, Any], call: str = "") -> DeliveryFault:
    """The fault that ``body`` describes."""
    details = {name: value for name, value in body.items() if name in ("nth", "count", "chance", "path", "value")}
    details |= {name: body[name] for name in ("signature", "status", "copies") if name in body}
    if "for" in body:
        details["milliseconds"] = duration_from_json(body["for"], "for")
    event = EventKind(body["event"]) if "event" in body else None
    fault = DeliveryFault(FaultKind(body["kind"]), event=event, call=call, **details)
    fault.check()
    return fault


def check_rates(rates: Mapping[str, Any]) -> None:
    """Raise ``BadRequest`` for a price that is none."""
    for prefix, price in rates.items():
        if prefix == "currency":
            continue
        try:
            Decimal(str(price))
        except InvalidOperation:
            raise BadRequest(f"the price of {prefix!r} should be a number, but is {price!r}") from None


def _fault(branch: Branch, body: Any, _step: Step) -> Play[None]:
    yield from ()
    call = branch.call(body["call"]).id if "call" in body else ""
    branch.voice.runtime.faults.add(fault_of(body, call))


def _phones(branch: Branch, body: Any, _step: Step) -> Play[None]:
    yield from ()
    put_phones(branch.stage, body)


def check_phones(body: Any) -> None:
    """Raise ``BadRequest`` for an address or a behaviour that is none."""
    for address, behaviour in body.items():
        party_of(address)
        behaviour_from_json(behaviour, address)


def _profile(branch: Branch, body: Any, _step: Step) -> Play[None]:
    yield from ()
    put_profile(branch.stage, body)


def check_profile(body: Any) -> None:
    """Raise ``BadRequest`` for a switch that there is not."""
    profile_from_json(body)


def _rates(branch: Branch, body: Any, _step: Step) -> Play[None]:
    yield from ()
    put_rates(branch.stage, body)


def _credit(branch: Branch, body: Any, _step: Step) -> Play[None]:
    yield from ()
    branch.voice.set_credit(body)


def _wait(_branch: Branch, body: Any, _step: Step) -> Play[None]:
    yield Pause(None if body == "idle" else duration_from_json(body, "wait"))


def _remember(branch: Branch, body: Any, _step: Step) -> Play[None]:
    yield from ()
    for name, value in body.items():
        branch.scope.set(name, value)


def within_of(body: Mapping[str, Any], default: Millis) -> Millis:
    """How long an expectation waits, in milliseconds."""
    return duration_from_json(body["within"], "within") if "within" in body else default


def check_fault(body: Any) -> None:
    """Raise ``BadRequest`` for a fault that makes no sense."""
    if {"kind"} <= set(body):
        fault_of(body)


WORDS = (
    Word("fault", _fault, check_fault),
    Word("phones", _phones, check_phones),
    Word("profile", _profile, check_profile),
    Word("rates", _rates, check_rates),
    Word("credit", _credit),
    Word("wait", _wait),
    Word("remember", _remember),
)
