"""What a word of the scenario language is.

Words play what the Python API does: the generators behind its methods (``CallSteps._press``; see ``testkit.steps``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from sinch_voice_emulator.scenario.model import Step
from sinch_voice_emulator.scenario.stage import Branch, Play

PlayWord: TypeAlias = Callable[[Branch, Any, Step], Play[None]]
CheckWord: TypeAlias = Callable[[Any], None]


def nothing_to_check(_body: Any) -> None:
    """The schema has said all there is to say."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word: how it is played, and what can be wrong with it that the schema does not see.

    ``play`` gets the body with variables filled in. ``check`` gets it as written, without the parts that have variables; it
    raises ``BadRequest``.
    """

    name: str
    play: PlayWord
    check: CheckWord = nothing_to_check


def members(body: Any, shorthand: str) -> dict[str, Any]:
    """The members of a body that may be written as one text."""
    return dict(body) if isinstance(body, dict) else {shorthand: body}
