"""Management requests: what the Calling API may do to a running call (the table "Races" in ``defaults.md``)."""

from __future__ import annotations

from sinch_voice_emulator.engine import parking, tables
from sinch_voice_emulator.engine.inputs import ManagementRequested
from sinch_voice_emulator.engine.legs import far_leg, hang_up_leg, near_leg
from sinch_voice_emulator.engine.moves import End, Run
from sinch_voice_emulator.engine.state import Turn
from sinch_voice_emulator.engine.tables import Trigger
from sinch_voice_emulator.engine.timers import TimerKind
from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.model.call import Call, CallState, Interrupted, LegState, Origin, Reason
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.script import Dial, EnterMenu, HangUp, Join, Script

_MUST_WAIT = (
    CallState.ASKING_INCOMING,
    CallState.ASKING_ANSWERED,
    CallState.ASKING_INPUT,
    CallState.DIALLING,
    CallState.DETECTING,
)


def manage(turn: Turn, call: Call, request: ManagementRequested) -> None:
    """Run a script on a call in the middle of whatever it does. Raises before anything changed."""
    script = request.script
    hangs_up = isinstance(script.action, HangUp)
    if call.is_data_only:
        raise Conflict("a call between apps cannot be managed: no leg of it is on the telephone network or a SIP trunk")
    tables.rule(call.state, Trigger.HANGUP_REQUESTED if hangs_up else Trigger.SCRIPT_REQUESTED)
    if isinstance(script.action, Dial | Join) and call.state is not CallState.PARKED:
        raise Conflict(f"only a parked call can be connected elsewhere; this one is {call.state.value}")
    turn.note("call.managed", call, action=type(script.action).__name__ if script.action else "none")
    if hangs_up and not _somebody_listens(call):
        return turn.then(End(call, Reason.MANAGERHANGUP))
    if hangs_up and (not script.steps or call.state in _MUST_WAIT):
        return turn.then(End(call, Reason.MANAGERHANGUP))
    return _interrupt(turn, call, script)


def _somebody_listens(call: Call) -> bool:
    near = near_leg(call)
    return near is not None and near.state is not LegState.DOWN


def _interrupt(turn: Turn, call: Call, script: Script) -> None:
    """Stop what is being heard, keep what the call was doing, and run the script."""
    if call.interrupted is None:
        call.interrupted = Interrupted(call.state, call.running)
    turn.cancel(call, TimerKind.STEP, TimerKind.SILENCE, TimerKind.GAP, TimerKind.INTRO, TimerKind.HOLD_ENDS)
    if call.running is not None:
        turn.note("prompt.ended", call, cut_by="management")
    if call.interrupted.state is CallState.PARKED and isinstance(script.action, Dial | Join | EnterMenu):
        parking.leave(turn, call)
        call.interrupted = None
        return turn.then(Run(call, script, EventKind.INCOMING))
    return turn.then(Run(call, script, None))


def hung_up(turn: Turn, call: Call, leg_number: int) -> None:
    """A side put the receiver down."""
    leg = call.legs[leg_number - 1]
    if leg.state is LegState.RINGING and leg.number != call.near:
        raise Conflict(f"leg {leg.number} only rings: it can be answered or refused, not hung up")
    if leg.state is LegState.DOWN:
        raise Conflict(f"leg {leg.number} has left the call already")
    from_caller = leg.number == call.near and call.origin is not Origin.SERVER
    hang_up_leg(turn, call, leg, "hung up")
    if not from_caller:
        return turn.then(End(call, Reason.CALLEEHANGUP))
    reason = Reason.CALLERHANGUP if call.answered is not None else Reason.CANCEL
    if call.answered is not None and call.state is CallState.DIALLING:
        reason = Reason.CALLERHANGUP
    return turn.then(End(call, reason))


def far_or_near(call: Call, leg: int) -> int:
    """The leg number that 0 stands for: the near one, or the one that rings first."""
    if leg:
        return leg
    if call.near:
        return call.near
    return len(call.legs)


def lost_network(turn: Turn, call: Call, leg_number: int) -> None:
    """An app disappeared from the network."""
    leg = call.legs[leg_number - 1]
    hang_up_leg(turn, call, leg, "network lost")
    turn.then(End(call, Reason.CLIENTNETWORK))


def far_number(call: Call) -> int:
    """The number of the leg on the other side, ringing or up; 0 when there is none."""
    far = far_leg(call)
    if far is not None:
        return far.number
    last = call.legs[-1] if call.legs else None
    return last.number if last is not None and last.number != call.near and last.state is LegState.RINGING else 0
