"""``health``: ask whether the emulator is up; what a container's health check runs."""

from __future__ import annotations

import click

from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.cli.client import Control, ControlError, health_options


@click.command("health", help=COMMANDS["health"][1] + " Exit code 0 if it is, 1 if not.")
@health_options
@click.pass_context
def command(context: click.Context, url: str, token: str, account: str) -> None:
    """Print a line and exit with 0 or 1."""
    try:
        answer = Control(url, token=token, account=account).health()
    except ControlError as error:
        click.echo(str(error), err=True)
        context.exit(1)
    version = answer.get("version", "") if isinstance(answer, dict) else ""
    click.echo(f"The emulator {version} at {url} is up.".replace("  ", " "))
