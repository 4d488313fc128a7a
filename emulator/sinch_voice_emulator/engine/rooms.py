"""Conferences: rooms that exist while somebody is in them.

A room belongs to an application and a region. Nothing about joining, leaving, muting or holding is told to the backend; it is
told only of keys, where the participant joined in ``detect`` mode (``callbacks-and-svaml.md`` section 9).
"""

from __future__ import annotations

from sinch_voice_emulator.engine import recordings
from sinch_voice_emulator.engine.asking import is_app_leg, target_of
from sinch_voice_emulator.engine.effects import Basis, InputEntered, Severity
from sinch_voice_emulator.engine.legs import answer_near, release_far
from sinch_voice_emulator.engine.state import Turn
from sinch_voice_emulator.engine.timers import TimerKind
from sinch_voice_emulator.model.call import Call, CallState, MenuResult, Pending
from sinch_voice_emulator.model.conference import Conference, Participant, RoomKey
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.recording import Recording
from sinch_voice_emulator.model.script import Join, ToneMode


def join(turn: Turn, call: Call, action: Join) -> None:
    """Bring a call into a room, which begins to exist with its first participant."""
    if call.room != action.conference:
        depart(turn, call)
    release_far(turn, call)
    answer_near(turn, call)
    call.suppressed = call.suppressed or action.suppress_callbacks
    key = RoomKey(call.application, call.region, action.conference)
    room = turn.state.conferences.setdefault(key, Conference(key, turn.now))
    label = action.label if action.label is not None else call.cli
    room.participants[call.id] = Participant(call.id, label, turn.now, action.tones, action.moh)
    call.room = action.conference
    turn.enter(call, CallState.CONFERENCE)
    turn.note("conference.joined", call, call.near, conference=key.name, participants=len(room.participants))
    _music(turn, room)
    if action.record is not None:
        recordings.start_room(turn, call, room, action.record)


def depart(turn: Turn, call: Call) -> None:
    """Take a call that goes elsewhere out of its room, if it is in one."""
    if call.room:
        recordings.announce(turn, call, leave(turn, call))
        call.room = ""


def room_of(turn: Turn, call: Call) -> Conference:
    """The room a call is in."""
    return turn.state.conferences[RoomKey(call.application, call.region, call.room)]


def leave(turn: Turn, call: Call) -> Recording | None:
    """Take a call out of its room. The room ends with its last participant; its recording, if any, is to be announced."""
    room = room_of(turn, call)
    del room.participants[call.id]
    turn.cancel(call, TimerKind.GAP)
    turn.note("conference.left", call, call.near, conference=room.key.name, participants=len(room.participants))
    if room.participants:
        _music(turn, room)
        return None
    finished = recordings.close(turn, call, room.recording)
    del turn.state.conferences[room.key]
    turn.note("conference.ended", call, conference=room.key.name)
    return finished


def _music(turn: Turn, room: Conference) -> None:
    """Who is alone hears music on hold, if their way in named some; a second participant ends it."""
    if len(room.participants) > 2:
        return
    for member in room.participants.values():
        music = len(room.participants) == 1 and member.moh != ""
        if music != member.hears_moh:
            member.hears_moh = music
            call = turn.state.calls[member.call_id]
            turn.note("moh.started" if music else "moh.ended", call, call.near, moh=member.moh)


def come_back(turn: Turn, call: Call) -> None:
    """Back into the room after a management request played something. Keys collected before still count."""
    member = room_of(turn, call).participants[call.id]
    turn.enter(call, CallState.COLLECTING if member.digits else CallState.CONFERENCE)
    if member.digits:
        turn.after(call, TimerKind.GAP, member.tones.gap)


def mute(turn: Turn, call: Call, muted: bool) -> None:
    """A muted participant hears and is not heard. Doing it twice is nothing new."""
    member = room_of(turn, call).participants[call.id]
    member.muted = muted
    turn.note("conference.changed", call, call.near, conference=call.room, muted=muted)


def hold(turn: Turn, call: Call, on_hold: bool, moh: str) -> None:
    """A participant on hold neither hears nor is heard, and gets music if any was named."""
    member = room_of(turn, call).participants[call.id]
    member.on_hold = on_hold
    member.hold_moh = moh if on_hold else ""
    turn.note("conference.changed", call, call.near, conference=call.room, onhold=on_hold, moh=member.hold_moh)


def key(turn: Turn, call: Call, pressed: str) -> None:
    """A participant pressed a key."""
    room = room_of(turn, call)
    member = room.participants[call.id]
    if member.tones.mode is ToneMode.IGNORE:
        return None
    if member.tones.mode is ToneMode.FORWARD:
        return turn.note("tones.forwarded", call, call.near, tones=pressed, to=len(room.participants) - 1)
    if call.pending is not None:
        return turn.remark(call, f"key {pressed} is lost: the backend has not answered the keys before", basis=Basis.ASSUMED)
    if call.state is CallState.CONFERENCE:
        turn.enter(call, CallState.COLLECTING)
    if pressed == "#" and member.tones.max_digits > 1:
        return collected(turn, call)
    member.digits += pressed
    if len(member.digits) >= member.tones.max_digits:
        return collected(turn, call)
    return turn.after(call, TimerKind.GAP, member.tones.gap)


def collected(turn: Turn, call: Call) -> None:
    """A participant's keys are complete; the backend is told, and the participant is out of the room until it answered."""
    member = room_of(turn, call).participants[call.id]
    turn.cancel(call, TimerKind.GAP)
    digits, member.digits = member.digits, ""
    turn.note("menu.result", call, call.near, menu=call.room, type="sequence", value=digits)
    target = target_of(turn, call, EventKind.INPUT)
    if target is None or is_app_leg(call):
        turn.remark(call, f"nobody is told of the keys {digits}", Severity.WARNING)
        return turn.enter(call, CallState.CONFERENCE)
    event = InputEntered(MenuResult(call.room, "sequence", digits, "dtmf"))
    call.pending = Pending(turn.send(call, event, target), EventKind.INPUT, turn.now)
    return None
