"""A tiny engine and dialect, so that tests of the runtime need no calls that make sense."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from sinch_voice_emulator.engine.effects import CallAnswered, CallbackEvent, CallEnded, Effect, Note, SendCallback
from sinch_voice_emulator.engine.engine import Engine, Outcome
from sinch_voice_emulator.engine.inputs import AnswerAccepted, Input, LegAnswered, NetworkLost
from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.call import Call, Origin, Pending
from sinch_voice_emulator.model.delivery import CallbackTarget, Delivery
from sinch_voice_emulator.model.ids import IdSource
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.bounds import DEFAULT_BOUNDS, Bounds
from sinch_voice_emulator.runtime.clocks import Clock, ManualClock
from sinch_voice_emulator.runtime.ports import Answer, Failure, Headers, Interpretation

KEY = "669e367e-6bba-48ab-af15-266871c28135"
START: Instant = 1_700_000_000_000
URL = "http://127.0.0.1:9/cb"


@dataclass
class FakeState:
    """What the runtime looks at."""

    ids: IdSource
    calls: dict[str, Call] = field(default_factory=dict)
    forgotten: int = 0


class FakeEngine:
    """``LegAnswered`` asks the backend (ACE), ``NetworkLost`` tells it the end (DICE); timers do what ``due`` says."""

    def __init__(self, account: Account, seed: str, max_ended_calls: int) -> None:
        self.seed = seed
        self.max_ended_calls = max_ended_calls
        self.account = account
        self.state = FakeState(IdSource(seed))
        self.target = CallbackTarget(URL)
        self.due: dict[Instant, Callable[[], tuple[Effect, ...]]] = {}
        self.heard: list[Input] = []

    def handle(self, happened: Input, now: Instant) -> Outcome:
        """Take in what happened."""
        if isinstance(happened, AnswerAccepted):
            self.heard.append(happened)
            self.state.calls[happened.call_id].pending = None
            return Outcome(None, (Note("heard", happened.call_id),))
        if isinstance(happened, LegAnswered):
            return Outcome(happened.call_id, (self.ask(happened.call_id, now),))
        if isinstance(happened, NetworkLost):
            return Outcome(None, (self.send(happened.call_id, CallEnded()),))
        raise Conflict("the fake engine does not do that")

    def ask(self, call_id: str, now: Instant) -> SendCallback:
        """Send an event whose answer the call waits for."""
        sent = self.send(call_id, CallAnswered())
        self.state.calls[call_id].pending = Pending(sent.delivery, sent.event.kind, now)
        return sent

    def send(self, call_id: str, event: CallbackEvent) -> SendCallback:
        """Send an event."""
        self.state.calls.setdefault(call_id, Call(call_id, KEY, "euc1", Origin.SERVER, START))
        return SendCallback(self.state.ids.next("delivery"), call_id, event, self.target)

    def next_deadline(self, *, guards: bool = True) -> Instant | None:
        """When something is due next."""
        return min(self.due, default=None) if guards else None

    def fire_due(self, now: Instant) -> tuple[Effect, ...]:
        """Fire it."""
        due = sorted(instant for instant in self.due if instant <= now)
        return tuple(effect for instant in due for effect in self.due.pop(instant)())


class FakeDialect:
    """Bodies name event, call and instant; every answer is accepted."""

    def body(self, event: CallbackEvent, call: Call, account: Account, now: Instant) -> bytes:
        """The bytes of a callback."""
        return f"{event.kind.value} {call.id} {account.name} {now - START}".encode()

    def interpret(self, delivery: Delivery, call: Call, account: Account, answer: Answer | Failure) -> Interpretation:
        """What an answer means."""
        assert account.application(delivery.application) is not None
        word = "failed" if isinstance(answer, Failure) else "accepted"
        return Interpretation(AnswerAccepted(delivery.id, call.id), (), word)

    def headers(self, delivery: Delivery, application: Application, account: Account, url: str, moment_ns: int) -> Headers:
        """The headers of an attempt: they name what would be signed."""
        assert account.application(application.key) is application
        return (
            ("content-type", "application/json; charset=utf-8"),
            ("authorization", f"application {application.key}:{url}"),
            ("x-timestamp", str(moment_ns)),
            *delivery.forwarded_headers,
        )


def make_account(clock: Clock | None = None, bounds: Bounds = DEFAULT_BOUNDS, **profile: Any) -> AccountRuntime:
    """An account with one application on the fakes; ``profile`` are fields of its behaviour profile."""
    from dataclasses import replace

    seed = Account("test")
    seed.profile = replace(seed.profile, **profile)
    seed.add_application(Application(KEY, "c2VjcmV0", CallbackTarget(URL)))
    make = cast("Callable[[Account, str, int], Engine]", FakeEngine)
    return AccountRuntime(seed, clock or ManualClock(START), FakeDialect(), make, bounds)


def fake(account: AccountRuntime) -> FakeEngine:
    """The fake engine of an account."""
    return cast(FakeEngine, account.engine)
