"""Simulated phones that have a behaviour of their own."""

from __future__ import annotations

from itertools import islice

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control import limits
from sinch_voice_emulator.api.control.accounts import at_path
from sinch_voice_emulator.api.control.answers import json_response, no_content
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.parties import party
from sinch_voice_emulator.engine.phones import behaviour_of
from sinch_voice_emulator.errors import NotFound
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.v1.control_views import phone_view
from sinch_voice_emulator.v1.phones_json import behaviour_from_json, behaviour_to_json


def list_phones(control: ControlRequest) -> Response:
    """Phones whose behaviour was set; every other address behaves as its number implies, or like an ordinary phone."""

    def view(account: Account) -> dict[str, object]:
        found = islice(account.phones.items(), control.query["limit"])
        return {"phones": [phone_view(who, behaviour, account) for who, behaviour in found], "total": len(account.phones)}

    return json_response(control.runtime.read(lambda engine, _now: view(engine.state.account)))


def get_phone(control: ControlRequest, address: str) -> Response:
    """How the phone at an address behaves, whether that was set or is implied."""
    who = party(address, "$.address")

    def view(account: Account) -> dict[str, object]:
        return phone_view(who, behaviour_of(account, who), account)

    return json_response(control.runtime.read(lambda engine, _now: view(engine.state.account)))


def put_phone(control: ControlRequest, address: str) -> Response:
    """Set the behaviour of a phone, for calls from now on."""
    who = party(address, "$.address")
    behaviour = at_path(lambda: behaviour_from_json(control.body), "$")

    def change(account: Account) -> dict[str, object]:
        if who not in account.phones:
            limits.room_for("phones", account.phones, limits.MAX_PHONES)
        account.phones[who] = behaviour
        return phone_view(who, behaviour, account)

    data = {"phone": who.endpoint, "type": who.kind.value, "behaviour": behaviour_to_json(behaviour)}
    return json_response(control.runtime.configure(change, "control.phone", data))


def delete_phone(control: ControlRequest, address: str) -> Response:
    """Forget the behaviour that was set."""
    who = party(address, "$.address")

    def change(account: Account) -> None:
        if account.phones.pop(who, None) is None:
            raise NotFound(f"no behaviour was set for {who.kind.value} {who.endpoint}")

    control.runtime.configure(change, "control.phone", {"forgotten": who.endpoint, "type": who.kind.value})
    return no_content()


HANDLERS: dict[str, Handler] = {
    "listPhones": list_phones,
    "getPhone": get_phone,
    "putPhone": put_phone,
    "deletePhone": delete_phone,
}
