"""Playing the scenarios of the library against their sample backends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from flask import Flask

from scenario.backends.manifest import BACKENDS
from scenario.backends.service import Site
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.scenario import reading
from sinch_voice_emulator.scenario.model import Scenario
from sinch_voice_emulator.scenario.running import Outcome
from sinch_voice_emulator.scenario.suite import Plan, Suite

FOLDER = Path(__file__).resolve().parent.parent.parent / "scenarios"
FILES = {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}
SCENARIOS: Mapping[str, Scenario] = {name: reading.read(path) for name, path in FILES.items()}
RUNS = [(name, row) for name, scenario in SCENARIOS.items() for row in range(len(scenario.rows))]


def title(name: str, row: int) -> str:
    """A readable id of a run."""
    values = SCENARIOS[name].rows[row].values()
    return f"{name}[{','.join(str(value) for value in values if isinstance(value, str | int))}]" if values else name


def play(
    emulator: Emulator, name: str, row: int = 0, make: Callable[[Site], Flask] | None = None, speed: float | None = None
) -> Outcome:
    """Play one row of a scenario of the library, against its sample backend or another one, as the command ``run`` does."""
    account = emulator.accounts["default"].account
    application = next(iter(account.applications.values()))
    number = next(number for number, _ in account.numbers)
    app = (make or BACKENDS[name])(Site(emulator.url, application.key, application.secret, number))
    scenario = SCENARIOS[name]
    [played] = Suite(emulator, [replace(scenario, rows=(scenario.rows[row],))], app, Plan(speed=speed)).run().played
    return played.outcome
