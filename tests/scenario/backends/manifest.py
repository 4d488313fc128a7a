"""Which sample backend each scenario of the library runs against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask

from scenario.backends import dialler, ivr, rooms, routing
from scenario.backends.service import Line, Site, create_app

Factory = Callable[[Site], Flask]


def _line(kind: Callable[..., Line], **details: Any) -> Factory:
    return lambda site: create_app(kind(site, **details))


BACKENDS: Mapping[str, Factory] = {
    "phone-menu-put-through": _line(ivr.Reception),
    "phone-menu-silence": _line(ivr.Reception),
    "phone-menu-wrong-keys": _line(ivr.Reception),
    "phone-menu-sub-menu": _line(ivr.Reception),
    "phone-menu-caller-hangs-up": _line(ivr.Reception),
    "phone-menu-digits": _line(ivr.CodeLine),
    "phone-menu-without-barge": _line(ivr.Reception, barge=False),
    "phone-menu-voice": _line(ivr.Listener),
    "phone-cookies": _line(ivr.Reception),
    "phone-report": _line(ivr.Reception),
    "phone-forwarded": _line(routing.Forward),
    "phone-forwarded-not-taken": _line(routing.Forward, dialTimeout=25),
    "phone-forwarded-dial-timeout": _line(routing.Forward, dialTimeout=25),
    "phone-forwarded-caller-gives-up": _line(routing.Forward),
    "phone-forwarded-max-duration": _line(routing.Forward, maxDuration=900),
    "phone-forwarded-with-extension": _line(routing.Forward, dtmf="ww77#"),
    "phone-forwarded-without-callbacks": _line(routing.Forward, suppressCallbacks=True),
    "phone-forwarded-after-announcement": _line(routing.Forward, announcement="This call may be recorded."),
    "phone-withheld-caller": _line(routing.Forward),
    "phone-cli-of-somebody-else": _line(routing.Forward, cli="+442079460000"),
    "phone-redirected": _line(routing.OutOfHours),
    "phone-closed": _line(routing.OutOfHours),
    "phone-announcement": _line(routing.OutOfHours, announcement="We are open from nine to five."),
    "app-to-phone": _line(routing.Switchboard),
    "app-call-denied": _line(routing.Switchboard),
    "app-to-app": _line(routing.Switchboard),
    "app-to-app-not-taken": _line(routing.Switchboard),
    "app-loses-network": _line(routing.Switchboard),
    "phone-to-app": _line(routing.Switchboard),
    "sip-trunk-out": _line(routing.Trunk),
    "sip-trunk-out-fails": _line(routing.Trunk),
    "sip-trunk-two-answers": _line(routing.Trunk),
    "sip-trunk-in": _line(routing.Switchboard),
    "app-to-sip": _line(routing.Switchboard),
    "phone-parked-and-fetched": _line(ivr.Queue),
    "phone-parked-too-long": _line(ivr.Queue),
    "phone-parked-caller-leaves": _line(ivr.Queue),
    "call-held-and-resumed": _line(routing.Forward),
    "call-transferred": _line(routing.Forward),
    "call-whispered-to": _line(routing.Forward),
    "call-ended-by-operator": _line(routing.Forward),
    "call-managed-at-the-wrong-time": _line(routing.Forward),
    "call-managed-in-the-wrong-region": _line(routing.Forward),
    "tts-announcement": _line(Line),
    "tts-without-flags": _line(Line),
    "tts-not-taken": _line(Line),
    "tts-callee-hangs-up": _line(Line),
    "tts-menu": _line(dialler.Reminder),
    "tts-menu-nobody-hears-of": _line(dialler.Reminder),
    "tts-without-cli": _line(Line),
    "tts-custom-headers": _line(dialler.Reminder),
    "custom-callout-click-to-call": _line(dialler.ClickToCall),
    "custom-callout-agent-is-away": _line(dialler.ClickToCall),
    "custom-callout-inline": _line(Line),
    "custom-callout-own-addresses": _line(dialler.ClickToCall),
    "amd-before-answer": _line(dialler.Campaign),
    "amd-callee-hangs-up": _line(dialler.Campaign),
    "amd-in-passing": _line(dialler.Campaign, in_passing=True),
    "missed-call-called-back": _line(dialler.CallBack),
    "missed-call-told-twice": _line(dialler.CallBack),
    "conference-dial-in": _line(rooms.Rooms),
    "conference-wrong-code": _line(rooms.Rooms),
    "conference-from-app": _line(rooms.Rooms),
    "conference-callouts": _line(rooms.Rooms),
    "conference-callout-asked": _line(rooms.Rooms),
    "conference-mute-and-hold": _line(rooms.Rooms),
    "conference-kick": _line(rooms.Rooms),
    "conference-keys": _line(rooms.Rooms, conferenceDtmfOptions={"mode": "detect", "maxDigits": 3, "timeoutMills": 2000}),
    "conference-keys-passed-on": _line(rooms.Rooms, conferenceDtmfOptions={"mode": "forward"}),
    "conference-two-regions": _line(rooms.Rooms),
}
