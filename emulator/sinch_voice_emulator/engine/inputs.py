"""What can happen to the engine: frozen values, named by what happened (past participle).

Each is given to ``Engine.handle`` with the time. Identifiers are those the engine gave out before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from sinch_voice_emulator.model.call import CalloutKind, Origin, Wants
from sinch_voice_emulator.model.conference import RoomKey
from sinch_voice_emulator.model.delivery import CallbackTarget, EventKind
from sinch_voice_emulator.model.instants import Millis
from sinch_voice_emulator.model.party import Party
from sinch_voice_emulator.model.phone import PhoneBehaviour, Verdict
from sinch_voice_emulator.model.script import Script

Headers: TypeAlias = tuple[tuple[str, str], ...]

# --- calls come into being ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallArrived:
    """A phone, a SIP peer or an app reached the platform. Replies with the call id.

    ``application`` may be empty for a call to a rented number: its owner is meant. ``caller`` is who calls, ``cli`` what the
    backend is told (``""``: withheld). ``behaviour`` is the caller's own, else the one set for that address.
    """

    origin: Origin
    caller: Party
    to: Party
    cli: str
    application: str = ""
    region: str = ""
    rdnis: str = ""
    headers: Headers = ()
    custom: str = ""
    behaviour: PhoneBehaviour | None = None


@dataclass(frozen=True, slots=True)
class CalloutRequested:
    """The Calling API was asked to place a call. Replies with the call id.

    ``ask_first``: the backend (or ``inline``) says what to dial; otherwise ``to`` is dialled at once. ``on_proceed`` is
    what happens on the answer unless the backend says something else. ``targets`` and ``inline`` are per event.
    Raises ``NoCredit`` or ``DestinationForbidden`` when the account cannot pay or may not call there.
    """

    kind: CalloutKind
    application: str
    region: str
    to: Party | None
    cli: str = ""
    tones: str = ""
    custom: str = ""
    max_duration: Millis | None = None
    ask_first: bool = False
    on_proceed: Script = Script()
    wants: Wants = Wants()
    targets: Mapping[EventKind, CallbackTarget] = field(default_factory=dict)
    inline: Mapping[EventKind, Script] = field(default_factory=dict)
    forwarded_headers: Headers = ()


# --- answers to callbacks ----------------------------------------------------------------------------------------------


class Unusable(StrEnum):
    """In what way an answer could not be used."""

    FAILED = "failed"
    """No answer came in time, or it was an error, or it was not a document at all."""
    EMPTY = "empty"
    """An answer that says nothing."""
    ILLEGAL = "illegal"
    """A document that breaks the rules, or does something this event does not allow."""


@dataclass(frozen=True, slots=True)
class ScriptReceived:
    """The backend answered a callback with a script. ``action`` may be missing where the dialect allows it."""

    delivery: str
    call_id: str
    script: Script


@dataclass(frozen=True, slots=True)
class AnswerUnusable:
    """A callback got no answer, or none that could be used. ``problem`` is one sentence."""

    delivery: str
    call_id: str
    kind: Unusable
    problem: str


@dataclass(frozen=True, slots=True)
class AnswerAccepted:
    """A callback whose answer does not matter was answered."""

    delivery: str
    call_id: str


# --- management over the Calling API -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ManagementRequested:
    """A script for a running call (PATCH). ``application`` and ``region`` scope the look-up; ``region=""`` is any."""

    call_id: str
    application: str
    region: str
    script: Script


@dataclass(frozen=True, slots=True)
class MuteChanged:
    """A participant was to be muted (``muted=True``) or unmuted."""

    room: RoomKey
    call_id: str
    muted: bool


@dataclass(frozen=True, slots=True)
class HoldChanged:
    """A participant was to be put on hold, hearing ``moh``, or taken off it."""

    room: RoomKey
    call_id: str
    on_hold: bool
    moh: str = ""


@dataclass(frozen=True, slots=True)
class RemovalRequested:
    """A participant was to be removed from a conference; its call ends."""

    room: RoomKey
    call_id: str


@dataclass(frozen=True, slots=True)
class ConferenceEndRequested:
    """Everybody was to be removed from a conference."""

    room: RoomKey


@dataclass(frozen=True, slots=True)
class ReportFiled:
    """The backend reported how it judges a call, over REST or in its answer to the last event."""

    call_id: str
    application: str
    success: bool
    details: str = ""


@dataclass(frozen=True, slots=True)
class RecordingDeleted:
    """A recording was to be deleted."""

    key: str
    application: str


# --- telephones ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """The ringing phone of a call was picked up (by a test; phones with a behaviour do so by themselves)."""

    call_id: str


class Refusal(StrEnum):
    """How a phone that rings can refuse."""

    DECLINED = "declined"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LegRefused:
    """The ringing phone of a call refused."""

    call_id: str
    how: Refusal = Refusal.DECLINED


@dataclass(frozen=True, slots=True)
class LegHungUp:
    """A side hung up. ``leg`` is its number in the call; 0 is the near leg."""

    call_id: str
    leg: int = 0


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """Keys were pressed on a phone: ``0-9 * #``. ``leg`` is its number in the call; 0 is the near leg."""

    call_id: str
    keys: str
    leg: int = 0


@dataclass(frozen=True, slots=True)
class WordsSpoken:
    """Something was said into a phone. ``leg`` is its number in the call; 0 is the near leg."""

    call_id: str
    text: str
    leg: int = 0


@dataclass(frozen=True, slots=True)
class VerdictReached:
    """Answering machine detection concluded, by order of a test instead of the phone's behaviour."""

    call_id: str
    verdict: Verdict
    reason: str = "n/a"


@dataclass(frozen=True, slots=True)
class BeepHeard:
    """The answering machine of a call beeped."""

    call_id: str


@dataclass(frozen=True, slots=True)
class NetworkLost:
    """An app lost its network in the middle of a call. ``leg`` is its number in the call; 0 is the near leg."""

    call_id: str
    leg: int = 0


Input: TypeAlias = (
    CallArrived
    | CalloutRequested
    | ScriptReceived
    | AnswerUnusable
    | AnswerAccepted
    | ManagementRequested
    | MuteChanged
    | HoldChanged
    | RemovalRequested
    | ConferenceEndRequested
    | ReportFiled
    | RecordingDeleted
    | LegAnswered
    | LegRefused
    | LegHungUp
    | KeysPressed
    | WordsSpoken
    | VerdictReached
    | BeepHeard
    | NetworkLost
)

PhoneInput: TypeAlias = (
    LegAnswered | LegRefused | LegHungUp | KeysPressed | WordsSpoken | VerdictReached | BeepHeard | NetworkLost
)
