"""One run of a scenario: the account it plays on, its variables, its calls by name, what it has done so far."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from sinch_voice_emulator.errors import BadRequest, Conflict
from sinch_voice_emulator.model.call import Leg, LegRole, LegState
from sinch_voice_emulator.model.instants import Millis
from sinch_voice_emulator.runtime.exchanges import Exchange, Outcome
from sinch_voice_emulator.runtime.virtual import Breath
from sinch_voice_emulator.scenario.gathering import Gathering
from sinch_voice_emulator.scenario.model import Step
from sinch_voice_emulator.scenario.variables import Scope, worked_out
from sinch_voice_emulator.testkit.addresses import listed, party_of, same_number
from sinch_voice_emulator.testkit.calls import CallSteps
from sinch_voice_emulator.testkit.core import VoiceSteps
from sinch_voice_emulator.testkit.phones import PhoneSteps

if TYPE_CHECKING:
    from sinch_voice_emulator.testkit.expectations import Expectation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Awaiting:
    """A branch waits until ``wanted`` has happened, at most ``within`` milliseconds; it is sent what was found."""

    wanted: Expectation[Any]
    within: Millis
    calls: tuple[str, ...] = ()
    missable: bool = False
    """Whether the branch goes on without it; it is then sent ``None``."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A branch lets time pass; ``None``: until calls wait for nothing but limits."""

    length: Millis | None


@dataclass(frozen=True, slots=True)
class Fork:
    """``branch`` waits until others, one for each list of steps, are over. ``values`` are variables that only they see."""

    branch: Branch
    branches: Mapping[str, tuple[Step, ...]]
    values: Mapping[str, Any] = field(default_factory=dict)
    gathering: Gathering | None = None
    """Where the branches are expectations that are met in any order."""


Wait: TypeAlias = Awaiting | Pause | Fork
Play: TypeAlias = Generator[Exchange | Breath | Wait, Any, T]
Plays: TypeAlias = Generator[Exchange | Breath, Outcome | None, T]


@dataclass(frozen=True, slots=True)
class Changed:
    """An answer of the backend that is not as the scenario has it, or what followed from one. ``call`` is an id."""

    step: Step
    call: str
    event: str
    member: Literal["answer", "with", "heard", "ended"]
    before: Any
    after: Any


class Approval:
    """Collects answers that differ from those of a recording, and what no longer happened after the first of them.

    ``whole``: answers are recorded with all their members, so that one more is a difference.
    """

    def __init__(self, whole: bool = True) -> None:
        self.whole = whole
        self.compared = 0
        self.changed: list[Changed] = []
        self.missed: list[tuple[Step, str]] = []


class Mismatch(Exception):
    """Something is there and is not as the scenario says."""


