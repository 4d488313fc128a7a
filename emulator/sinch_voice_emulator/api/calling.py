"""Traffic management: callouts, calls, conferences, recordings, call reports."""

from __future__ import annotations

from flask import Response, request

from sinch_voice_emulator.api.context import CallingRequest
from sinch_voice_emulator.api.front import Handler, json_response, no_content, remember
from sinch_voice_emulator.engine.engine import Engine
from sinch_voice_emulator.engine.inputs import (
    ConferenceEndRequested,
    Headers,
    HoldChanged,
    ManagementRequested,
    MuteChanged,
    RecordingDeleted,
    RemovalRequested,
    ReportFiled,
)
from sinch_voice_emulator.errors import NotFound
from sinch_voice_emulator.model.conference import RoomKey
from sinch_voice_emulator.model.recording import Recording
from sinch_voice_emulator.runtime.wav import wav_chunks
from sinch_voice_emulator.v1 import errors, requests, views


def place_callout(calling: CallingRequest) -> Response:
    """Place a call; answered before anything of it leaves."""
    body = requests.json_body(calling.body)
    calling.journalled["body"] = body
    forwarded = _forwarded()
    if forwarded:
        calling.journalled["headers"] = dict(forwarded)
    wanted, remarks = requests.callout(
        body,
        account=calling.runtime.account,
        application=calling.application,
        region=calling.region_of_creation,
        forwarded=forwarded,
    )
    remember(calling, remarks)
    call_id = calling.runtime.submit(wanted, calling.open)
    calling.call_id = call_id or ""
    return json_response({"callId": call_id})


def _forwarded() -> Headers:
    """The ``X-CB-*`` headers of this request. Most have none, which the environ tells without looking at each header."""
    if not [name for name in request.environ if name[:10] == "HTTP_X_CB_"]:
        return ()
    return requests.forwarded_headers(request.headers.items())


def get_call(calling: CallingRequest, callId: str) -> Response:
    """Look at a call."""

    def view(engine: Engine, now: int) -> dict[str, object]:
        call = engine.call(callId, calling.application.key, calling.region_of_lookup)
        return views.call(call, calling.runtime.account, now)

    calling.call_id = callId
    return json_response(calling.runtime.read(view))


def manage_call(calling: CallingRequest, callId: str) -> Response:
    """Steer a running call."""
    _manage(calling, callId, None)
    status = calling.runtime.account.profile.patch_status
    return no_content() if status == 204 else json_response({}, status)


def manage_leg(calling: CallingRequest, callId: str, callLeg: str) -> Response:
    """Play something to one side of a running call."""
    _manage(calling, callId, callLeg)
    return json_response({})


def _manage(calling: CallingRequest, call_id: str, leg: str | None) -> None:
    body = requests.json_body(calling.body)
    calling.journalled["body"] = body
    calling.call_id = call_id
    key, region, runtime = calling.application.key, calling.region_of_lookup, calling.runtime
    call = runtime.read(lambda engine, _now: engine.call(call_id, key, region))
    if not call.live:
        raise errors.call_not_found(f"call {call_id} has ended ({call.result.value}, {call.reason.value})")
    script, remarks = requests.management(body, call, runtime.account.profile, leg)
    remember(calling, remarks)
    runtime.submit(ManagementRequested(call_id, key, region, script), calling.open)


def report_call(calling: CallingRequest, callId: str) -> Response:
    """File the backend's own verdict on a call."""
    body = requests.json_body(calling.body)
    calling.journalled["body"] = body
    calling.call_id = callId
    success, details = requests.call_report(body)
    calling.runtime.submit(ReportFiled(callId, calling.application.key, success, details), calling.open)
    response = Response(status=201)
    del response.headers["content-type"]
    return response


# --- conferences ---------------------------------------------------------------------------------------------------------


