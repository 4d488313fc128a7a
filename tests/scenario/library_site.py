"""Playing the scenarios of the library against their sample backends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask

from scenario.backends.manifest import BACKENDS
from scenario.backends.service import Site
from sinch_voice_emulator.scenario import reading, running
from sinch_voice_emulator.scenario.model import Scenario
from sinch_voice_emulator.scenario.running import Outcome
from sinch_voice_emulator.testkit import SinchVoice

FOLDER = Path(__file__).resolve().parent.parent.parent / "scenarios"
FILES = {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}
SCENARIOS: Mapping[str, Scenario] = {name: reading.read(path) for name, path in FILES.items()}
RUNS = [(name, row) for name, scenario in SCENARIOS.items() for row in range(len(scenario.rows))]


def title(name: str, row: int) -> str:
    """A readable id of a run."""
    values = SCENARIOS[name].rows[row].values()
    return f"{name}[{','.join(str(value) for value in values if isinstance(value, str | int))}]" if values else name


def play(voice: SinchVoice, name: str, row: int = 0, make: Callable[[Site], Flask] | None = None) -> Outcome:
    """Play one row of a scenario of the library, against its sample backend or another one, on an account that is reset."""
    voice.reset()
    return play_on(voice, name, row, make)


def play_on(voice: SinchVoice, name: str, row: int = 0, make: Callable[[Site], Flask] | None = None) -> Outcome:
    """The same on an account on which nothing has happened yet."""
    site = Site(voice.url, voice.key, voice.secret, voice.number)
    voice.deliver_to((make or BACKENDS[name])(site))
    scenario = SCENARIOS[name]
    return voice.work(running.playing(voice, scenario, scenario.rows[row], {}))
