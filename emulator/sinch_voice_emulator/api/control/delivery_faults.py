"""Faults of the network between the platform and the backend: order them, list them, take them back."""

from __future__ import annotations

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.accounts import at_path
from sinch_voice_emulator.api.control.answers import json_response, no_content
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.runtime.delivery_faults import DeliveryFault
from sinch_voice_emulator.runtime.fault_orders import fault_of


def fault_json(fault: DeliveryFault, fired: int = 0) -> dict[str, object]:
    """An order, with what it has done so far."""
    return {
        "id": fault.id,
        "kind": fault.kind.value,
        "event": None if fault.event is None else fault.event.value,
        "call": fault.call or None,
        "nth": fault.nth,
        "count": fault.count,
        "chance": fault.chance,
        "fired": fired,
    } | fault.details()


def list_faults(control: ControlRequest) -> Response:
    """Orders that are not used up."""
    return json_response({"faults": [fault_json(fault, fired) for fault, fired in control.runtime.faults.all()]})


def add_fault(control: ControlRequest) -> Response:
    """Have deliveries go wrong from now on."""
    details = {name: value for name, value in control.body.items() if name != "kind"}
    fault = at_path(lambda: control.runtime.faults.add(fault_of(control.body["kind"], details)), "$")
    shown = fault_json(fault)
    control.runtime.note("control.fault", shown)
    return json_response(shown, 201)


def remove_fault(control: ControlRequest, fault: str) -> Response:
    """Take one order back."""
    control.runtime.faults.remove(fault)
    control.runtime.note("control.fault", {"removed": fault})
    return no_content()


def clear_faults(control: ControlRequest) -> Response:
    """Take all of them back; says how many were not used up."""
    count = control.runtime.faults.clear()
    control.runtime.note("control.fault", {"cleared": count})
    return json_response({"cleared": count})


HANDLERS: dict[str, Handler] = {
    "listFaults": list_faults,
    "addFault": add_fault,
    "removeFault": remove_fault,
    "clearFaults": clear_faults,
}
