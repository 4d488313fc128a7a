"""What a test looks at: callbacks, prompts, legs, recordings, as frozen values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sinch_voice_emulator.model.delivery import Attempt, Delivery
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.runtime.journal import Entry

_NO_ATTEMPT = Attempt("", ())


def moment(instant: Instant) -> datetime:
    """An instant of account time as an aware ``datetime`` in UTC."""
    return datetime.fromtimestamp(instant // 1000, UTC).replace(microsecond=instant % 1000 * 1000)


def _sent(delivery: Delivery) -> bytes:
    """What went out in the last attempt."""
    altered = delivery.attempts[-1].sent if delivery.attempts else None
    return delivery.body if altered is None else altered


@dataclass(frozen=True, slots=True)
class Callback:
    """One callback as the backend got it, and what it answered. ``callback["menuResult"]`` reads from its body."""

    event: str
    """``ice``, ``ace``, ``pie``, ``dice`` or ``notify``."""
    body: dict[str, Any]
    time: datetime
    """Account time at which it was issued."""
    delivery: Delivery = field(repr=False, compare=False)

    @classmethod
    def of(cls, delivery: Delivery) -> Callback:
        """The callback that a delivery carries."""
        return cls(delivery.event.value, json.loads(_sent(delivery)), moment(delivery.created), delivery)

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    @property
    def raw(self) -> bytes:
        """The body, byte for byte as it was sent."""
        return _sent(self.delivery)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the last attempt, with names in lower case."""
        return {name.lower(): value for name, value in self._attempt.request_headers}

    @property
    def url(self) -> str:
        """Where the last attempt went."""
        return self._attempt.url or self.delivery.target.primary

    @property
    def status(self) -> int | None:
        """The status of the answer; ``None`` when there was none."""
        return self._attempt.status

    @property
    def answer(self) -> Any:
        """What the backend answered: parsed JSON, or text where it is none; ``None`` for an empty answer or none at all."""
        raw = self._attempt.response_body
        if not raw:
            return None
        try:
            return json.loads(raw)
        except ValueError:
            return raw.decode(errors="replace")

    @property
    def error(self) -> str:
        """Why there is no answer, ``""`` when there is one."""
        return self._attempt.error

    @property
    def attempts(self) -> int:
        """How often it was sent."""
        return len(self.delivery.attempts)

    @property
    def _attempt(self) -> Attempt:
        return self.delivery.attempts[-1] if self.delivery.attempts else _NO_ATTEMPT


@dataclass(frozen=True, slots=True)
class Heard:
    """One prompt as a phone heard it. ``prompt == "text"`` and ``"text" in prompt`` compare what was said."""

    text: str
    """Everything that was said or played, joined by spaces. A sound file is its address."""
    time: datetime
    seconds: float
    """How long it takes."""
    leg: int
    """Which leg of the call heard it, counted from 1."""
    call: str
    locale: str = ""

    @classmethod
    def of(cls, entry: Entry) -> Heard:
        """The prompt that a journal entry is about."""
        prompts: Any = entry.data.get("prompts") or []
        length: Any = entry.data.get("length_ms", 0)
        text = " ".join(str(prompt["text"]) for prompt in prompts)
        locale = str(prompts[0].get("locale", "")) if prompts else ""
        return cls(text, moment(entry.instant), length / 1000, entry.leg, entry.call_id, locale)

    def __contains__(self, text: str) -> bool:
        return text in self.text

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class LegView:
    """One party of a call, as it is now. ``state``: ``ringing``, ``up`` or ``down``."""

    number: int
    role: str
    """``caller`` or ``callee``."""
    party: str
    cli: str
    """What the party's display showed; ``""`` for a withheld number and for callers."""
    state: str
    why_ended: str = ""


@dataclass(frozen=True, slots=True)
class Dialled:
    """One party that was dialled: who, with which CLI, when."""

    party: str
    cli: str
    """``private`` when withheld."""
    time: datetime
    leg: int
    call: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordingView:
    """One recording. ``seconds`` is its length so far."""

    key: str
    call: str
    conference: str
    seconds: float
    finished: bool
    destination: str


@dataclass(frozen=True, slots=True)
class Member:
    """One participant of a conference."""

    call: str
    label: str
    """The name it joined with, by default the caller's number."""
    muted: bool
    on_hold: bool
    hears_music: bool
