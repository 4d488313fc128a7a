"""Calls and their legs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from sinch_voice_emulator.model.delivery import CallbackTarget, EventKind
from sinch_voice_emulator.model.instants import Instant, Millis
from sinch_voice_emulator.model.money import FREE
from sinch_voice_emulator.model.party import Party, PartyKind
from sinch_voice_emulator.model.phone import PhoneBehaviour
from sinch_voice_emulator.model.script import Action, Audience, Dial, EnterMenu, Park, Script, Step


class Origin(StrEnum):
    """Where a call came from. ``SERVER`` is a callout: the platform placed it."""

    PSTN = "pstn"
    SIP = "sip"
    APP = "app"
    SERVER = "server"


class CalloutKind(StrEnum):
    """What a callout is for."""

    SPEECH = "speech"
    CONFERENCE = "conference"
    CUSTOM = "custom"


class CallState(StrEnum):
    """Where a call is. ``CONNECTED`` is two legs joined, or the one leg of a callout with nothing left to do."""

    ASKING_INCOMING = "waiting for the answer to ICE"
    EXECUTING = "running a script"
    DIALLING = "dialling"
    DETECTING = "detecting an answering machine"
    ASKING_ANSWERED = "waiting for the answer to ACE"
    CONNECTED = "connected"
    MENU = "in a menu"
    ASKING_INPUT = "waiting for the answer to PIE"
    CONFERENCE = "in a conference"
    COLLECTING = "pressing keys in a conference"
    PARKED = "parked"
    STREAMING = "streaming"
    ENDED = "ended"


class Result(StrEnum):
    """What became of a call."""

    NOT_YET = "N/A"
    ANSWERED = "ANSWERED"
    BUSY = "BUSY"
    NOANSWER = "NOANSWER"
    FAILED = "FAILED"


class Reason(StrEnum):
    """Why a call ended."""

    NOT_AVAILABLE = "N/A"
    TIMEOUT = "TIMEOUT"
    CALLERHANGUP = "CALLERHANGUP"
    CALLEEHANGUP = "CALLEEHANGUP"
    BLOCKED = "BLOCKED"
    MANAGERHANGUP = "MANAGERHANGUP"
    NOCREDITPARTNER = "NOCREDITPARTNER"
    CLIENTNETWORK = "CLIENTNETWORK"
    CONGESTION = "CONGESTION"
    GENERALERROR = "GENERALERROR"
    CANCEL = "CANCEL"
    USERNOTFOUND = "USERNOTFOUND"
    CALLBACKERROR = "CALLBACKERROR"
    INVALIDSVAMLACTION = "INVALIDSVAMLACTION"


_DATA = (PartyKind.USERNAME, PartyKind.CONFERENCE)


class LegRole(StrEnum):
    """A: who reached the platform, or the platform itself for a callout. B: who was dialled."""

    CALLER = "caller"
    CALLEE = "callee"


class LegState(StrEnum):
    """How far a leg is."""

    RINGING = "ringing"
    UP = "up"
    DOWN = "down"


@dataclass(slots=True)
class Leg:
    """One party's connection. ``number`` is its position in the call (1, 2, ...); ``cli`` is what the party sees."""

    number: int
    role: LegRole
    party: Party
    cli: str
    behaviour: PhoneBehaviour
    started: Instant
    state: LegState = LegState.RINGING
    answered: Instant | None = None
    ended: Instant | None = None
    why_ended: str = ""
    reacted: dict[int, int] = field(default_factory=dict)
    """How often each of the behaviour's reactions has happened on this leg, by its index."""


@dataclass(frozen=True, slots=True)
class Wants:
    """Which events of a call its creator asked for (callouts), or gets by default (everything else)."""

    answered: bool = True
    input: bool = True
    ended: bool = True


@dataclass(slots=True)
class RunningScript:
    """A script at some step. ``event`` is what it answers; ``None`` is a management request (PATCH)."""

    steps: tuple[Step, ...]
    action: Action | None
    audience: Audience
    event: EventKind | None
    position: int = 0


@dataclass(slots=True)
class MenuRun:
    """A running menu: which one, how many passes went by, and what was keyed in."""

    script: EnterMenu
    current: str
    passes: int = 0
    prompting: bool = True
    digits: str = ""


@dataclass(slots=True)
class Parking:
    """A parked call: what it hears and since when. ``looping``: the intro is over and the hold prompt plays.

    ``expired``: the limit is reached, and the call ends with the prompt that is still running.
    """

    park: Park
    since: Instant
    prompt_started: Instant
    looping: bool = False
    expired: bool = False


