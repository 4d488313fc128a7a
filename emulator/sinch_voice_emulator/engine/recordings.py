"""Recordings of calls and rooms, and what the backend is told about them.

``recording_finished`` comes when a recording stops, ``recording_available`` once the file is stored; the order around the
end of a call is finished, DICE, available, transcription (``callbacks-and-svaml.md`` section 3.8).
"""

from __future__ import annotations

from datetime import UTC, datetime

from sinch_voice_emulator.engine.effects import Basis, Notice, NoticeType, Severity
from sinch_voice_emulator.engine.state import Turn
from sinch_voice_emulator.model.call import Call
from sinch_voice_emulator.model.conference import Conference
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.model.recording import Recording
from sinch_voice_emulator.model.script import RecordingOptions


def start(turn: Turn, call: Call, options: RecordingOptions) -> None:
    """Record a call. A second recording of the same call is ignored with a warning (undocumented)."""
    if not turn.account.recording_enabled:
        return turn.remark(call, "recording is switched off for this account", Severity.WARNING)
    if call.recording is not None:
        text = "the call is being recorded already, so this startRecording is ignored"
        return turn.remark(call, text, Severity.WARNING, Basis.ASSUMED)
    call.recording = _open(turn, call, options, "")
    call.recorded += (call.recording,)
    return None


def start_room(turn: Turn, call: Call, room: Conference, options: RecordingOptions) -> None:
    """Record a whole conference; ``call`` is the participant who brought the order."""
    if not turn.account.recording_enabled:
        return turn.remark(call, "recording is switched off for this account", Severity.WARNING)
    if room.recording is None:
        room.recording = _open(turn, call, options, room.key.name)
        call.recorded += (room.recording,)
    return None


def stop(turn: Turn, call: Call) -> None:
    """Stop a call's recording and tell the backend that the file is there; nothing happens when none runs."""
    recording = close(turn, call, call.recording)
    call.recording = None
    announce(turn, call, recording)


def close(turn: Turn, call: Call, key: str | None) -> Recording | None:
    """End a recording and tell the backend it finished. Returns it, for ``announce``.

    A room's recording belongs to the call that ordered it and to that of its last participant.
    """
    if key is None:
        return None
    recording = turn.state.recordings[key]
    recording.ended = turn.now
    if key not in call.recorded:
        call.recorded += (key,)
    turn.note("recording.ended", call, key=key, length_ms=recording.ended - recording.started)
    _tell(turn, call, recording, NoticeType.RECORDING_FINISHED)
    return recording


def announce(turn: Turn, call: Call, recording: Recording | None) -> None:
    """Tell the backend that a finished recording, and its transcript if asked for, is stored."""
    if recording is None:
        return
    _tell(turn, call, recording, NoticeType.RECORDING_AVAILABLE)
    if recording.options.transcribe:
        _tell(turn, call, recording, NoticeType.TRANSCRIPTION_AVAILABLE)


def _open(turn: Turn, call: Call, options: RecordingOptions, conference: str) -> str:
    name, destination = _name(turn, call, options)
    key = _free_key(turn, name)
    _disown(turn, key)
    turn.state.recordings[key] = Recording(
        key, call.id, call.application, call.region, options, destination, turn.now, conference
    )
    turn.note("recording.started", call, key=key, destination=destination, conference=conference)
    return key


def _disown(turn: Turn, key: str) -> None:
    """A recording about to be overwritten is no longer its call's."""
    former = turn.state.recordings.get(key)
    owner = turn.state.calls.get(former.call_id) if former is not None else None
    if owner is not None:
        owner.recorded = tuple(one for one in owner.recorded if one != key)


def _free_key(turn: Turn, name: str) -> str:
    """A finished file of the same name is overwritten (documented); one that still runs is not, and has its key to itself."""
    stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
    key, number = name, 1
    while (namesake := turn.state.recordings.get(key)) is not None and namesake.ended is None:
        number += 1
        key = f"{stem}-{number}{dot}{ending}"
    return key


def _name(turn: Turn, call: Call, options: RecordingOptions) -> tuple[str, str]:
    """File name and completed storage URI. A URI whose last part has an ending names the file itself."""
    generated = f"{_stamp(turn.now)}_{call.application}_{call.id}.{options.format.lower()}"
    scheme, separator, path = options.destination.partition("://")
    if not separator:
        return generated, f"sdrive://{generated}"
    last = path.rsplit("/", 1)[-1]
    names_file = "." in last and (scheme.lower() == "sdrive" or "/" in path)
    if scheme.lower() == "sdrive":
        name = last or generated
        return name, f"{scheme}://{name}"
    if names_file:
        return last, options.destination
    return generated, f"{options.destination.rstrip('/')}/{generated}"


def _stamp(now: Instant) -> str:
    return datetime.fromtimestamp(now // 1000, UTC).strftime("%Y%m%d%H%M%S")


def _tell(turn: Turn, call: Call, recording: Recording, what: NoticeType) -> None:
    if not recording.options.notify:
        return
    application = turn.account.application(call.application)
    if application is not None and application.callback is not None:
        turn.send(call, Notice(what, recording=recording), application.callback)
