"""What the engine wants done outside: frozen values, in the imperative. Whoever runs the engine interprets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from sinch_voice_emulator.model.call import DetectionResult, MenuResult, Reason
from sinch_voice_emulator.model.delivery import CallbackTarget, EventKind
from sinch_voice_emulator.model.recording import Recording


class Severity(StrEnum):
    """How bad a journal entry is; only a problem fails a test."""

    INFO = "info"
    WARNING = "warning"
    PROBLEM = "problem"


class Basis(StrEnum):
    """What a behaviour rests on."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    ASSUMED = "assumed"


# --- what happened, for the backend ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A call reached the platform and wants to know where to go."""

    kind: EventKind = EventKind.INCOMING


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """The dialled party picked up. ``detected`` when an answering machine was looked for."""

    detected: DetectionResult | None = None
    kind: EventKind = EventKind.ANSWERED


@dataclass(frozen=True, slots=True)
class InputEntered:
    """A menu finished, or a conference participant pressed keys."""

    result: MenuResult
    kind: EventKind = EventKind.INPUT


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call is over; result, reason, length and bill are on the call. ``reason`` is for a second telling."""

    reason: Reason | None = None
    kind: EventKind = EventKind.ENDED


class NoticeType(StrEnum):
    """The kinds of notification."""

    RECORDING_FINISHED = "recording_finished"
    RECORDING_AVAILABLE = "recording_available"
    TRANSCRIPTION_AVAILABLE = "transcription_available"
    DETECTION = "amd"
    BEEP = "amd_beep"
    CALLING_ERROR = "callingerror"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the backend is told in passing."""

    type: NoticeType
    recording: Recording | None = None
    detected: DetectionResult | None = None
    error_code: int = 0
    error: str = ""
    kind: EventKind = EventKind.NOTICE


CallbackEvent: TypeAlias = IncomingCall | CallAnswered | InputEntered | CallEnded | Notice


# --- effects -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendCallback:
    """Tell the backend. The body is to be made at once, from the call as it is now."""

    delivery: str
    call_id: str
    event: CallbackEvent
    target: CallbackTarget


@dataclass(frozen=True, slots=True)
class Note:
    """Write something into the journal. ``kind`` is dotted (``leg.answered``); ``data`` holds plain JSON values."""

    kind: str
    call_id: str = ""
    leg: int = 0
    data: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = Severity.INFO
    basis: Basis | None = None


Effect: TypeAlias = SendCallback | Note
