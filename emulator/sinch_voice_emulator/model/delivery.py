"""Callbacks on their way: where they go and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sinch_voice_emulator.model.instants import Instant, Millis


class EventKind(StrEnum):
    """The five things a backend is told."""

    INCOMING = "ice"
    ANSWERED = "ace"
    INPUT = "pie"
    ENDED = "dice"
    NOTICE = "notify"


@dataclass(frozen=True, slots=True)
class CallbackTarget:
    """Where an event goes: a primary address and perhaps one to try when that fails. Opaque to the engine."""

    primary: str
    fallback: str | None = None


class DeliveryState(StrEnum):
    """How far a delivery is."""

    HELD = "held"
    QUEUED = "queued"
    IN_FLIGHT = "in-flight"
    ANSWERED = "answered"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """How a delivery is attempted. ``timeout`` is the wall-clock budget of one attempt, in milliseconds."""

    timeout: Millis
    try_fallback: bool = True
    redeliveries: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. ``error`` is ``""`` when an answer came, whatever its status; ``wall_ms`` is wall-clock, not account time.

    ``sent_to`` is the URL that was called in place of ``url``, when the emulator was told to make a detour, else ``""``.
    ``sent`` is what went out in place of the delivery's body, where a test has ordered that.
    """

    url: str
    request_headers: tuple[tuple[str, str], ...]
    status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: bytes = b""
    error: str = ""
    wall_ms: float = 0.0
    sent_to: str = ""
    sent: bytes | None = None


@dataclass(slots=True)
class Delivery:
    """One callback: what is sent, to whom, and each attempt with its answer.

    ``body`` is what every attempt sends, byte for byte, unless it says otherwise. ``reply_expected`` is false for events whose
    answer is not acted on.
    """

    id: str
    call_id: str
    application: str
    event: EventKind
    created: Instant
    body: bytes
    target: CallbackTarget
    policy: DeliveryPolicy
    forwarded_headers: tuple[tuple[str, str], ...] = ()
    state: DeliveryState = DeliveryState.QUEUED
    attempts: list[Attempt] = field(default_factory=list)
    notice: str = ""
    """What the answer came to, in a word: ``script``, ``empty``, ``unusable``, ``accepted``, ``discarded`` ..."""