@dataclass(frozen=True, slots=True)
class MenuResult:
    """What a menu, or the keys of a conference participant, came to."""

    menu: str
    type: str
    value: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class DetectionResult:
    """What answering machine detection found. ``length`` is how long it took, in milliseconds."""

    status: str
    reason: str
    length: Millis


@dataclass(frozen=True, slots=True)
class Pending:
    """The callback whose answer the call waits for."""

    delivery: str
    event: EventKind
    since: Instant


@dataclass(slots=True)
class Interrupted:
    """What a management request interrupted, to be taken up again. ``before`` is what that had interrupted itself."""

    state: CallState
    running: RunningScript | None = None
    menu: MenuRun | None = None
    before: Interrupted | None = None


@dataclass(slots=True)
class Call:
    """One call, from its first ring to its bill.

    ``near`` is the leg that hears scripts: the caller, or the called party of a callout. ``far`` is the party it was
    connected to. Both are leg numbers. ``region`` is where the call lives. ``cli`` is the caller's number as the backend is
    told, ``""`` when withheld. ``dialled`` is what was asked for originally. ``headers`` are those of the app or set by a
    script; ``forwarded_headers`` travel with every callback.
    """

    id: str
    application: str
    region: str
    origin: Origin
    created: Instant
    cli: str = ""
    caller: Party | None = None
    dialled: Party | None = None
    user: str = ""
    rdnis: str = ""
    callout: CalloutKind | None = None
    custom: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    forwarded_headers: tuple[tuple[str, str], ...] = ()
    wants: Wants = Wants()
    targets: Mapping[EventKind, CallbackTarget] = field(default_factory=dict)
    inline: Mapping[EventKind, Script] = field(default_factory=dict)
    on_proceed: Script | None = None
    max_duration: Millis | None = None
    max_ends: Instant | None = None
    """When the call will be cut, once somebody answered."""

    state: CallState = CallState.EXECUTING
    legs: list[Leg] = field(default_factory=list)
    near: int = 0
    far: int = 0
    pending: Pending | None = None
    running: RunningScript | None = None
    interrupted: Interrupted | None = None
    dial: Dial | None = None
    """The latest dialling instruction, for what is due when the party answers."""
    detected: DetectionResult | None = None
    menu: MenuRun | None = None
    parking: Parking | None = None
    room: str = ""
    suppressed: bool = False
    cookies: dict[str, str] = field(default_factory=dict)
    recording: str | None = None
    recorded: tuple[str, ...] = ()
    """Every recording this call ordered, the running one included."""
    callbacks_sent: int = 0
    answers_told: int = 0
    """How often the backend was told of the present answer (a SIP party may be announced twice)."""
    doom: Reason | None = None
    """Why the call will end once the error prompt is over."""
    dialled_call: str = ""
    """The inbound call that dialling a number of the account's own brought up."""
    dialled_by: str = ""
    """The call whose dialling brought this one up."""

    answered: Instant | None = None
    ended: Instant | None = None
    result: Result = Result.NOT_YET
    reason: Reason = Reason.NOT_AVAILABLE
    billed: Party | None = None
    """The party whose rate applies: what was dialled, later what was connected."""
    rate: Decimal = FREE
    debit: Decimal = FREE
    paid: Decimal = FREE
    """What was taken from the account's credit so far, minute by minute; the bill settles the difference."""
    report: tuple[bool, str] | None = None

    @property
    def live(self) -> bool:
        """Whether the call has not ended."""
        return self.state is not CallState.ENDED

    @property
    def is_data_only(self) -> bool:
        """Whether everybody on the call, or to be dialled as long as nobody was, is an app user."""
        parties = [leg.party for leg in self.legs]
        if self.dialled is not None and not any(leg.role is LegRole.CALLEE for leg in self.legs):
            parties.append(self.dialled)
        return bool(parties) and all(party.kind in _DATA for party in parties)

    @property
    def standing(self) -> CallState:
        """Where the call is, or where it returns to when what a management request plays is over."""
        if self.state is CallState.EXECUTING and self.interrupted is not None:
            return self.interrupted.state
        return self.state

    def leg(self, number: int) -> Leg | None:
        """The leg at position ``number``, counted from 1; ``None`` for 0."""
        return self.legs[number - 1] if number else None

    def length(self, now: Instant) -> Millis:
        """Milliseconds since the call was answered, up to its end or ``now``; 0 when it never was."""
        if self.answered is None:
            return 0
        return (self.ended if self.ended is not None else now) - self.answered
