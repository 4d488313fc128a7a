"""The Voice API v1 as the dialect of an account."""

from __future__ import annotations

from collections.abc import Callable

from sinch_voice_emulator.engine.effects import CallbackEvent
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.call import Call
from sinch_voice_emulator.model.delivery import Delivery
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.runtime.ports import Headers
from sinch_voice_emulator.v1 import answers, callbacks, signing
from sinch_voice_emulator.v1.answers import Answer, Failure, Interpretation


class VoiceV1:
    """Bodies, signatures and answers of v1 callbacks.

    ``public_url`` gives the emulator's address as backends see it, which may be known only once a port is bound.
    """

    def __init__(self, public_url: Callable[[], str]) -> None:
        self._public_url = public_url

    def body(self, event: CallbackEvent, call: Call, account: Account, now: Instant) -> bytes:
        """The bytes of a callback, from the call as it is now."""
        return callbacks.encode(callbacks.body(event, call, account, now, self._public_url()))

    def interpret(self, delivery: Delivery, call: Call, account: Account, answer: Answer | Failure) -> Interpretation:
        """What the answer to a delivery means for its call."""
        return answers.interpret(delivery.event, delivery.id, call, account.profile, answer)

    def headers(self, delivery: Delivery, application: Application, account: Account, url: str, moment_ns: int) -> Headers:
        """Content type, signature and time stamp of an attempt, then the headers that travel with the call."""
        signed = signing.sign_callback(application, account.profile, url, delivery.body, moment_ns)
        return (*signed, *delivery.forwarded_headers)
