"""Parking: a call that waits to be fetched, with an intro, a hold prompt in a loop, and a limit."""

from __future__ import annotations

from sinch_voice_emulator.engine import scripts
from sinch_voice_emulator.engine.moves import End
from sinch_voice_emulator.engine.state import Turn
from sinch_voice_emulator.engine.timers import TimerKind
from sinch_voice_emulator.model.call import Call, CallState, Parking, Reason
from sinch_voice_emulator.model.script import Park


def park(turn: Turn, call: Call, script: Park) -> None:
    """Park a call. Nothing is sent to the backend."""
    call.parking = Parking(script, turn.now, turn.now)
    turn.enter(call, CallState.PARKED)
    turn.after(call, TimerKind.PARK_LIMIT, script.max_duration or turn.account.profile.default_park)
    if script.intro:
        turn.after(call, TimerKind.INTRO, scripts.play(turn, call, script.intro))
    else:
        loop(turn, call)


def _parking(call: Call) -> Parking:
    assert call.parking is not None, "the call is parked"
    return call.parking


def loop(turn: Turn, call: Call) -> None:
    """The intro is over; the hold prompt repeats until somebody fetches the call."""
    parking = _parking(call)
    parking.looping = True
    parking.prompt_started = turn.now
    if parking.park.hold:
        scripts.play(turn, call, parking.park.hold)


def again(turn: Turn, call: Call) -> None:
    """Back to the hold prompt after a management request played something; the limit has run on."""
    turn.enter(call, CallState.PARKED)
    if _parking(call).expired:
        return over(turn, call)
    return loop(turn, call)


def limit_reached(turn: Turn, call: Call) -> None:
    """Time is up. The running prompt, or the script of a management request, is finished first; then the call is hung up."""
    parking = _parking(call)
    parking.expired = True
    if call.state is not CallState.PARKED:
        return None
    length = scripts.length_of(parking.park.hold if parking.looping else parking.park.intro, turn.account.profile)
    played = turn.now - parking.prompt_started
    rest = -played % length if length else 0
    if not rest:
        return over(turn, call)
    turn.cancel(call, TimerKind.INTRO)
    return turn.after(call, TimerKind.HOLD_ENDS, rest)


def over(turn: Turn, call: Call) -> None:
    """Nobody fetched the call."""
    turn.then(End(call, Reason(turn.account.profile.max_duration_reason)))


def leave(turn: Turn, call: Call) -> None:
    """The call is fetched: prompts stop at once."""
    turn.cancel(call, TimerKind.INTRO, TimerKind.HOLD_ENDS, TimerKind.PARK_LIMIT)
    call.parking = None
