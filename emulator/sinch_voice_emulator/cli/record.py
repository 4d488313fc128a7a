"""``record``: what happens on an account while this runs, or happened elsewhere, as a scenario file."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.cli.client import Control, control_options
from sinch_voice_emulator.errors import BadRequest, Conflict

PATIENCE = 25
"""How often it is asked whether the last callbacks are answered, before that is taken for the end."""
PAUSE = 0.2
"""Seconds between two such questions."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A scenario as text, and what there is to say about it."""

    text: str
    remarks: Sequence[str]
    calls: int
    steps: int


@click.command(
    "record",
    help=COMMANDS["record"][1] + " With a COMMAND (after --) it records while that runs, and exits as that does; else until "
    "Ctrl-C.",
)
@click.option("--out", required=True, metavar="FILE", help="Where to write the scenario; - is standard output.")
@click.option("--name", default="", metavar="TEXT", help="The name of the scenario.")
@click.option("--call", default="", metavar="ID", help="Only this call, and what came of it.")
@click.option("--for", "length", default="", metavar="TIME", help="Record so long, such as 30s, instead of until Ctrl-C.")
@click.option("--all", "everything", is_flag=True, help="What has happened by now, from the beginning, without waiting.")
@click.option(
    "--requests",
    type=click.Choice(["backend", "operator"]),
    default=None,
    help="Who made the requests to the REST API, where it is not to be found out: the backend, which will make them again, or "
    "an operator.",
)
@click.option("--journal", "journal", default="", metavar="FILE", help="Read a journal that was exported; needs no emulator.")
@click.option(
    "--callbacks",
    default="",
    metavar="FILE",
    help="Read callbacks that a production backend has logged, one JSON object a line; needs no emulator.",
)
@click.option(
    "--as-calls",
    is_flag=True,
    help="With --callbacks: tell calls, whose callers press keys and hang up, instead of sending the callbacks again.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@control_options
def command(url: str, token: str, account: str, out: str, force: bool, command: tuple[str, ...], **wanted: Any) -> int:
    """Record, and write."""
    seconds = _check(out, force, command, wanted)
    code = 0
    if wanted["journal"] or wanted["callbacks"]:
        found = _from_file(wanted)
    else:
        control = Control(url, token=token, account=account or "default")
        after = "" if wanted["everything"] else _cursor(control)
        if not wanted["everything"]:
            code = _while(command, seconds, f"account {account or 'default'} at {control.url}")
            _come_to_rest(control)
        found = _asked(control, after, wanted)
    _write(out, found)
    return code


def _check(out: str, force: bool, command: tuple[str, ...], wanted: dict[str, Any]) -> float | None:
    """How long to record, in seconds. Raises ``BadRequest`` for what does not fit together, before anything is recorded."""
    sources = [f"--{name}" for name in ("journal", "callbacks") if wanted[name]] + ["--all"] * wanted["everything"]
    if len(sources) > 1:
        raise BadRequest(f"{' and '.join(sources)} are two sources; say one of them")
    if sources and (command or wanted["length"]):
        raise BadRequest(
            f"{sources[0]} tells what has happened already, so there is nothing to wait for: leave COMMAND and --for out"
        )
    if wanted["as_calls"] and not wanted["callbacks"]:
        raise BadRequest("--as-calls goes with --callbacks FILE")
    if command and wanted["length"]:
        raise BadRequest("with a COMMAND the recording ends when that does: leave --for out")
    seconds = _seconds(wanted["length"]) if wanted["length"] else None
    path = Path(out)
    if out != "-" and path.exists() and not force:
        raise Conflict(f"{out} is there already; say --force to write over it, or another name")
    if out != "-" and not path.parent.is_dir():
        raise BadRequest(f"{out} cannot be written: there is no folder {path.parent}")
    return seconds


def _seconds(text: str) -> float:
    """``30``, ``30s`` or ``2m`` in seconds. Raises ``BadRequest``."""
    from sinch_voice_emulator.v1.durations import duration_from_json

    try:
        found = duration_from_json(float(text) if text.replace(".", "", 1).isdigit() else text, "--for") / 1000
    except BadRequest:
        found = 0.0
    if not found:
        raise BadRequest(f'--for takes a length of time of more than nothing, such as 30s or 2m, not "{text}"')
    return found


def _cursor(control: Control) -> str:
    """Where the journal stands now."""
    shown = control.get("")
    return str(shown["journal"])


def _while(command: tuple[str, ...], seconds: float | None, where: str) -> int:
    """Let things happen: as long as a command runs, for a time, or until somebody says it is over."""
    if command:
        click.echo(f"Recording {where} while this runs: {' '.join(command)}", err=True)
        return _run(command)
    over = threading.Event()
    with _told(over.set):
        how = "Press Ctrl-C when it is over." if seconds is None else f"It ends in {seconds:g} s, or with Ctrl-C."
        click.echo(f"Recording {where}. {how}", err=True)
        over.wait(seconds)
    return 0


def _run(command: tuple[str, ...]) -> int:
    """Run a command; its exit code. A signal ends the command, and not the recording of what it did."""
    running: list[subprocess.Popen[bytes]] = []

    def end() -> None:
        for one in running:
            one.terminate()

    try:
        with _told(end, lambda: None):
            running.append(subprocess.Popen(command))
            code = running[0].wait()
    except OSError as error:
        raise BadRequest(f"{command[0]} cannot be run: {(error.strerror or str(error)).lower()}") from None
    return 128 - code if code < 0 else code


@contextmanager
def _told(terminate: Callable[[], object], interrupt: Callable[[], object] | None = None) -> Iterator[None]:
    """Have SIGTERM and Ctrl-C do something else than to end this program. A command gets Ctrl-C from the terminal itself."""
    handlers = {signal.SIGTERM: terminate, signal.SIGINT: interrupt or terminate}
    before = {kind: signal.signal(kind, lambda *_, act=act: act()) for kind, act in handlers.items()}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _come_to_rest(control: Control) -> None:
    """Wait until the last callbacks are answered, within reason: they belong to what was recorded."""
    for _ in range(PATIENCE):
        if control.get("/clock")["settled"]:
            return
        control.get("/journal", {"after": _cursor(control)}, wait=PAUSE)


def _asked(control: Control, after: str, wanted: dict[str, Any]) -> Recorded:
    found = control.get(
        "/scenario", {"after": after, "call": wanted["call"], "name": wanted["name"], "requests": wanted["requests"]}
    )
    return Recorded(found["text"], found["remarks"], found["calls"], found["steps"])


def _from_file(wanted: dict[str, Any]) -> Recorded:
    from sinch_voice_emulator.scenario.record import recording

    path = wanted["journal"] or wanted["callbacks"]
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadRequest(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        raise BadRequest(f"{path} must be UTF-8 text, but byte {error.start} is not") from None
    if wanted["callbacks"]:
        found = recording.of_callbacks(text, path, wanted["name"], as_calls=wanted["as_calls"])
    else:
        found = recording.of_journal(text, path, recording.Wanted("", wanted["call"], wanted["name"], wanted["requests"] or ""))
    return Recorded(found.text, found.remarks, found.calls, len(found.value["steps"]))


def _write(out: str, found: Recorded) -> None:
    if out == "-":
        click.echo(found.text, nl=False)
        return
    path = Path(out)
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_text(found.text, encoding="utf-8")
        new.replace(path)
    except OSError as error:
        raise BadRequest(f"{out} cannot be written: {(error.strerror or str(error)).lower()}") from None
    for remark in found.remarks[1:]:
        click.echo(f"Note: {remark}", err=True)
    calls = "1 call" if found.calls == 1 else f"{found.calls} calls"
    command = f"sinch-voice-emulator replay {shlex.quote(out)} --callback-url URL"
    click.echo(f"Wrote {out}: {calls}, {found.steps} steps. Play it again: {command}", err=True)