class Stage:
    """What the steps of one run share."""

    def __init__(self, voice: VoiceSteps, variables: Mapping[str, Any]) -> None:
        self.voice = voice
        self._handles: dict[str, CallSteps] = {}
        self._names: dict[str, str] = {}
        self.scope = Scope(self._built_in, worked_out(variables, self._built_in))
        self._phones: dict[str, PhoneSteps] = {}
        self.latest = ""
        self.approval: Approval | None = None
        """Where answers that differ are collected; ``None``: the first one fails the step."""
        self.placed: set[str] = set()
        """Ids of calls that a step has begun, or an expectation found."""
        self.matched: set[str] = set()
        """Ids of callouts that an expectation has matched."""
        self.told: set[int] = set()
        """Entries of the journal that an expectation has matched."""

    def _built_in(self, name: str) -> Any:
        voice = self.voice
        if name == "calls":
            return {own: self._facts(call_id) for own, call_id in self._names.items()}
        if name == "now":
            return voice.now.isoformat()
        if name == "callback_url":
            target = next(iter(voice.runtime.account.applications.values())).callback
            return "" if target is None else target.primary
        return getattr(voice, name)

    def _facts(self, call_id: str) -> dict[str, Any]:
        call = self.handle(call_id).model()
        return {"id": call.id, "from": call.cli, "state": call.state.value, "conference": call.room}

    # --- calls ------------------------------------------------------------------------------------------

    def handle(self, call_id: str) -> CallSteps:
        """A call by its id; the same object each time, since it knows how far expectations have read."""
        if call_id not in self._handles:
            self._handles[call_id] = CallSteps(self.voice, call_id)
        return self._handles[call_id]

    def name(self, call_id: str, name: str | None) -> None:
        """Remember a new call, under a name where it has one."""
        if name is not None:
            self._names[name] = call_id
        self.latest = call_id
        self.placed.add(call_id)
        entries = self.voice.watch.of(call_id)
        self.voice.noticed(call_id, behind=sum(entry.instant == entries[0].instant for entry in entries))

    @property
    def ids(self) -> list[str]:
        """The ids of every call there was."""
        return [entry.call_id for entry in self.voice.watch.created()]

    def is_named(self, name: str) -> bool:
        """Whether there is a call of this name by now."""
        return name in self._names

    def call_id(self, name: str) -> str:
        """The id of the call of this name. Raises ``Conflict``."""
        if name not in self._names:
            raise Conflict(f"there is no call {name!r} yet; there are: {listed(self._names)}")
        return self._names[name]

    def phone(self, address: str) -> PhoneSteps:
        """A phone, as it is."""
        party = party_of(address)
        return self._phones.setdefault(f"{party.kind}:{party.endpoint}", PhoneSteps(self.voice, party))


class Branch:
    """One list of steps that goes on by itself, and the call it is about: the latest one of its own, else of its parent.

    An only child (an include, an expectation) speaks of its parent's call, and what it begins is the parent's.
    """

    def __init__(self, stage: Stage, scope: Scope, parent: Branch | None = None, only_child: bool = False) -> None:
        self.gathering: Gathering | None = None
        """Where it is one of several expectations that are met in any order."""
        self.stage = stage
        self.scope = scope
        self._parent = parent
        self._only_child = only_child
        self._current = ""

    @property
    def voice(self) -> VoiceSteps:
        """The account it plays on."""
        return self.stage.voice

    @property
    def current(self) -> str:
        """The id of the call that is meant where none is named; ``""`` before there is one."""
        if self._current:
            return self._current
        return self._parent.current if self._parent is not None else self.stage.latest

    def placed(self, call_id: str, name: str | None) -> CallSteps:
        """A call has begun on this branch."""
        if self._only_child and self._parent is not None:
            return self._parent.placed(call_id, name)
        self.stage.name(call_id, name)
        self._current = call_id
        return self.stage.handle(call_id)

    def call(self, name: str | None) -> CallSteps:
        """The call that is meant. Raises ``Conflict`` when there is none."""
        if name is not None:
            return self.stage.handle(self.stage.call_id(name))
        if not self.current:
            raise Conflict("there is no call yet; place one, or expect a callout, first")
        return self.stage.handle(self.current)

    def leg(self, call: CallSteps, by: str | None) -> int:
        """The number of the leg on which ``caller``, ``callee`` or the phone of an address is; 0 when nobody is named.

        Raises ``Conflict`` with who is there.
        """
        if by is None:
            return 0
        legs = call.model().legs
        found = [leg for leg in legs if _is(leg, by)]
        if not found:
            there = listed(f"{leg.party.endpoint} ({leg.role.value})" for leg in legs)
            raise Conflict(f"{by} is not on call {call.id}; there are: {there}")
        up = [leg for leg in found if leg.state is not LegState.DOWN]
        return (up or found)[-1].number


def _is(leg: Leg, who: str) -> bool:
    if who == "caller":
        return leg.role is LegRole.CALLER
    if who == "callee":
        return leg.role is LegRole.CALLEE
    try:
        return same_number(leg.party.endpoint, party_of(who).endpoint)
    except BadRequest:
        return False
