"""Bodies of the Calling and the configuration API, translated into what the engine and the account understand.

Every function raises ``ApiError`` with the documented code and text; nothing is changed by any of them. The callout request, by
far the largest, has a module of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sinch_voice_emulator.engine import tables
from sinch_voice_emulator.engine.inputs import Headers
from sinch_voice_emulator.model.call import Call, CallState
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.model.party import normalise_number
from sinch_voice_emulator.model.profile import BehaviourProfile
from sinch_voice_emulator.model.script import Audience, Script
from sinch_voice_emulator.v1 import errors, jsontext
from sinch_voice_emulator.v1.bodies import readable, refusal
from sinch_voice_emulator.v1.callouts import callout
from sinch_voice_emulator.v1.canonical import canonicalise
from sinch_voice_emulator.v1.problems import Problem
from sinch_voice_emulator.v1.spec import voice
from sinch_voice_emulator.v1.svaml import Context, judge

__all__ = [
    "Command",
    "NumberChange",
    "call_report",
    "callback_configuration",
    "callout",
    "forwarded_headers",
    "json_body",
    "management",
    "number_assignment",
    "number_removal",
    "participant",
]

MAX_FORWARDED = 5
MAX_HEADER_NAME = 32
MAX_HEADER_VALUE = 128
MAX_DETAILS = 64
AUDIENCES = {"caller": Audience.NEAR, "callee": Audience.FAR, "both": Audience.BOTH}


@dataclass(frozen=True, slots=True)
class Command:
    """What to do with a participant of a conference. ``moh`` is heard on hold, ``""`` is silence."""

    name: Literal["mute", "unmute", "onhold", "resume"]
    moh: str = ""


@dataclass(frozen=True, slots=True)
class NumberChange:
    """Numbers (normalised) to assign to an application, or to take from it."""

    numbers: tuple[str, ...]
    application: str
    capability: str = "voice"


def json_body(raw: bytes) -> object:
    """The JSON of a request, whatever content type it claims; ``None`` when there is no body."""
    if not raw.strip():
        return None
    try:
        return jsontext.parse(raw)
    except ValueError as fault:
        raise errors.data_missing(f"the body is no JSON: {fault}") from None


def forwarded_headers(headers: Iterable[tuple[str, str]]) -> Headers:
    """The first five ``X-CB-*`` headers, which travel with the callbacks of the call; the rest is dropped silently."""
    ours = [(name, value) for name, value in headers if name.lower().startswith("x-cb-")][:MAX_FORWARDED]
    for name, value in ours:
        if len(name) > MAX_HEADER_NAME:
            raise errors.invalid_parameters(
                name[:MAX_HEADER_NAME], why=f"the name {name} has over {MAX_HEADER_NAME} characters"
            )
        if len(value) > MAX_HEADER_VALUE or not all(" " <= char <= "~" for char in value):
            raise errors.invalid_parameters(
                name, why=f"the value should be printable ASCII, at most {MAX_HEADER_VALUE} characters"
            )
    return tuple(ours)


# --- running calls -------------------------------------------------------------------------------------------------------


def management(body: object, call: Call, profile: BehaviourProfile, leg: str | None) -> tuple[Script, tuple[Problem, ...]]:
    """The script of a PATCH. ``leg`` is the one the address named, ``None`` when it named none.

    Raises ``IllegalTransition`` for anything but a hang-up while the call waits for an answer or for a phone that rings.
    """
    audience = Audience.NEAR
    if leg is not None:
        if leg.lower() not in AUDIENCES:
            raise errors.invalid_parameters("callLeg", why=f"the leg should be caller, callee or both, not {leg}")
        if call.callout is None and call.state is not CallState.CONFERENCE:
            audience = AUDIENCES[leg.lower()]
    if call.is_data_only:
        raise errors.invalid_request(why="only calls with a leg on the telephone network or a SIP trunk can be managed")
    if call.live and not _hangs_up(body):
        tables.rule(call.state, tables.Trigger.SCRIPT_REQUESTED)
    judgement = judge(body, Context.of(call, "manage", profile, leg_url=leg is not None))
    if judgement.script is None:
        faults = judgement.errors
        why = readable(faults[0]) if faults else "the body has neither instructions nor an action"
        raise errors.invalid_request(why=why)
    script = judgement.script
    return Script(script.steps, script.action, audience), judgement.problems


def _hangs_up(body: object) -> bool:
    """Whether a document, however it is spelt and whatever else is wrong with it, has ``hangup`` as its action."""
    for _ in range(2):
        members = body.items() if isinstance(body, dict) else ()
        body = next((item for key, item in members if key.lower() in ("action", "name")), None)
    return isinstance(body, str) and body.lower() == "hangup"


def call_report(body: object) -> tuple[bool, str]:
    """Whether the backend calls a call a success, and what it adds (cut to 64 characters)."""
    values = _read("CallReport", body)
    return values["status"] == "Success", values.get("details", "")[:MAX_DETAILS]


def participant(body: object) -> Command:
    """A command for a participant. ``moh`` counts with ``onhold`` only."""
    spec = voice()
    values, _remarks = canonicalise(body, "ParticipantCommand", spec)
    faults = spec.problems("ParticipantCommand", values)
    if faults:
        raise errors.invalid_request(why=readable(faults[0]))
    name = values["command"]
    return Command(name, values.get("moh", "") if name == "onhold" else "")


# --- configuration -------------------------------------------------------------------------------------------------------


def number_assignment(body: object, default_application: str) -> NumberChange:
    """Numbers to assign. A number that cannot be one is refused here, one that is not the account's later."""
    return _number_change("NumberAssignment", body, default_application)


def number_removal(body: object, default_application: str) -> NumberChange:
    """Numbers to take away. Without a body (a client is known to send none) the number is what is missing."""
    return _number_change("NumberRemoval", {} if body is None else body, default_application)


def _number_change(component: str, body: object, default_application: str) -> NumberChange:
    if isinstance(body, dict):
        _check_capability(body)
    values = _read(component, body)
    listed: list[str] = values.get("numbers") or [values["number"]]
    numbers = tuple(normalise_number(text) for text in listed)
    if "" in numbers:
        raise errors.numbers_not_updated("a number needs at least one digit")
    return NumberChange(numbers, values.get("applicationkey", default_application), values.get("capability", "voice"))


def _check_capability(body: dict[str, Any]) -> None:
    """A wrong capability has a documented text of its own, with two blanks."""
    wanted = next((item for key, item in body.items() if key.lower() == "capability"), None)
    if wanted is not None and (not isinstance(wanted, str) or wanted.lower() not in ("voice", "sms")):
        raise errors.illegal(f"Invalid number type: {wanted}.  Type must be one of: sms, voice.")


def callback_configuration(body: object) -> CallbackTarget | None:
    """Where callbacks go from now on; ``None`` when no primary address is given. The old list form is taken too."""
    if isinstance(body, dict):
        body = {
            key: item[0] if key.lower() == "url" and isinstance(item, list) and item else item for key, item in body.items()
        }
    url = _read("CallbackConfiguration", body)["url"]
    primary, fallback = url.get("primary", ""), url.get("fallback", "")
    return CallbackTarget(primary, fallback or None) if primary else None


def _read(component: str, body: object) -> Any:
    """A body by its schema, with the errors common to most operations."""
    if not isinstance(body, dict):
        raise errors.data_missing("the body should be a JSON object")
    spec = voice()
    values, _remarks = canonicalise(body, component, spec)
    faults = spec.problems(component, values)
    if faults:
        raise refusal(faults)
    return values
