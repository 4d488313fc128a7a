"""``serve``: run the emulator until it is told to stop."""

from __future__ import annotations

from typing import Any

import click

from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.settings import Settings, load
from sinch_voice_emulator.settings.options import CONFIG, OPTIONS, Kind, Option


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


def _serve(**parameters: Any) -> None:
    settings = settings_from(parameters)
    from sinch_voice_emulator.emulator import Emulator

    Emulator(settings).serve()


command = click.Command(
    "serve",
    callback=_serve,
    params=[_flag(option) for option in (CONFIG, *OPTIONS)],
    help=COMMANDS["serve"][1] + " Flags beat environment variables, those beat the configuration file.",
)
