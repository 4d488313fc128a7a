"""Profiles: configuration files that come with the emulator, found by name, and laid under the user's own."""

from __future__ import annotations

import os
from pathlib import Path

from sinch_voice_emulator.settings.parsers import nearest

FOLDER = Path(__file__).resolve().parent.parent / "profiles"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def find(text: str) -> str:
    """The file that is meant: of a profile by its name, or any that looks like a file's name."""
    name = text.strip()
    if name in NAMES:
        return str(FOLDER / f"{name}.toml")
    if name.endswith(".toml") or "/" in name or os.sep in name:
        return name
    raise ValueError(f"must be one of {', '.join(NAMES)}, or a file that ends in .toml{nearest(name, NAMES)}")
