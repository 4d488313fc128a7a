"""``replay``: play recordings against a backend, and show how its answers differ from those that were recorded."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.cli.run_scenarios import NO_BACKEND, SETTINGS, started
from sinch_voice_emulator.cli.serve import flag, settings_from
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.settings.options import BY_NAME, CONFIG

if TYPE_CHECKING:
    from sinch_voice_emulator.emulator import Emulator
    from sinch_voice_emulator.scenario.model import Scenario
    from sinch_voice_emulator.scenario.record.approving import Replay


def _replay(paths: tuple[str, ...], variables: tuple[str, ...], update: bool, as_json: bool, **parameters: Any) -> int:
    settings = settings_from(parameters)
    from sinch_voice_emulator.cli import logs
    from sinch_voice_emulator.scenario import choosing
    from sinch_voice_emulator.scenario.reaching import check_reachable

    scenarios = _read(paths, update)
    given = choosing.assignments(variables)
    choosing.check_variables(scenarios, given)
    targets = [one.callback.primary for one in settings.applications if one.callback is not None]
    if not targets:
        raise BadRequest(NO_BACKEND)
    for url in targets:
        check_reachable(url, settings)
    logs.configure(settings, sys.stderr)
    emulator = started(settings)
    try:
        replays = [(one, replay) for one in scenarios for replay in _replayed(emulator, one, given)]
    finally:
        emulator.stop()
    if as_json:
        click.echo(json.dumps({"replays": [replay.as_json() for _, replay in replays]}, indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n".join(replay.text() for _, replay in replays))
    if update:
        return _update(replays)
    same = all(replay.same for _, replay in replays)
    if not same and not as_json:
        click.echo("\nIf this is as it should be: replay --update takes the new answers over.", err=True)
    return 0 if same else 1


def _read(paths: tuple[str, ...], update: bool) -> list[Scenario]:
    """The recordings, checked; every problem is printed."""
    from sinch_voice_emulator.scenario import choosing
    from sinch_voice_emulator.scenario.reading import BadScenario

    try:
        scenarios = choosing.gathered(paths)
    except BadScenario as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        raise BadRequest("nothing was replayed: mend this first") from None
    for one in scenarios:
        if update and (len(one.rows) > 1 or Path(one.source).suffix == ".json"):
            what = "has several rows" if len(one.rows) > 1 else "is JSON"
            raise BadRequest(
                f"{one.source} {what}, and --update changes the answers of YAML files with one row; nothing was run"
            )
    return scenarios


def _replayed(emulator: Emulator, scenario: Scenario, given: Mapping[str, str]) -> list[Replay]:
    from sinch_voice_emulator.scenario.choosing import variables_for
    from sinch_voice_emulator.scenario.record.approving import replaying
    from sinch_voice_emulator.scenario.suite import account_for

    found = []
    for row in scenario.rows:
        with account_for(emulator, scenario) as voice:
            found.append(voice.work(replaying(voice, scenario, row, variables_for(scenario, given))))
    return found


def _update(replays: list[tuple[Scenario, Replay]]) -> int:
    """Write the answers that changed into the files; all of them, or none."""
    from sinch_voice_emulator.scenario.record.approving import approved

    texts = {}
    for scenario, replay in replays:
        if replay.changed:
            path = Path(scenario.source)
            texts[path] = approved(path.read_text(encoding="utf-8"), replay.changed, replay.names, scenario.recorded)
    for path, text in texts.items():
        _write(path, text)
        click.echo(f"{path}: new answers taken over", err=True)
    unmet = [replay for _, replay in replays if replay.missed or not replay.outcome.passed]
    for replay in unmet:
        click.echo(f"{replay.outcome.scenario.source}: not all of it happens any more; record it anew", err=True)
    return 1 if unmet else 0


def _write(path: Path, text: str) -> None:
    """Replace a file, as a whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    except OSError as error:
        raise BadRequest(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from None


PARAMETERS: list[click.Parameter] = [
    click.Argument(["paths"], nargs=-1, required=True, metavar="PATH..."),
    click.Option(
        ["--var", "variables"],
        multiple=True,
        metavar="NAME=VALUE",
        help="Set a variable, wherever a recording has it. Repeatable.",
    ),
    click.Option(["--update"], is_flag=True, help="Write the answers that changed into the files, as the ones to expect."),
    click.Option(["--json", "as_json"], is_flag=True, help="Print the differences as JSON."),
]

command = click.Command(
    "replay",
    callback=_replay,
    params=[*PARAMETERS, *(flag(BY_NAME[name]) for name in SETTINGS), flag(CONFIG)],
    help=COMMANDS["replay"][1]
    + " PATH is a recording, or a folder of them. Exit codes: 0 nothing changed, 1 something did, 2 a bad file or an "
    "unreachable backend, before anything was played.",
)
