"""How a test sets an account up: switches, prices, credit, telephones, faults of the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any, TypeVar, Unpack

from sinch_voice_emulator.errors import BadRequest, NotFound
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.money import RateTable
from sinch_voice_emulator.model.party import Party
from sinch_voice_emulator.model.phone import OnRing, PhoneBehaviour
from sinch_voice_emulator.runtime.delivery_faults import DeliveryFault
from sinch_voice_emulator.runtime.fault_orders import fault_of
from sinch_voice_emulator.settings import parsers
from sinch_voice_emulator.testkit import arrivals
from sinch_voice_emulator.testkit.looks import Looks
from sinch_voice_emulator.testkit.words import FaultDetails, FaultName, check_names
from sinch_voice_emulator.v1.phones_json import behaviour_from_json
from sinch_voice_emulator.v1.profile_json import profile_from_json

T = TypeVar("T")

RINGS_UNTIL_TOLD = PhoneBehaviour(on_ring=OnRing.MANUAL)


class Configuring(Looks):
    """What a test can change about an account."""

    def _change(self, change: Callable[[Account], T], **what: object) -> T:
        return self.runtime.configure(change, "account.changed", {name: str(value) for name, value in what.items()})

    def set_profile(self, **switches: Any) -> None:
        """Change switches of the behaviour profile: ``set_profile(callback_timeout=3_000)``; see docs/fidelity.md."""
        profile = profile_from_json(switches, self.runtime.account.profile)
        self._change(lambda account: setattr(account, "profile", profile), **switches)

    def set_rates(self, per_minute: dict[str, float | str | Decimal], currency: str = "EUR") -> None:
        """Change prices per started minute, by prefix: ``set_rates({"46": "0.02", "": "0.01"})``."""
        rates = RateTable(currency, {_prefix(prefix): _money("a price", price) for prefix, price in per_minute.items()})
        self._change(lambda account: setattr(account, "rates", rates), rates=per_minute)

    def set_credit(self, amount: float | str | Decimal | None) -> None:
        """Change what the account can spend; ``None`` is bottomless."""
        credit = None if amount is None else _money("the credit", amount)
        self._change(lambda account: setattr(account, "credit", credit), credit=amount)

    def fault(self, kind: FaultName, **details: Unpack[FaultDetails]) -> DeliveryFault:
        """Have the network between the platform and the backend fail: ``fault("delay", event="pie", milliseconds=3_000)``.

        Which attempts: of ``event`` and ``call``, from the ``nth`` on, ``count`` of them (``None``: all), each with ``chance``.
        """
        check_names(details, FaultDetails.__annotations__, "a fault has no such detail:")
        fault = fault_of(kind, details)
        if fault.call:
            self._known(fault.call)
        return self._ordered(self.runtime.faults.add(fault))

    def _ordered(self, fault: DeliveryFault) -> DeliveryFault:
        """A fault has been ordered."""
        return fault

    def take_back(self, fault: DeliveryFault) -> None:
        """Have a fault fire no more. One that has not fired by the end of a test, and was not taken back, is a failure."""
        with suppress(NotFound):  # it is used up
            self.runtime.faults.remove(fault.id)

    def _with_phone(self, party: Party, behaviour: Mapping[str, Any]) -> None:
        """Have a phone behave; without a word about it, it rings until the test says what happens."""
        does = behaviour_from_json(behaviour, "phone") if behaviour else RINGS_UNTIL_TOLD
        self._change(lambda account: arrivals.put_phone(account, party, does), phone=party.endpoint)


def _prefix(written: object) -> str:
    """The first digits of numbers; ``""`` is every other number. Raises ``BadRequest``."""
    if written == "":
        return ""
    try:
        return parsers.prefix(str(written))
    except ValueError as error:
        raise BadRequest(f"a prefix of numbers {error}, or empty for all others, not {written!r}") from None


def _money(what: str, amount: object) -> Decimal:
    try:
        return parsers.money(str(amount))
    except ValueError as error:
        raise BadRequest(f"{what} {error}, not {amount!r}") from None
