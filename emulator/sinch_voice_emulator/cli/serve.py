"""``serve``: run the emulator until it is told to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.settings import Role, Settings, SettingsError, load
from sinch_voice_emulator.settings.options import CONFIG, OPTIONS, Kind, Option

if TYPE_CHECKING:
    from sinch_voice_emulator.emulator import Emulator


def flag(option: Option) -> click.Option:
    """An option of the table as click has it."""
    text = f"{option.help} Default: {option.default}. [{option.variable}]"
    if option.kind is Kind.SWITCH:
        return click.Option([f"{option.flag}/--no-{option.name}"], default=None, help=text)
    return click.Option([option.flag], metavar=option.metavar, multiple=option.repeatable, help=text)


def settings_from(parameters: dict[str, Any]) -> Settings:
    """Settings from what click parsed, and from what it leaves to environment and file."""
    flags = {}
    for name, value in parameters.items():
        if value is None or value == ():
            continue
        texts = ["on" if value else "off"] if isinstance(value, bool) else [value] if isinstance(value, str) else list(value)
        flags[name.replace("_", "-")] = texts
    return load(flags)


def greeting(emulator: Emulator) -> str:
    """What the server says when it listens: where, and for whom."""
    settings = emulator.settings
    first = settings.applications[0]
    secret = first.secret if settings.default_credentials else "(as configured)"
    target = first.callback.primary if first.callback else "none: set --callback-url, or use the configuration API"
    stubs = [f"  stubs         {len(settings.stubs)}"] if settings.stubs else []
    return "\n".join(
        [
            f"Sinch Voice emulator at {', '.join(_addresses(emulator))} (Ctrl-C stops it)",
            f"  application   {first.key}",
            f"  secret        {secret}",
            f"  numbers       {', '.join(owned.number for owned in settings.numbers)}",
            f"  callback URL  {target}",
            *stubs,
            *_certificates(emulator),
        ]
    )


def _addresses(emulator: Emulator) -> list[str]:
    """Where it listens, and what for where a port is not for everything."""
    places = zip(emulator.settings.listen, emulator.listeners, strict=True)
    words = [(url, " + ".join([*sorted(place.roles), *([place.region] if place.region else [])])) for place, url in places]
    return [f"{url} ({purpose})" if purpose else url for url, purpose in words]


def _certificates(emulator: Emulator) -> list[str]:
    """How to trust it, where there is TLS."""
    identity = emulator.identity
    if identity is None:
        return []
    if identity.authority is None:
        return [f"  certificate   {emulator.settings.tls.certificate}"]
    from sinch_voice_emulator.cli.tls import trust_table

    file = identity.authority.file
    source = str(file) if file else f"ca.pem, which is at {emulator.url_for(Role.CONTROL)}/_emulator/tls/ca.pem"
    return [f"  authority     {source}; in a shell, these lines trust it:", *trust_table(identity.authority)]


def _serve(**parameters: Any) -> None:
    settings = settings_from(parameters)
    if (settings.tls.certificate or settings.tls.key) and not settings.needs_certificate:
        raise SettingsError("A certificate needs a port that shows it: add --tls, or --listen 8443=tls.")
    from sinch_voice_emulator.cli.logs import announce, configure, journal_listener
    from sinch_voice_emulator.emulator import Emulator

    configure(settings)
    emulator = Emulator(settings)
    for name, account in emulator.accounts.items():
        account.journal.subscribe(journal_listener(name))
    emulator.bind()
    announce(greeting(emulator))
    emulator.serve()


command = click.Command(
    "serve",
    callback=_serve,
    params=[flag(option) for option in (CONFIG, *OPTIONS)],
    help=COMMANDS["serve"][1] + " Flags beat environment variables, those beat the configuration file.",
)
