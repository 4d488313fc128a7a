"""Faults of the network between the platform and the backend: order them, list them, take them back."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.answers import json_response, no_content
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.errors import ControlRefusal
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.instants import SECOND
from sinch_voice_emulator.runtime.delivery_faults import DeliveryFault, FaultKind

_OF_KIND: dict[FaultKind, frozenset[str]] = {
    FaultKind.DELAY: frozenset({"milliseconds"}),
    FaultKind.SLOW_ANSWER: frozenset({"milliseconds"}),
    FaultKind.REORDER: frozenset({"milliseconds"}),
    FaultKind.DUPLICATE: frozenset({"copies"}),
    FaultKind.ALTER: frozenset({"path", "value"}),
    FaultKind.BAD_SIGNATURE: frozenset({"signature"}),
    FaultKind.STATUS: frozenset({"status"}),
}
_DETAILS = frozenset[str]().union(*_OF_KIND.values())


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
    fault = fault_from(control.body)
    try:
        shown = fault_json(control.runtime.faults.add(fault))
    except BadRequest as refusal:
        raise ControlRefusal(str(refusal), path="$") from None
    control.runtime.note("control.fault", shown)
    return json_response(shown, 201)


def fault_from(body: dict[str, Any]) -> DeliveryFault:
    """The order a body describes; members of other kinds are refused."""
    kind = FaultKind(body["kind"])
    takes = _OF_KIND.get(kind, frozenset())
    for name in body:
        if name in _DETAILS and name not in takes:
            says = f"takes {', '.join(sorted(takes))}" if takes else "takes no details"
            raise ControlRefusal(f"{name} means nothing to a fault of kind {kind.value}, which {says}", path=f"$.{name}")
    return DeliveryFault(
        kind,
        event=EventKind(body["event"]) if "event" in body else None,
        call=body.get("call", ""),
        nth=body.get("nth", 1),
        count=body.get("count", 1),
        chance=body.get("chance", 1.0),
        milliseconds=body.get("milliseconds", SECOND),
        copies=body.get("copies", 1),
        path=body.get("path", ""),
        value=body.get("value"),
        signature=body.get("signature", "wrong-key"),
        status=body.get("status", 503),
    )


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
