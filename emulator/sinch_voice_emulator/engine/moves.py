"""What the engine does next, within one step.

The parts of the engine do not call each other: a part that has done its share puts a move on the agenda, and
``Engine`` hands it to the part that knows how. That keeps the parts free of cycles and the stack flat. Moves never outlive a
step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from sinch_voice_emulator.engine.effects import CallAnswered, IncomingCall, InputEntered
from sinch_voice_emulator.model.call import Call, DetectionResult, MenuResult, Reason, Result
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.party import Party
from sinch_voice_emulator.model.script import Action, Dial, Script


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the backend what to do, or do what is usual when it cannot or must not be asked."""

    call: Call
    event: IncomingCall | CallAnswered | InputEntered


@dataclass(frozen=True, slots=True)
class Run:
    """Run a script; ``event`` is what it answers, ``None`` a management request."""

    call: Call
    script: Script
    event: EventKind | None


@dataclass(frozen=True, slots=True)
class Advance:
    """Go on with the running script's next step."""

    call: Call


@dataclass(frozen=True, slots=True)
class Act:
    """Carry out an action."""

    call: Call
    action: Action
    event: EventKind | None


@dataclass(frozen=True, slots=True)
class StartDialling:
    """Dial a party."""

    call: Call
    dial: Dial


@dataclass(frozen=True, slots=True)
class TellAnswered:
    """The dialled party is on the line and examined: ask, or connect where nobody is asked."""

    call: Call
    detected: DetectionResult | None = None


@dataclass(frozen=True, slots=True)
class Connect:
    """Do what the call was about: the callout's own purpose, or join the legs."""

    call: Call
    event: EventKind | None


@dataclass(frozen=True, slots=True)
class Resume:
    """Take up what a management request interrupted."""

    call: Call


@dataclass(frozen=True, slots=True)
class FinishMenu:
    """A menu came to a result."""

    call: Call
    result: MenuResult


@dataclass(frozen=True, slots=True)
class End:
    """End a call. ``result=None``: answered if anybody did, otherwise ``unanswered``."""

    call: Call
    reason: Reason
    result: Result | None = None
    unanswered: Result = Result.NOANSWER


@dataclass(frozen=True, slots=True)
class Loop:
    """A call dialled a number of its own account: bring that up as a second, inbound call."""

    call: Call
    number: Party
    cli: str


@dataclass(frozen=True, slots=True)
class FarAnswered:
    """The ringing party of a call picked up."""

    call: Call


Move: TypeAlias = (
    Ask | Run | Advance | Act | StartDialling | TellAnswered | Connect | Resume | FinishMenu | End | Loop | FarAnswered
)
