"""What people do with a served emulator, in real time: scripts to be recorded, and the backends they are for."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Flask, request

from scenario.backends import dialler, ivr, rooms, routing
from scenario.backends.service import Json, Line, Site, create_app
from scenario.served_site import Person

SALES, SUPPORT, DESK = "+46701740605", "+46701740606", "+46701740609"
SECOND, THIRD = "+12025550144", "+12025550145"


class Both(routing.Switchboard, ivr.Reception):
    """A menu for telephones, a switchboard for apps."""

    def ice(self, event: Json) -> Json:
        return (routing.Switchboard if event["originationType"] == "MXP" else ivr.Reception).ice(self, event)


def line(kind: Callable[..., Line], site: Site, *, thinks: Callable[[], float] = lambda: 0.0, **details: Any) -> Flask:
    """A backend that thinks for some milliseconds before each answer."""
    app = create_app(kind(site, **details))
    asleep = threading.Event()

    @app.before_request
    def think() -> None:
        if request.method == "POST" and (pause := thinks()):
            asleep.wait(pause / 1000)

    return app


@dataclass(frozen=True)
class Session:
    """A script, the kind of backend it is for, and the settings it needs. ``slow`` is how long the backend thinks at most."""

    script: Callable[[Person], None]
    kind: Callable[..., Line]
    details: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    slow: float = 0.0
    steady: bool = False
    """Whether it always thinks as long."""

    def backend(self, site: Site) -> Flask:
        """The backend, as it is while the session is recorded."""
        chance = random.Random(7)
        pause = (lambda: self.slow) if self.steady else (lambda: chance.random() * self.slow)
        return line(self.kind, site, thinks=pause, **self.details)

    def quick(self, site: Site) -> Flask:
        """The same one, which answers at once."""
        return line(self.kind, site, **self.details)


def menu(person: Person) -> None:
    """Through the menu to an agent, who hangs up."""
    person.phone(SALES, onRing="manual")
    call = person.calls(rdnis="+12025550111")
    person.sees("prompt.started")
    person.pause(37)
    person.does(call, "press", keys="1")
    person.sees("leg.ringing")
    person.pause(53)
    person.phone(SALES, "answer")
    person.sees("callback.answered", event="ace")
    person.pause(31)
    person.does(call, "hang-up", leg="callee")


def gives_up(person: Person) -> None:
    """A caller leaves while the backend still thinks about ICE, another one while it thinks about PIE."""
    call = person.calls()
    person.pause(40)
    person.does(call, "hang-up")
    person.rests()
    call = person.calls()
    person.sees("prompt.started", call)
    person.does(call, "press", keys="1")
    person.pause(30)
    person.does(call, "hang-up")


def changing_phone(person: Person) -> None:
    """One phone is not taken, then answered, then busy, then not taken again."""
    for behaviour in (
        {"onRing": "rings-out", "ringsFor": "60ms"},
        {"onRing": "answers", "ringsFor": "40ms", "hangsUpAfter": "50ms"},
        {"onRing": "busy", "ringsFor": "0ms"},
        {"onRing": "rings-out", "ringsFor": "30ms"},
    ):
        person.phone(SALES, **behaviour)
        person.calls()
        person.rests()


def two_ring(person: Person) -> None:
    """A phone rings for two callers at once, and takes the second one."""
    person.phone(SALES, onRing="manual")
    first = person.calls()
    second = person.calls(**{"from": SECOND})
    person.rings(first, second)
    person.does(second, "answer")
    person.pause(9)
    person.does(first, "decline")
    person.sees("callback.answered", event="ace")
    person.does(second, "hang-up")


def machine(person: Person, *, asynchronous: bool = False) -> None:
    """An operator has a number called at which a machine answers."""
    answerer = {"verdict": "machine", "reason": "longgreeting", "verdictAfter": "1100ms", "beepAfter": "1900ms"}
    person.phone(DESK, onRing="answers", ringsFor="300ms", answerer=answerer)
    action = {"name": "connectPstn", "number": DESK, "cli": person.number, "amd": {"enabled": True, "async": asynchronous}}
    ice = json.dumps({"action": action})
    person.rest("POST", "/callouts", {"method": "customCallout", "customCallout": {"cli": person.number, "ice": ice}})


def conference(person: Person) -> None:
    """Two people in a conference; an operator mutes one and throws it out."""
    first = person.calls()
    person.sees("prompt.started", first)
    person.does(first, "press", keys="4821")
    second = person.calls(**{"from": SECOND})
    person.sees("prompt.started", second)
    person.does(second, "press", keys="4821")
    person.sees("conference.joined", second)
    person.pause(20)
    person.rest("PATCH", f"/conferences/id/standup/{first}", {"command": "mute"})
    person.pause(15)
    person.rest("GET", "/conferences/id/standup")
    person.rest("DELETE", f"/conferences/id/standup/{first}")
    person.pause(15)
    person.does(second, "hang-up")


def fetched(person: Person) -> None:
    """A parked caller is fetched by an operator."""
    person.phone(DESK, onRing="answers", ringsFor="30ms")
    call = person.calls()
    person.sees("prompt.started", call)
    person.pause(60)
    to = {"name": "connectPstn", "number": DESK, "cli": person.number}
    person.rest("PATCH", f"/calls/id/{call}", {"action": to})
    person.sees("callback.answered", event="ace")
    person.pause(40)
    person.does(call, "hang-up")


def faults(person: Person) -> None:
    """The network fails in four ways, once between two calls that begin nearly at once."""
    person.control("PATCH", "/profile", {"callback_timeout": "2s"})
    person.control("POST", "/faults", {"kind": "slow-answer", "event": "ice", "milliseconds": 120})
    call = person.calls()
    person.sees("prompt.started", call)
    person.control("POST", "/faults", {"kind": "duplicate", "event": "pie"})
    person.phone(SALES, onRing="declines", ringsFor="10ms")
    person.does(call, "press", keys="1")
    person.rests()
    calls = [person.calls()]
    person.control("POST", "/faults", {"kind": "drop", "event": "ice"})
    calls += [person.calls(**{"from": SECOND}), person.calls(**{"from": THIRD})]
    person.sees("prompt.started", calls[2])
    person.control("POST", "/faults", {"kind": "status", "status": 500, "event": "dice", "call": calls[2]})
    for call in (calls[0], calls[2]):
        person.does(call, "hang-up")


def fired(person: Person) -> None:
    """Callbacks are made up in the middle of a call, and an old one is sent again."""
    call = person.calls()
    person.sees("prompt.started", call)
    person.control("POST", "/fire?wait=5", {"event": "pie", "set": {"menuResult.value": "sales"}, "call": call})
    person.control("POST", "/fire?wait=5", {"event": "ice", "set": {"cli": "46700000000"}})
    person.does(call, "hang-up")
    person.rests()
    told = person.control("GET", f"/calls/{call}")["callbacks"]
    ice = next(one["delivery"] for one in told if one["event"] == "ice")
    person.control("POST", f"/deliveries/{ice}/redeliver?wait=5")


def from_apps(person: Person) -> None:
    """An app calls another one, with headers and a text; then a SIP peer calls a number."""
    person.control("POST", "/users", {"name": "lin"})
    ticket = [{"key": "ticket", "value": "7"}]
    to = {"type": "username", "endpoint": "lin"}
    call = person.calls(origin="app", to=to, custom="hello 42", headers=ticket, **{"from": "anna"})
    person.sees("leg.answered", call)
    person.does(call, "lose-network", leg="callee")
    person.rests()
    headers = [{"key": "X-Queue", "value": "billing"}]
    call = person.calls(origin="sip", to=DESK, cli=person.number, headers=headers, **{"from": "pbx@example.test"})
    person.sees("callback.answered", call, event="ace")
    person.does(call, "hang-up")


def callouts(person: Person) -> None:
    """An operator has two people called: one hears a text, one joins a conference."""
    one = {"type": "number", "endpoint": SALES}
    two = {"type": "number", "endpoint": SUPPORT}
    for number in (SALES, SUPPORT):
        person.phone(number, onRing="answers", ringsFor="120ms", hangsUpAfter="600ms")
    tts = {"cli": person.number, "destination": one, "text": "Hello", "custom": "B-17", "enableAce": True}
    person.rest("POST", "/callouts", {"method": "ttsCallout", "ttsCallout": tts}, **{"X-CB-Language": "sv"})
    person.pause(20)
    room = {"cli": person.number, "destination": two, "conferenceId": "board", "greeting": "Welcome"}
    person.rest("POST", "/callouts", {"method": "conferenceCallout", "conferenceCallout": room})


def called_back(person: Person) -> None:
    """The backend calls back whoever called."""
    person.phone("+12025550143", onRing="answers", ringsFor="90ms", hangsUpAfter="150ms")
    person.calls()
    person.sees("call.created", origin="server")


def own_number(person: Person) -> None:
    """An app dials a number of the account itself; whoever answers there presses a key."""
    person.control("PATCH", "/profile", {"dialling_own_number": "inbound-call"})
    person.calls(origin="app", **{"from": "anna"})
    call = person.sees("prompt.started")["call"]
    person.pause(30)
    person.does(call, "press", keys="3")
    person.pause(40)
    person.does(call, "hang-up")


def other_circumstances(person: Person) -> None:
    """Switches, prices and credit change between calls."""
    person.phone(SALES, onRing="answers", ringsFor="40ms", hangsUpAfter="50ms")
    person.control("PATCH", "/settings", {"credit": 10})
    person.calls()
    person.rests()
    person.control("PATCH", "/profile", {"preset": "strict"})
    person.control("PATCH", "/profile", {"cli_with_plus": True})
    person.calls()
    person.rests()
    person.control("PUT", "/rates", {"currency": "SEK", "perMinute": {"46": 0.5, "": 1}})
    person.control("PATCH", "/settings", {"credit": 0})
    person.calls()


def crowd(person: Person) -> None:
    """Ten callers at once press keys and leave, each at a pace of its own."""
    person.phone(SALES, onRing="answers", ringsFor="300ms", hangsUpAfter="5s")
    person.phone(SUPPORT, onRing="busy", ringsFor="100ms")
    callers = [threading.Thread(target=_one_of_many, args=(Person(person.emulator), number)) for number in range(10)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()


def _one_of_many(person: Person, number: int) -> None:
    chance = random.Random(number)
    person.pause(chance.random() * 200)
    call = person.calls(**{"from": f"+120255501{number:02}"})
    if number < 2:
        person.pause(chance.random() * 60)
        person.tries(call, "hang-up")
        return
    person.sees("prompt.started", call)
    for _ in range(chance.randrange(4)):
        person.pause(chance.random() * 120)
        person.tries(call, "press", keys=chance.choice("1233*5"))
    person.pause(chance.random() * 120)
    person.tries(call, "hang-up")


SESSIONS: Mapping[str, Session] = {
    "menu": Session(menu, ivr.Reception),
    "menu, slow": Session(menu, ivr.Reception, slow=120, steady=True),
    "gives up": Session(gives_up, ivr.Reception, slow=110, steady=True),
    "changing phone": Session(changing_phone, routing.Forward),
    "two ring": Session(two_ring, routing.Forward),
    "machine": Session(machine, dialler.Campaign, settings={"speed": 8.0}),
    "machine, in passing": Session(
        partial(machine, asynchronous=True), dialler.Campaign, {"in_passing": True}, settings={"speed": 8.0}
    ),
    "conference": Session(conference, rooms.Rooms, settings={"speed": 4.0}),
    "fetched": Session(fetched, ivr.Queue, settings={"speed": 8.0}),
    "faults": Session(faults, ivr.Reception, settings={"speed": 4.0}),
    "fired": Session(fired, ivr.Reception),
    "apps and SIP": Session(from_apps, routing.Switchboard, settings={"speed": 8.0}),
    "callouts": Session(callouts, dialler.Reminder, settings={"speed": 4.0}),
    "called back": Session(called_back, dialler.CallBack, settings={"speed": 4.0}),
    "own number": Session(own_number, Both),
    "other circumstances": Session(other_circumstances, routing.Forward),
    "crowd": Session(crowd, ivr.Reception, settings={"speed": 8.0}, slow=60),
}
