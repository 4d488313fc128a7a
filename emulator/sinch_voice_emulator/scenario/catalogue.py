"""The scenarios that can be had by name: those that come with the emulator, and those of a folder of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sinch_voice_emulator.errors import NotFound
from sinch_voice_emulator.scenario import choosing, library, reading
from sinch_voice_emulator.scenario.model import Scenario
from sinch_voice_emulator.scenario.reading import BadScenario
from sinch_voice_emulator.v1.problems import nearest


@dataclass(frozen=True, slots=True)
class Listed:
    """A scenario, the name it is asked for by, and its file."""

    name: str
    path: Path
    scenario: Scenario

    def summary(self) -> dict[str, Any]:
        """What a list says about it."""
        scenario = self.scenario
        return {
            "name": self.name,
            "title": scenario.name,
            "teaches": scenario.teaches,
            "tags": list(scenario.tags),
            "variables": choosing.defaults(scenario),
            "runs": len(scenario.rows),
        }


def files(folder: str | Path = "") -> dict[str, Path]:
    """Files by name, in order of names. A file of ``folder`` goes before one that comes with the emulator.

    The name of a file of ``folder`` is its path in there with dots for slashes, and without its ending.
    """
    found = dict(library.shipped())
    if folder:
        root = Path(folder)
        with suppress(BadScenario):
            found |= {_name(path.relative_to(root)): path for path in reading.files_in([root])}
    return dict(sorted(found.items()))


def _name(path: Path) -> str:
    return path.with_suffix("").as_posix().replace("/", ".")


def listed(folder: str | Path = "") -> tuple[list[Listed], list[str]]:
    """All of them, and what is wrong with files that are no scenarios."""
    found: list[Listed] = []
    wrong: list[str] = []
    for name, path in files(folder).items():
        try:
            found.append(Listed(name, path, _read(path, path.stat().st_mtime_ns)))
        except (BadScenario, OSError) as error:
            wrong += getattr(error, "problems", [f"{path}: cannot be read"])
    return found, wrong


@lru_cache(1_000)
def _read(path: Path, _changed: int) -> Scenario:
    """The scenario in a file as of its last change; for lists, which do not care for the files that it includes."""
    return reading.read(path)


def find(names: Iterable[str], folder: str | Path = "") -> list[Listed]:
    """Those of these names. Raises ``NotFound`` with the nearest name, and ``BadScenario``."""
    there = files(folder)
    wanted = [name.removesuffix(library.SUFFIX) for name in names]
    for name in wanted:
        if name not in there:
            close = nearest(name, there)
            raise NotFound(f"there is no scenario {name!r}" + (f"; did you mean {close}?" if close else ""))
    scenarios = choosing.gathered(there[name] for name in dict.fromkeys(wanted))
    by_path = {scenario.source: scenario for scenario in scenarios}
    return [Listed(name, there[name], by_path[str(there[name])]) for name in wanted]
