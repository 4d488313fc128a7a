"""``journal``: what happened, or with ``--follow`` what happens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.cli.client import Control, control_options
from sinch_voice_emulator.ladder import Ladder


@click.command("journal", help=COMMANDS["journal"][1])
@click.option("--follow", is_flag=True, help="Go on with what happens from now on, until Ctrl-C.")
@click.option("--call", default="", metavar="ID", help="Only what belongs to one call.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of text.")
@control_options
def command(url: str, token: str, account: str, follow: bool, call: str, as_json: bool) -> None:
    """Print entries."""
    control = Control(url, token=token, account=account)
    ladders: dict[str, Ladder] = {}
    for entry in control.follow(call=call) if follow else pages(control, call):
        if as_json:
            click.echo(json.dumps(entry, ensure_ascii=False))
            continue
        name = call_of(entry)
        if name not in ladders:
            ladders[name] = Ladder()
            click.echo(f"Call {name}" if name else "Account")
        for line in ladders[name].lines(entry):
            click.echo(line if call else f"{name[:8]:<8} {line}")


def call_of(entry: dict[str, Any]) -> str:
    """The call an entry belongs to; ``""`` for none."""
    return str(entry.get("call") or "")


def pages(control: Control, call: str) -> Iterator[dict[str, Any]]:
    """Everything there is, page by page."""
    after = ""
    while True:
        page = control.journal(after=after, call=call)
        if not page["entries"]:
            return
        yield from page["entries"]
        after = str(page.get("next", ""))
