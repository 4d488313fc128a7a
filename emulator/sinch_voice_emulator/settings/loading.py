"""Flags, environment and files into one ``Settings``.

A flag beats a variable, a variable the configuration file, that the profile, and the profile the default.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.model.profile import OBSERVED, BehaviourProfile
from sinch_voice_emulator.settings import fidelity, listening, parsers, tables
from sinch_voice_emulator.settings.options import BY_NAME, CONFIG, ENVIRONMENT_PREFIX, OTHER_VARIABLES, Kind, Option
from sinch_voice_emulator.settings.values import (
    ApplicationSettings,
    ListenAddress,
    NumberSettings,
    Settings,
    SettingsError,
    TlsSettings,
)
from sinch_voice_emulator.stubs.values import Stub

T = TypeVar("T")
Flags = Mapping[str, Sequence[str]]

TABLES = ("applications", "phones", "rates")
"""Keys of the file that are not options."""
PATHS = ("stubs", "scenarios")
"""Keys whose values are paths, which begin at the folder of the file."""
PLURALS = {"numbers": "number", "users": "user", "allow-callback-hosts": "allow-callback-host"}
"""Spellings that read better over an array: ``numbers = [...]``."""


@dataclass(frozen=True, slots=True)
class File:
    """A configuration file that was read: its name and its keys, spelt as options are.

    With a profile laid under it, ``origins`` names the file of each key that is the profile's, and ``stubs`` has the files that
    the profile wants read after all others.
    """

    name: str
    content: Mapping[str, Any]
    origins: Mapping[str, str] = field(default_factory=dict)
    stubs: tuple[str, ...] = ()

    def source(self, key: str) -> str:
        """The name of the file in which ``key`` stands."""
        return self.origins.get(key, self.name)

    def over(self, profile: File) -> File:
        """This file, with what only ``profile`` says taken from there. Stubs of both are used."""
        content = dict(profile.content)
        stubs = _file_texts(BY_NAME["stubs"], content.pop("stubs", []), f'{profile.name}: "stubs"')
        if {"application", "applications"} & set(self.content):
            content.pop("application", None)
            content.pop("applications", None)
        origins = {key: profile.name for key in content if key not in self.content}
        return File(self.name, {**content, **self.content}, origins, stubs)


@dataclass(frozen=True, slots=True)
class Given:
    """The texts given for an option, and where, for messages."""

    texts: tuple[str, ...]
    where: str


def load(flags: Flags | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings that flags, environment and configuration file come to.

    ``flags`` maps names of options to the texts given (one, unless the option is repeatable). Raises ``SettingsError``.
    """
    given = flags or {}
    variables = os.environ if environ is None else environ
    _refuse_unknown_variables(variables)
    path = (given.get(CONFIG.name) or [variables.get(CONFIG.variable, "")])[-1]
    file = read_file(path) if path else File("", {})
    profile = _Reader(given, variables, file).one("profile", "")
    return _Reader(given, variables, file.over(_read_profile(profile)) if profile else file).settings()


def _read_profile(path: str) -> File:
    profile = read_file(path)
    if "profile" in profile.content:
        raise SettingsError(f'{path}: "profile" cannot stand here: a profile has no profile of its own.')
    return profile


def _refuse_unknown_variables(variables: Mapping[str, str]) -> None:
    """A misspelt variable would be ignored in silence; ``SettingsError`` instead."""
    known = [CONFIG.variable, *OTHER_VARIABLES, *(option.variable for option in BY_NAME.values())]
    for name in variables:
        if name.startswith(ENVIRONMENT_PREFIX) and name not in known:
            raise SettingsError(f"The environment variable {name} is not a setting{parsers.nearest(name, known)}.")


