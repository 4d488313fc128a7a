"""The scenarios that can be had by name: those that come with the emulator, and those of a folder of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sinch_voice_emulator.errors import NotFound
from sinch_voice_emulator.scenario import choosing, library, reading
from sinch_voice_emulator.scenario.model import Scenario
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

    The name of a file of ``folder`` is its path in there, without its ending.
    """
    found = dict(library.shipped())
    if folder:
        root = Path(folder)
        found |= {path.relative_to(root).with_suffix("").as_posix(): path for path in reading.files_in([root])}
    return dict(sorted(found.items()))


def listed(folder: str | Path = "") -> list[Listed]:
    """All of them. Raises ``BadScenario`` with everything that is wrong with files of ``folder``."""
    found = files(folder)
    scenarios = choosing.gathered(found.values())
    return [Listed(name, path, scenario) for (name, path), scenario in zip(found.items(), scenarios, strict=True)]


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
