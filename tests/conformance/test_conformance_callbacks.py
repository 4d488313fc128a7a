"""Every callback that a call can produce is as its webhook in the document says, whatever kind of call it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from api_backend import Backend, Event, connect, hang_up
from api_client import Api, a_callout
from conformance.conforming import callback_conforms
from sinch_voice_emulator.engine.effects import NoticeType
from sinch_voice_emulator.model.call import Origin
from sinch_voice_emulator.model.party import Party, PartyKind, number, username
from sinch_voice_emulator.model.phone import MACHINE, OnRing, PhoneBehaviour, Reaction
from sinch_voice_emulator.model.profile import PRESETS, BehaviourProfile
from sinch_voice_emulator.settings import DEFAULT_KEY
from sinch_voice_emulator.v1 import spec

CONTINUE = connect("continue")
BRIDGE = connect("connectPstn", number="+46701740642", cli="+12025550100")
MENU = connect(
    "runMenu", menus=[{"id": "main", "mainPrompt": "#tts[Press 1]", "options": [{"dtmf": "1", "action": "return(one)"}]}]
)
COOKIE = {"name": "setCookie", "key": "trace", "value": "8841"}
RECORD = {"name": "startRecording", "options": {"notificationEvents": True, "transcriptionOptions": {"enabled": True}}}

Play = Callable[[Api], Backend]


def bridged(origin: Origin, ice: Event, to: Party | None = None) -> Play:
    """Somebody calls, is connected, and hangs up."""

    def play(api: Api) -> Backend:
        backend = Backend(api, ice={**ice, "instructions": [COOKIE]}, ace=CONTINUE)
        call_id = backend.arrive(origin, to, custom="caller=8841")
        backend.run(20)
        backend.hang_up(call_id)
        return backend

    return play


def called_out(method: str, answers: dict[str, Any] | None = None, /, seconds: float = 60, **changes: object) -> Play:
    """A callout that runs its course."""

    def play(api: Api) -> Backend:
        backend = Backend(api, **(answers or {}))
        call_id = api.place_callout(method=method, **changes)
        backend.run(seconds)
        if backend.account.read(lambda engine, _now: engine.state.calls[call_id].live):
            backend.hang_up(call_id)
        return backend

    return play


def menu(*keys: str) -> Play:
    """A menu: what is pressed, and then what is not."""

    def play(api: Api) -> Backend:
        backend = Backend(api, ice=MENU, pie=hang_up())
        call_id = backend.arrive()
        backend.run(2)
        for key in keys:
            backend.press(call_id, key)
        backend.run(60)
        return backend

    return play


def recorded(api: Api) -> Backend:
    """Recording, with its notifications."""
    backend = Backend(api, ice={"instructions": [RECORD], **BRIDGE}, ace=CONTINUE)
    call_id = backend.arrive()
    backend.run(10)
    backend.hang_up(call_id)
    backend.run(120)
    return backend


def detected(*, later: bool) -> Play:
    """An answering machine picks up."""

    def play(api: Api) -> Backend:
        backend = Backend(api, ace=CONTINUE)
        backend.account.account.phones[number("+46701740642")] = PhoneBehaviour(answerer=MACHINE)
        ice = connect("connectPstn", number="+46701740642", cli="+12025550100", amd={"enabled": True, "async": later})
        call_id = api.place_callout(method="customCallout", ice=ice, destination=None, text=None)
        backend.run(30)
        backend.hang_up(call_id)
        return backend

    return play


def in_a_room(api: Api) -> Backend:
    """Two in a conference, one of whom presses keys."""
    options = {"mode": "detect", "maxDigits": 2}
    backend = Backend(api, ice=connect("connectConf", conferenceId="daily", conferenceDtmfOptions=options))
    callout = a_callout("conferenceCallout", text=None, conferenceId="daily", conferenceDtmfOptions=options, enableDice=True)
    called = api.post("/calling/v1/callouts", callout).json["callId"]
    caller = backend.arrive()
    backend.run(5)
    backend.press(caller, "42")
    backend.press(called, "7", leg=1)
    backend.run(20)
    assert api.delete("/calling/v1/conferences/id/daily").status_code == 204
    backend.settle()
    return backend


def refused(on_ring: OnRing) -> Play:
    """A phone that does not answer."""

    def play(api: Api) -> Backend:
        backend = Backend(api, ice=BRIDGE)
        backend.account.account.phones[number("+46701740642")] = PhoneBehaviour(on_ring)
        backend.arrive()
        backend.run(200)
        return backend

    return play


def answered_wrongly(event: str, answer: object) -> Play:
    """A backend whose answer cannot be used."""

    def play(api: Api) -> Backend:
        answers: dict[str, Any] = {"ice": MENU if event == "pie" else BRIDGE, "ace": CONTINUE, event: answer}
        backend = Backend(api, **answers)
        call_id = backend.arrive()
        backend.run(2)
        if event == "pie":
            backend.press(call_id, "1")
        backend.run(100)
        if backend.account.read(lambda engine, _now: engine.state.calls[call_id].live):
            backend.hang_up(call_id)
        return backend

    return play


ALL = {"enableAce": True, "enableDice": True, "enablePie": True}
SOMEBODY = {"type": "username", "endpoint": "alice"}
SIP_DESK = {"type": "sip", "endpoint": "desk@pbx.example.test"}
NOT_SVAML = {"action": {"name": "teleport"}}
CALLS: dict[str, Play] = {
    "phone to phone": bridged(Origin.PSTN, BRIDGE),
    "phone to app": bridged(Origin.PSTN, connect("connectMxp", destination={"type": "username", "endpoint": "alice"})),
    "phone to SIP": bridged(Origin.PSTN, connect("connectSip", destination={"endpoint": "desk@pbx.example.test"})),
    "phone to stream": bridged(
        Origin.PSTN, connect("connectStream", destination={"type": "Websocket", "endpoint": "wss://stream.example.test"})
    ),
    "phone parked": bridged(Origin.PSTN, connect("park", holdPrompt="#tts[Please wait]")),
    "SIP to phone": bridged(Origin.SIP, BRIDGE),
    "app to phone": bridged(Origin.APP, BRIDGE, number("+46701740642")),
    "app to app": bridged(Origin.APP, connect("connectMxp"), username("bob")),
    "app to conference": bridged(
        Origin.APP, connect("connectConf", conferenceId="daily"), Party(PartyKind.CONFERENCE, "daily")
    ),
    "turned away": bridged(Origin.PSTN, hang_up()),
    "text to speech": called_out("ttsCallout", {"ace": CONTINUE}, **ALL, custom="booking=8841"),
    "text to speech without cli": called_out("ttsCallout", **ALL, cli=None),
    "text to speech to an app": called_out("ttsCallout", **ALL, destination=SOMEBODY),
    "text to speech to SIP": called_out("ttsCallout", **ALL, destination=SIP_DESK),
    "conference callout": called_out("conferenceCallout", {"ace": CONTINUE}, **ALL, conferenceId="daily", text=None),
    "custom callout": called_out("customCallout", {"ace": MENU, "pie": hang_up()}, text=None),
    "custom callout asking first": called_out("customCallout", {"ice": BRIDGE}, text=None, destination=None, cli=None),
    "menu, right key": menu("1"),
    "menu, wrong key": menu("5"),
    "menu, no key": menu(),
    "recording": recorded,
    "detection before the answer counts": detected(later=False),
    "detection afterwards": detected(later=True),
    "conference with keys": in_a_room,
    **{f"phone that {one.value}": refused(one) for one in OnRing if one is not OnRing.ANSWERS},
    **{
        f"{event} answered {what}": answered_wrongly(event, answer)
        for event in ("ice", "ace", "pie")
        for what, answer in (("wrongly", NOT_SVAML), ("emptily", {}), ("in a list", []))
    },
}
PROFILES: dict[str, BehaviourProfile] = {
    **PRESETS,
    "everything else": BehaviourProfile(
        cookies="always",
        cli_with_plus=True,
        notify_application_key=True,
        custom_callout_origination="PSTN",
        amd_async_inprogress=True,
        amd_duration_unit="ms",
        dice_on_callee_hangup="two",
        ace_when_sip_answers="two",
        unanswered_duration="zero",
        callout_without_cli="rings",
    ),
}


def played(name: str, profile: BehaviourProfile) -> list[Event]:
    """The callbacks of a call, every one of them checked."""
    api = Api()
    account = api.emulator.account().account
    account.profile = replace(profile, require_leading_plus=False)
    account.users |= {"alice", "bob"}
    backend = CALLS[name](api)
    assert backend.account.settled
    for event in backend.received:
        callback_conforms(event)
        assert event.get("applicationKey", DEFAULT_KEY) == DEFAULT_KEY
    return backend.received


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", CALLS)
def test_callbacks_of_a_call(name: str, profile: str) -> None:
    events = played(name, PROFILES[profile])
    calls = {event["callid"] for event in events}
    for call_id in calls:
        names = [event["event"] for event in events if event["callid"] == call_id]
        assert names.count("ice") <= 1
        assert "dice" in names, names
        assert set(names[names.index("dice") :]) <= {"dice", "notify"}
    assert events or "to an app" in name


def kinds(events: Iterator[Event]) -> set[str]:
    """Events by name, menu results and notifications by their type too."""
    return {
        f"{event['event']}:{event.get('menuResult', event).get('type', '')}".rstrip(":") if event["event"] != "ice" else "ice"
        for event in events
    }


def test_these_calls_produce_every_callback_there_is() -> None:
    found = kinds(event for name in CALLS for event in played(name, PROFILES["observed"]))
    assert {kind.partition(":")[0] for kind in found} == set(spec.voice().document["webhooks"])
    unheard = {f"notify:{one.value}" for one in NoticeType} - found
    assert unheard == set()
    assert {"pie:return", "pie:timeout", "pie:sequence"} <= found


def test_a_phone_that_reacts_ends_a_menu_by_itself() -> None:
    api = Api()
    backend = Backend(api, ace=MENU, pie=hang_up())
    backend.account.account.phones[number("+46701234567")] = PhoneBehaviour(reactions=(Reaction("press", presses="1"),))
    call_id = api.place_callout(method="customCallout", text=None)
    backend.run(60)
    assert backend.names(call_id) == ["ace", "pie", "dice"]
    for event in backend.received:
        callback_conforms(event)
