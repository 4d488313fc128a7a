"""Recordings as files, wherever the backend wanted them stored."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.answers import json_response, no_content
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.engine.engine import Engine
from sinch_voice_emulator.engine.inputs import RecordingDeleted
from sinch_voice_emulator.errors import NotFound
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.model.recording import Recording
from sinch_voice_emulator.runtime.wav import wav_chunks
from sinch_voice_emulator.v1.control_views import recording_detail


def recording_of(engine: Engine, key: str) -> Recording:
    """The recording with this key; raises ``NotFound``."""
    found = engine.state.recordings.get(key)
    if found is None:
        raise NotFound(f"there is no recording {key!r}; the list of recordings has those there are")
    return found


def list_recordings(control: ControlRequest) -> Response:
    """Recordings, newest first, running ones included."""
    limit = control.query["limit"]

    def view(engine: Engine, _now: Instant) -> list[dict[str, object]]:
        return [recording_detail(one) for one in list(reversed(engine.state.recordings.values()))[:limit]]

    return json_response({"recordings": control.runtime.read(view)})


def get_recording(control: ControlRequest, key: str) -> Response:
    """The sound: silence that lasts as long as the recording, up to now while it runs. Made while it is read."""

    def length(engine: Engine, now: Instant) -> int:
        recording = recording_of(engine, key)
        return (recording.ended if recording.ended is not None else now) - recording.started

    size, chunks = wav_chunks(control.runtime.read(length))
    response = Response(chunks, mimetype="audio/wav", headers={"Content-Length": str(size)})
    return response.make_conditional(request.environ, accept_ranges=True, complete_length=size)


def delete_recording(control: ControlRequest, key: str) -> Response:
    """Forget a finished recording."""
    runtime = control.runtime
    application = runtime.read(lambda engine, _now: recording_of(engine, key).application)
    runtime.submit(RecordingDeleted(key, application))
    return no_content()


HANDLERS: dict[str, Handler] = {
    "listRecordings": list_recordings,
    "getRecording": get_recording,
    "deleteRecording": delete_recording,
}
