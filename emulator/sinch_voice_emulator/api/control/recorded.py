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
        return _answer(recording.of_account(control.runtime, wanted))

    return defer(control.environ, Working(work))


def import_scenario(control: ControlRequest) -> Response:
    """What a production backend has logged."""
    body = control.body

    def work() -> Response:
        from sinch_voice_emulator.scenario.record import recording

        return _answer(recording.of_callbacks(body["callbacks"], "callbacks", body.get("name", "")))

    return defer(control.environ, Working(work))


def _answer(found: Recording) -> Response:
    shown = {"scenario": found.value, "text": found.text, "remarks": list(found.remarks)}
    return json_response(shown | {"steps": len(found.value["steps"])})


HANDLERS: dict[str, Handler] = {"recordScenario": record_scenario, "importScenario": import_scenario}
