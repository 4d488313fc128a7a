"""What the backend is told: the bodies of ICE, ACE, PIE, DICE and Notify.

Fields and their order are those of captured traffic where there is any (``observed-traffic.md`` section 1), else of the
published reference (``callbacks-and-svaml.md`` section 2). A field that does not apply is left out, never null.
"""

from __future__ import annotations

import json

from sinch_voice_emulator.engine.effects import (
    CallAnswered,
    CallbackEvent,
    CallEnded,
    IncomingCall,
    InputEntered,
    Notice,
    NoticeType,
)
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.call import Call, DetectionResult, MenuResult, Origin, Reason
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.model.money import whole_seconds
from sinch_voice_emulator.model.party import Party, PartyKind
from sinch_voice_emulator.model.profile import BehaviourProfile
from sinch_voice_emulator.model.recording import Recording
from sinch_voice_emulator.v1.values import (
    Json,
    application_key,
    caller_id,
    custom_text,
    dialled_party,
    iso_seconds,
    latest_party,
    money,
    pairs,
    rate_of,
    resource_url,
)

_ORIGINATION = {Origin.PSTN: "PSTN", Origin.SIP: "SIP", Origin.APP: "MXP"}
_DOMAINS = {PartyKind.USERNAME: "mxp", PartyKind.CONFERENCE: "mxp", PartyKind.SIP: "sip"}
_NO_PLUS = (PartyKind.NUMBER, PartyKind.DID)
_LOCALE = {"#locale": "en-US"}


def body(event: CallbackEvent, call: Call, account: Account, now: Instant, public_url: str) -> Json:
    """The body of one callback, made from the call as it is at this instant.

    ``public_url`` is the address of the emulator as the backend sees it, for ``callResourceUrl``.
    """
    if isinstance(event, IncomingCall):
        return _ice(call, account, now, public_url)
    if isinstance(event, CallAnswered):
        return _ace(event, call, account, now)
    if isinstance(event, InputEntered):
        return _pie(event, call, account, now)
    if isinstance(event, CallEnded):
        return _dice(event, call, account, now)
    return _notify(event, call, account)


def encode(document: Json) -> bytes:
    """Compact UTF-8 JSON. Half a surrogate pair, which UTF-8 cannot carry, makes the whole text ASCII with escapes."""
    try:
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(document, separators=(",", ":")).encode()


# --- the five events ------------------------------------------------------------------------------------------------------


def _ice(call: Call, account: Account, now: Instant, public_url: str) -> Json:
    profile = account.profile
    party = dialled_party(call)
    to_room = call.origin is Origin.APP and party is not None and party.kind is PartyKind.CONFERENCE and profile.ice_user
    told: Json = {
        "event": "ice",
        "callid": call.id,
        "callResourceUrl": resource_url(call, account, public_url),
        "timestamp": iso_seconds(now),
        "version": 1,
    }
    _add_custom(told, call)
    if call.user and profile.ice_user:
        told["user"] = call.user
    if _is_rated(call, account):
        told["userRate"] = money(account.rates.currency, rate_of(party, account))
    if not to_room:
        told["cli"] = caller_id(call.cli, plus=profile.cli_with_plus)
    if party is not None:
        told["to"] = {"type": party.kind.value, "endpoint": party.endpoint}
    told["domain"] = "pstn" if party is None else _DOMAINS.get(party.kind, "pstn")
    told["applicationKey"] = application_key(call, account)
    told["originationType"] = _ORIGINATION.get(call.origin, profile.custom_callout_origination)
    if call.rdnis or to_room or call.origin in (Origin.PSTN, Origin.SIP):
        told["rdnis"] = call.rdnis
    if call.headers:
        told["callHeaders"] = pairs(call.headers)
    _add_cookies(told, call, profile)
    return told


def _ace(event: CallAnswered, call: Call, account: Account, now: Instant) -> Json:
    told = _start("ace", call, call.room)
    told["timestamp"] = iso_seconds(now)
    told["version"] = 1
    _add_custom(told, call)
    told["applicationKey"] = application_key(call, account)
    if event.detected is not None:
        told["amd"] = _amd(event.detected, account.profile)
    elif account.profile.amd_async_inprogress and _detects_meanwhile(call):
        told["amd"] = {"status": "inprogress"}
    _add_cookies(told, call, account.profile)
    return told


def _pie(event: InputEntered, call: Call, account: Account, now: Instant) -> Json:
    told = _start("pie", call, call.room)
    told["timestamp"] = iso_seconds(now)
    told["menuResult"] = _menu_result(event.result, account.profile)
    told["version"] = 1
    _add_custom(told, call)
    told["applicationKey"] = application_key(call, account)
    _add_cookies(told, call, account.profile)
    return told


