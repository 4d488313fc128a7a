"""The command ``sinch-voice-emulator``. Each subcommand is a module that is imported only when it is called.

Exit codes: 0 done, 1 the answer is no (unhealthy, problems found), 2 something was asked for wrongly or cannot be had; then one
sentence stands on standard error.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click

from sinch_voice_emulator import __version__
from sinch_voice_emulator.errors import EmulatorError

COMMANDS = {
    "serve": ("serve", "Run the emulator until Ctrl-C or SIGTERM."),
    "run": ("run_scenarios", "Play scenarios against a backend and say what it did otherwise."),
    "record": ("record", "Write what happens down as a scenario that can be played again."),
    "replay": ("replay", "Play recordings and show how the backend's answers have changed."),
    "scenarios": ("scenarios", "List, show and copy the scenarios that come with the emulator."),
    "call": ("call", "Place an incoming call and say what becomes of it."),
    "fire": ("fire", "Send one callback to the backend, without a call."),
    "check-svaml": ("check_svaml", "Say what is wrong with a SVAML document; needs no server."),
    "journal": ("journal", "Show what happened, or what happens."),
    "tls": ("tls", "Say how to trust the certificates of the emulator."),
    "health": ("health", "Ask whether the emulator is up."),
    "version": ("", "Print the version."),
}
"""Name, module, and help in a line, so that ``--help`` imports none of them."""


class Commands(click.Group):
    """A group whose commands are imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click passes it)
        """The names, in the order of ``COMMANDS``."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported."""
        if cmd_name not in COMMANDS:
            return None
        if not COMMANDS[cmd_name][0]:
            return version
        found = import_module(f"sinch_voice_emulator.cli.{COMMANDS[cmd_name][0]}").command
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands in the help text."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command("version", help=COMMANDS["version"][1])
def version() -> None:
    """Print the version."""
    click.echo(__version__)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(version)s")
def group() -> None:
    """A local stand-in for the Sinch Voice platform."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code. Refusals become one sentence on standard error."""
    try:
        code = group.main(None if arguments is None else list(arguments), "sinch-voice-emulator", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except EmulatorError as error:
        click.echo(f"Error: {error}", err=True)
        return 2
    return code if isinstance(code, int) else 0


def heed_termination() -> None:
    """As the first process of a container: end on SIGTERM, which the kernel keeps from a first process that handles it not."""
    if os.getpid() == 1:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def main() -> NoReturn:
    """The entry point of the command."""
    heed_termination()
    try:
        code = run()
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stderr.close()
        code = 141
    sys.exit(code)
