"""Problems of a request body as the platform words them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sinch_voice_emulator.v1 import errors
from sinch_voice_emulator.v1.errors import ApiError
from sinch_voice_emulator.v1.problems import Problem

_INDEX = re.compile(r"\[\d+\]")


def readable(problem: Problem) -> str:
    """A problem with its place, for the journal: ``$.action.number: number should be ...``."""
    return f"{problem.path}: {problem.message}"


def member(problem: Problem) -> str:
    """Where a problem is, in the platform's way: ``destination endpoint``."""
    return _INDEX.sub("", problem.path).removeprefix("$").replace(".", " ").strip()


def refusal(faults: Sequence[Problem]) -> ApiError:
    """The error for a body that breaks its schema: what is missing comes first (40002), then what is wrong (40001)."""
    why = "; ".join(readable(fault) for fault in faults)
    gone = [member(fault) for fault in faults if fault.found == "nothing"]
    if gone:
        return errors.missing(gone[0], why=why)
    return errors.invalid_parameters(*dict.fromkeys(member(fault) or "body" for fault in faults), why=why)