def read_file(path: str) -> File:
    """A configuration file; ``SettingsError`` when it cannot be read, is not TOML, or has a key that nobody knows."""
    try:
        content = tomllib.loads(Path(path).read_bytes().decode("utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        raise SettingsError(f"The configuration file {path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"The configuration file {path} is not UTF-8 text.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The configuration file {path} is not TOML: {error}.") from None
    spelt: dict[str, Any] = {}
    names = (*BY_NAME, *TABLES, *PLURALS)
    for key, value in content.items():
        name = key.replace("_", "-")
        name = PLURALS.get(name, name)
        if name not in names:
            raise SettingsError(f'{path}: "{key}" is not a setting{parsers.nearest(key, names)}.')
        if name in spelt:
            raise SettingsError(f'{path}: "{key}" is set twice, in two spellings.')
        spelt[name] = value
    for name in PATHS:
        if name in spelt:
            texts = [str(Path(path).parent / one) for one in _file_texts(BY_NAME[name], spelt[name], f'{path}: "{name}"')]
            spelt[name] = texts if BY_NAME[name].repeatable else texts[-1]
    return File(path, spelt)


class _Reader:
    """One pass over the three sources."""

    def __init__(self, flags: Flags, environ: Mapping[str, str], file: File) -> None:
        self.flags = flags
        self.environ = environ
        self.file = file

    def settings(self) -> Settings:
        """Everything put together."""
        applications, numbers, default = self.applications()
        plain = Settings()
        return Settings(
            listen=self.listen(),
            tls=TlsSettings(
                self.one("tls-directory", ""),
                tuple(self.many("tls-name")),
                self.one("tls-certificate", ""),
                self.one("tls-key", ""),
            ),
            public_url=self.one("public-url", plain.public_url),
            applications=applications,
            default_credentials=default,
            numbers=numbers,
            users=tuple(self.many("user")),
            phones=self.table("phones", tables.phones, plain.phones),
            rates=self.table("rates", tables.rates, plain.rates),
            blocked=tuple(self.many("blocked")),
            credit=self.one("credit", plain.credit),
            recording=self.one("recording", plain.recording),
            region=self.one("region", plain.region),
            profile=self.profile(),
            stubs=self.stubs(),
            scenarios=self.one("scenarios", plain.scenarios),
            auth=self.one("auth", plain.auth),
            clock=self.one("clock", plain.clock),
            speed=self.one("speed", plain.speed),
            quiet_window_ms=self.one("quiet-window", plain.quiet_window_ms),
            token=self.one("token", plain.token),
            allow_callback_hosts=tuple(self.many("allow-callback-host")),
            rewrite_callback_hosts=tuple(self.many("rewrite-callback-host")),
            max_accounts=self.one("max-accounts", plain.max_accounts),
            max_ended_calls=self.one("max-ended-calls", plain.max_ended_calls),
            journal_max_entries=self.one("journal-max-entries", plain.journal_max_entries),
            journal_max_bytes=self.one("journal-max-bytes", plain.journal_max_bytes),
            log_level=self.one("log-level", plain.log_level),
            log_format=self.one("log-format", plain.log_format),
            config_file=self.file.name,
        )

    def listen(self) -> tuple[ListenAddress, ...]:
        """Where to listen."""
        try:
            given: list[ListenAddress] = self.many("listen")
            tls: bool | None = self.one("tls", None)
            if tls is False and (port := next((one.port for one in given if one.tls), None)) is not None:
                raise ValueError(f"TLS is switched off, but the port {port} is to speak it; leave out --no-tls, or =tls")
            return listening.places(given, self.one("host", "127.0.0.1"), tls=bool(tls))
        except ValueError as error:
            raise SettingsError(f"{str(error)[0].upper()}{str(error)[1:]}.") from None

    def given(self, option: Option) -> Given | None:
        """What stands highest in the order of precedence; ``None`` when nobody said anything."""
        if self.flags.get(option.name):
            return Given(tuple(self.flags[option.name]), option.flag)
        for variable in filter(None, (option.variable, option.alias)):
            if text := self.environ.get(variable, "").strip():
                texts = tuple(part.strip() for part in text.split(",") if part.strip()) if option.repeatable else (text,)
                return Given(texts, f"environment variable {variable}")
        if option.name not in self.file.content or (option.name == "fidelity" and self.switches is not None):
            return None
        where = f'{self.file.source(option.name)}: "{option.name}"'
        return Given(_file_texts(option, self.file.content[option.name], where), where)

    def many(self, name: str) -> list[Any]:
        """Every value of a repeatable option, parsed; empty when it was not given."""
        option = BY_NAME[name]
        given = self.given(option)
        return [_parse(option, text, given.where) for text in given.texts] if given else []

    def one(self, name: str, default: T) -> T:
        """The value of an option, parsed, or ``default``."""
        values: list[T] = self.many(name)
        return values[-1] if values else default

    def table(self, name: str, read: Callable[[object], T], default: T) -> T:
        """A table of the file, read, or ``default``."""
        if name not in self.file.content:
            return default
        try:
            return read(self.file.content[name])
        except ValueError as error:
            start = "" if str(error).startswith(("[", '"')) else f'"{name}" '
            raise SettingsError(f"{self.file.source(name)}: {start}{error}.") from None

    @property
    def switches(self) -> Mapping[str, object] | None:
        """The ``[fidelity]`` table; ``None`` when there is none, or only a preset's name."""
        found = self.file.content.get("fidelity")
        return found if isinstance(found, dict) else None

    def profile(self) -> BehaviourProfile:
        """The preset, which a flag or variable may choose, with the file's switches set on it."""
        switches = dict(self.switches or {})
        if chosen := self.one("fidelity", ""):
            switches["preset"] = chosen
        try:
            return fidelity.profile(switches) if switches else OBSERVED
        except BadRequest as error:
            sentence = str(error).rstrip(".")
            end = "" if sentence.endswith("?") else "."
            raise SettingsError(f"{self.file.source('fidelity')}: [fidelity]: {sentence}{end}") from None

    def stubs(self) -> tuple[Stub, ...]:
        """The canned answers of all files: first those that were asked for, then those of the profile."""
        paths = [*self.many("stubs"), *self.file.stubs]
        if not paths:
            return ()
        from sinch_voice_emulator.stubs.reading import read_file as read_stubs

        return tuple(stub for path in paths for stub in read_stubs(path))

    def applications(self) -> tuple[tuple[ApplicationSettings, ...], tuple[NumberSettings, ...], bool]:
        """Applications, numbers, and whether the applications are the default ones."""
        plain = Settings()
        listed = self.table("applications", tables.applications, tuple[tables.ApplicationTable, ...]())
        if listed and "application" in self.file.content:
            raise SettingsError(f'{self.file.source("application")}: use either "application" or [[applications]], not both.')
        chosen: list[ApplicationSettings] = self.many("application")
        numbers = [number for one in listed for number in one.numbers] if not chosen else []
        applications = chosen or [one.application for one in listed] or list(plain.applications)
        keys = [one.key.lower() for one in applications]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                raise SettingsError(f"The application {key} is given twice.")
        applications[0] = replace(applications[0], callback=self.callback(applications[0].callback))
        first = applications[0].key
        numbers += [NumberSettings(number, first) for number in self.many("number")]
        if not numbers:
            numbers = [NumberSettings(one.number, first) for one in plain.numbers]
        return tuple(applications), tuple(numbers), not (chosen or listed)

    def callback(self, configured: CallbackTarget | None) -> CallbackTarget | None:
        """Where the default application's callbacks go."""
        primary = self.one("callback-url", configured.primary if configured else "")
        fallback = self.one("fallback-url", configured.fallback if configured else None)
        if fallback and not primary:
            raise SettingsError("A fallback URL needs a callback URL beside it: set callback-url as well.")
        return CallbackTarget(primary, fallback) if primary else None


def _file_texts(option: Option, value: object, where: str) -> tuple[str, ...]:
    """What the file says for an option, as the texts its parser takes; ``SettingsError`` for a wrong type."""
    values = value if option.repeatable and isinstance(value, list) else [value]
    return tuple(_file_text(option, one, where) for one in values)


def _file_text(option: Option, value: object, where: str) -> str:
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if option.kind is Kind.SWITCH and isinstance(value, bool):
        return "on" if value else "off"
    if option.kind is Kind.NUMBER and is_number:
        return str(value)
    if option.kind is Kind.TEXT and (isinstance(value, str) or (option.name == "listen" and is_number)):
        return str(value)
    expected = option.kind.value + (" or an array of them" if option.repeatable else "")
    raise SettingsError(f"{where} must be {expected}.")


def _parse(option: Option, text: str, where: str) -> Any:
    try:
        return option.parse(text)
    except ValueError as error:
        shown = text.partition(":")[0] + ":..." if option.name == "application" and ":" in text else text
        raise SettingsError(f'{where} {error}, not "{shown}".') from None
