"""Configuration management: numbers, callback addresses, number look-up. One host for all regions."""

from __future__ import annotations

from flask import Response

from sinch_voice_emulator.api.context import CallingRequest
from sinch_voice_emulator.api.front import Handler, json_response, no_content
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.v1 import errors, numbers, requests, views


def list_numbers(calling: CallingRequest) -> Response:
    """All numbers the account owns, whichever application they are assigned to."""
    return json_response(calling.runtime.read(lambda engine, _now: views.numbers(engine.state.account)))


def assign_numbers(calling: CallingRequest) -> Response:
    """Assign numbers to an application: all of them, or none."""
    body = requests.json_body(calling.body)
    calling.journalled["body"] = body
    wanted = requests.number_assignment(body, calling.application.key)

    def change(account: Account) -> None:
        application = _application(account, wanted.application)
        keys = [(number, wanted.capability) for number in wanted.numbers]
        for key in keys:
            if key not in account.numbers:
                raise errors.numbers_not_updated(f"the account has no number {key[0]} with capability {key[1]}")
        for key in keys:
            account.numbers[key].application = application.key

    calling.runtime.configure(change, "account.changed", {"assigned": list(wanted.numbers), "application": wanted.application})
    return no_content()


def unassign_number(calling: CallingRequest) -> Response:
    """Take a number away from an application."""
    body = requests.json_body(calling.body)
    calling.journalled["body"] = body
    wanted = requests.number_removal(body, calling.application.key)

    def change(account: Account) -> None:
        application = _application(account, wanted.application)
        for number in wanted.numbers:
            owned = account.numbers.get((number, wanted.capability))
            if owned is None or (owned.application or "").lower() != application.key.lower():
                raise errors.numbers_not_updated(f"{number} is not assigned to application {application.key}")
        for number in wanted.numbers:
            account.numbers[(number, wanted.capability)].application = None

    calling.runtime.configure(
        change, "account.changed", {"unassigned": list(wanted.numbers), "application": wanted.application}
    )
    return no_content()


def _application(account: Account, key: str) -> Application:
    application = account.application(key)
    if application is None:
        raise errors.invalid_application_key(f"account {account.name!r} has no application {key!r}")
    return application


def get_callbacks(calling: CallingRequest, applicationkey: str) -> Response:
    """Where an application of the account wants its callbacks."""
    return json_response(
        calling.runtime.read(lambda engine, _now: views.callbacks(_application(engine.state.account, applicationkey)))
    )


def update_callbacks(calling: CallingRequest, applicationkey: str) -> Response:
    """Replace an application's callback addresses. Any URL is taken; delivery refuses those that are not allowed."""
    body = requests.json_body(calling.body)
    calling.journalled["body"] = body
    key = _application(calling.runtime.account, applicationkey).key
    target: CallbackTarget | None = requests.callback_configuration(body)

    def change(account: Account) -> None:
        _application(account, key).callback = target

    urls = None if target is None else {"primary": target.primary, "fallback": target.fallback}
    calling.runtime.configure(change, "account.changed", {"application": key, "callback": urls})
    return no_content()


def query_number(calling: CallingRequest, number: str) -> Response:
    """What is known about a number, and what calling it costs."""
    return json_response(numbers.query(number, calling.runtime.account))


OPERATIONS: dict[str, Handler] = {
    "listNumbers": list_numbers,
    "assignNumbers": assign_numbers,
    "unassignNumber": unassign_number,
    "getCallbacks": get_callbacks,
    "updateCallbacks": update_callbacks,
    "queryNumber": query_number,
}
