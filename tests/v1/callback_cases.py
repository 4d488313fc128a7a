"""The manifest of callback examples: for each the event and the call it comes of, or why it is not emitted.

Ids and times are the examples' own; everything that a callback spells in its own way (numbers, money, lengths) is built from
the model's values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sinch_voice_emulator.engine.effects import (
    CallAnswered,
    CallbackEvent,
    CallEnded,
    IncomingCall,
    InputEntered,
    Notice,
    NoticeType,
)
from sinch_voice_emulator.model.call import (
    Call,
    CalloutKind,
    CallState,
    DetectionResult,
    MenuResult,
    Origin,
    Reason,
    Result,
)
from sinch_voice_emulator.model.money import RateTable
from sinch_voice_emulator.model.party import Party, PartyKind, number, sip, username
from sinch_voice_emulator.model.profile import OBSERVED, BehaviourProfile
from sinch_voice_emulator.model.recording import Recording
from sinch_voice_emulator.model.script import Detection, Dial, RecordingOptions

KEY = "7c1d3f0a-5b2e-4f86-9a0d-2f6b8e1c4d70"
PHONE = number("+46701740642")
OURS = "+46701740699"
CALLER = "+46701740605"
ROOM = "standup-412"
CAMPAIGN = "campaign=autumn;row=18"
EUR = RateTable("EUR", {"46": Decimal("0.0095"), "12025550199": Decimal("0.0095")})
USD = RateTable("USD", {"": Decimal("0.0095")})
NO_PRICES = RateTable("", {})


@dataclass(frozen=True, slots=True)
class Made:
    """How an example comes about. ``switch``: what differs from an account with default switches. ``but``: members that are
    left out on purpose, with the reason."""

    event: CallbackEvent
    call: Call
    rates: RateTable = EUR
    profile: BehaviourProfile = OBSERVED
    switch: str = ""
    but: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Excluded:
    """An example nobody sends, and why."""

    reason: str


def call(origin: Origin = Origin.PSTN, **values: Any) -> Call:
    made = Call("", KEY, "euc1", origin, 0)
    for name, value in values.items():
        assert name in Call.__slots__, name
        setattr(made, name, value)
    return made


# --- ICE --------------------------------------------------------------------------------------------------------------------


def _inbound(cli: str = CALLER, to: str = OURS, rdnis: str = "") -> Call:
    return call(cli=cli, caller=number(cli or "+1"), dialled=Party(PartyKind.DID, to), rdnis=rdnis)


def _from_app(to: Party, cli: str = "", **values: Any) -> Call:
    return call(Origin.APP, caller=username("lin"), user="lin", cli=cli, dialled=to, **values)


def _from_sip(cli: str, to: Party) -> Call:
    return call(Origin.SIP, caller=sip(f"{cli}@pbx.example.net"), cli=cli, dialled=to)


def _custom_callout(**values: Any) -> Call:
    return call(Origin.SERVER, callout=CalloutKind.CUSTOM, **values)


_NO_USER = replace(OBSERVED, ice_user=False)
_TO_ROOM = Party(PartyKind.CONFERENCE, ROOM)
_SAM = username("sam")
_HEADERS = (("plan", "gold"), ("ticket", "A-1182"))


def _ice(made: Call, rates: RateTable = USD, *, user: bool = True, switch: str = "", but: tuple[str, str] = ("", "")) -> Made:
    if not user:
        return Made(IncomingCall(), made, rates, _NO_USER, "ice_user off", but)
    return Made(IncomingCall(), made, rates, switch=switch, but=but)


ICE: dict[str, Made | Excluded] = {
    "ice-inbound-pstn-did": _ice(_inbound()),
    "ice-inbound-pstn-redirected": _ice(_inbound("+12025550143", "+12025550100", "+12025550177")),
    "ice-inbound-pstn-private-cli": _ice(_inbound("", "+442079460958")),
    "ice-inbound-pstn-no-rate": _ice(
        _inbound("+12025550143", "+12025550100"), NO_PRICES, switch="an account without a currency"
    ),
    "ice-inbound-pstn-2015-form": Excluded("old call id, duration, no callResourceUrl"),
    "ice-inbound-sip-number": _ice(_from_sip("+46701740611", PHONE), RateTable("EUR", {"46": Decimal("0.012")})),
    "ice-inbound-sip-uri": _ice(_from_sip("7001", sip("sip:7002@PBX.example.net"))),
    "ice-app-to-phone": _ice(
        _from_app(PHONE, OURS), EUR, but=("custom", "an empty custom is left out; captured in-app traffic has none")
    ),
    "ice-app-to-phone-private": _ice(_from_app(PHONE), EUR, user=False),
    "ice-app-to-app": _ice(_from_app(_SAM, "lin"), user=False),
    "ice-app-to-app-call-headers": _ice(_from_app(_SAM, headers=_HEADERS), user=False),
    "ice-app-to-app-to-verified-null": Excluded("a null of 2015 traffic"),
    "ice-app-to-conference": _ice(_from_app(_TO_ROOM)),
    "ice-app-to-conference-known-issue-domain": Excluded("an old quirk; a 2023 capture has mxp"),
    "ice-app-to-conference-domain-conference": Excluded("documentation only"),
    "ice-app-to-sip": _ice(_from_app(sip("7002@pbx.example.net")), user=False),
    "ice-custom-callout": _ice(_custom_callout(cli=OURS, dialled=PHONE, custom=CAMPAIGN), EUR),
    "ice-custom-callout-no-destination": _ice(_custom_callout(custom="job-7"), EUR),
    "ice-with-cookies": Excluded("nothing can have set a cookie before ICE"),
    "ice-with-conference-id": Excluded("nobody is in a room before ICE"),
    "ice-docs-variant-callId-lower-origination": Excluded("documentation casing, never on the wire"),
}

# --- ACE and PIE ------------------------------------------------------------------------------------------------------------


def _ace(status: str = "", reason: str = "", seconds: int = 0, **values: Any) -> Made:
    found = DetectionResult(status, reason, seconds * 1000 + 400) if status else None
    return Made(CallAnswered(found), call(Origin.SERVER, **values))


def _amd(status: str, reason: str, seconds: int) -> Made:
    return _ace(status, reason, seconds, custom=CAMPAIGN)


_ASYNC = Dial(detection=Detection(asynchronous=True))

ACE: dict[str, Made | Excluded] = {
    "ace-minimal": _ace(),
    "ace-custom": _ace(custom=CAMPAIGN),
    "ace-amd-sync-human": _amd("human", "n/a", 2),
    "ace-amd-sync-human-longgreeting": _amd("human", "longgreeting", 3),
    "ace-amd-sync-machine": _amd("machine", "longgreeting", 4),
    "ace-amd-sync-machine-na": _amd("machine", "n/a", 4),
    "ace-amd-sync-machine-beep": _amd("machine", "beep", 7),
    "ace-amd-sync-notsure": _amd("notsure", "initialsilence", 5),
    "ace-amd-sync-hangup": _amd("hangup", "n/a", 1),
    "ace-amd-async-inprogress": replace(
        _ace(dial=_ASYNC), profile=replace(OBSERVED, amd_async_inprogress=True), switch="amd_async_inprogress"
    ),
    "ace-amd-async-plain": _ace(dial=_ASYNC, custom=CAMPAIGN),
    "ace-amd-greeting-reason": Excluded("a reason that one SDK lists and no other source has"),
    "ace-with-conference-id": _ace(room=ROOM, custom="weekly"),
    "ace-with-cookies": _ace(cookies={"lang": "sv"}),
    "ace-conference-callout": _ace(custom="room standup-412"),
    "ace-tts-callout": _ace(custom="reminder 88"),
    "ace-with-callResourceUrl": Excluded("in one SDK's model; no capture has it"),
    "ace-signing-example": Excluded("a shortened body that documents the signature"),
}


def _pie(menu: str, type_: str, value: str = "", method: str = "dtmf", **values: Any) -> Made:
    return Made(InputEntered(MenuResult(menu, type_, value, method)), call(**values))


PIE: dict[str, Made | Excluded] = {
    "pie-return": _pie("main", "return", "sales"),
    "pie-return-custom": _pie("main", "return", "cancel", custom="reminder 88"),
    "pie-return-empty-value": _pie("main", "return"),
    "pie-sequence": _pie("code", "sequence", "4821"),
    "pie-sequence-short-terminated": _pie("code", "sequence", "48"),
    "pie-sequence-add-to-context": _pie("confirm", "sequence", "3107"),
    "pie-voice-sequence": _pie("code", "sequence", "55", "voice"),
    "pie-voice-return": _pie("main", "return", "billing", "voice"),
    "pie-timeout": _pie("main", "timeout", method=""),
    "pie-timeout-no-value": Excluded("a variant to test consumers with"),
    "pie-invalidinput": _pie("main", "invalidinput", "9"),
    "pie-hangup": _pie("main", "hangup", method=""),
    "pie-error": _pie("main", "error", method=""),
    "pie-conference-detect-single": _pie(ROOM, "sequence", "5", room=ROOM, state=CallState.COLLECTING),
    "pie-conference-detect-multi": _pie(ROOM, "sequence", "912", room=ROOM, state=CallState.COLLECTING),
    "pie-with-cookies": _pie("main", "return", "sales", cookies={"lang": "sv", "tries": "2"}),
    "pie-legacy-capitalised-type": Excluded("documentation casing"),
    "pie-with-reference": Excluded("a member of an old server SDK"),
}

# --- DICE -------------------------------------------------------------------------------------------------------------------


def _dice(result: Result, reason: Reason, seconds: int | None = None, to: Party | None = PHONE, **values: Any) -> Made:
    """``seconds`` is how long the call was up; ``None``: nobody answered. Ended at 1,000,000 seconds."""
    ended = 1_000_000_000
    rate = EUR.rate(to)
    minutes = -(-(seconds or 0) // 60)
    facts: dict[str, Any] = {
        "dialled": Party(PartyKind.DID, OURS),
        "cli": CALLER,
        "billed": to,
        "rate": rate,
        "debit": rate * minutes,
        "result": result,
        "reason": reason,
        "state": CallState.ENDED,
        "ended": ended,
        "answered": None if seconds is None else ended - seconds * 1000 - 999,
    }
    return Made(CallEnded(), call(**(facts | values)))


_CALLOUT: dict[str, Any] = {"origin": Origin.SERVER, "dialled": PHONE, "cli": OURS}
_TO_SAM: dict[str, Any] = {"origin": Origin.APP, "to": _SAM, "dialled": _SAM, "cli": ""}
_A, _F = Result.ANSWERED, Result.FAILED

DICE: dict[str, Made | Excluded] = {
    "dice-answered-caller-hangup": _dice(_A, Reason.CALLERHANGUP, 138),
    "dice-answered-callee-hangup": _dice(_A, Reason.CALLEEHANGUP, 60),
    "dice-answered-manager-hangup": _dice(_A, Reason.MANAGERHANGUP, 12, custom="reminder 88", **_CALLOUT),
    "dice-max-duration": _dice(_A, Reason.TIMEOUT, 14_400),
    "dice-noanswer-timeout": _dice(Result.NOANSWER, Reason.TIMEOUT),
    "dice-mxp-dial-timeout": _dice(Result.BUSY, Reason.NOT_AVAILABLE, **_TO_SAM),
    "dice-busy": _dice(Result.BUSY, Reason.NOT_AVAILABLE),
    "dice-caller-cancel": _dice(Result.NOANSWER, Reason.CANCEL),
    "dice-rejected-in-ice": _dice(Result.NOANSWER, Reason.MANAGERHANGUP, to=None),
    "dice-failed-general": _dice(_F, Reason.GENERALERROR),
    "dice-failed-congestion": _dice(_F, Reason.CONGESTION),
    "dice-failed-blocked": _dice(_F, Reason.BLOCKED, to=number("+12025550199")),
    "dice-failed-no-credit": _dice(_F, Reason.NOCREDITPARTNER),
    "dice-answered-no-credit": _dice(_A, Reason.NOCREDITPARTNER, 241),
    "dice-failed-user-not-found": _dice(_F, Reason.USERNOTFOUND, **(_TO_SAM | {"to": username("ghost")})),
    "dice-failed-callback-error": _dice(_F, Reason.CALLBACKERROR, to=None),
    "dice-answered-callback-error": _dice(_A, Reason.CALLBACKERROR, 21, None),
    "dice-failed-invalid-svaml": _dice(_F, Reason.INVALIDSVAMLACTION, to=None),
    "dice-client-network": _dice(_A, Reason.CLIENTNETWORK, 33, **_TO_SAM),
    "dice-other-peer-answered": Excluded("documented value, unknown trigger"),
    "dice-established": Excluded("documented value, unknown meaning"),
    "dice-na": Excluded("a call that ended has a result"),
    "dice-app-to-app-headers": _dice(_A, Reason.CALLEEHANGUP, 95, headers=(("plan", "gold"),), **_TO_SAM),
    "dice-conference-member-left": _dice(_A, Reason.CALLERHANGUP, 900, None, room=ROOM),
    "dice-conference-member-kicked": _dice(_A, Reason.MANAGERHANGUP, 640, room=ROOM, **_CALLOUT),
    "dice-from-private": _dice(_A, Reason.CALLEEHANGUP, 1, cli=""),
    "dice-sip": _dice(_A, Reason.CALLEEHANGUP, 77, sip("7001@pbx.example.net")),
    "dice-park-timeout": _dice(_A, Reason.TIMEOUT, 604, None),
    "dice-with-cookies": _dice(_A, Reason.CALLERHANGUP, 42, cookies={"lang": "sv"}),
    "dice-with-user": Excluded("a member of old traffic"),
    "dice-amd-hangup": _dice(_A, Reason.MANAGERHANGUP, 6, custom=CAMPAIGN, **_CALLOUT),
    "dice-tts-callout-noanswer": _dice(Result.NOANSWER, Reason.TIMEOUT, custom="reminder 88", **_CALLOUT),
    "dice-mixed-currencies": Excluded("a fixture's oddity; an account has one currency"),
}

# --- Notify -----------------------------------------------------------------------------------------------------------------

STAMPED = f"20240912081748_{KEY}_e1a0c0de-0000-4000-8000-0000000000a3.mp3"


def _recording(destination: str, conference: str = "") -> Recording:
    return Recording("", "", KEY, "euc1", RecordingOptions(), destination, 0, conference)


def _stored(what: NoticeType, destination: str = "azure://acmestore/voice/standup.mp3", conference: str = "") -> Made:
    return Made(Notice(what, _recording(destination, conference)), call())


def _heard(status: str, reason: str, seconds: int, what: NoticeType = NoticeType.DETECTION, custom: str = CAMPAIGN) -> Made:
    found = DetectionResult(status, reason, seconds * 1000)
    return Made(Notice(what, detected=found), call(Origin.SERVER, custom=custom))


def _error(code: int, text: str, **values: Any) -> Made:
    return Made(Notice(NoticeType.CALLING_ERROR, error_code=code, error=text), call(**values))


NOTIFY: dict[str, Made | Excluded] = {
    "notify-recording-finished": _stored(NoticeType.RECORDING_FINISHED),
    "notify-recording-finished-conference": _stored(NoticeType.RECORDING_FINISHED, conference=ROOM),
    "notify-recording-available-azure": _stored(NoticeType.RECORDING_AVAILABLE),
    "notify-recording-available-s3-generated-name": _stored(NoticeType.RECORDING_AVAILABLE, f"s3://acme-audio/calls/{STAMPED}"),
    "notify-recording-available-https": Excluded("an address of old documentation"),
    "notify-transcription-available": _stored(NoticeType.TRANSCRIPTION_AVAILABLE),
    "notify-amd-human": _heard("human", "n/a", 3),
    "notify-amd-machine": _heard("machine", "longgreeting", 4),
    "notify-amd-notsure": _heard("notsure", "initialsilence", 5, custom=""),
    "notify-amd-beep": _heard("machine", "beep", 7, NoticeType.BEEP),
    "notify-callingerror-illegal-svaml": _error(40001, "Illegal SVAML", user="lin", custom=CAMPAIGN),
    "notify-callingerror-illegal-svaml-pstn": _error(40001, "Illegal SVAML"),
    "notify-callingerror-internal": _error(50000, "Internal error"),
    "notify-with-application-key": replace(
        _stored(NoticeType.RECORDING_FINISHED),
        profile=replace(OBSERVED, notify_application_key=True),
        switch="notify_application_key",
    ),
    "notify-transcription-complete": Excluded("a type that one text has and nothing else"),
    "notify-model-everything": Excluded("every member at once, for parsers"),
}

MANIFEST: dict[str, Made | Excluded] = ICE | ACE | PIE | DICE | NOTIFY
