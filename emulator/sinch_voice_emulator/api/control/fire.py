"""Callbacks that no call caused: made up, signed and sent like any other."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.applications import application_of
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.credentials import url
from sinch_voice_emulator.api.control.deliveries import when_concluded
from sinch_voice_emulator.api.control.errors import ControlRefusal
from sinch_voice_emulator.errors import BadRequest, NotFound
from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.model.call import Call
from sinch_voice_emulator.model.delivery import CallbackTarget, EventKind
from sinch_voice_emulator.runtime import made_up, paths
from sinch_voice_emulator.v1 import callbacks

if TYPE_CHECKING:
    from sinch_voice_emulator.runtime.account import AccountRuntime


def fire(control: ControlRequest) -> Response:
    """Send one callback; answers with the delivery, its answer included, once that is over. Nobody acts on the answer."""
    runtime, body = control.runtime, control.body
    event = EventKind(body["event"])
    call = runtime.read(lambda engine, _now: engine.call(body["call"])) if "call" in body else None
    application = _application(runtime, body, call)
    target = _target(application, body)
    document = _document(control, event, call, application)
    call_id = str(document.get("callid") or document.get("callId") or "")
    delivery = runtime.send_extra(event, callbacks.encode(document), target, call_id=call_id, application=application.key)
    made_up.note_fired(runtime, delivery)
    return when_concluded(control, runtime, delivery)


def _application(runtime: AccountRuntime, body: dict[str, Any], call: Call | None) -> Application:
    """Whose callback it is: as said, that of the call, else the account's first."""
    key = body.get("application") or (call.application if call is not None else "")
    if key:
        return application_of(runtime.account, key)
    for application in runtime.account.applications.values():
        return application
    raise NotFound(f"account {runtime.name!r} has no application to send a callback for")


def _target(application: Application, body: dict[str, Any]) -> CallbackTarget:
    if "url" in body:
        return CallbackTarget(url(body["url"], "$.url"))
    if application.callback is None:
        raise ControlRefusal(f"application {application.key} has no callback URL, so say where to send it", path="$.url")
    return application.callback


def _document(control: ControlRequest, event: EventKind, call: Call | None, application: Application) -> dict[str, Any]:
    body, runtime = control.body, control.runtime
    if "body" in body:
        document: dict[str, Any] = copy.deepcopy(body["body"])
    else:
        document = made_up.document_of(runtime, event, application, call, control.emulator.public_url)
    for path, value in body.get("set", {}).items():
        try:
            paths.set_at(document, path, value)
        except BadRequest as error:
            raise ControlRefusal(str(error), path=f"$.set[{path[:60]!r}]") from None
    return document


HANDLERS: dict[str, Handler] = {"fire": fire}
