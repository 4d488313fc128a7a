"""The table of ``docs/configuration.md`` with the options that only some commands have, written from the commands themselves.

``python -m sinch_voice_emulator.cli.reference docs/configuration.md`` rewrites what stands between the page's markers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from sinch_voice_emulator import pages
from sinch_voice_emulator.cli import group
from sinch_voice_emulator.cli.serve import flag
from sinch_voice_emulator.settings.options import CONFIG, OPTIONS

SETTINGS = {(option.flag, flag(option).help) for option in (CONFIG, *OPTIONS)}
"""What the table of all settings has. The flag alone does not tell: ``--token`` means another thing to a client."""


def commands(inside: click.Group = group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its name; one within another is named with both."""
    context = click.Context(inside)
    for name in inside.list_commands(context):
        found = inside.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from commands(found, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", found


def commands_table() -> str:
    """One row for each option; those that mean the same in several commands share one."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for name, command in commands():
        for option in command.params:
            if isinstance(option, click.Option) and (option.opts[0], option.help) not in SETTINGS:
                found.setdefault(_cells(option), []).append(f"`{name}`")
    rows = ["| option | of | environment | default | what it does |", "| --- | --- | --- | --- | --- |"]
    rows += [
        f"| {flag} | {', '.join(names)} | {variable} | {default} | {text} |"
        for (flag, variable, default, text), names in found.items()
    ]
    return "\n".join(rows)


def _cells(option: click.Option) -> tuple[str, str, str, str]:
    """Spelling, environment variable, default and explanation."""
    metavar = "" if option.is_flag else f" {option.make_metavar(click.Context(click.Command('')))}"
    spelling = ", ".join(f"`{name}{metavar}`" for name in option.opts).replace("|", "\\|")
    default = option.show_default if isinstance(option.show_default, str) else option.default
    known = isinstance(default, str | int | float) and not isinstance(default, bool) and default != ""
    shown = f"`{default}`" if known else "required" if option.required else "none"
    variable = f"`{option.envvar}`" if option.envvar else ""
    return spelling, variable, shown, option.help or ""


GENERATED = {"commands": commands_table}


if __name__ == "__main__":
    pages.rewrite(sys.argv[1:], GENERATED)
