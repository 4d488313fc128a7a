"""``fire``: send one callback to the backend, made up as one likes."""

from __future__ import annotations

import json

import click

from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.cli.client import Control, control_options
from sinch_voice_emulator.errors import BadRequest

EVENTS = ("ice", "ace", "pie", "dice", "notify")
ANSWERED = "answered"
"""The state of a delivery that went well."""


@click.command("fire", help=COMMANDS["fire"][1] + " Exit code 1 if it was not answered with success.")
@click.argument("event", type=click.Choice(EVENTS))
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="PATH=TEXT",
    help="A field: cli=46..., to.type=did; PATH:=JSON for other than text.",
)
@click.option("--application", default="", metavar="KEY", help="Whose callback it is; the default application's if left out.")
@click.option("--call", default="", metavar="ID", help="The call it is about; a made-up one if left out.")
@click.option(
    "--wait",
    type=click.FloatRange(0, 300),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the backend, fallback URL and redeliveries included.",
)
@click.option("--to", "target", default="", metavar="URL", help="Where to send it; the application's callback URL if left out.")
@control_options
@click.pass_context
def command(
    context: click.Context,
    url: str,
    token: str,
    account: str,
    event: str,
    changes: tuple[str, ...],
    application: str,
    call: str,
    wait: float,
    target: str,
) -> None:
    """Send it and print the delivery: what was sent and what came back."""
    body: dict[str, object] = {"event": event, "application": application, "call": call, "url": target}
    body = {name: value for name, value in body.items() if value}
    if changes:
        body["set"] = overrides(changes)
    answer = Control(url, token=token, account=account).post("/fire", body, wait=wait)
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
    state = answer.get("state") if isinstance(answer, dict) else None
    if state != ANSWERED:
        click.echo(f"The backend gave no answer that counts: the delivery is {state or 'unknown'}.", err=True)
        context.exit(1)


def overrides(changes: tuple[str, ...]) -> dict[str, object]:
    """``PATH=TEXT`` and ``PATH:=JSON`` as a mapping from paths to values."""
    found: dict[str, object] = {}
    for change in changes:
        path, equals, value = change.partition("=")
        if not equals or not path.strip(" :"):
            raise BadRequest(f'--set must be PATH=TEXT or PATH:=JSON, such as cli=46701740605 or version:=2, not "{change}".')
        if not path.endswith(":"):
            found[path.strip()] = value
            continue
        try:
            found[path[:-1].strip()] = json.loads(value)
        except ValueError:
            raise BadRequest(
                f'--set {path}= must be followed by JSON, not "{value}"; for text write {path[:-1]}={value}.'
            ) from None
    return found
