"""``journal``: what happened, or with ``--follow`` what happens."""

from __future__ import annotations

import json
from typing import Any

import click

from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.cli.client import Control, control_options
from sinch_voice_emulator.ladder import Ladder

WAIT = 20.0
"""Seconds to wait for each page when following."""


@click.command("journal", help=COMMANDS["journal"][1])
@click.option("--follow", is_flag=True, help="Then go on with what happens, until Ctrl-C.")
@click.option("--call", default="", metavar="ID", help="Only what belongs to one call.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of text.")
@control_options
def command(url: str, token: str, account: str, follow: bool, call: str, as_json: bool) -> None:
    """Print entries."""
    control = Control(url, token=token, account=account)
    ladders: dict[str, Ladder] = {}
    for page in control.pages(call=call, wait=WAIT if follow else 0.0):
        for notice in notices(page):
            click.echo(notice, err=True)
        for entry in page["entries"]:
            if as_json:
                click.echo(json.dumps(entry, ensure_ascii=False))
            else:
                show(entry, ladders, short=not call)


def show(entry: dict[str, Any], ladders: dict[str, Ladder], *, short: bool) -> None:
    """Print the lines of an entry; ``short``: with the first part of the call's id before them."""
    name = call_of(entry)
    if name not in ladders:
        ladders[name] = Ladder()
        click.echo(f"Call {name}" if name else "Account")
    for line in ladders[name].lines(entry):
        click.echo(f"{name[:8]:<8} {line}" if short else line)


def notices(page: dict[str, Any]) -> list[str]:
    """What is to be said about a page besides its entries."""
    said = ["The account was reset; what follows is its new life."] if page.get("reset") else []
    if dropped := page.get("dropped"):
        said.append(f"{dropped} older entries are lost: the journal keeps a limited number (--journal-max-entries).")
    return said


def call_of(entry: dict[str, Any]) -> str:
    """The call an entry belongs to; ``""`` for none."""
    return str(entry.get("call") or "")
