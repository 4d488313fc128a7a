"""One tenant: its applications, numbers, phones, users, prices and behaviour profile. Accounts never see each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.model.money import DEFAULT_RATES, RateTable
from sinch_voice_emulator.model.party import Party, PartyKind
from sinch_voice_emulator.model.phone import PhoneBehaviour
from sinch_voice_emulator.model.profile import OBSERVED, BehaviourProfile

REGIONS = ("euc1", "use1", "sae1", "apse1", "apse2")
DEFAULT_REGION = "euc1"


@dataclass(slots=True)
class Application:
    """Key and secret of a Voice application and where it wants its callbacks. Keys compare without regard to case."""

    key: str
    secret: str
    callback: CallbackTarget | None = None
    name: str = ""


@dataclass(slots=True)
class OwnedNumber:
    """A number the account rents, perhaps assigned to an application. ``capability`` is ``voice`` or ``sms``."""

    number: str
    capability: str = "voice"
    application: str | None = None


@dataclass(slots=True)
class Account:
    """Everything about a tenant that outlives a call.

    ``numbers`` is keyed by (number, capability). ``phones`` holds behaviour by normalised address, for numbers, SIP
    addresses and app users alike; app users are those in ``users``. ``credit=None`` is bottomless. ``blocked`` holds
    prefixes (digits) that may not be called.
    """

    name: str
    applications: dict[str, Application] = field(default_factory=dict)
    numbers: dict[tuple[str, str], OwnedNumber] = field(default_factory=dict)
    phones: dict[Party, PhoneBehaviour] = field(default_factory=dict)
    users: set[str] = field(default_factory=set)
    rates: RateTable = DEFAULT_RATES
    profile: BehaviourProfile = OBSERVED
    credit: Decimal | None = None
    blocked: tuple[str, ...] = ()
    recording_enabled: bool = True
    region: str = DEFAULT_REGION

    def application(self, key: str) -> Application | None:
        """The application with this key, whatever the case it is written in."""
        return self.applications.get(key.lower())

    def add_application(self, application: Application) -> None:
        """Add an application, or replace the one with the same key."""
        self.applications[application.key.lower()] = application

    def owner_of(self, number: str) -> Application | None:
        """The application that a voice number (normalised) is assigned to."""
        owned = self.numbers.get((number, "voice"))
        if owned is None or owned.application is None:
            return None
        return self.application(owned.application)

    def owns(self, number: str) -> bool:
        """Whether the account rents this number (normalised) for voice."""
        return (number, "voice") in self.numbers

    def is_blocked(self, party: Party) -> bool:
        """Whether calls to ``party`` are forbidden for this account."""
        if party.kind is not PartyKind.NUMBER:
            return False
        return party.endpoint.removeprefix("+").startswith(self.blocked)
