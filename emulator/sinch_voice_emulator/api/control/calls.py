"""Calls: place one from outside, look at them; conferences."""

from __future__ import annotations

import json
from itertools import islice

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.answers import json_response
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.incoming import call_arrived
from sinch_voice_emulator.api.control.journal import entry_json
from sinch_voice_emulator.engine.engine import Engine
from sinch_voice_emulator.model.call import Call
from sinch_voice_emulator.model.conference import Conference
from sinch_voice_emulator.model.delivery import Delivery
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.runtime.journal import Entry, Filter
from sinch_voice_emulator.v1 import control_views
from sinch_voice_emulator.v1.values import PRIVATE, iso_millis

TIMELINE = 2_000
"""How many entries the timeline of a call shows at most; the journal has the rest."""


def list_calls(control: ControlRequest) -> Response:
    """Calls, newest first."""
    query = control.query
    application, state = query.get("application", "").lower(), query.get("state")

    def fits(call: Call) -> bool:
        return (not application or call.application.lower() == application) and (
            state is None or call.live == (state == "live")
        )

    def view(engine: Engine, now: Instant) -> dict[str, object]:
        found = (call for call in reversed(engine.state.calls.values()) if fits(call))
        calls = [control_views.call_summary(call, engine.state.account, now) for call in islice(found, query["limit"])]
        return {"calls": calls, "forgotten": engine.state.forgotten}

    return json_response(control.runtime.read(view))


def place_call(control: ControlRequest) -> Response:
    """A phone, a SIP peer or an app calls the platform."""
    runtime = control.runtime
    call_id = runtime.submit(call_arrived(control.body, runtime.account))
    return json_response({"callId": call_id}, 201)


def get_call(control: ControlRequest, call: str) -> Response:
    """One call with its legs and its journal entries."""
    runtime = control.runtime

    def view(engine: Engine, now: Instant) -> dict[str, object]:
        return control_views.call_detail(engine.call(call), engine.state, now)

    shown = runtime.read(view)
    page = runtime.journal.read("", TIMELINE, Filter(call_id=call))
    shown["prompts"] = [_prompt(entry) for entry in page.entries if entry.kind == "prompt.started"]
    shown["callbacks"] = [_callback(one) for one in list(runtime.deliveries.values()) if one.call_id == call]
    timeline = [entry_json(entry) for entry in page.entries]
    return json_response(shown | {"timeline": timeline, "timelineDropped": page.dropped})


def _prompt(entry: Entry) -> dict[str, object]:
    """What a leg heard: everything that was said or played, joined by blanks."""
    prompts, length = entry.data.get("prompts"), entry.data.get("length_ms", 0)
    assert isinstance(prompts, list)
    text = " ".join(str(one["text"]) for one in prompts)
    return {"leg": entry.leg, "text": text, "lengthMs": length, "time": iso_millis(entry.instant)}


def _callback(delivery: Delivery) -> dict[str, object]:
    """What the backend was told about a call, and the status it answered."""
    status = delivery.attempts[-1].status if delivery.attempts else None
    shown = {"event": delivery.event.value, "delivery": delivery.id, "state": delivery.state.value, "status": status}
    return shown | {"time": iso_millis(delivery.created), "body": json.loads(delivery.body)}


def list_conferences(control: ControlRequest) -> Response:
    """Rooms that somebody is in."""

    def view(engine: Engine, _now: Instant) -> list[dict[str, object]]:
        return [conference_json(room) for room in engine.state.conferences.values()]

    return json_response({"conferences": control.runtime.read(view)})


def conference_json(room: Conference) -> dict[str, object]:
    """A room and who is in it."""
    return {
        "name": room.key.name,
        "application": room.key.application,
        "region": room.key.region,
        "created": iso_millis(room.created),
        "recording": room.recording,
        "participants": [
            {
                "callId": one.call_id,
                "label": one.label or PRIVATE,
                "joined": iso_millis(one.joined),
                "muted": one.muted,
                "onhold": one.on_hold,
                "dtmf": one.tones.mode.value,
                "digits": one.digits,
            }
            for one in room.participants.values()
        ],
    }


HANDLERS: dict[str, Handler] = {
    "listCalls": list_calls,
    "placeCall": place_call,
    "getCall": get_call,
    "listConferences": list_conferences,
}
