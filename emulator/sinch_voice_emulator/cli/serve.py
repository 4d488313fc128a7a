"""``serve``: run the emulator until it is told to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.settings import Settings, load
from sinch_voice_emulator.settings.options import CONFIG, OPTIONS, Kind, Option

if TYPE_CHECKING:
    from sinch_voice_emulator.emulator import Emulator


def _flag(option: Option) -> click.Option:
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
            f"Sinch Voice emulator at {', '.join(emulator.listeners)} (Ctrl-C stops it)",
            f"  application   {first.key}",
            f"  secret        {secret}",
            f"  numbers       {', '.join(owned.number for owned in settings.numbers)}",
            f"  callback URL  {target}",
            *stubs,
        ]
    )


def _serve(**parameters: Any) -> None:
    settings = settings_from(parameters)
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
    params=[_flag(option) for option in (CONFIG, *OPTIONS)],
    help=COMMANDS["serve"][1] + " Flags beat environment variables, those beat the configuration file.",
)
