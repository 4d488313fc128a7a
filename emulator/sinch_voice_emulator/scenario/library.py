"""The scenarios that come with the emulator: which there are, where they are, and copies of them to change."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sinch_voice_emulator.errors import Conflict, NotFound
from sinch_voice_emulator.scenario import reading
from sinch_voice_emulator.scenario.model import Step
from sinch_voice_emulator.v1.problems import nearest

PACKAGE = Path(__file__).resolve().parent.parent
FOLDERS = (PACKAGE.parent.parent / "scenarios", PACKAGE / "scenarios")
"""Where the files are: beside the sources in a checkout, inside the package when installed."""

SUFFIX = ".yaml"
_FOR_EDITORS = "# yaml-language-server:"
"""Begins the line that tells an editor where the schema is; true of the original only."""


def shipped() -> list[tuple[str, Path]]:
    """Name and path of each file, in order of names; a name is that of the file without its ending."""
    for folder in FOLDERS:
        found = sorted((path.stem, path) for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("_"))
        if found:
            return found
    raise FileNotFoundError(f"the scenarios are neither in {FOLDERS[0]} nor in {FOLDERS[1]}")


def find(name: str) -> Path:
    """The file of this name. Raises ``NotFound`` with the nearest name."""
    files = dict(shipped())
    wanted = name.removesuffix(SUFFIX)
    if wanted in files:
        return files[wanted]
    close = nearest(wanted, files)
    advice = f"did you mean {close}?" if close else "sinch-voice-emulator scenarios list shows those there are"
    raise NotFound(f"no scenario named {name} comes with the emulator; {advice}")


def copy(names: Iterable[str], target_folder: str | Path, overwrite: bool = False) -> list[Path]:
    """Copy files, all of them when ``names`` is empty, into a folder, which is made; returns the copies.

    Files that they include are copied with them. Raises ``NotFound`` for a name that there is not, and ``Conflict`` when a
    file is there already and may not be written over; then nothing is copied.
    """
    wanted = [find(name) for name in names] or [path for _, path in shipped()]
    folder = Path(target_folder)
    if folder.exists() and not folder.is_dir():
        raise Conflict(f"{folder} is a file; say a folder to copy scenarios into")
    files = dict.fromkeys(file for path in wanted for file in (path, *_parts(path)))
    copies = {folder / path.relative_to(wanted[0].parent): path for path in files}
    there = [path.name for path in copies if path.exists()]
    if there and not overwrite:
        raise Conflict(f"{folder} has {', '.join(there)} already; say that it may be overwritten (--force), or another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for path, original in copies.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = original.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith(_FOR_EDITORS)), encoding="utf-8")
    return list(copies)


def _parts(path: Path) -> list[Path]:
    """The files that a scenario includes."""
    return sorted(_sources(reading.read(path).steps) - {path})


def _sources(steps: Iterable[Step]) -> set[Path]:
    found = {Path(step.place.source) for step in steps}
    return found.union(*(_sources(inner) for step in steps for inner in step.branches.values()))
