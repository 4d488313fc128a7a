"""Incoming calls: the body of ``POST calls`` as an input of the engine."""

from __future__ import annotations

from typing import Any

from sinch_voice_emulator.api.control.accounts import at_path
from sinch_voice_emulator.api.control.errors import ControlRefusal
from sinch_voice_emulator.api.control.parties import is_withheld, party
from sinch_voice_emulator.engine.inputs import CallArrived
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.call import Origin
from sinch_voice_emulator.model.party import Party, PartyKind, normalise_number, username
from sinch_voice_emulator.v1.phones_json import behaviour_from_json

MAX_HEADER_BYTES = 1_024
"""Of all keys and values of an app's call headers together."""

_CALLERS = {
    Origin.PSTN: ((PartyKind.NUMBER,), "a telephone number"),
    Origin.SIP: ((PartyKind.SIP, PartyKind.NUMBER), "a SIP address or a number"),
    Origin.APP: ((PartyKind.USERNAME,), "the name of an app user"),
}
_NAMES = {Origin.PSTN: "a telephone", Origin.SIP: "a SIP peer", Origin.APP: "an app"}
_CALLED = {
    Origin.PSTN: ((PartyKind.DID,), "a number of the account"),
    Origin.SIP: ((PartyKind.NUMBER, PartyKind.DID, PartyKind.SIP), "a number or a SIP address"),
    Origin.APP: (
        (PartyKind.NUMBER, PartyKind.USERNAME, PartyKind.SIP, PartyKind.CONFERENCE),
        "a number, an app user, a SIP address or a conference",
    ),
}


def call_arrived(body: dict[str, Any], account: Account) -> CallArrived:
    """The call that ``body`` describes. Raises ``ControlRefusal`` where its parts do not fit together."""
    origin = Origin(body.get("origin", "pstn"))
    to = _called(body["to"], origin)
    caller = _caller(body.get("from"), origin)
    return CallArrived(
        origin=origin,
        caller=caller,
        to=to,
        cli=_cli(body, origin, caller),
        application=_application(body.get("application", ""), to, account),
        region=body.get("region", ""),
        rdnis=body.get("rdnis", ""),
        headers=_headers(body.get("headers", ())),
        custom=body.get("custom", ""),
        behaviour=at_path(lambda: behaviour_from_json(body["behaviour"]), "$.behaviour") if "behaviour" in body else None,
    )


def _called(written: Any, origin: Origin) -> Party:
    to = party(written, "$.to")
    if origin is Origin.PSTN and to.kind is PartyKind.NUMBER:
        to = Party(PartyKind.DID, to.endpoint)
    kinds, expected = _CALLED[origin]
    if to.kind not in kinds:
        raise ControlRefusal(f"to should be {expected} when {_NAMES[origin]} calls, but is a {to.kind.value}", path="$.to")
    return to


def _caller(written: Any, origin: Origin) -> Party:
    """Who calls. A withheld one is still somebody: a telephone that does not say its number."""
    if is_withheld(written):
        return Party(PartyKind.USERNAME if origin is Origin.APP else PartyKind.NUMBER, "private")
    if origin is Origin.APP and isinstance(written, str):
        return username(written.strip().removeprefix("user:"))
    caller = party(written, "$.from")
    kinds, expected = _CALLERS[origin]
    if caller.kind not in kinds:
        raise ControlRefusal(
            f"from should be {expected} when {_NAMES[origin]} calls, but is a {caller.kind.value}", path="$.from"
        )
    return caller


def _cli(body: dict[str, Any], origin: Origin, caller: Party) -> str:
    """What the backend is told: ``cli`` if given, else a telephone's own number; an app tells none by itself."""
    if "cli" in body:
        return "" if is_withheld(body["cli"]) else normalise_number(body["cli"]) or body["cli"]
    if is_withheld(body.get("from")) or origin is Origin.APP:
        return ""
    if caller.kind is PartyKind.NUMBER:
        return caller.endpoint
    return normalise_number(caller.endpoint.partition("@")[0]) or caller.endpoint.partition("@")[0]


def _application(key: str, to: Party, account: Account) -> str:
    """Whose call it is: as said; else the owner of the number (the engine finds it); else the only application there is."""
    if key or account.owner_of(to.endpoint) is not None:
        return key
    if to.kind is PartyKind.DID:
        return ""
    keys = [application.key for application in account.applications.values()]
    if len(keys) == 1:
        return keys[0]
    raise ControlRefusal(f"application is missing: the account has {', '.join(keys) or 'none'}", path="$.application")


def _headers(written: Any) -> tuple[tuple[str, str], ...]:
    headers = tuple((one["key"], one["value"]) for one in written)
    size = sum(len(key.encode()) + len(value.encode()) for key, value in headers)
    if size > MAX_HEADER_BYTES:
        raise ControlRefusal(f"headers may have {MAX_HEADER_BYTES} bytes altogether, and these have {size}", path="$.headers")
    return headers
