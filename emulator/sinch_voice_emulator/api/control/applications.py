"""Applications of an account."""

from __future__ import annotations

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control import limits
from sinch_voice_emulator.api.control.answers import json_response, no_content
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.credentials import application_from, application_json, target_from
from sinch_voice_emulator.engine.engine import Engine
from sinch_voice_emulator.errors import Conflict, NotFound
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.instants import Instant


def application_of(account: Account, key: str) -> Application:
    """The application with this key; raises ``NotFound`` and says which there are."""
    found = account.application(key)
    if found is None:
        keys = ", ".join(application.key for application in list(account.applications.values())[:20])
        raise NotFound(f"account {account.name!r} has no application {key!r}; it has {keys or 'none'}")
    return found


def list_applications(control: ControlRequest) -> Response:
    """Every application of the account."""

    def view(engine: Engine, _now: Instant) -> list[dict[str, object]]:
        return [application_json(one) for one in engine.state.account.applications.values()]

    return json_response({"applications": control.runtime.read(view)})


def add_application(control: ControlRequest) -> Response:
    """A new application, with a key and a secret of its own where it brings none."""
    application = application_from(control.body)
    control.emulator.check_key_is_free(application.key)

    def change(account: Account) -> dict[str, object]:
        limits.room_for("applications", account.applications, limits.MAX_APPLICATIONS)
        account.add_application(application)
        return application_json(application)

    return json_response(control.runtime.configure(change, "control.application", {"added": application.key}), 201)


def get_application(control: ControlRequest, key: str) -> Response:
    """One application."""
    view = control.runtime.read(lambda engine, _now: application_json(application_of(engine.state.account, key)))
    return json_response(view)


def put_application(control: ControlRequest, key: str) -> Response:
    """Name and callback addresses of an application, as a whole: what is left out is empty. Key and secret stay."""
    target, name = target_from(control.body.get("callback"), "$.callback"), control.body.get("name", "")

    def change(account: Account) -> dict[str, object]:
        application = application_of(account, key)
        application.callback, application.name = target, name
        return application_json(application)

    urls = None if target is None else {"primary": target.primary, "fallback": target.fallback}
    return json_response(control.runtime.configure(change, "control.application", {"changed": key, "callback": urls}))


def delete_application(control: ControlRequest, key: str) -> Response:
    """An application without live calls goes; its numbers are answered by nobody then."""
    runtime = control.runtime
    folded = key.lower()

    def live(engine: Engine, _now: Instant) -> int:
        return sum(call.live and call.application.lower() == folded for call in engine.state.calls.values())

    application = application_of(runtime.account, key)
    if count := runtime.read(live):
        raise Conflict(f"application {application.key} has {count} live call(s); end them first")

    def change(account: Account) -> None:
        del account.applications[folded]
        for owned in account.numbers.values():
            if owned.application is not None and owned.application.lower() == folded:
                owned.application = None

    runtime.configure(change, "control.application", {"removed": application.key})
    return no_content()


HANDLERS: dict[str, Handler] = {
    "listApplications": list_applications,
    "addApplication": add_application,
    "getApplication": get_application,
    "putApplication": put_application,
    "deleteApplication": delete_application,
}
