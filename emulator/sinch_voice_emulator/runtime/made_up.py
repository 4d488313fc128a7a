"""Callbacks that no call caused: what they say, and what replaces parts of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
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
from sinch_voice_emulator.errors import BadRequest
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
MAX_STEPS = 32
MAX_INDEX = 99

_EVENTS: Mapping[EventKind, CallbackEvent] = {
    EventKind.INCOMING: IncomingCall(),
    EventKind.ANSWERED: CallAnswered(),
    EventKind.INPUT: InputEntered(MenuResult("main", "return", "", "dtmf")),
    EventKind.ENDED: CallEnded(),
    EventKind.NOTICE: Notice(NoticeType.RECORDING_FINISHED),
}
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


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


# --- overrides -------------------------------------------------------------------------------------------------------------


def set_at(document: dict[str, Any], path: str, value: object) -> None:
    """Put ``value`` at ``menuResult.value`` or ``cookies[0].key``; objects and list items on the way are made.

    Raises ``BadRequest`` for a path that is none, or leads nowhere in this document.
    """
    steps = _steps(path)
    place: Any = document
    for step, following in pairwise(steps):
        place = _enter(place, step, following, path)
    _put(place, steps[-1], value, path)


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    position = 0
    text = path.removeprefix("$.")
    while position < len(text):
        if steps and text[position] == ".":
            position += 1
        match = _STEP.match(text, position)
        if match is None or len(steps) >= MAX_STEPS:
            break
        steps.append(match[1] if match[1] is not None else int(match[2][:6]))
        position = match.end()
    if not steps or position < len(text) or isinstance(steps[0], int):
        raise BadRequest(f"a path looks like menuResult.value or cookies[0].key, not {path[:60]!r}")
    return steps


def _enter(place: Any, step: str | int, following: str | int, path: str) -> Any:
    new: Any = [] if isinstance(following, int) else {}
    there = _get(place, step)
    if there is None:
        _put(place, step, new, path)
        return new
    if not isinstance(there, type(new)):
        kind = "a list" if isinstance(there, list) else "an object" if isinstance(there, dict) else "neither object nor list"
        raise BadRequest(f"{path[:60]!r} goes through {step!r}, which is {kind}")
    return there


def _get(place: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return place[step] if step < len(place) else None
    return place.get(step)


def _put(place: Any, step: str | int, value: object, path: str) -> None:
    if isinstance(step, str) or step < len(place):
        place[step] = value
    elif step == len(place) and step <= MAX_INDEX:
        place.append(value)
    else:
        message = f"{path[:60]!r} skips items: the list has {len(place)} and is filled one by one, up to {MAX_INDEX + 1}"
        raise BadRequest(message)
