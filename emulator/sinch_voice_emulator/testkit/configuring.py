"""How a test sets an account up: switches, prices, credit, telephones, faults of the network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.money import RateTable
from sinch_voice_emulator.model.party import Party
from sinch_voice_emulator.model.phone import OnRing, PhoneBehaviour
from sinch_voice_emulator.runtime.delivery_faults import DeliveryFault
from sinch_voice_emulator.testkit import arrivals
from sinch_voice_emulator.testkit.looks import Looks
from sinch_voice_emulator.v1.phones_json import behaviour_from_json

T = TypeVar("T")

RINGS_UNTIL_TOLD = PhoneBehaviour(on_ring=OnRing.MANUAL)


class Configuring(Looks):
    """What a test can change about an account."""

    def _change(self, change: Callable[[Account], T], **what: object) -> T:
        return self.runtime.configure(change, "account.changed", {name: str(value) for name, value in what.items()})

    def set_profile(self, **switches: Any) -> None:
        """Change switches of the behaviour profile: ``set_profile(callback_timeout=3_000)``; see docs/fidelity.md."""
        try:
            profile = replace(self.runtime.account.profile, **switches)
        except TypeError as error:
            raise BadRequest(f"no such switch of the behaviour profile: {error}") from None
        self._change(lambda account: setattr(account, "profile", profile), **switches)

    def set_rates(self, per_minute: dict[str, float | str | Decimal], currency: str = "EUR") -> None:
        """Change prices per started minute, by prefix: ``set_rates({"46": "0.02", "": "0.01"})``."""
        rates = RateTable(currency, {prefix.lstrip("+"): Decimal(str(price)) for prefix, price in per_minute.items()})
        self._change(lambda account: setattr(account, "rates", rates), rates=per_minute)

    def set_credit(self, amount: float | str | Decimal | None) -> None:
        """Change what the account can spend; ``None`` is bottomless."""
        credit = None if amount is None else Decimal(str(amount))
        self._change(lambda account: setattr(account, "credit", credit), credit=amount)

    def fault(self, kind: str, **details: Any) -> DeliveryFault:
        """Have the network between the platform and the backend fail: ``fault("delay", event="pie", milliseconds=3_000)``."""
        return self.runtime.faults.add(arrivals.fault_of(kind, details))

    def _with_phone(self, party: Party, behaviour: dict[str, Any]) -> None:
        """Have a phone behave; without a word about it, it rings until the test says what happens."""
        does = behaviour_from_json(behaviour, "phone") if behaviour else RINGS_UNTIL_TOLD
        self._change(lambda account: arrivals.put_phone(account, party, does), phone=party.endpoint)
