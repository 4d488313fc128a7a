"""Numbers the account owns, and its app users."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control import limits
from sinch_voice_emulator.api.control.answers import json_response, no_content
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.errors import ControlRefusal
from sinch_voice_emulator.errors import NotFound
from sinch_voice_emulator.model.account import Account, OwnedNumber
from sinch_voice_emulator.model.party import normalise_number
from sinch_voice_emulator.v1.problems import nearest


def number_from(written: Any, account: Account, path: str) -> OwnedNumber:
    """A number as a text or an object. Without ``application`` the account's first one answers it; ``null`` is nobody."""
    given = {"number": written} if isinstance(written, str) else written
    number = normalise_number(given["number"])
    if not number:
        where = path if given is not written else f"{path}.number"
        raise ControlRefusal(f"a number has digits, and {given['number'][:60]!r} has none", path=where)
    first = next((application.key for application in account.applications.values()), None)
    key = given.get("application", first)
    if key is not None:
        application = account.application(key)
        if application is None:
            keys = [one.key for one in account.applications.values()]
            message = f"account {account.name!r} has no application {key!r}; it has {', '.join(keys) or 'none'}"
            raise ControlRefusal(message, path=f"{path}.application", nearest=nearest(key, keys))
        key = application.key
    return OwnedNumber(number, given.get("capability", "voice"), key)


def number_json(owned: OwnedNumber, account: Account) -> dict[str, object]:
    """A number and who answers it."""
    application = account.application(owned.application) if owned.application else None
    key = application.key if application is not None else owned.application
    return {"number": owned.number, "capability": owned.capability, "application": key}


def list_numbers(control: ControlRequest) -> Response:
    """Every number of the account."""

    def view(account: Account) -> list[dict[str, object]]:
        return [number_json(owned, account) for owned in account.numbers.values()]

    return json_response({"numbers": control.runtime.read(lambda engine, _now: view(engine.state.account))})


def add_number(control: ControlRequest) -> Response:
    """The account owns a number, or answers one it owns with another application."""
    runtime = control.runtime
    owned = number_from(control.body, runtime.account, "$")
    key = (owned.number, owned.capability)

    def change(account: Account) -> Response:
        known = key in account.numbers
        if not known:
            limits.room_for("numbers", account.numbers, limits.MAX_NUMBERS)
        account.numbers[key] = owned
        return json_response(number_json(owned, account), 200 if known else 201)

    data = {"added": owned.number, "capability": owned.capability, "application": owned.application}
    return runtime.configure(change, "control.number", data)


def remove_number(control: ControlRequest, number: str) -> Response:
    """The account does not own the number any more, whatever it could do."""
    wanted = normalise_number(number)

    def change(account: Account) -> None:
        found = [key for key in account.numbers if key[0] == wanted]
        if not found:
            raise NotFound(f"account {account.name!r} does not own {number!r}")
        for key in found:
            del account.numbers[key]

    control.runtime.configure(change, "control.number", {"removed": wanted})
    return no_content()


# --- app users ----------------------------------------------------------------------------------------------------------------


def list_users(control: ControlRequest) -> Response:
    """Every registered app user."""
    return json_response({"users": control.runtime.read(lambda engine, _now: sorted(engine.state.account.users))})


def add_user(control: ControlRequest) -> Response:
    """An app user registers; doing so again changes nothing."""
    name = control.body["name"]

    def change(account: Account) -> bool:
        known = name in account.users
        if not known:
            limits.room_for("users", account.users, limits.MAX_USERS)
        account.users.add(name)
        return known

    known = control.runtime.configure(change, "control.user", {"added": name})
    return json_response({"name": name}, 200 if known else 201)


def remove_user(control: ControlRequest, name: str) -> Response:
    """An app user is not registered any more."""

    def change(account: Account) -> None:
        if name not in account.users:
            near = nearest(name, account.users)
            hint = f" (did you mean {near}?)" if near else ""
            raise ControlRefusal(f"account {account.name!r} has no user {name!r}{hint}", status=404, nearest=near)
        account.users.remove(name)

    control.runtime.configure(change, "control.user", {"removed": name})
    return no_content()


HANDLERS: dict[str, Handler] = {
    "listNumbers": list_numbers,
    "addNumber": add_number,
    "removeNumber": remove_number,
    "listUsers": list_users,
    "addUser": add_user,
    "removeUser": remove_user,
}
