"""One judgement under way, and what the modules of the actions and instructions declare about themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.script import Action, Prompt, StartRecording, Step, StopRecording
from sinch_voice_emulator.v1.problems import Problem, error, warning
from sinch_voice_emulator.v1.svaml.context import Context, Event
from sinch_voice_emulator.v1.svaml.prompts import parse_prompts

Values: TypeAlias = Mapping[str, Any]
"""The members of an action or instruction, canonical and valid by schema."""


@dataclass(slots=True)
class Case:
    """The document's context, the problems found so far, and where in the document we are."""

    context: Context
    path: str = "$"
    problems: list[Problem] = field(default_factory=list)
    action_name: str = ""
    cookie_bytes: int = 0

    def error(self, member: str, message: str, *, expected: str = "", found: str = "", nearest: str = "") -> None:
        """Something that makes the document unusable, at ``member`` below the present path."""
        self.problems.append(error(self._at(member), message, expected=expected, found=found, nearest=nearest))

    def warn(self, member: str, message: str, *, found: str = "", nearest: str = "") -> None:
        """Something the platform may not take as kindly."""
        self.problems.append(warning(self._at(member), message, found=found, nearest=nearest))

    def tolerate(self, member: str, message: str) -> None:
        """A warning where the account is lenient, else an error."""
        (self.warn if self.context.lenient else self.error)(member, message)

    def prompts(self, member: str, text: str, locale: str) -> tuple[Prompt, ...]:
        """The prompts in ``text``; what is wrong with them becomes problems at ``member``."""
        prompts, problems = parse_prompts(text, locale, self._at(member))
        self.problems += problems
        return prompts

    def _at(self, member: str) -> str:
        if not member:
            return self.path
        return f"{self.path}{member}" if member.startswith("[") else f"{self.path}.{member}"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A place outside the documented table where a lenient account takes an action or instruction all the same."""

    message: str
    when: Callable[[Context], bool] = lambda _context: True


@dataclass(frozen=True, slots=True)
class ActionKind:
    """One action: its name, where the reference allows it, and how it becomes a value of the engine.

    ``manage_in``: the states of a call in which a management request may use it; ``None`` is any state. What ``translate``
    makes is a step where the action is an old way to write an instruction.
    """

    name: str
    events: frozenset[Event]
    translate: Callable[[Values, Case], Action | StartRecording | StopRecording]
    manage_in: frozenset[CallState] | None = None
    tolerated: Mapping[Event, Tolerance] = field(default_factory=dict)
    connects: bool = False
    """Whether a custom callout may begin with it."""


@dataclass(frozen=True, slots=True)
class InstructionKind:
    """One instruction: its name, where the reference allows it, and the step it becomes (``None``: nothing to do)."""

    name: str
    events: frozenset[Event]
    translate: Callable[[Values, Case], Step | None]
    tolerated: Mapping[Event, Tolerance] = field(default_factory=dict)


Kind = TypeVar("Kind", ActionKind, InstructionKind)


def registry(kinds: tuple[Kind, ...]) -> dict[str, Kind]:
    """The kinds by name in lower case."""
    return {kind.name.lower(): kind for kind in kinds}