def _dice(event: CallEnded, call: Call, account: Account, now: Instant) -> Json:
    profile = account.profile
    told = _start("dice", call, call.room)
    told["timestamp"] = iso_seconds(now)
    told["reason"] = _reason(event.reason or call.reason, profile).value
    told["result"] = call.result.value
    told["version"] = 1
    _add_custom(told, call)
    told["debit"] = money(account.rates.currency, call.debit)
    told["userRate"] = money(account.rates.currency, call.rate)
    if (party := latest_party(call)) is not None:
        told["to"] = _to_without_plus(party)
    told["applicationKey"] = application_key(call, account)
    if call.answered is not None:
        told["duration"] = whole_seconds(call.length(now))
    elif profile.unanswered_duration == "zero":
        told["duration"] = 0
    told["from"] = caller_id(call.cli, plus=profile.cli_with_plus)
    if call.headers:
        told["callHeaders"] = pairs(call.headers)
    _add_cookies(told, call, profile)
    return told


def _notify(event: Notice, call: Call, account: Account) -> Json:
    recording = event.recording
    told = _start("notify", call, recording.conference if recording and recording.conference else call.room)
    told["version"] = 1
    told["type"] = event.type.value
    if recording is not None:
        _add_recording(told, event.type, recording)
    if event.detected is not None:
        told["amd"] = _amd(event.detected, account.profile)
    if event.type is NoticeType.CALLING_ERROR:
        told["errorCode"] = event.error_code
        told["errorMsg"] = event.error
        if call.user:
            told["user"] = call.user
    _add_custom(told, call)
    if account.profile.notify_application_key:
        told["applicationKey"] = application_key(call, account)
    return told


# --- parts ----------------------------------------------------------------------------------------------------------------


def _start(event: str, call: Call, room: str) -> Json:
    """``conferenceId`` stands on whatever happens to a member of a room, but not on ICE, which comes before any room."""
    told: Json = {"event": event, "callid": call.id}
    if room:
        told["conferenceId"] = room
    return told


def _add_custom(told: Json, call: Call) -> None:
    if custom := custom_text(call):
        told["custom"] = custom


def _add_cookies(told: Json, call: Call, profile: BehaviourProfile) -> None:
    """Everything set with ``setCookie``; a capture of 2015 also shows a system cookie with the locale."""
    if profile.cookies == "always":
        told["cookies"] = pairs((call.cookies | _LOCALE).items())
    elif call.cookies and profile.cookies == "when-set":
        told["cookies"] = pairs(call.cookies.items())


def _is_rated(call: Call, account: Account) -> bool:
    """Whether a price can be told: not without a destination or a currency, nor within a SIP trunk."""
    party = call.dialled
    inside_trunk = call.origin is Origin.SIP and party is not None and party.kind is PartyKind.SIP
    return party is not None and account.rates.currency != "" and not inside_trunk


def _detects_meanwhile(call: Call) -> bool:
    return call.dial is not None and call.dial.detection is not None and call.dial.detection.asynchronous


def _amd(found: DetectionResult, profile: BehaviourProfile) -> Json:
    """The verdict; the reference calls ``duration`` seconds, one other source milliseconds."""
    length = found.length if profile.amd_duration_unit == "ms" else whole_seconds(found.length)
    return {"status": found.status, "reason": found.reason, "duration": length}


def _menu_result(result: MenuResult, profile: BehaviourProfile) -> Json:
    told: Json = {"addToContext": []} if profile.pie_add_to_context == "empty" else {}
    told |= {"type": result.type, "value": result.value, "menuId": result.menu}
    if result.method:
        told["inputMethod"] = result.method
    return told


def _reason(reason: Reason, profile: BehaviourProfile) -> Reason:
    """``INVALIDSVAMLACTION`` is documented for REST only; a switch puts ``CALLBACKERROR`` in its place."""
    documented = profile.strict_documented_reasons and reason is Reason.INVALIDSVAMLACTION
    return Reason.CALLBACKERROR if documented else reason


def _to_without_plus(party: Party) -> Json:
    """DICE, unlike ICE, writes numbers without ``+`` (captured traffic)."""
    endpoint = party.endpoint.removeprefix("+") if party.kind in _NO_PLUS else party.endpoint
    return {"type": party.kind.value, "endpoint": endpoint}


def _add_recording(told: Json, what: NoticeType, recording: Recording) -> None:
    if what is NoticeType.RECORDING_AVAILABLE:
        told["destination"] = recording.destination
    elif what is NoticeType.TRANSCRIPTION_AVAILABLE:
        told["destination"] = f"{_without_ending(recording.destination)}-transcript.json"


def _without_ending(destination: str) -> str:
    folder, slash, name = destination.rpartition("/")
    stem, dot, _ = name.rpartition(".")
    return f"{folder}{slash}{stem if dot else name}"
