"""What is wrong with a document: where, what was expected, what was found, and what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. ``path`` is a JSON path (``$.action.menus[0].id``), ``message`` one sentence.

    An ``error`` makes the document unusable, a ``warning`` does not. ``nearest`` is the valid name that comes closest to
    what was found, ``""`` when none does.
    """

    path: str
    message: str
    severity: Literal["error", "warning"] = "error"
    expected: str = ""
    found: str = ""
    nearest: str = ""


def error(path: str, message: str, *, expected: str = "", found: str = "", nearest: str = "") -> Problem:
    """A problem that makes the document unusable."""
    return Problem(path, message, "error", expected, found, nearest)


def warning(path: str, message: str, *, expected: str = "", found: str = "", nearest: str = "") -> Problem:
    """A problem the emulator can live with, and the platform perhaps not."""
    return Problem(path, message, "warning", expected, found, nearest)


def nearest(name: str, names: Iterable[str]) -> str:
    """The one of ``names`` that ``name`` most resembles, whatever the case; ``""`` when none comes close."""
    folded = {candidate.lower(): candidate for candidate in names}
    found = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""
