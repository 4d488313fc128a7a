"""Actions: how a call goes on after a script's steps."""

from __future__ import annotations

from sinch_voice_emulator.engine import menus, parking, recordings, rooms
from sinch_voice_emulator.engine.asking import announces_again
from sinch_voice_emulator.engine.effects import Basis, CallAnswered, Severity
from sinch_voice_emulator.engine.legs import answer_near
from sinch_voice_emulator.engine.moves import Act, Advance, Ask, Connect, End, Resume, Run, StartDialling
from sinch_voice_emulator.engine.state import Turn
from sinch_voice_emulator.model.call import Call, CallState, Origin, Reason, Result, RunningScript
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.script import Dial, EnterMenu, HangUp, HangUpCause, Join, Park, Proceed, RecordingOptions


def act(turn: Turn, move: Act) -> None:
    """Carry out an action."""
    call = move.call
    match move.action:
        case HangUp() as hang_up:
            _hang_up(turn, call, hang_up)
        case Proceed(record):
            _proceed(turn, call, move.event, record)
        case Dial() as dial:
            call.doom = call.interrupted = None
            rooms.depart(turn, call)
            turn.then(StartDialling(call, dial))
        case _ if not call.near:
            _nobody(turn, call)
        case Join() as join:
            call.doom = call.interrupted = None
            rooms.join(turn, call, join)
        case EnterMenu() as menu:
            answer_near(turn, call)
            menus.start(turn, call, menu)
        case Park() as park:
            call.doom = None
            answer_near(turn, call)
            parking.park(turn, call, park)


def _nobody(turn: Turn, call: Call) -> None:
    text = "nobody is on the line yet who could hear a menu, wait or join a conference: dial somebody first"
    turn.remark(call, text, Severity.PROBLEM)
    turn.then(End(call, Reason.GENERALERROR, Result.FAILED))


def _proceed(turn: Turn, call: Call, event: EventKind | None, record: RecordingOptions | None) -> None:
    if record is not None:
        recordings.start(turn, call, record)
    interrupted = call.interrupted
    if interrupted is None:
        return turn.then(Connect(call, event))
    if interrupted.state is CallState.PARKED:
        if interrupted.before is not None:
            parking.leave(turn, call)
            call.interrupted = interrupted.before
        else:
            turn.remark(call, "a parked call has nothing to continue to, so it stays parked", Severity.WARNING, Basis.ASSUMED)
    return turn.then(Resume(call))


def _hang_up(turn: Turn, call: Call, action: HangUp) -> None:
    if action.message_finished:
        return turn.then(End(call, Reason(turn.account.profile.tts_finished_reason)))
    if action.cause is HangUpCause.BUSY:
        return turn.then(End(call, Reason.MANAGERHANGUP, unanswered=Result.BUSY))
    if action.cause is HangUpCause.CONGESTION:
        reason = Reason.CONGESTION if call.answered is None else Reason.MANAGERHANGUP
        return turn.then(End(call, reason, unanswered=Result.FAILED))
    return turn.then(End(call, Reason.MANAGERHANGUP))


def connect(turn: Turn, move: Connect) -> None:
    """Do what the call was about: the callout's own purpose first, else join whoever is on the line."""
    call = move.call
    if not call.near:
        return turn.then(StartDialling(call, Dial()))
    if move.event is EventKind.ANSWERED and announces_again(turn, call):
        turn.remark(call, "a SIP party is announced twice; this was the first time", basis=Basis.OBSERVED)
        call.answers_told += 1
        return turn.then(Ask(call, CallAnswered(call.detected)))
    if call.on_proceed is not None:
        purpose, call.on_proceed = call.on_proceed, None
        return turn.then(Run(call, purpose, EventKind.ANSWERED))
    if call.far or call.origin is Origin.SERVER:
        return turn.enter(call, CallState.CONNECTED)
    if call.origin is Origin.APP:
        return turn.then(StartDialling(call, Dial()))
    turn.remark(call, "there is nothing to continue to, so the call is hung up", Severity.WARNING, Basis.ASSUMED)
    return turn.then(End(call, Reason.MANAGERHANGUP))


def resume(turn: Turn, move: Resume) -> None:
    """Take up what a management request interrupted; a prompt or menu it cut begins again."""
    call = move.call
    interrupted = call.interrupted
    assert interrupted is not None, "there is nothing to take up"
    call.interrupted, call.menu = interrupted.before, interrupted.menu
    if interrupted.running is not None:
        return _repeat_step(turn, call, interrupted.running)
    if interrupted.state is CallState.MENU:
        return menus.again(turn, call)
    if interrupted.state is CallState.PARKED:
        return parking.again(turn, call)
    if interrupted.state in (CallState.CONFERENCE, CallState.COLLECTING):
        return rooms.come_back(turn, call)
    return turn.enter(call, interrupted.state)


def _repeat_step(turn: Turn, call: Call, running: RunningScript) -> None:
    running.position -= 1
    call.running = running
    turn.then(Advance(call))
