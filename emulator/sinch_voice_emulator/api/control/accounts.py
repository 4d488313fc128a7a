"""Accounts: make, look at, reset and delete tenants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control import limits
from sinch_voice_emulator.api.control.answers import json_response, no_content
from sinch_voice_emulator.api.control.clock import instant_from
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.credentials import application_from, application_json
from sinch_voice_emulator.api.control.errors import ControlRefusal
from sinch_voice_emulator.api.control.numbers import number_from, number_json
from sinch_voice_emulator.api.control.parties import party
from sinch_voice_emulator.engine.engine import Engine
from sinch_voice_emulator.errors import BadRequest, Conflict
from sinch_voice_emulator.model.account import DEFAULT_REGION, Account
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.model.party import normalise_number
from sinch_voice_emulator.runtime.clocks import Beginning
from sinch_voice_emulator.v1.phones_json import behaviour_from_json
from sinch_voice_emulator.v1.profile_json import profile_from_json
from sinch_voice_emulator.v1.rates_json import rates_from_json

if TYPE_CHECKING:
    from sinch_voice_emulator.runtime.account import AccountRuntime


def list_accounts(control: ControlRequest) -> Response:
    """Every account and how many it can be."""
    emulator = control.emulator
    shown = [summary(runtime) for runtime in list(emulator.accounts.values())]
    return json_response({"accounts": shown, "max": emulator.settings.max_accounts})


def create_account(control: ControlRequest) -> Response:
    """A new account; its applications come back with their keys and secrets."""
    emulator = control.emulator
    account = account_from({"name": control.body.get("name") or emulator.free_name()} | control.body)
    runtime = emulator.create_account(account, beginning_from(control.body.get("clock", {})))
    runtime.note("control.account", {"created": account.name})
    return json_response(detail(runtime), 201)


def get_account(control: ControlRequest) -> Response:
    """One account."""
    return json_response(detail(control.runtime))


def delete_account(control: ControlRequest) -> Response:
    """The account is gone, with everything in it; who waits for its journal is told."""
    control.emulator.delete_account(control.account_name)
    return no_content()


def reset_account(control: ControlRequest) -> Response:
    """No calls, an empty journal, the configuration, keys, secrets and clock that the account began with."""
    return json_response(detail(control.emulator.reset_account(control.account_name)))


def summary(runtime: AccountRuntime) -> dict[str, object]:
    """An account in a list."""

    def view(engine: Engine, _now: Instant) -> dict[str, object]:
        account, calls = engine.state.account, engine.state.calls
        return {
            "name": runtime.name,
            "epoch": runtime.epoch,
            "applications": [application.key for application in account.applications.values()],
            "numbers": len(account.numbers),
            "liveCalls": sum(call.live for call in calls.values()),
            "calls": len(calls),
            "journal": runtime.journal.cursor,
        }

    return runtime.read(view)


def detail(runtime: AccountRuntime) -> dict[str, object]:
    """An account with its applications, numbers and settings."""

    def view(engine: Engine, _now: Instant) -> dict[str, object]:
        account = engine.state.account
        return {
            "applications": [application_json(one) for one in account.applications.values()],
            "numbers": [number_json(owned, account) for owned in account.numbers.values()],
            "users": sorted(account.users),
            "settings": settings_json(account),
        }

    return summary(runtime) | runtime.read(view)


# --- making one ---------------------------------------------------------------------------------------------------------------


def account_from(body: dict[str, Any]) -> Account:
    """An account as the body describes it. Without applications it gets one."""
    account = Account(body["name"])
    described = body.get("applications") or [{}]
    for place, one in enumerate(described):
        application = application_from(one, f"$.applications[{place}]")
        if account.application(application.key) is not None:
            raise Conflict(f"application key {application.key} stands here twice; keys are unique")
        account.add_application(application)
    for place, one in enumerate(body.get("numbers", ())):
        owned = number_from(one, account, f"$.numbers[{place}]")
        account.numbers[(owned.number, owned.capability)] = owned
    account.users = set(body.get("users", ()))
    for address, behaviour in body.get("phones", {}).items():
        with_path = f"$.phones[{address!r}]"
        account.phones[party(address, with_path)] = at_path(partial(behaviour_from_json, behaviour), with_path)
    limits.room_for("phones", (), limits.MAX_PHONES, len(account.phones))
    if "rates" in body:
        account.rates = at_path(lambda: rates_from_json(body["rates"]), "$.rates")
    if "profile" in body:
        account.profile = at_path(lambda: profile_from_json(body["profile"]), "$.profile")
    change_settings(account, {"region": DEFAULT_REGION} | body)
    return account


def beginning_from(given: Mapping[str, Any]) -> Beginning:
    """How the account's clock begins."""
    instant = instant_from(given["time"], "$.clock.time") if "time" in given else None
    return Beginning(given.get("mode"), given.get("speed"), instant)


def at_path(read: Callable[[], Any], path: str) -> Any:
    """What ``read`` gives; its refusal gets a JSON path."""
    try:
        return read()
    except ControlRefusal:
        raise
    except BadRequest as error:
        raise ControlRefusal(str(error), path=path + error.below) from None


def change_settings(account: Account, given: Mapping[str, Any]) -> None:
    """Take over credit, blocked prefixes, recording and region where they are given; all are read before any is changed."""
    blocked = account.blocked
    if "blocked" in given:
        blocked = tuple(dict.fromkeys(normalise_number(prefix).removeprefix("+") for prefix in given["blocked"]))
    if "credit" in given:
        account.credit = None if given["credit"] is None else Decimal(str(given["credit"]))
    account.blocked = blocked
    account.recording_enabled = given.get("recording", account.recording_enabled)
    account.region = given.get("region", account.region)


def settings_json(account: Account) -> dict[str, object]:
    """Credit (``None`` is bottomless), blocked prefixes, whether calls may be recorded, the region of a bare address."""
    return {
        "credit": None if account.credit is None else float(account.credit),
        "blocked": list(account.blocked),
        "recording": account.recording_enabled,
        "region": account.region,
    }


HANDLERS: dict[str, Handler] = {
    "listAccounts": list_accounts,
    "createAccount": create_account,
    "getAccount": get_account,
    "deleteAccount": delete_account,
    "resetAccount": reset_account,
}
