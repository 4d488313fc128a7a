"""What an account costs and how it behaves: rates, profile, settings."""

from __future__ import annotations

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.accounts import at_path, change_settings, settings_json
from sinch_voice_emulator.api.control.answers import json_response
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.profile import PRESETS, BehaviourProfile
from sinch_voice_emulator.settings import fidelity
from sinch_voice_emulator.v1.profile_json import profile_from_json, profile_to_json
from sinch_voice_emulator.v1.rates_json import rates_from_json, rates_to_json


def get_rates(control: ControlRequest) -> Response:
    """Prices per started minute by destination prefix."""
    return json_response(control.runtime.read(lambda engine, _now: rates_to_json(engine.state.account.rates)))


def put_rates(control: ControlRequest) -> Response:
    """Other prices, for calls from now on."""
    runtime = control.runtime
    rates = at_path(lambda: rates_from_json(control.body, runtime.account.rates), "$")
    shown = rates_to_json(rates)

    def change(account: Account) -> None:
        account.rates = rates

    runtime.configure(change, "control.rates", shown)
    return json_response(shown)


def get_profile(control: ControlRequest) -> Response:
    """Every switch: what it is, what it can be, and which preset all of them come to."""
    return json_response(control.runtime.read(lambda engine, _now: profile_json(engine.state.account.profile)))


def patch_profile(control: ControlRequest) -> Response:
    """Switches given by name, on top of a preset if one is named."""
    runtime = control.runtime
    profile = at_path(lambda: profile_from_json(control.body, runtime.account.profile), "$")

    def change(account: Account) -> None:
        account.profile = profile

    runtime.configure(change, "control.profile", control.body)
    return json_response(profile_json(profile))


def profile_json(profile: BehaviourProfile) -> dict[str, object]:
    """A profile with the choices of every switch; ``preset`` is ``None`` when it is none of them."""
    return {
        "preset": next((name for name, preset in PRESETS.items() if preset == profile), None),
        "presets": list(PRESETS),
        "values": profile_to_json(profile),
        "choices": {name: fidelity.describe(hint) for name, hint in fidelity.switches().items()},
    }


def get_settings(control: ControlRequest) -> Response:
    """Credit, blocked prefixes, recording, region."""
    return json_response(control.runtime.read(lambda engine, _now: settings_json(engine.state.account)))


def patch_settings(control: ControlRequest) -> Response:
    """Change those that are given."""

    def change(account: Account) -> dict[str, object]:
        change_settings(account, control.body)
        return settings_json(account)

    return json_response(control.runtime.configure(change, "control.settings", control.body))


HANDLERS: dict[str, Handler] = {
    "getRates": get_rates,
    "putRates": put_rates,
    "getProfile": get_profile,
    "patchProfile": patch_profile,
    "getSettings": get_settings,
    "patchSettings": patch_settings,
}
