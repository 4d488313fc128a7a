"""Simulated telephones: what the other end of a leg does when it rings, and afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sinch_voice_emulator.model.instants import SECOND, Millis


class OnRing(StrEnum):
    """What becomes of a call to a phone, ``rings_for`` milliseconds after it began to ring."""

    ANSWERS = "answers"
    BUSY = "busy"
    DECLINES = "declines"
    NEVER_ANSWERS = "never-answers"
    RINGS_OUT = "rings-out"
    """Nobody answers, and the network gives up when ``rings_for`` is over."""
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    FAILS = "fails"
    UNKNOWN = "unknown"
    MANUAL = "manual"
    """Rings until a test says what happens."""


class Verdict(StrEnum):
    """What answering machine detection concludes."""

    HUMAN = "human"
    MACHINE = "machine"
    NOT_SURE = "notsure"
    HANG_UP = "hangup"


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who or what picks up, as answering machine detection hears it.

    ``verdict_after`` and ``beep_after`` count from the answer, in milliseconds; ``beep_after=None``: no beep is heard.
    """

    verdict: Verdict = Verdict.HUMAN
    reason: str = "n/a"
    verdict_after: Millis = 2 * SECOND
    beep_after: Millis | None = None


HUMAN = Answerer()
MACHINE = Answerer(Verdict.MACHINE, "longgreeting", 4 * SECOND, 7 * SECOND)


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a phone does when it hears something.

    ``hears`` is contained in the prompt, whatever the case (``""``: any prompt); ``after`` counts from the start of that
    prompt, in milliseconds, and ``None`` is its end. ``times`` is how often this reaction happens on one call.
    """

    hears: str = ""
    after: Millis | None = None
    presses: str = ""
    says: str = ""
    hangs_up: bool = False
    times: int = 1


@dataclass(frozen=True, slots=True)
class PhoneBehaviour:
    """How a phone behaves on every call. Sensible with no set-up: rings a second, a human answers and stays.

    ``hangs_up_after`` counts from the answer; for a caller, ``gives_up_after`` counts from the moment the call was placed.
    """

    on_ring: OnRing = OnRing.ANSWERS
    rings_for: Millis = SECOND
    answerer: Answerer = HUMAN
    hangs_up_after: Millis | None = None
    gives_up_after: Millis | None = None
    hangs_up_on_key: str = ""
    reactions: tuple[Reaction, ...] = ()


DEFAULT_PHONE = PhoneBehaviour()
