"""The callout request: ``ttsCallout``, ``conferenceCallout`` and ``customCallout``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sinch_voice_emulator.engine.inputs import CalloutRequested, Headers
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.call import CalloutKind, Origin, Wants
from sinch_voice_emulator.model.delivery import CallbackTarget, EventKind
from sinch_voice_emulator.model.instants import SECOND, Millis
from sinch_voice_emulator.model.party import Party, PartyKind, dialled_number, normalise_number, sip, username
from sinch_voice_emulator.model.profile import BehaviourProfile
from sinch_voice_emulator.model.script import HangUp, Join, Play, Proceed, Prompt, PromptKind, Script, ToneMode
from sinch_voice_emulator.v1 import errors, jsontext
from sinch_voice_emulator.v1.bodies import readable, refusal
from sinch_voice_emulator.v1.canonical import canonicalise, shape
from sinch_voice_emulator.v1.problems import Problem
from sinch_voice_emulator.v1.spec import voice
from sinch_voice_emulator.v1.svaml import Context, Event, judge
from sinch_voice_emulator.v1.svaml.judging import NOBODY_TO_DIAL
from sinch_voice_emulator.v1.svaml.parts import tone_options
from sinch_voice_emulator.v1.svaml.prompts import DEFAULT_LOCALE, parse_prompts

LONGEST: Millis = 14_400 * SECOND
MAX_CUSTOM = 1_024
"""Bytes of ``custom`` in UTF-8."""

METHODS = {
    "ttscallout": ("ttsCallout", "TtsCallout", "TTS callout"),
    "conferencecallout": ("conferenceCallout", "ConferenceCallout", "Conference callout"),
    "customcallout": ("customCallout", "CustomCallout", "Custom callout"),
}
PARTIES = {"username": username, "sip": sip}
INLINE: tuple[tuple[str, EventKind, Event], ...] = (
    ("ice", EventKind.INCOMING, "ice"),
    ("ace", EventKind.ANSWERED, "ace"),
    ("pie", EventKind.INPUT, "pie"),
    ("dice", EventKind.ENDED, "dice"),
)


@dataclass(slots=True)
class Asked:
    """One request on its way: the canonical members its method object knows, and what everybody needs to read them."""

    values: Mapping[str, Any]
    account: Account
    application: Application
    region: str
    forwarded: Headers
    remarks: list[Problem]
    targets: dict[EventKind, CallbackTarget] = field(default_factory=dict)
    inline: dict[EventKind, Script] = field(default_factory=dict)

    @property
    def profile(self) -> BehaviourProfile:
        return self.account.profile


def callout(
    body: object, *, account: Account, application: Application, region: str, forwarded: Headers
) -> tuple[CalloutRequested, tuple[Problem, ...]]:
    """The call that a request asks for, and remarks on how it was asked. Raises ``ApiError``."""
    if not isinstance(body, dict):
        raise errors.data_missing("the body should be a JSON object")
    method, component = _method(body)
    member, values = _method_object(body, method)
    spec = voice()
    canonical, remarks = canonicalise(values, component, spec, snake_case=account.profile.accept_snake_case)
    if account.profile.destination_number_alias:
        _take_number_for_endpoint(canonical)
    faults = spec.problems(component, canonical)
    if faults:
        raise refusal(faults)
    own = shape(spec, component).properties
    known = {name: value for name, value in canonical.items() if name in own}
    asked = Asked(known, account, application, region, forwarded, _below(member, remarks))
    _check_custom(asked)
    if method == "ttsCallout":
        request = _speech(asked)
    elif method == "conferenceCallout":
        request = _conference(asked)
    else:
        request = _custom(asked)
    return request, tuple(asked.remarks)


# --- the envelope ----------------------------------------------------------------------------------------------------------


def _member(body: Mapping[str, Any], name: str) -> Any:
    """A member of the envelope in any case; the first one that is not null."""
    value = body.get(name)
    if value is not None:
        return value
    folded = name.lower()
    return next((item for key, item in body.items() if item is not None and key.lower() == folded), None)


def _method(body: Mapping[str, Any]) -> tuple[str, str]:
    method = _member(body, "method")
    if method is None:
        raise errors.missing("method")
    known = METHODS.get(method.lower()) if isinstance(method, str) else None
    if known is None:
        raise errors.illegal("Method needs to be ttsCallout, conferenceCallout, or customCallout")
    return known[0], known[1]


def _method_object(body: Mapping[str, Any], method: str) -> tuple[str, dict[str, Any]]:
    values = _member(body, method)
    if values is None:
        raise errors.missing(f"{METHODS[method.lower()][2]} information")
    if not isinstance(values, dict):
        raise errors.invalid_parameters(method, why=f"{method} should be an object")
    return method, values


def _below(member: str, remarks: list[Problem]) -> list[Problem]:
    return [
        Problem(f"$.{member}{remark.path[1:]}", remark.message, remark.severity, remark.expected, remark.found, remark.nearest)
        for remark in remarks
    ]


def _take_number_for_endpoint(canonical: dict[str, Any]) -> None:
    destination = canonical.get("destination")
    if isinstance(destination, dict) and "endpoint" not in destination and "number" in destination:
        destination["endpoint"] = destination["number"]


# --- shared members --------------------------------------------------------------------------------------------------------


def _check_custom(asked: Asked) -> None:
    custom = asked.values.get("custom", "")
    if len(custom) > MAX_CUSTOM // 4 and len(custom.encode()) > MAX_CUSTOM:
        raise errors.invalid_parameters("custom", why=f"custom may have {MAX_CUSTOM} bytes")


def _destination(asked: Asked) -> Party:
    destination = asked.values["destination"]
    kind, endpoint = destination["type"], destination["endpoint"]
    if kind != "number":
        return PARTIES[kind](endpoint)
    dialled = dialled_number(endpoint)
    if not dialled:
        raise errors.invalid_parameters("destination endpoint", why=f"{endpoint} is not a telephone number")
    _check_plus(asked, endpoint)
    return Party(PartyKind.NUMBER, dialled)


def _check_plus(asked: Asked, text: str) -> None:
    if asked.profile.require_leading_plus and not text.lstrip().startswith("+"):
        raise errors.missing_plus(f"{text} should be written {normalise_number(text)}")


def _cli(asked: Asked) -> str:
    """The number presented, normalised; names and ``private`` as they are."""
    cli: str = asked.values.get("cli", "").strip()
    shown = dialled_number(cli)
    if not shown:
        return cli
    _check_plus(asked, cli)
    return shown


def _longest(asked: Asked) -> Millis | None:
    wanted = asked.values.get("maxDuration")
    return min(int(wanted) * SECOND, LONGEST) if wanted else None


def _request(
    asked: Asked, kind: CalloutKind, to: Party | None, on_proceed: Script, wants: Wants, *, ask_first: bool = False
) -> CalloutRequested:
    """The common part. Of a callout to an app user no event is sent, whatever was enabled (documented)."""
    if to is not None and to.kind is PartyKind.USERNAME:
        wants = Wants(answered=False, input=False, ended=False)
    return CalloutRequested(
        kind=kind,
        application=asked.application.key,
        region=asked.region,
        to=to,
        cli=_cli(asked),
        tones=asked.values.get("dtmf", "").lower(),
        custom=asked.values.get("custom", ""),
        max_duration=_longest(asked),
        ask_first=ask_first,
        on_proceed=on_proceed,
        wants=wants,
        targets=asked.targets,
        inline=asked.inline,
        forwarded_headers=asked.forwarded,
    )


def _flags(asked: Asked, default: bool) -> Wants:
    values = asked.values
    return Wants(values.get("enableAce", default), values.get("enablePie", default), values.get("enableDice", default))


# --- the three methods -----------------------------------------------------------------------------------------------------


def _speech(asked: Asked) -> CalloutRequested:
    prompts = _message(asked)
    steps = (Play(prompts),) if prompts else ()
    on_proceed = Script(steps, HangUp(message_finished=True))
    return _request(asked, CalloutKind.SPEECH, _destination(asked), on_proceed, _flags(asked, False))


def _message(asked: Asked) -> tuple[Prompt, ...]:
    """``prompts``, which replace ``text``; nothing when neither is there."""
    values = asked.values
    locale = values.get("locale", DEFAULT_LOCALE)
    if "prompts" not in values:
        return (Prompt(PromptKind.SPEECH, values["text"], locale),) if values.get("text") else ()
    prompts, problems = parse_prompts(values["prompts"], locale, "$.ttsCallout.prompts")
    for problem in problems:
        if problem.severity == "error":
            raise errors.invalid_parameters("prompts", why=readable(problem))
    asked.remarks += problems
    return prompts


def _conference(asked: Asked) -> CalloutRequested:
    values = asked.values
    tones = tone_options(values)
    greeting = values.get("greeting")
    prompt = Prompt(PromptKind.SPEECH, greeting, values.get("locale", DEFAULT_LOCALE)) if greeting else None
    cli = _cli(asked)
    join = Join(values["conferenceId"], tones=tones, moh=values.get("mohClass", ""), label=cli or None)
    wants = _flags(asked, False)
    if tones.mode is ToneMode.DETECT:
        wants = Wants(wants.answered, True, wants.ended)
    on_proceed = Script((Play((prompt,)),) if prompt else (), join)
    return _request(asked, CalloutKind.CONFERENCE, _destination(asked), on_proceed, wants)


def _custom(asked: Asked) -> CalloutRequested:
    """With ``ice``, or without a destination, somebody says what to dial; otherwise the destination is dialled at once."""
    to = _destination(asked) if "destination" in asked.values else None
    for member, kind, event in INLINE:
        _source(asked, member, kind, event, to)
    has_ice = EventKind.INCOMING in asked.inline or EventKind.INCOMING in asked.targets
    if to is None and not has_ice and asked.application.callback is None:
        raise errors.missing(
            "ice", why="there is neither ice nor a destination, and the application has no callback URL to ask"
        )
    return _request(asked, CalloutKind.CUSTOM, to, Script((), Proceed()), _flags(asked, True), ask_first=has_ice or to is None)


def _source(asked: Asked, member: str, kind: EventKind, event: Event, to: Party | None) -> None:
    """Where one event goes: an address, or SVAML given in advance, as text or as an object."""
    given = asked.values.get(member)
    text = given.strip() if isinstance(given, str) else ""
    if given is None or (isinstance(given, str) and not text):
        return
    if text.lower().startswith(("http://", "https://")):
        asked.targets[kind] = CallbackTarget(text)
        return
    document = given
    if isinstance(given, str):
        if not text.startswith("{"):
            raise errors.invalid_parameters(member, why=f"{member} should be an address or SVAML, which begins with a brace")
        try:
            document = jsontext.parse(text)
        except ValueError as fault:
            raise errors.invalid_parameters(f"{member} is no JSON", why=str(fault)) from None
    asked.inline[kind] = _judged(asked, member, document, event, to)


def _judged(asked: Asked, member: str, document: object, event: Event, to: Party | None) -> Script:
    context = Context(event, asked.profile, Origin.SERVER, CalloutKind.CUSTOM, dialled=to)
    judgement = judge(document, context)
    faults = judgement.errors
    if any(fault.message == NOBODY_TO_DIAL for fault in faults):
        raise errors.missing("destination", why=NOBODY_TO_DIAL)
    if faults:
        raise errors.invalid_parameters(f"{member} {faults[0].path}: {faults[0].message}", why="; ".join(map(readable, faults)))
    asked.remarks += _below(f"customCallout.{member}", list(judgement.problems))
    if judgement.script is not None:
        return judgement.script
    if event == "ice":
        raise errors.invalid_parameters("ice", why="the SVAML says nothing, so there is nobody to dial")
    return Script((), HangUp() if event == "pie" else Proceed() if event == "ace" else None)
