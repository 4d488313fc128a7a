"""What a SVAML document is judged against, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from sinch_voice_emulator.model.call import Call, CalloutKind, CallState, Origin
from sinch_voice_emulator.model.party import Party
from sinch_voice_emulator.model.profile import BehaviourProfile
from sinch_voice_emulator.model.script import Script
from sinch_voice_emulator.v1.problems import Problem

Event: TypeAlias = Literal["ice", "ace", "pie", "manage", "dice"]


@dataclass(frozen=True, slots=True)
class Context:
    """The facts about a call on which the verdict on a document depends.

    ``event`` is what the document answers; ``manage`` is a request to change a running call. ``dialled`` is whom the call was
    for. ``leg_url``: the request named a leg, where only prompts make sense.
    """

    event: Event
    profile: BehaviourProfile
    origin: Origin
    callout: CalloutKind | None = None
    state: CallState | None = None
    dialled: Party | None = None
    leg_url: bool = False

    @classmethod
    def of(cls, call: Call, event: Event, profile: BehaviourProfile, *, leg_url: bool = False) -> Context:
        """The facts about ``call`` as it is now; a message that is being played to it does not count."""
        return cls(event, profile, call.origin, call.callout, call.standing, call.dialled, leg_url)

    @property
    def lenient(self) -> bool:
        """Whether what the platform probably tolerates is tolerated, with a warning."""
        return self.profile.validator == "lenient"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict: a script to run unless a problem is an error or the document says nothing (``empty``)."""

    script: Script | None
    problems: tuple[Problem, ...] = ()
    empty: bool = False

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that make the document unusable."""
        return tuple(problem for problem in self.problems if problem.severity == "error")
