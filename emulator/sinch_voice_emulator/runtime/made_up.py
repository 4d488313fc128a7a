"""Callbacks that no call caused: what they say, and what replaces parts of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sinch_voice_emulator.engine.effects import (
    CallAnswered,
    CallbackEvent,
    CallEnded,
    IncomingCall,
    InputEntered,
    Notice,
    NoticeType,
)
from sinch_voice_emulator.engine.engine import Engine
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.call import Call, CallState, MenuResult, Origin, Reason, Result
from sinch_voice_emulator.model.delivery import Delivery, EventKind
from sinch_voice_emulator.model.ids import guid
from sinch_voice_emulator.model.instants import SECOND, Instant
from sinch_voice_emulator.model.party import Party, PartyKind, number
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.v1 import callbacks

CALLER = "+12025550123"
DID = "+12025550100"

_EVENTS: Mapping[EventKind, CallbackEvent] = {
    EventKind.INCOMING: IncomingCall(),
    EventKind.ANSWERED: CallAnswered(),
    EventKind.INPUT: InputEntered(MenuResult("main", "return", "", "dtmf")),
    EventKind.ENDED: CallEnded(),
    EventKind.NOTICE: Notice(NoticeType.RECORDING_FINISHED),
}


def document_of(
    runtime: AccountRuntime, event: EventKind, application: Application, call: Call | None, public_url: str
) -> dict[str, Any]:
    """The body of a callback about a call, or about one that is made up."""

    def make(engine: Engine, now: Instant) -> dict[str, Any]:
        known = call or _made_up(engine, application, event, now)
        return callbacks.body(_EVENTS[event], known, engine.state.account, now, public_url)

    return runtime.read(make)


def note_fired(runtime: AccountRuntime, delivery: Delivery) -> None:
    """Journal that somebody made a callback up."""
    data = {"event": delivery.event.value, "url": delivery.target.primary, "application": delivery.application}
    runtime.note("control.fire", {**data, "delivery": delivery.id}, call_id=delivery.call_id)


def _made_up(engine: Engine, application: Application, event: EventKind, now: Instant) -> Call:
    """A call that could have caused the event: somebody rang a number, talked for ten seconds and hung up."""
    account = engine.state.account
    over = event is EventKind.ENDED
    to = Party(PartyKind.DID, _number_of(account, application))
    started = now - (10 * SECOND if event is not EventKind.INCOMING else 0)
    return Call(
        id=guid(f"{account.name}|fired|{now}|{event.value}"),
        application=application.key,
        region=account.region,
        origin=Origin.PSTN,
        created=started,
        cli=CALLER,
        caller=number(CALLER),
        dialled=to,
        billed=to,
        state=CallState.ENDED if over else CallState.EXECUTING,
        answered=None if event is EventKind.INCOMING else started,
        ended=now if over else None,
        result=Result.ANSWERED if over else Result.NOT_YET,
        reason=Reason.CALLERHANGUP if over else Reason.NOT_AVAILABLE,
    )


def _number_of(account: Account, application: Application) -> str:
    """A number that the application answers, or one that is made up too."""
    key = application.key.lower()
    mine = (owned.number for owned in account.numbers.values() if (owned.application or "").lower() == key)
    return next(mine, DID)
