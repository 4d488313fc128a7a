"""``run``: play scenarios against a backend, and say what it did otherwise."""

from __future__ import annotations

import signal
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.cli.serve import flag, settings_from
from sinch_voice_emulator.errors import BadRequest, EmulatorError
from sinch_voice_emulator.settings import Settings
from sinch_voice_emulator.settings.options import BY_NAME, CONFIG

if TYPE_CHECKING:
    from sinch_voice_emulator.emulator import Emulator
    from sinch_voice_emulator.scenario.model import Scenario
    from sinch_voice_emulator.scenario.reports.console import Console
    from sinch_voice_emulator.scenario.suite import Plan, Report

SETTINGS = (
    "callback-url",
    "fallback-url",
    "application",
    "number",
    "user",
    "listen",
    "host",
    "public-url",
    "region",
    "fidelity",
    "auth",
    "allow-callback-host",
    "rewrite-callback-host",
)
"""Options of ``serve`` that ``run`` has too. The others are taken from environment and file."""

NO_BACKEND = "it is not known where the backend is: say --callback-url URL, such as http://localhost:3000/sinch"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for beyond the settings."""

    paths: tuple[str, ...]
    variables: tuple[str, ...]
    tags: tuple[str, ...]
    jobs: int
    fail_fast: bool
    real_time: str | None
    seed: str | None
    junit: str
    json: str
    verbose: bool
    quiet: bool


def _run(**parameters: Any) -> int:
    wanted = Wanted(**{name: parameters.pop(name) for name in Wanted.__slots__})
    settings = settings_from(parameters)
    from sinch_voice_emulator.cli import logs
    from sinch_voice_emulator.scenario import choosing
    from sinch_voice_emulator.scenario.reaching import check_reachable
    from sinch_voice_emulator.scenario.reports.console import Console

    scenarios = _chosen(wanted)
    plan = _plan(wanted, choosing.assignments(wanted.variables))
    choosing.check_variables(scenarios, plan.variables)
    scenarios = [choosing.narrowed(one, plan.variables) for one in scenarios]
    _check_files(wanted)
    targets = [one.callback.primary for one in settings.applications if one.callback is not None]
    if not targets:
        raise BadRequest(NO_BACKEND)
    for url in targets:
        check_reachable(url, settings)
    logs.configure(settings, sys.stderr)
    console = Console(sys.stderr if "-" in (wanted.json, wanted.junit) else sys.stdout, quiet=wanted.quiet)
    emulator = started(settings)
    try:
        console.say(_greeting(emulator, targets[0], scenarios, plan))
        with ended_like_interrupted() as told_to_end:
            report = _played(emulator, scenarios, plan, console)
        console.finish(report, ladders=wanted.verbose)
        _write(wanted, report)
    finally:
        emulator.stop()
    if report.stopped == "interrupted":
        return 128 + (signal.SIGTERM if told_to_end else signal.SIGINT)
    return 0 if report.passed else 1


def _chosen(wanted: Wanted) -> list[Scenario]:
    """The scenarios that are named, checked; every problem is printed."""
    from sinch_voice_emulator.scenario import choosing
    from sinch_voice_emulator.scenario.reading import BadScenario

    try:
        return choosing.tagged(choosing.gathered(wanted.paths), wanted.tags)
    except BadScenario as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        count = len(error.problems)
        raise BadRequest(f"nothing was run: {count} problem{'s' if count > 1 else ''} to mend first") from None


def _plan(wanted: Wanted, variables: dict[str, str]) -> Plan:
    from sinch_voice_emulator.scenario.suite import Plan

    seed = str(uuid.uuid4()) if wanted.seed is None else wanted.seed
    speed = _speed(wanted.real_time)
    return Plan(variables, wanted.jobs, wanted.fail_fast, speed, seed=seed, ladders=wanted.verbose)


def _speed(text: str | None) -> float | None:
    if text is None:
        return None
    with suppress(ValueError):
        if 0 < float(text) < float("inf"):
            return float(text)
    raise BadRequest(
        f"--real-time takes a speed above 0, such as --real-time=20, and {text!r} is none; what is run stands before it"
    )


def _check_files(wanted: Wanted) -> None:
    """Raise ``BadRequest`` for a report that could not be written, before anything runs."""
    if wanted.junit == wanted.json == "-":
        raise BadRequest("standard output takes one report: write the other one into a file")
    for name, path in (("--junit", wanted.junit), ("--json", wanted.json)):
        folder = Path(path).parent
        if path not in ("", "-") and not folder.is_dir():
            raise BadRequest(f"{name} {path} cannot be written: there is no folder {folder}")
    for scenarios in map(Path, wanted.paths):
        if wanted.json not in ("", "-") and Path(wanted.json).resolve().is_relative_to(scenarios.resolve()):
            raise BadRequest(
                f"--json {wanted.json} stands in {scenarios}, and would be taken for a scenario: write it elsewhere"
            )


def started(settings: Settings) -> Emulator:
    from sinch_voice_emulator.emulator import Emulator

    emulator = Emulator(settings)
    try:
        emulator.start()
    except EmulatorError as error:
        raise EmulatorError(
            f"{error}. The backend calls the REST API there: if an emulator runs already, stop it, or say another port with "
            "--listen and configure the backend for that one"
        ) from None
    return emulator


def _greeting(emulator: Emulator, target: str, scenarios: list[Scenario], plan: Plan) -> str:
    runs = sum(len(one.rows) for one in scenarios)
    how = f", {plan.jobs} side by side" if plan.jobs > 1 else ""
    how += f", in real time at speed {plan.speed:g}" if plan.speed is not None else ""
    what = f"{runs} run{'' if runs == 1 else 's'} of {len(scenarios)} scenario{'' if len(scenarios) == 1 else 's'}{how}"
    return f"Emulator at {emulator.public_url}, backend at {target}: {what}"


def _played(emulator: Emulator, scenarios: list[Scenario], plan: Plan, console: Console) -> Report:
    from sinch_voice_emulator.scenario.suite import Suite

    suite = Suite(emulator, scenarios, None, plan, console.played)
    try:
        return suite.run()
    except KeyboardInterrupt:
        suite.stop("interrupted")
        return suite.report()


@contextmanager
def ended_like_interrupted() -> Iterator[list[int]]:
    """Have SIGTERM interrupt what is done within, as Ctrl-C does, so that there is a report. The signals that came."""
    came: list[int] = []

    def interrupt(number: int, _frame: object) -> None:
        came.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield came
    finally:
        signal.signal(signal.SIGTERM, before)


def _write(wanted: Wanted, report: Report) -> None:
    texts = {}
    if wanted.junit:
        from sinch_voice_emulator.scenario.reports.junit import junit_xml

        texts[wanted.junit] = junit_xml(report)
    if wanted.json:
        from sinch_voice_emulator.scenario.reports.as_json import report_text

        texts[wanted.json] = report_text(report)
    for path, text in texts.items():
        try:
            click.echo(text, nl=False) if path == "-" else Path(path).write_text(text, encoding="utf-8")
        except OSError as error:
            raise BadRequest(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from None


PARAMETERS: list[click.Parameter] = [
    click.Argument(["paths"], nargs=-1, required=True, metavar="PATH..."),
    click.Option(
        ["--var", "variables"],
        multiple=True,
        metavar="NAME=VALUE",
        help="Set a variable, wherever a scenario has it. Repeatable.",
    ),
    click.Option(
        ["--tag", "tags"], multiple=True, metavar="TAG", help="Run only scenarios with this tag. Repeatable: any of them."
    ),
    click.Option(
        ["--jobs", "-j"], type=int, default=1, show_default=True, metavar="N", help="How many runs go on side by side."
    ),
    click.Option(["--fail-fast"], is_flag=True, help="Stop at the first failure."),
    click.Option(
        ["--real-time"],
        is_flag=False,
        flag_value="1",
        default=None,
        metavar="[SPEED]",
        help="Let time pass by itself, SPEED times as fast as the wall clock (1 if left out), instead of moving it on.",
    ),
    click.Option(["--junit"], default="", metavar="FILE", help="Write the results as JUnit XML; - is standard output."),
    click.Option(["--json"], default="", metavar="FILE", help="Write the results as JSON; - is standard output."),
    click.Option(["--verbose", "-v"], is_flag=True, help="Show the calls of runs that passed, too."),
    click.Option(["--quiet", "-q"], is_flag=True, help="No line for runs that passed."),
    click.Option(
        ["--seed"], default=None, metavar="TEXT", help="Make the ids of calls from this text: the same ones each time."
    ),
]

command = click.Command(
    "run",
    callback=_run,
    params=[*PARAMETERS, *(flag(BY_NAME[name]) for name in SETTINGS), flag(CONFIG)],
    help=COMMANDS["run"][1]
    + " PATH is a scenario file, a folder of them, or the name of one that comes with the emulator. Exit codes: 0 all passed, "
    "1 some failed, 2 a bad file or an unreachable backend, before anything was run.",
)
