"""Asking the backend, and what follows from its answer or its silence.

For every event there are three sources of a script, tried in order: one given in advance (custom callouts), the backend at
the event's own or the application's address, and what is usual when nobody can be asked. Unusable answers follow the table in
``defaults.md``: a failed ICE kills the call, a failed ACE connects it, a failed PIE plays an error and hangs up.
"""

from __future__ import annotations

from sinch_voice_emulator.engine.effects import Basis, CallAnswered, IncomingCall, InputEntered, Notice, NoticeType, Severity
from sinch_voice_emulator.engine.inputs import AnswerAccepted, AnswerUnusable, ScriptReceived, Unusable
from sinch_voice_emulator.engine.legs import near_leg
from sinch_voice_emulator.engine.moves import Act, Ask, Connect, End, Run, StartDialling
from sinch_voice_emulator.engine.state import Turn
from sinch_voice_emulator.model.call import Call, CallState, Origin, Pending, Reason, Result
from sinch_voice_emulator.model.delivery import CallbackTarget, EventKind
from sinch_voice_emulator.model.party import PartyKind
from sinch_voice_emulator.model.script import Dial, HangUp, Play, Prompt, PromptKind, Script

MAX_CALLBACKS = 1_000
ERROR_PROMPT = Prompt(PromptKind.FILE, "error message")

_ASKING = {
    EventKind.INCOMING: CallState.ASKING_INCOMING,
    EventKind.ANSWERED: CallState.ASKING_ANSWERED,
    EventKind.INPUT: CallState.ASKING_INPUT,
}


def target_of(turn: Turn, call: Call, kind: EventKind) -> CallbackTarget | None:
    """Where an event of this call goes: its own address, else the application's, else nowhere."""
    if (own := call.targets.get(kind)) is not None:
        return own
    application = turn.account.application(call.application)
    return application.callback if application is not None else None


def is_wanted(turn: Turn, call: Call, kind: EventKind) -> bool:
    """Whether the backend is to hear of this kind of event on this call."""
    if kind is EventKind.ANSWERED:
        return call.wants.answered and not call.suppressed
    if kind is EventKind.INPUT:
        return call.wants.input and not is_app_leg(call)
    if kind is EventKind.ENDED:
        if call.suppressed or not call.wants.ended:
            return False
        return turn.account.profile.dice_for_app_to_app or not _is_app_to_app(call)
    return True


def is_app_leg(call: Call) -> bool:
    """Whether who hears scripts is an app user, of whose keys nobody is told (documented for data legs)."""
    near = near_leg(call)
    return near is not None and near.party.kind is PartyKind.USERNAME


def _is_app_to_app(call: Call) -> bool:
    dialled = call.billed or call.dialled
    return call.origin is Origin.APP and dialled is not None and dialled.kind is PartyKind.USERNAME


def ask(turn: Turn, move: Ask) -> None:
    """Ask for a script, or go on without one."""
    call, event = move.call, move.event
    if (script := call.inline.get(event.kind)) is not None:
        turn.note("callback.inline", call, event=event.kind.value)
        return turn.then(Run(call, script, event.kind))
    target = target_of(turn, call, event.kind)
    if target is None or not is_wanted(turn, call, event.kind):
        return _unasked(turn, call, event)
    if call.callbacks_sent >= MAX_CALLBACKS:
        turn.remark(call, f"{MAX_CALLBACKS} callbacks were sent for this call, which goes in circles", Severity.PROBLEM)
        return turn.then(End(call, Reason.GENERALERROR, unanswered=Result.FAILED))
    delivery = turn.send(call, event, target)
    call.pending = Pending(delivery, event.kind, turn.now)
    return turn.enter(call, _ASKING[event.kind])


def _unasked(turn: Turn, call: Call, event: IncomingCall | CallAnswered | InputEntered) -> None:
    """What is usual when the backend cannot be, or is not to be, asked."""
    if isinstance(event, CallAnswered):
        return turn.then(Connect(call, EventKind.ANSWERED))
    if isinstance(event, InputEntered):
        turn.remark(call, "nobody is told what the menu came to, so the call is hung up", Severity.WARNING, Basis.ASSUMED)
        return turn.then(End(call, Reason.MANAGERHANGUP))
    return _unrouted(turn, call)


def _unrouted(turn: Turn, call: Call) -> None:
    """A call reached an application without a callback URL (``callbacks-and-svaml.md`` sections 3.2 to 3.4, 4.2)."""
    to_phone = call.dialled is not None and call.dialled.kind is PartyKind.NUMBER
    refuses = call.origin is Origin.APP and to_phone and turn.account.profile.require_url_for_pstn
    if call.origin in (Origin.SIP, Origin.APP) and not refuses:
        turn.remark(call, "no callback URL is set, so the call is connected as dialled", basis=Basis.DOCUMENTED)
        return turn.then(StartDialling(call, Dial()))
    text = f"application {call.application} has no callback URL, so nobody says what to do with this call"
    turn.remark(call, text, Severity.WARNING, Basis.ASSUMED)
    return turn.then(End(call, Reason.GENERALERROR, Result.FAILED))