def _room(calling: CallingRequest, name: str, participant: str = "") -> RoomKey:
    """The room a request means: in its region, or for a region-less one wherever it is.

    Of several, the one with the ``participant``, else the one in the default region, else the oldest.
    """
    key = calling.application.key
    default = RoomKey(key, calling.region_of_creation, name)

    def find(engine: Engine, _now: int) -> RoomKey:
        rooms = engine.state.conferences
        if calling.region_of_lookup:
            return engine.conference(default).key
        candidates = [room for room in rooms if (room.application, room.name) == (key, name)]
        candidates.sort(key=lambda room: (participant not in rooms[room].participants, room != default))
        return engine.conference(candidates[0] if candidates else default).key

    try:
        return calling.runtime.read(find)
    except NotFound as error:
        raise errors.conference_not_found(name, str(error)) from None


def get_conference(calling: CallingRequest, conferenceId: str) -> Response:
    """Who is in a conference."""
    room = _room(calling, conferenceId)
    profile = calling.runtime.account.profile
    return json_response(calling.runtime.read(lambda engine, now: views.conference(engine.conference(room), profile, now)))


def end_conference(calling: CallingRequest, conferenceId: str) -> Response:
    """Remove everybody."""
    calling.runtime.submit(ConferenceEndRequested(_room(calling, conferenceId)), calling.open)
    return no_content()


def manage_participant(calling: CallingRequest, conferenceId: str, callId: str) -> Response:
    """Mute, unmute, hold or resume one participant."""
    body = requests.json_body(calling.body)
    calling.journalled["body"] = body
    calling.call_id = callId
    room = _room(calling, conferenceId, callId)
    command = requests.participant(body)
    if command.name in ("mute", "unmute"):
        calling.runtime.submit(MuteChanged(room, callId, command.name == "mute"), calling.open)
    else:
        calling.runtime.submit(HoldChanged(room, callId, command.name == "onhold", command.moh), calling.open)
    return json_response({})


def remove_participant(calling: CallingRequest, conferenceId: str, callId: str) -> Response:
    """Remove one participant."""
    calling.call_id = callId
    calling.runtime.submit(RemovalRequested(_room(calling, conferenceId, callId), callId), calling.open)
    return json_response({})


# --- recordings ----------------------------------------------------------------------------------------------------------


def list_recordings(calling: CallingRequest) -> Response:
    """Recordings that the platform itself keeps."""
    query = views.recording_query(request.args)
    public_url = request.host_url.rstrip("/")

    def view(engine: Engine, _now: int) -> list[dict[str, object]]:
        mine = [one for one in engine.state.recordings.values() if _visible(calling, one)]
        return views.recordings(mine, query, calling.runtime.account, public_url)

    return json_response(calling.runtime.read(view))


def _visible(calling: CallingRequest, recording: Recording) -> bool:
    mine = recording.application.lower() == calling.application.key.lower()
    return mine and recording.in_platform_storage and recording.ended is not None


def _recording(calling: CallingRequest, key: str) -> Recording:
    if not key.strip():
        raise errors.no_key_specified()
    found = calling.runtime.read(lambda engine, _now: engine.state.recordings.get(key))
    if found is None or not _visible(calling, found):
        raise errors.recording_not_found(f"no finished recording {key!r} is kept by the platform for this application")
    return found


def get_recording(calling: CallingRequest, key: str) -> Response:
    """The sound, made while it is read: silence of the right length."""
    recording = _recording(calling, key)
    size, chunks = wav_chunks((recording.ended or recording.started) - recording.started)
    return Response(chunks, mimetype="audio/wav", headers={"Content-Length": str(size)})


def delete_recording(calling: CallingRequest, key: str = "") -> Response:
    """Delete a recording."""
    _recording(calling, key)
    calling.runtime.submit(RecordingDeleted(key, calling.application.key), calling.open)
    return no_content()


OPERATIONS: dict[str, Handler] = {
    "placeCallout": place_callout,
    "getCall": get_call,
    "manageCall": manage_call,
    "manageCallLeg": manage_leg,
    "reportCall": report_call,
    "getConference": get_conference,
    "endConference": end_conference,
    "manageParticipant": manage_participant,
    "removeParticipant": remove_participant,
    "listRecordings": list_recordings,
    "getRecording": get_recording,
    "deleteRecording": delete_recording,
}
