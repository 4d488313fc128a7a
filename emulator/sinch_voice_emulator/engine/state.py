"""Everything the engine knows, as plain data: a deep copy of it, taken in mid-menu, is a working fork."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from sinch_voice_emulator.engine.effects import Basis, CallbackEvent, Effect, Note, SendCallback, Severity
from sinch_voice_emulator.engine.moves import Move
from sinch_voice_emulator.engine.timers import TimerKind, Timers
from sinch_voice_emulator.errors import NotFound
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.call import Call, CallState
from sinch_voice_emulator.model.conference import Conference, RoomKey
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.model.ids import IdSource
from sinch_voice_emulator.model.instants import Instant, Millis
from sinch_voice_emulator.model.recording import Recording


@dataclass(slots=True)
class EngineState:
    """Calls (in order of creation), rooms, recordings, timers and counters of one account.

    ``ended`` lists ended calls, oldest first; when it outgrows its bound the oldest of earlier steps are forgotten and counted.
    """

    account: Account
    ids: IdSource
    timers: Timers = field(default_factory=Timers)
    calls: dict[str, Call] = field(default_factory=dict)
    conferences: dict[RoomKey, Conference] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    ended: deque[str] = field(default_factory=deque)
    forgotten: int = 0
    max_ended_calls: int = 10_000


@dataclass(slots=True)
class Turn:
    """One step of the engine: the state, the time, what is still to do and what came out."""

    state: EngineState
    now: Instant
    effects: list[Effect] = field(default_factory=list)
    agenda: deque[Move] = field(default_factory=deque)

    @property
    def account(self) -> Account:
        """The tenant this engine belongs to."""
        return self.state.account

    def then(self, move: Move) -> None:
        """Put a move on the agenda."""
        self.agenda.append(move)

    def note(
        self,
        kind: str,
        call: Call | None = None,
        leg: int = 0,
        *,
        severity: Severity = Severity.INFO,
        basis: Basis | None = None,
        **data: object,
    ) -> None:
        """Write into the journal. ``data`` holds plain JSON values."""
        self.effects.append(Note(kind, call.id if call else "", leg, data, severity, basis))

    def remark(
        self, call: Call, text: str, severity: Severity = Severity.INFO, basis: Basis | None = None, leg: int = 0
    ) -> None:
        """Write a sentence for a person into the journal."""
        self.effects.append(Note("remark", call.id, leg, {"text": text}, severity, basis))

    def send(self, call: Call, event: CallbackEvent, target: CallbackTarget) -> str:
        """Tell the backend; returns the id of the delivery."""
        delivery = self.state.ids.next("delivery")
        call.callbacks_sent += 1
        self.effects.append(SendCallback(delivery, call.id, event, target))
        return delivery

    def enter(self, call: Call, state: CallState) -> None:
        """Put a call into a state."""
        if call.state is not state:
            call.state = state
            self.note("call.state", call, state=state.value)

    def after(self, call: Call, kind: TimerKind, delay: Millis, slot: int = 0) -> None:
        """Fire a timer ``delay`` milliseconds from now."""
        self.state.timers.set(call.id, kind, self.now + delay, slot)

    def cancel(self, call: Call, *kinds: TimerKind, slot: int = 0) -> None:
        """Cancel timers of a call."""
        for kind in kinds:
            self.state.timers.cancel(call.id, kind, slot)

    def call(self, call_id: str) -> Call:
        """The call with this id, live or ended."""
        found = self.state.calls.get(call_id)
        if found is None:
            raise NotFound(f"there is no call {call_id!r}, or it ended so long ago that it was forgotten")
        return found
