"""What phones do in calls: a call and a leg, or a phone's address, and an action."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.answers import json_response
from sinch_voice_emulator.api.control.checking import check_body
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.errors import ControlRefusal
from sinch_voice_emulator.api.control.parties import party, same_phone
from sinch_voice_emulator.engine.engine import Engine
from sinch_voice_emulator.engine.inputs import (
    BeepHeard,
    KeysPressed,
    LegAnswered,
    LegHungUp,
    LegRefused,
    NetworkLost,
    PhoneInput,
    Refusal,
    VerdictReached,
    WordsSpoken,
)
from sinch_voice_emulator.errors import Conflict, NotFound
from sinch_voice_emulator.model.call import Call, Leg, LegRole, LegState
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.model.party import Party
from sinch_voice_emulator.model.phone import Verdict
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.clocks import is_virtual
from sinch_voice_emulator.v1.problems import nearest

Make = Callable[[str, int, dict[str, Any]], PhoneInput]
"""From a call id, a leg (0: the usual one) and the body to what happened."""

ACTIONS: dict[str, Make] = {
    "answer": lambda call, _leg, _body: LegAnswered(call),
    "decline": lambda call, _leg, body: LegRefused(call, Refusal(body.get("how", "declined"))),
    "busy": lambda call, _leg, _body: LegRefused(call, Refusal.BUSY),
    "press": lambda call, leg, body: KeysPressed(call, body["keys"], leg),
    "speak": lambda call, leg, body: WordsSpoken(call, body["text"], leg),
    "hang-up": lambda call, leg, _body: LegHungUp(call, leg),
    "lose-network": lambda call, leg, _body: NetworkLost(call, leg),
    "beep": lambda call, _leg, _body: BeepHeard(call),
    "verdict": lambda call, _leg, body: VerdictReached(call, Verdict(body["verdict"]), body.get("reason", "n/a")),
}
_WHILE_RINGING = ("answer", "decline", "busy")


def act_on_call(control: ControlRequest, call: str, action: str) -> Response:
    """Have a leg of a call do something."""
    make = _action(action, control.body)
    if "call" in control.body:
        raise ControlRefusal("call stands in the path already; leg says which side of it", path="$.call")
    with patience(control.runtime):
        leg = control.runtime.read(lambda engine, _now: _leg_number(engine.call(call), control.body.get("leg", 0), action))
        return _done(control, call, make(call, leg, control.body))


def act_on_phone(control: ControlRequest, address: str, action: str) -> Response:
    """Have the phone at an address do something in the call it is in."""
    make = _action(action, control.body)
    if "leg" in control.body:
        raise ControlRefusal("the phone is the leg; call says in which of its calls", path="$.leg")
    who = party(address, "$.address")
    wanted = control.body.get("call", "")
    with patience(control.runtime):
        call, leg = control.runtime.read(lambda engine, _now: _find(engine, who, action, wanted))
        return _done(control, call, make(call, leg, control.body))


@contextmanager
def patience(runtime: AccountRuntime) -> Iterator[None]:
    """Where the clock stands still and something is under way, a refusal says that it may only have come too early."""
    try:
        yield
    except (NotFound, Conflict) as refusal:
        if runtime.settled or not is_virtual(runtime.clock):
            raise
        kind = NotFound if isinstance(refusal, NotFound) else Conflict
        work = runtime.open_work()[0]
        raise kind(f'{refusal}; {work}: let it come to rest first, with POST .../clock/advance {{"seconds": 0}}') from None


def _action(name: str, body: dict[str, Any]) -> Make:
    make = ACTIONS.get(name)
    if make is None:
        near = nearest(name, ACTIONS)
        hint = f" (did you mean {near}?)" if near else ""
        message = f"a phone cannot {name[:40]!r}{hint}; it can {', '.join(ACTIONS)}"
        raise ControlRefusal(message, status=404, nearest=near)
    check_body(f"Act.{name}", body)
    return make


def _done(control: ControlRequest, call_id: str, happened: PhoneInput) -> Response:
    """Let it happen; the answer says what the call is doing now."""
    control.runtime.submit(happened)

    def view(engine: Engine, _now: Instant) -> dict[str, object]:
        call = engine.call(call_id)
        return {"callId": call.id, "state": call.state.value, "live": call.live}

    return json_response(control.runtime.read(view))


def _leg_number(call: Call, wanted: int | str, action: str) -> int:
    """The number of the leg that is meant; 0 is the usual one: for a phone that rings, there is only that."""
    if isinstance(wanted, int):
        return wanted
    role = LegRole(wanted)
    legs = [leg for leg in call.legs if leg.role is role]
    if not legs:
        why = "the platform itself placed it" if role is LegRole.CALLER else "nobody was dialled yet"
        raise ControlRefusal(f"call {call.id} has no {role.value}: {why}", path="$.leg")
    if action in _WHILE_RINGING and role is LegRole.CALLER:
        raise ControlRefusal(f"the caller cannot {action}: only a phone that was dialled can", path="$.leg")
    present = [leg for leg in legs if leg.state is not LegState.DOWN]
    return (present or legs)[-1].number


def _find(engine: Engine, who: Party, action: str, wanted: str) -> tuple[str, int]:
    """The one live call in which the phone can do it, and its leg there."""
    if wanted:
        engine.call(wanted)
    there = [
        (call, leg)
        for call in engine.state.calls.values()
        if call.live and wanted in ("", call.id)
        for leg in call.legs
        if leg.state is not LegState.DOWN and same_phone(leg.party, who)
    ]
    fitting = [(call, leg) for call, leg in there if _can(action, call, leg)]
    if not fitting:
        in_call = f" in call {wanted}" if wanted else ""
        now = "; ".join(f"{leg.state.value} in call {call.id}" for call, leg in there[:5])
        doing = f"it is {now}" if now else "it is in no live call" if not wanted else "it is not there"
        raise NotFound(f"the phone {who.endpoint} cannot {action}{in_call}: {doing}")
    if len(fitting) > 1:
        ids = ", ".join(call.id for call, _ in fitting[:20])
        raise Conflict(f"the phone {who.endpoint} is in {len(fitting)} calls; say which one with call: {ids}")
    call, leg = fitting[0]
    return call.id, leg.number


def _can(action: str, call: Call, leg: Leg) -> bool:
    if action in _WHILE_RINGING:
        return leg.state is LegState.RINGING and leg.number != call.near
    return leg.state is LegState.UP or (action in ("hang-up", "lose-network") and leg.number == call.near)


HANDLERS: dict[str, Handler] = {"actOnCall": act_on_call, "actOnPhone": act_on_phone}
