"""What an account runtime needs from its neighbours: a dialect that turns events into bytes and answers into inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from sinch_voice_emulator.engine.effects import CallbackEvent
from sinch_voice_emulator.engine.inputs import Input
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.call import Call
from sinch_voice_emulator.model.delivery import Delivery
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.v1.problems import Problem

Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a backend answered, whatever the status."""

    status: int
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer: one sentence."""

    error: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What an answer means: inputs for the engine in order, findings for the journal, the outcome in a word."""

    inputs: tuple[Input, ...]
    problems: tuple[Problem, ...] = ()
    word: str = ""


class Dialect(Protocol):
    """How one vendor API spells callbacks. Pure."""

    def body(self, event: CallbackEvent, call: Call, account: Account, now: Instant) -> bytes:
        """The bytes of a callback, from the call as it is now."""
        ...

    def understand(self, delivery: Delivery, call: Call, account: Account, answer: Answer | Failure) -> Understood:
        """What the answer to a delivery means for its call."""
        ...

    def headers(self, delivery: Delivery, application: Application, account: Account, url: str, moment_ns: int) -> Headers:
        """The signed headers of one attempt to reach ``url``. ``moment_ns``: nanoseconds since 1970, to be signed."""
        ...
