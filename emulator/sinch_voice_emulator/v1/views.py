"""What the REST API shows: calls, conferences, numbers, callback configuration, recordings and errors.

Presence rules are those that the official SDKs survive (``rest-api.md`` sections 5.1 and 6.1): the Python SDK breaks on a
``from`` in an answer about a callout and on any other key in a conference's participants.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.call import Call, Origin
from sinch_voice_emulator.model.conference import Conference
from sinch_voice_emulator.model.instants import HOUR, Instant
from sinch_voice_emulator.model.money import whole_seconds
from sinch_voice_emulator.model.party import Party, PartyKind
from sinch_voice_emulator.model.profile import BehaviourProfile
from sinch_voice_emulator.model.recording import Recording
from sinch_voice_emulator.v1.auth import parse_timestamp
from sinch_voice_emulator.v1.errors import ApiError, illegal
from sinch_voice_emulator.v1.values import (
    PRIVATE,
    Json,
    base_url,
    custom_text,
    iso_seconds,
    iso_zoneless,
    latest_party,
    money,
)

_TYPES = {PartyKind.NUMBER: "Number", PartyKind.DID: "Number", PartyKind.USERNAME: "Username"}
_ON_THE_NETWORK = (PartyKind.NUMBER, PartyKind.DID, PartyKind.SIP)
_KEPT = 30 * 24 * HOUR
PAGE_SIZE = 100
"""How many recordings a page has unless the client says otherwise; undocumented."""


def call(call: Call, account: Account, now: Instant) -> Json:
    """``GET calls/id/{callId}``: one call, ongoing or over."""
    profile = account.profile
    shown: Json = {}
    if (caller := _caller(call, profile)) is not None:
        shown["from"] = caller
    party = latest_party(call)
    if party is not None:
        shown["to"] = _identity(party)
    shown["domain"] = "pstn" if party is None or party.kind in _ON_THE_NETWORK else "mxp"
    shown["callId"] = call.id
    shown["duration"] = whole_seconds(call.length(now))
    shown["status"] = "ONGOING" if call.live else "FINAL"
    shown["result"] = call.result.value
    shown["reason"] = call.reason.value
    shown["timestamp"] = (iso_zoneless if profile.get_call_timestamp == "zoneless" else iso_seconds)(call.created)
    if custom := custom_text(call):
        shown["custom"] = custom
    shown["userRate"] = money(account.rates.currency, call.rate)
    shown["debit"] = money(account.rates.currency, call.debit)
    return shown


def conference(room: Conference, profile: BehaviourProfile, now: Instant) -> Json:
    """``GET conferences/id/{conferenceId}``: exactly the five documented keys, unless a switch adds ``callId``."""
    members: list[Json] = []
    for member in room.participants.values():
        shown: Json = {
            "cli": member.label,
            "id": member.call_id,
            "duration": whole_seconds(now - member.joined),
            "muted": member.muted,
            "onhold": member.on_hold,
        }
        if profile.participant_call_id:
            shown["callId"] = member.call_id
        members.append(shown)
    return {"participants": members}


def numbers(account: Account) -> Json:
    """``GET configuration/numbers``: every number of the account; ``applicationkey`` only on those that are assigned."""
    shown: list[Json] = []
    for owned in account.numbers.values():
        one: Json = {"number": owned.number}
        if owned.application is not None:
            application = account.application(owned.application)
            one["applicationkey"] = application.key if application is not None else owned.application
        one["capability"] = owned.capability
        shown.append(one)
    return {"numbers": shown}


def callbacks(application: Application) -> Json:
    """``GET configuration/callbacks/applications/{key}``. ``url`` is an object even when nothing is set: SDKs need one."""
    target = application.callback
    if target is None:
        return {"url": {}}
    url: Json = {"primary": target.primary}
    if target.fallback is not None:
        url["fallback"] = target.fallback
    return {"url": url}


def error(refusal: ApiError, reference: str) -> Json:
    """The body of every answer that is no success. ``reference`` is a GUID that the journal knows too."""
    return {"errorCode": refusal.code, "message": refusal.message, "reference": reference}


def _caller(call: Call, profile: BehaviourProfile) -> Json | None:
    """Who called. A callout has nobody but its CLI, which is shown only where a switch says so."""
    if profile.get_call_from == "never":
        return None
    if call.origin is Origin.SERVER:
        return {"type": "Number", "endpoint": call.cli or PRIVATE} if profile.get_call_from == "always" else None
    if call.caller is None or call.caller.kind is PartyKind.NUMBER:
        return {"type": "Number", "endpoint": call.cli or PRIVATE}
    return _identity(call.caller)


def _identity(party: Party) -> Json:
    """An address as REST spells it: ``Number`` and ``Username`` are capitalised there, and a DID is a number."""
    return {"type": _TYPES.get(party.kind, party.kind.value), "endpoint": party.endpoint}


# --- recordings -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecordingQuery:
    """Which recordings to list: those stored from ``since`` up to, but not including, ``until``; page numbers start at 1."""

    since: Instant | None = None
    until: Instant | None = None
    page: int = 1
    page_size: int = PAGE_SIZE


def recording_query(values: Mapping[str, str]) -> RecordingQuery:
    """The query ``from``, ``to``, ``page``, ``pageSize`` of the recording list; raises ``ApiError`` 400/40001."""
    page = _whole(values, "page", 1, "pageNumber must be > 0")
    page_size = _whole(values, "pageSize", PAGE_SIZE, "pageSize must be positive")
    since, until = _time(values, "from"), _time(values, "to")
    if since is not None and until is not None and until <= since:
        raise illegal("'to' must be after 'from'", f"to is {values['to']} and from is {values['from']}")
    return RecordingQuery(since, until, page, page_size)


def recordings(found: Iterable[Recording], query: RecordingQuery, account: Account, public_url: str) -> list[Json]:
    """``GET recording``: the finished recordings the platform stores itself, oldest first, one page of them."""
    stored = sorted((ended, one.key, one) for one in found if (ended := _stored(one)) is not None)
    chosen = [
        (ended, one)
        for ended, _, one in stored
        if (query.since is None or ended >= query.since) and (query.until is None or ended < query.until)
    ]
    start = (query.page - 1) * query.page_size
    return [_recording(one, ended, account, public_url) for ended, one in chosen[start : start + query.page_size]]


def _stored(one: Recording) -> Instant | None:
    """When the platform stored the file; ``None`` while it records, and for files that went elsewhere."""
    return one.ended if one.in_platform_storage else None


def _recording(one: Recording, ended: Instant, account: Account, public_url: str) -> Json:
    return {
        "key": one.key,
        "url": f"{base_url(one.region, account, public_url)}/calling/v1/recording/{quote(one.key, safe='')}",
        "createdOn": iso_seconds(ended),
        "expiresOn": iso_seconds(ended + _KEPT),
        "headers": {"callId": one.call_id},
    }


def _whole(values: Mapping[str, str], name: str, default: int, complaint: str) -> int:
    text = values.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) == 0:
        raise illegal(complaint, f"{name} is {text!r}; it has to be a whole number from 1")
    return int(text)


def _time(values: Mapping[str, str], name: str) -> Instant | None:
    """A time of the query. A ``+`` that was not escaped arrives as a blank."""
    text = values.get(name)
    if text is None:
        return None
    moment = parse_timestamp(text.replace(" ", "+"))
    if moment is None:
        raise illegal(f"Invalid parameters: {name}", f"{name} is {text!r}; it has to be a time such as 2026-03-01T00:00:00Z")
    return moment
