"""How a call ends: legs go down, the room loses a member, the bill is written, the backend hears of it once."""

from __future__ import annotations

from sinch_voice_emulator.engine import pricing, recordings, rooms
from sinch_voice_emulator.engine.asking import is_wanted, target_of
from sinch_voice_emulator.engine.effects import CallEnded, InputEntered
from sinch_voice_emulator.engine.legs import hang_up_leg
from sinch_voice_emulator.engine.moves import End
from sinch_voice_emulator.engine.state import EngineState, Turn
from sinch_voice_emulator.model.call import Call, CallState, MenuResult, Reason, Result
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.instants import SECOND
from sinch_voice_emulator.model.script import Report

_REMOTE = (Reason.CALLERHANGUP, Reason.CALLEEHANGUP, Reason.CANCEL, Reason.CLIENTNETWORK)


def end(turn: Turn, move: End) -> None:
    """End a call."""
    call = move.call
    _leave_menu(turn, call, move.reason)
    of_room = rooms.leave(turn, call) if call.room else None
    of_call = recordings.close(turn, call, call.recording)
    call.recording = None
    for leg in call.legs:
        hang_up_leg(turn, call, leg, "the call ended")
    turn.state.timers.cancel_call(call.id)
    _conclude(turn, call, move)
    _tell(turn, call)
    recordings.announce(turn, call, of_call)
    recordings.announce(turn, call, of_room)
    _end_linked(turn, call)
    turn.state.ended.append(call.id)


def _leave_menu(turn: Turn, call: Call, reason: Reason) -> None:
    """A remote hang-up in a menu is a result of the menu, whose answer nobody waits for."""
    interrupted = call.interrupted if call.state is CallState.EXECUTING else None
    menu = call.menu or (interrupted.menu if interrupted is not None else None)
    if menu is None or reason not in _REMOTE:
        return
    result = MenuResult(menu.current, "hangup")
    turn.note("menu.result", call, menu=result.menu, type=result.type, value="")
    target = target_of(turn, call, EventKind.INPUT)
    if target is not None and is_wanted(turn, call, EventKind.INPUT) and EventKind.INPUT not in call.inline:
        turn.send(call, InputEntered(result), target)


def _conclude(turn: Turn, call: Call, move: End) -> None:
    call.ended = turn.now
    reason, unanswered = (move.reason, move.unanswered) if call.doom is None else (call.doom, Result.FAILED)
    call.result = move.result or (Result.ANSWERED if call.answered is not None else unanswered)
    call.reason = _documented(reason) if turn.account.profile.strict_documented_reasons else reason
    pricing.settle(turn, call)
    call.state = CallState.ENDED
    call.pending = call.running = call.menu = call.parking = call.interrupted = None
    turn.note(
        "call.ended",
        call,
        result=call.result.value,
        reason=call.reason.value,
        duration=call.length(turn.now) // SECOND,
        debit=float(call.debit),
        currency=turn.account.rates.currency,
    )


def _documented(reason: Reason) -> Reason:
    return Reason.CALLBACKERROR if reason is Reason.INVALIDSVAMLACTION else reason


def _tell(turn: Turn, call: Call) -> None:
    """The last event. A script given for it in advance can only carry the backend's report."""
    if (script := call.inline.get(EventKind.ENDED)) is not None:
        for report in (step for step in script.steps if isinstance(step, Report)):
            file_report(turn, call, report.success, report.details)
        return
    target = target_of(turn, call, EventKind.ENDED)
    if target is None or not is_wanted(turn, call, EventKind.ENDED):
        return
    turn.send(call, CallEnded(), target)
    if call.reason is Reason.CALLEEHANGUP and turn.account.profile.dice_on_callee_hangup == "two":
        turn.send(call, CallEnded(Reason.CALLERHANGUP), target)


def file_report(turn: Turn, call: Call, success: bool, details: str) -> None:
    """Keep the backend's own verdict with the call."""
    call.report = (success, details)
    turn.note("call.reported", call, status="success" if success else "failure", details=details)


def _end_linked(turn: Turn, call: Call) -> None:
    """Where one call of the account dialled another, neither outlives the other."""
    called, caller = turn.state.calls.get(call.dialled_call), turn.state.calls.get(call.dialled_by)
    if called is not None:
        turn.then(End(called, Reason.CANCEL if called.answered is None else Reason.CALLERHANGUP))
    if caller is not None and caller.state is CallState.DIALLING:
        turn.then(End(caller, Reason(turn.account.profile.declined_reason), Result.BUSY))
    elif caller is not None:
        turn.then(End(caller, Reason.CALLEEHANGUP))


def forget(state: EngineState, old: int) -> None:
    """Forget the oldest of the ended calls, where there are too many; only the first ``old`` of them may go.

    Effects of a step still speak of the calls that ended in it. A file that another call has overwritten is that call's.
    """
    for _ in range(min(old, len(state.ended) - state.max_ended_calls)):
        call = state.calls.pop(state.ended.popleft())
        state.forgotten += 1
        for key in call.recorded:
            recording = state.recordings.get(key)
            if recording is None or recording.ended is None:
                continue
            if recording.call_id == call.id or recording.call_id not in state.calls:
                del state.recordings[key]
