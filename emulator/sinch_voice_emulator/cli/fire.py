"""``fire``: send one callback to the backend, made up as one likes."""

from __future__ import annotations

import json

import click

from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.cli.client import Control, control_options
from sinch_voice_emulator.errors import BadRequest

EVENTS = ("ice", "ace", "pie", "dice", "notify")


@click.command("fire", help=COMMANDS["fire"][1])
@click.argument("event", type=click.Choice(EVENTS))
@click.option("--set", "changes", multiple=True, metavar="PATH=VALUE", help="A field of the body: cli=46..., to.type=did.")
@click.option("--application", default="", metavar="KEY", help="Whose callback it is; the default application's if left out.")
@control_options
def command(url: str, token: str, account: str, event: str, changes: tuple[str, ...], application: str) -> None:
    """Send it and print what came back."""
    body: dict[str, object] = {"event": event, "set": overrides(changes)}
    if application:
        body["application"] = application
    answer = Control(url, token=token, account=account).post("/fire", body)
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False))


def overrides(changes: tuple[str, ...]) -> dict[str, object]:
    """``PATH=VALUE`` pairs as a mapping; a value that is JSON is taken as JSON, anything else as text."""
    found: dict[str, object] = {}
    for change in changes:
        path, equals, value = change.partition("=")
        if not equals or not path.strip():
            raise BadRequest(f'--set must be PATH=VALUE, such as cli=46701740605 or to.type=did, not "{change}".')
        try:
            found[path.strip()] = json.loads(value)
        except ValueError:
            found[path.strip()] = value
    return found
