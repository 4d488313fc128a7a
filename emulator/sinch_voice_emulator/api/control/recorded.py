"""What happened as a scenario, and callbacks from elsewhere as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.answers import json_response
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.working import Working
from sinch_voice_emulator.runtime.deferred import defer

if TYPE_CHECKING:
    from sinch_voice_emulator.scenario.record.recording import Recording


def record_scenario(control: ControlRequest) -> Response:
    """What happened on an account since a cursor."""
    query = control.query

    def work() -> Response:
        from sinch_voice_emulator.scenario.record import recording

        wanted = recording.Wanted(*(query.get(name, "") for name in ("after", "call", "name", "requests")))
        found = recording.of_account(control.runtime, wanted)
        return _file(found) if _wants_file(control) else _answer(found)

    return defer(control.environ, Working(work))


def import_scenario(control: ControlRequest) -> Response:
    """What a production backend has logged."""
    body = control.body

    def work() -> Response:
        from sinch_voice_emulator.scenario.record import recording

        return _answer(
            recording.of_callbacks(body["callbacks"], "callbacks", body.get("name", ""), as_calls=body.get("asCalls", False))
        )

    return defer(control.environ, Working(work))


def _wants_file(control: ControlRequest) -> bool:
    """Whether the file itself is asked for: by ``format``, else by a client that takes YAML and no JSON."""
    accepted = control.headers.get("Accept", "")
    return bool(control.query.get("format", "yaml" if "yaml" in accepted and "json" not in accepted else "json") == "yaml")


def _file(found: Recording) -> Response:
    return Response(found.text, mimetype="text/yaml", headers={"Cache-Control": "no-store"})


def _answer(found: Recording) -> Response:
    shown = {"scenario": found.value, "text": found.text, "remarks": list(found.remarks)}
    return json_response(shown | {"calls": found.calls, "steps": len(found.value["steps"])})


HANDLERS: dict[str, Handler] = {"recordScenario": record_scenario, "importScenario": import_scenario}
