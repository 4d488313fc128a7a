"""Management requests: what the Calling API may do to a running call (the table "Races" in ``defaults.md``)."""

from __future__ import annotations

from sinch_voice_emulator.engine import dialling, parking, tables
from sinch_voice_emulator.engine.inputs import ManagementRequested
from sinch_voice_emulator.engine.legs import hang_up_leg
from sinch_voice_emulator.engine.moves import End, Run
from sinch_voice_emulator.engine.state import Turn
from sinch_voice_emulator.engine.tables import Trigger
from sinch_voice_emulator.engine.timers import TimerKind
from sinch_voice_emulator.errors import Conflict, IllegalTransition
from sinch_voice_emulator.model.call import Call, CallState, Interrupted, Leg, LegRole, LegState, Reason, Result
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.phone import Verdict
from sinch_voice_emulator.model.script import Action, Dial, EnterMenu, HangUp, Join, Park, Script

_ACTIONS_FOR = {
    Dial: ((CallState.PARKED,), "only a parked call can be connected elsewhere"),
    Join: ((CallState.PARKED,), "only a parked call can be connected elsewhere"),
    EnterMenu: (
        (CallState.PARKED, CallState.CONFERENCE, CallState.COLLECTING),
        "only a parked call or a conference participant can be put into a menu",
    ),
}
"""Where a call has to be for an action that takes it somewhere else."""


def manage(turn: Turn, call: Call, request: ManagementRequested) -> None:
    """Run a script on a call in the middle of whatever it does. Raises before anything changed."""
    script = request.script
    _check(call, script.action)
    turn.note("call.managed", call, action=type(script.action).__name__ if script.action else "none")
    if isinstance(script.action, HangUp) and (not script.steps or not _can_listen(call)):
        return turn.then(End(call, Reason.MANAGERHANGUP))
    return _interrupt(turn, call, script)


def _check(call: Call, action: Action | None) -> None:
    if call.is_data_only:
        raise Conflict("a call between apps cannot be managed: no leg of it is on the telephone network or a SIP trunk")
    if isinstance(action, HangUp):
        tables.rule(call.state, Trigger.HANGUP_REQUESTED)
        return
    tables.rule(call.state, Trigger.SCRIPT_REQUESTED)
    if call.pending is not None:
        advice = "the backend has not answered the keys of this participant yet; wait for that, or hang up"
        raise IllegalTransition(call.state.value, Trigger.SCRIPT_REQUESTED.value, advice)
    states, advice = _ACTIONS_FOR.get(type(action), (None, "")) if action is not None else (None, "")
    if states is not None and call.standing not in states:
        raise Conflict(f"{advice}; this one is {call.standing.value}")


def _can_listen(call: Call) -> bool:
    """Whether a message could be played before a hang-up: somebody is there and nothing else is awaited."""
    awaited = call.pending is not None or call.state in (CallState.DIALLING, CallState.DETECTING)
    return call.near != 0 and not awaited


def _interrupt(turn: Turn, call: Call, script: Script) -> None:
    """Stop what is being heard, keep what the call was doing, and run the script.

    A request that comes while the script of another one runs takes that one's place.
    """
    turn.cancel(call, TimerKind.STEP, TimerKind.SILENCE, TimerKind.GAP, TimerKind.INTRO, TimerKind.HOLD_ENDS)
    if call.running is not None or (call.menu is not None and call.menu.prompting):
        turn.note("prompt.ended", call, call.near, cut_by="management")
    if call.running is None or call.running.event is not None:
        call.interrupted = Interrupted(call.state, call.running, call.menu, call.interrupted)
    call.menu = None
    interrupted = call.interrupted
    assert interrupted is not None, "a management request has interrupted something"
    if interrupted.state is not CallState.PARKED or not isinstance(script.action, Dial | Join | EnterMenu | Park):
        return turn.then(Run(call, script, None))
    parking.leave(turn, call)
    call.interrupted = interrupted.before
    return turn.then(Run(call, script, EventKind.INCOMING))


def hung_up(turn: Turn, call: Call, leg_number: int) -> None:
    """A side put the receiver down."""
    leg = call.legs[leg_number - 1]
    if leg.state is LegState.RINGING and leg.number != call.near:
        raise Conflict(f"leg {leg.number} only rings: it can be answered or refused, not hung up")
    _check_there(leg)
    if leg is dialling.examined_leg(call) and call.detected is None:
        return dialling.verdict(turn, call, leg, Verdict.HANG_UP, "n/a")
    hang_up_leg(turn, call, leg, "hung up")
    if leg.role is LegRole.CALLEE:
        return turn.then(End(call, Reason.CALLEEHANGUP))
    return turn.then(End(call, Reason.CALLERHANGUP if call.answered is not None else Reason.CANCEL))


def _check_there(leg: Leg) -> None:
    if leg.state is LegState.DOWN:
        raise Conflict(f"leg {leg.number} has left the call already ({leg.why_ended})")


def lost_network(turn: Turn, call: Call, leg_number: int) -> None:
    """An app disappeared from the network."""
    leg = call.legs[leg_number - 1]
    _check_there(leg)
    hang_up_leg(turn, call, leg, "network lost")
    turn.then(End(call, Reason.CLIENTNETWORK, unanswered=Result.FAILED))
