"""What an account runtime needs from a vendor API: a dialect that turns events into bytes and answers into inputs."""

from __future__ import annotations

from typing import Protocol, TypeAlias

from sinch_voice_emulator.engine.effects import CallbackEvent
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.call import Call
from sinch_voice_emulator.model.delivery import Delivery
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.v1.answers import Answer, Failure, FailureKind, Interpretation

__all__ = ["Answer", "Dialect", "Failure", "FailureKind", "Headers", "Interpretation"]

Headers: TypeAlias = tuple[tuple[str, str], ...]


class Dialect(Protocol):
    """How one vendor API spells callbacks. Pure."""

    def body(self, event: CallbackEvent, call: Call, account: Account, now: Instant) -> bytes:
        """The bytes of a callback, from the call as it is now."""
        ...

    def interpret(self, delivery: Delivery, call: Call, account: Account, answer: Answer | Failure) -> Interpretation:
        """What the answer to a delivery means for its call."""
        ...

    def headers(self, delivery: Delivery, application: Application, account: Account, url: str, moment_ns: int) -> Headers:
        """The signed headers of one attempt to reach ``url``. ``moment_ns``: nanoseconds since 1970, to be signed."""
        ...
