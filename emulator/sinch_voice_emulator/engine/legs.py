"""Legs: who is on the call, who picks up, who leaves."""

from __future__ import annotations

from sinch_voice_emulator.engine.moves import End, FarAnswered
from sinch_voice_emulator.engine.state import Turn
from sinch_voice_emulator.engine.timers import TimerKind
from sinch_voice_emulator.model.call import Call, Leg, LegRole, LegState, Reason
from sinch_voice_emulator.model.instants import Millis
from sinch_voice_emulator.model.script import Audience


def near_leg(call: Call) -> Leg | None:
    """The caller, or the called party of a callout once it answered."""
    return call.leg(call.near)


def far_leg(call: Call) -> Leg | None:
    """The party the call was connected to, once it answered."""
    return call.leg(call.far)


def near_is_up(call: Call) -> bool:
    """Whether the near leg is there and answered."""
    near = near_leg(call)
    return near is not None and near.state is LegState.UP


def audience(call: Call, whom: Audience) -> list[Leg]:
    """The legs that hear a prompt. Without a far party the near one is meant, whatever was asked."""
    near, far = near_leg(call), far_leg(call)
    listeners = {Audience.NEAR: (near,), Audience.FAR: (far or near,), Audience.BOTH: (near, far)}[whom]
    return [leg for leg in listeners if leg is not None]


def pick_up(turn: Turn, call: Call, leg: Leg) -> None:
    """A leg is answered. The call's meter starts with its first one."""
    leg.state = LegState.UP
    leg.answered = turn.now
    turn.note("leg.answered", call, leg.number)
    if call.answered is None:
        call.answered = turn.now
        turn.note("call.answered", call)
    dialler = turn.state.calls.get(call.dialled_by)
    if dialler is not None and leg.role is LegRole.CALLER:
        turn.then(FarAnswered(dialler))
    if leg.behaviour.hangs_up_after is not None:
        turn.after(call, TimerKind.HANGS_UP, leg.behaviour.hangs_up_after, leg.number)


def answer_near(turn: Turn, call: Call) -> None:
    """Answer the caller if nobody did yet; the limit on the call's length starts to count."""
    near = near_leg(call)
    if near is None or near.state is not LegState.RINGING:
        return
    turn.cancel(call, TimerKind.GIVES_UP)
    pick_up(turn, call, near)
    guard_length(turn, call)


def guard_length(turn: Turn, call: Call, limit: Millis | None = None) -> None:
    """Cut the call ``limit`` milliseconds from now, and in any case when it has lasted as long as a call may."""
    longest = call.max_duration or turn.account.profile.default_max_duration
    left = longest - call.length(turn.now)
    left = left if limit is None else min(limit, left)
    call.max_ends = turn.now + left
    turn.after(call, TimerKind.MAX_DURATION, left)


def hang_up_leg(turn: Turn, call: Call, leg: Leg, why: str) -> None:
    """A leg leaves; ``why`` is a word or two for the journal."""
    if leg.state is LegState.DOWN:
        return
    leg.state = LegState.DOWN
    leg.ended = turn.now
    leg.why_ended = why
    turn.state.timers.cancel(call.id, TimerKind.RING, leg.number)
    turn.state.timers.cancel(call.id, TimerKind.HANGS_UP, leg.number)
    if leg is call.legs[-1]:
        turn.cancel(call, TimerKind.VERDICT, TimerKind.BEEP)
    turn.note("leg.ended", call, leg.number, why=why)


def release_far(turn: Turn, call: Call) -> None:
    """The other party leaves, because the call goes elsewhere. A call it was joined to ends with that."""
    far = far_leg(call)
    if far is None:
        return
    hang_up_leg(turn, call, far, "replaced")
    call.far = 0
    joined = turn.state.calls.get(call.dialled_call)
    call.dialled_call = ""
    if joined is not None:
        joined.dialled_by = ""
        turn.then(End(joined, Reason.CALLERHANGUP))


def hear_tones(turn: Turn, call: Call, leg: Leg, tones: str) -> None:
    """DTMF reaches a phone; one whose behaviour says so hangs up on a certain key."""
    key = leg.behaviour.hangs_up_on_key
    if key and key in tones and leg.state is LegState.UP:
        turn.after(call, TimerKind.HANGS_UP, 0, leg.number)
