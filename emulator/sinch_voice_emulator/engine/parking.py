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
    call.parking = Parking(script, turn.now)
    turn.enter(call, CallState.PARKED)
    turn.after(call, TimerKind.PARK_LIMIT, script.max_duration or turn.account.profile.default_park)
    if script.intro:
        turn.after(call, TimerKind.INTRO, scripts.play(turn, call, script.intro))
    else:
        loop(turn, call)


def loop(turn: Turn, call: Call) -> None:
    """The intro is over; the hold prompt repeats until somebody fetches the call."""
    assert call.parking is not None, "the call is parked"
    call.parking.looping = True
    call.parking.prompt_started = turn.now
    if call.parking.park.hold:
        scripts.play(turn, call, call.parking.park.hold)


def again(turn: Turn, call: Call) -> None:
    """Back to the hold prompt after a management request played something; the limit has run on."""
    turn.enter(call, CallState.PARKED)
    loop(turn, call)


def limit_reached(turn: Turn, call: Call) -> None:
    """Time is up. The running prompt is finished first (documented), then the call is hung up."""
    parking = call.parking
    if parking is None or call.state is not CallState.PARKED:
        return over(turn, call)
    length = scripts.length_of(parking.park.hold, turn.account.profile) if parking.looping else 0
    played = turn.now - parking.prompt_started
    rest = -played % length if length else 0
    if rest:
        return turn.after(call, TimerKind.HOLD_ENDS, rest)
    return over(turn, call)


def over(turn: Turn, call: Call) -> None:
    """Nobody fetched the call."""
    turn.then(End(call, Reason(turn.account.profile.max_duration_reason)))


def leave(turn: Turn, call: Call) -> None:
    """The call is fetched: prompts stop at once."""
    turn.cancel(call, TimerKind.INTRO, TimerKind.HOLD_ENDS, TimerKind.PARK_LIMIT)
    call.parking = None
