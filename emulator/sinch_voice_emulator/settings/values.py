"""What the emulator was told at start, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.account import DEFAULT_REGION, Account, Application, OwnedNumber
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.model.money import DEFAULT_RATES, RateTable
from sinch_voice_emulator.model.party import Party
from sinch_voice_emulator.model.phone import PhoneBehaviour
from sinch_voice_emulator.model.profile import OBSERVED, BehaviourProfile
from sinch_voice_emulator.runtime.detours import Detour
from sinch_voice_emulator.stubs.values import Stub

DEFAULT_KEY = "11111111-2222-4333-8444-555555555555"
DEFAULT_SECRET = "ZW11bGF0b3Itc2VjcmV0IQ=="
"""The pair used when no application is given. The key is a GUID and the secret base64, as receivers insist on."""

DEFAULT_NUMBERS = ("+12025550100", "+46701740699")
"""Numbers the account owns when none is given; both come from ranges reserved for fiction."""

LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]
ClockMode: TypeAlias = Literal["real", "manual", "auto"]
LogFormat: TypeAlias = Literal["text", "json"]


class SettingsError(BadRequest):
    """A setting that makes no sense; the sentence names where it was read, the setting, and what would be right."""


class Role(StrEnum):
    """A part of what the emulator answers. A port that was given roles answers nothing else."""

    CALLING = "calling"
    CONFIGURATION = "configuration"
    CONTROL = "control"
    PROXY = "proxy"


API_ROLES = frozenset({Role.CALLING, Role.CONFIGURATION})
"""The roles that make up the Voice API."""


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where the server listens, and what for. Port 0 is any free one.

    ``roles`` is what the port answers, everything when it is empty. ``region`` is what requests address that name none.
    ``tls`` makes it HTTPS.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    roles: frozenset[Role] = frozenset()
    region: str = ""
    tls: bool = False

    @property
    def url(self) -> str:
        """The address as a base URL, as seen from this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        scheme = "https" if self.tls else "http"
        return f"{scheme}://[{host}]:{self.port}" if ":" in host else f"{scheme}://{host}:{self.port}"

    def answers(self, role: Role) -> bool:
        """Whether this port answers such requests."""
        return not self.roles or role in self.roles


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """What ports with TLS show. ``directory=""`` is the place where a user's programs keep data.

    ``names`` are names and addresses that the certificate is made for besides those of the Voice API. ``certificate`` and
    ``key`` are files of one's own (PEM); without them a certificate is made.
    """

    directory: str = ""
    names: tuple[str, ...] = ()
    certificate: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class ApplicationSettings:
    """One application of the account: credentials and where its callbacks go."""

    key: str
    secret: str
    callback: CallbackTarget | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class NumberSettings:
    """A number the account owns (normalised) and the key of the application that answers it."""

    number: str
    application: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set at start. ``Settings()`` is the emulator with no set-up at all.

    ``public_url`` is the backend's view of the emulator, without a slash at the end, ``""`` for the first listener's address.
    ``token`` guards the control API; ``""`` leaves it open. ``default_credentials`` says that nobody chose an application, so
    that the server prints the pair it uses. ``credit=None`` is bottomless. ``scenarios`` is a folder, ``""`` for none.
    """

    listen: tuple[ListenAddress, ...] = (ListenAddress(),)
    tls: TlsSettings = TlsSettings()
    public_url: str = ""
    applications: tuple[ApplicationSettings, ...] = (ApplicationSettings(DEFAULT_KEY, DEFAULT_SECRET),)
    default_credentials: bool = True
    numbers: tuple[NumberSettings, ...] = tuple(NumberSettings(number, DEFAULT_KEY) for number in DEFAULT_NUMBERS)
    users: tuple[str, ...] = ()
    phones: Mapping[Party, PhoneBehaviour] = field(default_factory=dict)
    rates: RateTable = DEFAULT_RATES
    blocked: tuple[str, ...] = ()
    credit: Decimal | None = None
    recording: bool = True
    region: str = DEFAULT_REGION
    profile: BehaviourProfile = OBSERVED
    stubs: tuple[Stub, ...] = ()
    scenarios: str = ""
    auth: bool = True
    clock: ClockMode = "real"
    speed: float = 1.0
    quiet_window_ms: int = 20
    token: str = ""
    allow_callback_hosts: tuple[str, ...] = ()
    rewrite_callback_hosts: tuple[Detour, ...] = ()
    max_accounts: int = 100
    max_ended_calls: int = 10_000
    journal_max_entries: int = 100_000
    journal_max_bytes: int = 64 * 1024 * 1024
    log_level: LogLevel = "info"
    log_format: LogFormat = "text"
    config_file: str = ""

    @property
    def needs_certificate(self) -> bool:
        """Whether some port has TLS, or is there for clients that want it inside a tunnel."""
        return any(place.tls or Role.PROXY in place.roles for place in self.listen)

    @property
    def own_hosts(self) -> tuple[str, ...]:
        """Names and addresses that the emulator was told it has, in lower case."""
        told = (*(place.host for place in self.listen), urlsplit(self.public_url).hostname or "", *self.tls.names)
        return tuple(dict.fromkeys(name.lower() for name in told if name))

    def account(self, name: str = "default") -> Account:
        """A fresh account as configured: what an account is created from and reset to."""
        account = Account(
            name,
            phones=dict(self.phones),
            users=set(self.users),
            rates=self.rates,
            profile=self.profile,
            credit=self.credit,
            blocked=self.blocked,
            recording_enabled=self.recording,
            region=self.region,
        )
        for one in self.applications:
            account.add_application(Application(one.key, one.secret, one.callback, one.name))
        for owned in self.numbers:
            account.numbers[(owned.number, "voice")] = OwnedNumber(owned.number, application=owned.application)
        return account
