"""Every option in one table: flag, environment variable, key of the configuration file, parser, default, help.

``serve`` makes its flags from it, ``load`` reads all three sources through it, and the table in ``docs/configuration.md`` is
written from it. An option named ``callback-url`` is the flag ``--callback-url``, the variable
``SINCH_VOICE_EMULATOR_CALLBACK_URL`` and the key ``callback-url``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sinch_voice_emulator.model.account import DEFAULT_REGION, REGIONS
from sinch_voice_emulator.model.profile import PRESETS
from sinch_voice_emulator.runtime.detours import Detour
from sinch_voice_emulator.settings import listening, parsers, profiles
from sinch_voice_emulator.settings.values import DEFAULT_KEY, DEFAULT_NUMBERS, DEFAULT_SECRET, Settings

ENVIRONMENT_PREFIX = "SINCH_VOICE_EMULATOR_"
_PLAIN = Settings()


class Kind(StrEnum):
    """What a value looks like in the configuration file."""

    TEXT = "text"
    NUMBER = "a number"
    SWITCH = "true or false"


@dataclass(frozen=True, slots=True)
class Option:
    """One row. ``default`` is for people; ``alias`` is a second environment variable, read when the first is not set."""

    name: str
    parse: Callable[[str], object]
    metavar: str
    default: str
    help: str
    kind: Kind = Kind.TEXT
    repeatable: bool = False
    alias: str = ""

    @property
    def flag(self) -> str:
        """The option on the command line."""
        return f"--{self.name}"

    @property
    def variable(self) -> str:
        """The option in the environment; several values of a repeatable one are separated by commas."""
        return ENVIRONMENT_PREFIX + self.name.upper().replace("-", "_")


OPTIONS: tuple[Option, ...] = (
    Option(
        "listen",
        listening.listen,
        "[HOST:]PORT[=WORDS]",
        "8080",
        f"Where to listen; port 0 is any free one. After = what for: {', '.join(listening.WORDS)}, several joined by +.",
        repeatable=True,
        alias="PORT",
    ),
    Option(
        "host",
        parsers.some_text,
        "HOST",
        "127.0.0.1",
        "The address to listen on where a port stands alone; 0.0.0.0 in a container.",
    ),
    Option(
        "tls",
        parsers.switch,
        "",
        "off",
        f"HTTPS as well, on port {listening.TLS_PORT} unless --listen says where, and proxying for HTTPS clients.",
        kind=Kind.SWITCH,
    ),
    Option(
        "tls-directory",
        parsers.some_text,
        "DIRECTORY",
        "~/.local/share/sinch-voice-emulator/tls",
        "Where the certificate authority is kept that certificates are made with.",
    ),
    Option(
        "tls-name",
        parsers.host_or_address,
        "NAME",
        "none",
        "A host name or address for the certificate, unless that is your own, and for the proxy to answer, besides Sinch's "
        "and this machine's own.",
        repeatable=True,
    ),
    Option(
        "tls-certificate", parsers.some_text, "FILE", "none", "A certificate of your own (PEM) instead of one that is made."
    ),
    Option("tls-key", parsers.some_text, "FILE", "none", "The private key of that certificate, if it is not in the same file."),
    Option(
        "application",
        parsers.credentials,
        "KEY:SECRET",
        f"{DEFAULT_KEY}:{DEFAULT_SECRET}",
        "An application and its secret; the first one is the default application.",
        repeatable=True,
    ),
    Option(
        "number",
        parsers.telephone_number,
        "+E164",
        ", ".join(DEFAULT_NUMBERS),
        "A number the account owns; the default application answers it.",
        repeatable=True,
    ),
    Option("user", parsers.some_text, "NAME", "none", "An app user who is registered.", repeatable=True),
    Option("callback-url", parsers.url, "URL", "none", "Where the default application gets its callbacks."),
    Option("fallback-url", parsers.url, "URL", "none", "Where a callback goes that the callback URL did not take."),
    Option(
        "public-url",
        parsers.base_url,
        "URL",
        "the first listener",
        "The backend's view of the emulator; callResourceUrl begins with it. {region} in it stands for the call's region.",
    ),
    Option(
        "region",
        parsers.one_of(*REGIONS),
        "REGION",
        DEFAULT_REGION,
        f"The region of calls made through a bare address: {', '.join(REGIONS)}.",
    ),
    Option("auth", parsers.switch, "", "on", "Check credentials and signatures of REST requests.", kind=Kind.SWITCH),
    Option(
        "clock",
        parsers.one_of("real", "manual", "auto"),
        "MODE",
        _PLAIN.clock,
        "Who moves an account's time: real runs by itself; manual and auto stand still until a test advances them.",
    ),
    Option(
        "speed",
        parsers.factor,
        "FACTOR",
        "1",
        "How fast the account's clock runs: 20 lets a minute pass in three seconds.",
        kind=Kind.NUMBER,
    ),
    Option(
        "quiet-window",
        parsers.whole(0),
        "MILLISECONDS",
        f"{_PLAIN.quiet_window_ms}",
        "How long, on the wall clock, nothing may happen after a callback before a clock that is advanced moves on.",
        kind=Kind.NUMBER,
    ),
    Option("token", parsers.text, "TOKEN", "none", "What the control API asks for as bearer token; none leaves it open."),
    Option(
        "allow-callback-host",
        parsers.some_text,
        "HOST",
        "none",
        "A host, or network such as 203.0.113.0/24, that callbacks may go to besides loopback and private addresses; * is any.",
        repeatable=True,
    ),
    Option(
        "rewrite-callback-host",
        Detour.parse,
        "FROM=TO",
        "none",
        "Connect to another host, and port if one is named, than a callback URL says, such as localhost=host.docker.internal "
        "in a container. Path, signature and Host header stay those of the URL.",
        repeatable=True,
    ),
    Option(
        "stubs",
        parsers.some_text,
        "FILE",
        "none",
        "Canned answers (YAML, or JSON in *.json) that take precedence over the emulator's own.",
        repeatable=True,
    ),
    Option(
        "scenarios",
        parsers.folder,
        "FOLDER",
        "none",
        "Scenarios that the control API offers besides those that come with the emulator.",
    ),
    Option(
        "profile",
        profiles.find,
        "NAME",
        "none",
        f"Settings that come with the emulator, for what nothing else sets: {', '.join(profiles.NAMES)}; or a TOML file.",
    ),
    Option("credit", parsers.money, "AMOUNT", "bottomless", "What the account can spend.", kind=Kind.NUMBER),
    Option("blocked", parsers.prefix, "PREFIX", "none", "A prefix of numbers that may not be called.", repeatable=True),
    Option("recording", parsers.switch, "", "on", "Whether the account may record calls.", kind=Kind.SWITCH),
    Option(
        "fidelity",
        parsers.one_of(*PRESETS),
        "PRESET",
        "observed",
        f"How to behave where sources about the platform disagree: {', '.join(PRESETS)}. Single switches: table [fidelity].",
    ),
    Option("max-accounts", parsers.whole(1), "N", f"{_PLAIN.max_accounts}", "Most accounts at a time.", kind=Kind.NUMBER),
    Option(
        "max-ended-calls",
        parsers.whole(0),
        "N",
        f"{_PLAIN.max_ended_calls}",
        "How many ended calls an account remembers.",
        kind=Kind.NUMBER,
    ),
    Option(
        "journal-max-entries",
        parsers.whole(2),
        "N",
        f"{_PLAIN.journal_max_entries}",
        "How many entries an account's journal keeps.",
        kind=Kind.NUMBER,
    ),
    Option(
        "journal-max-bytes",
        parsers.whole(1),
        "BYTES",
        f"{_PLAIN.journal_max_bytes}",
        "How large an account's journal grows.",
        kind=Kind.NUMBER,
    ),
    Option(
        "log-level",
        parsers.one_of("debug", "info", "warning", "error"),
        "LEVEL",
        _PLAIN.log_level,
        "How much to log: debug, info, warning, error.",
    ),
    Option("log-format", parsers.one_of("text", "json"), "FORMAT", _PLAIN.log_format, "How to log: text or json."),
)

CONFIG = Option("config", parsers.some_text, "FILE", "none", "A configuration file (TOML).")
"""The one option that cannot stand in the file itself."""

OTHER_VARIABLES = (f"{ENVIRONMENT_PREFIX}URL",)
"""Variables of the project's that are no options of the server: where the other commands find it."""

BY_NAME = {option.name: option for option in OPTIONS}