def take_pending(turn: Turn, call: Call, delivery: str) -> EventKind | None:
    """The event this delivery was about, if the call still waits for its answer."""
    if call.pending is None or call.pending.delivery != delivery:
        turn.note("callback.discarded", call, delivery=delivery, why=f"the call is {call.state.value} by now")
        return None
    event = call.pending.event
    call.pending = None
    return event


def script_received(turn: Turn, received: ScriptReceived) -> None:
    """The backend answered with a script."""
    call = turn.call(received.call_id)
    if call.state is CallState.COLLECTING:
        return accepted(turn, AnswerAccepted(received.delivery, received.call_id))
    event = take_pending(turn, call, received.delivery)
    if event is not None:
        turn.then(Run(call, received.script, event))


def announces_again(turn: Turn, call: Call) -> bool:
    """Whether the backend is still to hear a second time that a SIP party answered (switch ``ace_when_sip_answers``)."""
    twice = turn.account.profile.ace_when_sip_answers == "two" and call.legs[-1].party.kind is PartyKind.SIP
    return twice and call.answers_told == 1 and is_wanted(turn, call, EventKind.ANSWERED)


def accepted(turn: Turn, received: AnswerAccepted) -> None:
    """An answer nobody acts on. A conference participant whose keys it was about goes back into the room."""
    call = turn.call(received.call_id)
    if call.state is CallState.COLLECTING and take_pending(turn, call, received.delivery) is not None:
        turn.enter(call, CallState.CONFERENCE)


def unusable(turn: Turn, received: AnswerUnusable) -> None:
    """No answer came, or none that makes sense."""
    call = turn.call(received.call_id)
    if call.state is CallState.COLLECTING:
        return accepted(turn, AnswerAccepted(received.delivery, received.call_id))
    event = take_pending(turn, call, received.delivery)
    if event is EventKind.INCOMING:
        _incoming_unusable(turn, call, received)
    elif event is EventKind.ANSWERED:
        _answered_unusable(turn, call, received)
    elif event is EventKind.INPUT:
        _input_unusable(turn, call, received)


def _incoming_unusable(turn: Turn, call: Call, received: AnswerUnusable) -> None:
    if received.kind is Unusable.ILLEGAL:
        notify_calling_error(turn, call)
    _error_prompt(turn, call, received, EventKind.INCOMING)


def _answered_unusable(turn: Turn, call: Call, received: AnswerUnusable) -> None:
    if received.kind is not Unusable.ILLEGAL:
        basis = Basis.DOCUMENTED if received.kind is Unusable.FAILED else Basis.ASSUMED
        what = "says nothing" if received.kind is Unusable.EMPTY else "could not be used"
        turn.remark(call, f"the answer to ACE {what}, so the call is connected as if it said continue", basis=basis)
        return turn.then(Connect(call, EventKind.ANSWERED))
    notify_calling_error(turn, call)
    if turn.account.profile.invalid_ace == "continue":
        return turn.then(Connect(call, EventKind.ANSWERED))
    return turn.then(End(call, _doom(turn, received.kind)))


def _input_unusable(turn: Turn, call: Call, received: AnswerUnusable) -> None:
    if received.kind is Unusable.EMPTY:
        return turn.then(Act(call, HangUp(), EventKind.INPUT))
    if received.kind is Unusable.ILLEGAL:
        notify_calling_error(turn, call)
        return turn.then(End(call, _doom(turn, received.kind)))
    return _error_prompt(turn, call, received, EventKind.INPUT)


def _doom(turn: Turn, kind: Unusable) -> Reason:
    return Reason(turn.account.profile.invalid_svaml_reason) if kind is Unusable.ILLEGAL else Reason.CALLBACKERROR


def _error_prompt(turn: Turn, call: Call, received: AnswerUnusable, event: EventKind) -> None:
    """Whoever is on the line hears an error message; then the call is cut."""
    call.doom = _doom(turn, received.kind)
    steps = (Play((ERROR_PROMPT,)),) if call.near else ()
    return turn.then(Run(call, Script(steps, HangUp()), event))


def notify_calling_error(turn: Turn, call: Call) -> None:
    """Tell the backend that its script was refused."""
    application = turn.account.application(call.application)
    if application is not None and application.callback is not None:
        turn.send(call, Notice(NoticeType.CALLING_ERROR, error_code=40001, error="Illegal SVAML"), application.callback)
