"""What the control API shows of a running emulator: a call with its legs, what it waits for, and the phones."""

from __future__ import annotations

from sinch_voice_emulator.engine.state import EngineState
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.call import Call, Leg
from sinch_voice_emulator.model.conference import RoomKey
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.model.money import whole_seconds
from sinch_voice_emulator.model.party import Party, PartyKind
from sinch_voice_emulator.model.phone import PhoneBehaviour
from sinch_voice_emulator.model.recording import Recording
from sinch_voice_emulator.v1.durations import duration_to_json
from sinch_voice_emulator.v1.phones_json import behaviour_to_json
from sinch_voice_emulator.v1.values import PRIVATE, Json, application_key, iso_millis, money


def call_summary(call: Call, account: Account, now: Instant) -> Json:
    """One line of a list of calls."""
    return {
        "callId": call.id,
        "application": application_key(call, account),
        "region": call.region,
        "origin": call.origin.value,
        "callout": call.callout.value if call.callout is not None else None,
        "state": call.state.value,
        "live": call.live,
        "from": _party(call.caller),
        "cli": call.cli or PRIVATE,
        "to": _party(call.dialled),
        "created": iso_millis(call.created),
        "answered": _time(call.answered),
        "ended": _time(call.ended),
        "duration": whole_seconds(call.length(now)),
        "result": call.result.value,
        "reason": call.reason.value,
    }


def call_detail(call: Call, state: EngineState, now: Instant) -> Json:
    """Everything about one call. Lengths are seconds, times are UTC on the account's clock; ``null`` is not (yet) so."""
    account = state.account
    return call_summary(call, account, now) | {
        "user": call.user or None,
        "rdnis": call.rdnis or None,
        "custom": call.custom or None,
        "callHeaders": dict(call.headers),
        "forwardedHeaders": dict(call.forwarded_headers),
        "legs": [_leg(leg, call) for leg in call.legs],
        "near": call.near or None,
        "far": call.far or None,
        "menu": _menu(call),
        "parked": _parked(call),
        "conference": _conference(call, state, now),
        "cookies": dict(call.cookies),
        "waitingFor": _pending(call),
        "callbacksSent": call.callbacks_sent,
        "callbacksSuppressed": call.suppressed,
        "answeringMachine": _detected(call),
        "recordings": [recording_detail(state.recordings[key]) for key in call.recorded if key in state.recordings],
        "userRate": money(account.rates.currency, call.rate),
        "debit": money(account.rates.currency, call.debit),
        "report": _report(call),
        "endsAt": _time(call.max_ends) if call.live else None,
        "dialledCall": call.dialled_call or None,
        "dialledBy": call.dialled_by or None,
    }


def recording_detail(recording: Recording) -> Json:
    """One recording, wherever it is stored."""
    length = None if recording.ended is None else recording.ended - recording.started
    return {
        "key": recording.key,
        "callId": recording.call_id,
        "conference": recording.conference or None,
        "destination": recording.destination,
        "format": recording.options.format,
        "transcribed": recording.options.transcribe,
        "started": iso_millis(recording.started),
        "ended": _time(recording.ended),
        "length": duration_to_json(length),
    }


def phone_view(party: Party, behaviour: PhoneBehaviour, account: Account) -> Json:
    """A simulated phone; ``configured`` when its behaviour was set for this address, not implied by it."""
    shown: Json = {
        "type": party.kind.value,
        "endpoint": party.endpoint,
        "configured": party in account.phones,
        "behaviour": behaviour_to_json(behaviour),
    }
    if party.kind is PartyKind.USERNAME:
        shown["registered"] = party.endpoint in account.users
    return shown


def _leg(leg: Leg, call: Call) -> Json:
    sides = {call.near: "near", call.far: "far"}
    return {
        "leg": leg.number,
        "role": leg.role.value,
        "side": sides.get(leg.number),
        "party": _party(leg.party),
        "cli": leg.cli or PRIVATE,
        "state": leg.state.value,
        "started": iso_millis(leg.started),
        "answered": _time(leg.answered),
        "ended": _time(leg.ended),
        "whyEnded": leg.why_ended or None,
        "behaviour": behaviour_to_json(leg.behaviour),
    }


def _menu(call: Call) -> Json | None:
    """Where in a menu the call is: which menu, how many passes went by, prompt or silence, keys so far."""
    run = call.menu
    if run is None:
        return None
    menu = next((menu for menu in run.script.menus if menu.id == run.current), None)
    options = [] if menu is None else [option.key or option.word for option in menu.options]
    return {
        "id": run.current,
        "passes": run.passes,
        "prompting": run.prompting,
        "digits": run.digits,
        "options": options,
        "maxDigits": menu.max_digits if menu is not None else None,
    }


def _parked(call: Call) -> Json | None:
    parking = call.parking
    return None if parking is None else {"since": iso_millis(parking.since), "hears": "hold" if parking.looping else "intro"}


def _conference(call: Call, state: EngineState, now: Instant) -> Json | None:
    if not call.room:
        return None
    shown: Json = {"id": call.room}
    room = state.conferences.get(RoomKey(call.application, call.region, call.room))
    member = room.participants.get(call.id) if room is not None else None
    if member is not None:
        shown |= {
            "joined": iso_millis(member.joined),
            "duration": whole_seconds(now - member.joined),
            "muted": member.muted,
            "onhold": member.on_hold,
            "hears": (member.hold_moh if member.on_hold else member.moh if member.hears_moh else "") or None,
            "digits": member.digits,
        }
    return shown


def _pending(call: Call) -> Json | None:
    pending = call.pending
    if pending is None:
        return None
    return {"event": pending.event.value, "delivery": pending.delivery, "since": iso_millis(pending.since)}


def _detected(call: Call) -> Json | None:
    found = call.detected
    if found is None:
        return None
    return {"status": found.status, "reason": found.reason, "after": duration_to_json(found.length)}


def _report(call: Call) -> Json | None:
    return None if call.report is None else {"success": call.report[0], "details": call.report[1]}


def _party(party: Party | None) -> Json | None:
    return None if party is None else {"type": party.kind.value, "endpoint": party.endpoint}


def _time(instant: Instant | None) -> str | None:
    return None if instant is None else iso_millis(instant)
