"""Failures of the Calling REST API, on demand."""

from __future__ import annotations

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.answers import json_response
from sinch_voice_emulator.api.control.applications import application_of
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.errors import ControlRefusal
from sinch_voice_emulator.runtime.api_faults import ApiFault
from sinch_voice_emulator.v1 import spec
from sinch_voice_emulator.v1.problems import nearest


def fault_json(fault: ApiFault) -> dict[str, object]:
    """An order to fail, with what is left of it."""
    return {
        "id": fault.id,
        "status": fault.status,
        "code": fault.error().code,
        "message": fault.error().message,
        "times": fault.times,
        "method": fault.method or None,
        "operation": fault.operation or None,
        "path": fault.path or None,
        "application": fault.application or None,
    }


def list_faults(control: ControlRequest) -> Response:
    """Orders that are not used up."""
    faults = control.emulator.api_faults(control.account_name).all()
    return json_response({"faults": [fault_json(fault) for fault in faults]})


def add_fault(control: ControlRequest) -> Response:
    """Make the next requests fail, as many as said."""
    body = control.body
    application = body.get("application", "")
    if application:
        application = application_of(control.runtime.account, application).key
    where = body.get("path", "")
    fault = ApiFault(
        id="",
        status=body["status"],
        times=body.get("times", 1),
        code=body.get("code"),
        message=body.get("message", ""),
        method=body.get("method", ""),
        operation="" if where.startswith("/") else _operation(where),
        path=where if where.startswith("/") else "",
        application=application,
    )
    shown = fault_json(control.emulator.api_faults(control.account_name).add(fault))
    control.runtime.note("control.api-fault", shown)
    return json_response(shown, 201)


def _operation(name: str) -> str:
    """An operation id of the Voice API, in its own case; ``""`` stays what it is."""
    known = {operation.id.lower(): operation.id for operation in spec.voice().operations()}
    if not name or name.lower() in known:
        return known.get(name.lower(), "")
    near = nearest(name, known.values())
    hint = f" (did you mean {near}?)" if near else ""
    message = f"there is no operation {name[:60]!r}{hint}; path is one of {', '.join(known.values())}, or begins with /"
    raise ControlRefusal(message, path="$.path", nearest=near)


def clear_faults(control: ControlRequest) -> Response:
    """Take back every order; says how many there were."""
    count = control.emulator.api_faults(control.account_name).clear()
    control.runtime.note("control.api-fault", {"cleared": count})
    return json_response({"cleared": count})


HANDLERS: dict[str, Handler] = {"listApiFaults": list_faults, "addApiFault": add_fault, "clearApiFaults": clear_faults}
