"""``check-svaml``: say what is wrong with a SVAML document, without a server."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Literal, cast

import click

from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.call import Origin
from sinch_voice_emulator.model.profile import OBSERVED, PRESETS
from sinch_voice_emulator.v1.callout_names import CALLOUT_NAMES
from sinch_voice_emulator.v1.problems import Problem

Event = Literal["ice", "ace", "pie", "manage", "dice"]


ORIGINS = [one.value for one in Origin]


@click.command("check-svaml", help=COMMANDS["check-svaml"][1] + " Exit code 1 if it cannot be used.")
@click.argument("file", type=click.Path(allow_dash=True))
@click.option(
    "--event",
    type=click.Choice(["ice", "ace", "pie", "manage", "dice"]),
    default="ice",
    show_default=True,
    help="What it answers.",
)
@click.option(
    "--origin",
    type=click.Choice(ORIGINS),
    default=Origin.PSTN.value,
    show_default=True,
    help="Of the call.",
)
@click.option(
    "--callout",
    type=click.Choice(list(CALLOUT_NAMES), case_sensitive=False),
    metavar="[tts|conference|custom]",
    help="The kind of callout, if the call is one; ttsCallout and the like will do too.",
)
@click.option("--strict", is_flag=True, help="Refuse what the platform is only suspected to tolerate.")
@click.pass_context
def command(context: click.Context, file: str, event: str, origin: str, callout: str | None, strict: bool) -> None:
    """Print problems with their paths; ``-`` reads standard input."""
    from sinch_voice_emulator.v1.svaml import Context, judge

    name = "standard input" if file == "-" else file
    document = parsed(content(file), name)
    profile = PRESETS["strict"] if strict else OBSERVED
    kind = CALLOUT_NAMES[callout] if callout else None
    judgement = judge(document, Context(cast(Event, event), profile, Origin(origin), callout=kind))
    for problem in judgement.problems:
        click.echo(line(problem))
    if judgement.empty:
        click.echo("The document says nothing: it has neither an action nor instructions.")
    if judgement.empty or any(problem.severity == "error" for problem in judgement.problems):
        context.exit(1)
    click.echo(f"{name}: usable as an answer to {event.upper()}.")


def content(file: str) -> bytes:
    """The bytes of a file, or of standard input."""
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise BadRequest(f"{file} cannot be read: {error.strerror or error}.") from None


def parsed(raw: bytes, name: str) -> object:
    """The document; ``BadRequest`` with the place when it is not JSON."""
    try:
        return json.loads(raw)
    except UnicodeDecodeError:
        raise BadRequest(f"{name} is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        raise BadRequest(f"{name} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from None


def line(problem: Problem) -> str:
    """A problem in a line: ``error $.action.name: ...``."""
    hint = f' (did you mean "{problem.nearest}"?)' if problem.nearest and problem.nearest not in problem.message else ""
    return f"{problem.severity} {problem.path}: {problem.message}{hint}"
