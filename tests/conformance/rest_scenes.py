"""What has to be there for a REST example to come out as it is printed: calls, rooms, numbers, prices."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from api_backend import Backend, connect
from api_client import START, Answer, Api
from sinch_voice_emulator.model.account import Account, Application, OwnedNumber
from sinch_voice_emulator.model.call import Origin
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.model.ids import IdSource
from sinch_voice_emulator.model.money import RateTable
from sinch_voice_emulator.model.party import number, username
from sinch_voice_emulator.model.phone import OnRing, PhoneBehaviour
from sinch_voice_emulator.runtime.api_faults import ApiFault
from sinch_voice_emulator.settings import ApplicationSettings, Settings

Example = dict[str, Any]

KEY, SECRET = "c0ffee00-1a2b-4c3d-8e4f-5a6b7c8d9e0f", "ZW11bGF0b3Itc2VjcmV0IQ=="
"""The pair the reference's worked examples are made with."""
BASIC = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
STRANGER = "00000000-0000-0000-0000-000000000000"
AT_ONCE = PhoneBehaviour(rings_for=0)
DESK = "+46701740642"


@dataclass(slots=True)
class GivenIds(IdSource):
    """Gives out the identifiers of an example, then its own."""

    given: dict[str, list[str]] = field(default_factory=dict)

    def next(self, kind: str) -> str:
        """The next identifier of ``kind``."""
        return self.given[kind].pop(0) if self.given.get(kind) else IdSource.next(self, kind)


class Stage:
    """An emulator with one application, on which an example is set up. ``ids`` decides what the next things are called."""

    def __init__(self, example: Example, switches: dict[str, Any]) -> None:
        self.example = example
        self.answer: Any = example["response"] if isinstance(example["response"], dict) else {}
        self.segments: list[str] = example["path"].partition("?")[0].strip("/").split("/")
        settings = Settings(applications=(ApplicationSettings(KEY, SECRET),), numbers=())
        self.api = Api(settings=settings, start=self._start(), **switches)
        self.runtime = self.api.emulator.account()
        self.account: Account = self.runtime.account
        self.ids = GivenIds("examples")
        self.runtime.read(lambda engine, _now: setattr(engine.state, "ids", self.ids))

    def _start(self) -> int:
        """When the call of the example was placed, if it says so."""
        told = self.answer.get("timestamp")
        return round(datetime.fromisoformat(told).timestamp() * 1000) if told else START

    def ask(self) -> Answer:
        """Send the example's request, exactly; what comes out should be called as in the example."""
        self.ids.given = {
            "reference": [self.answer["reference"]] if "reference" in self.answer else [],
            "call": [self.answer["callId"]] if "callId" in self.answer else [],
        }
        example = self.example
        raw = example.get("request_raw_body")
        return self.api.open(
            example["path"],
            example["method"],
            json=example["request"] if raw is None else None,
            raw=raw.encode() if raw is not None else None,
            host=example["host"],
            authorization=None if "request_headers" in example else BASIC,
            headers=example.get("request_headers"),
        )

    def answering(self, **answers: Any) -> Backend:
        """A backend for the application."""
        return Backend(self.api, KEY, **answers)

    def call_out(self, method: str, call_id: str, **details: object) -> str:
        """Place a callout whose call has this id."""
        self.ids.given["call"] = [call_id]
        placed = self.api.post("/calling/v1/callouts", {"method": method, method: details}, authorization=BASIC)
        assert placed.json == {"callId": call_id}, placed.text
        return call_id


def the_call(stage: Stage) -> None:
    """The call that is looked at: placed when the example says, and over after as long as it says."""
    told = stage.answer
    amount = Decimal(str(told["userRate"]["amount"]))
    stage.account.rates = RateTable(told["userRate"]["currencyId"], {"": amount})
    callee = number(told["to"]["endpoint"])
    seconds = told["duration"]
    hangs_up = seconds * 1000 if told["reason"] == "CALLEEHANGUP" else None
    rings = OnRing.BUSY if told["result"] == "BUSY" else OnRing.ANSWERS
    stage.account.phones[callee] = replace(AT_ONCE, on_ring=rings, hangs_up_after=hangs_up)
    if "from" in told:
        backend = stage.answering(ice=connect("connectPstn"), ace=connect("continue"))
        stage.ids.given["call"] = [told["callId"]]
        backend.arrive(Origin.APP, callee, custom=told["custom"], caller=username(told["from"]["endpoint"]))
    else:
        backend = stage.answering()
        details = {"destination": {"type": "number", "endpoint": callee.endpoint}, "cli": "+46850001000"}
        stage.call_out("customCallout", told["callId"], **details, custom=told["custom"])
    backend.run(seconds + 0.5)
    if told["reason"] == "MANAGERHANGUP":
        ended = stage.api.patch(f"/calling/v1/calls/id/{told['callId']}", connect("hangup"), authorization=BASIC)
        assert ended.status_code == 204
        backend.settle()


def bridged_call(stage: Stage) -> None:
    """A caller connected to a desk, with the id in the example's path."""
    _arrived(stage, connect("connectPstn", number=DESK))


def parked_call(stage: Stage) -> None:
    """A caller who is parked."""
    _arrived(stage, connect("park"))


def _arrived(stage: Stage, ice: Any) -> None:
    at = next(index for index, segment in enumerate(stage.segments) if segment in ("id", "callId"))
    backend = stage.answering(ice=ice, ace=connect("continue"))
    stage.account.numbers[("+46850001000", "voice")] = OwnedNumber("+46850001000", application=KEY)
    stage.ids.given["call"] = [stage.segments[at + 1]]
    backend.arrive(to=number("+46850001000"))
    backend.run(10)


def the_room(stage: Stage) -> None:
    """A conference with the participants of the example, each there for as long as it says."""
    at = stage.segments.index("id")
    name = stage.segments[at + 1].replace("%20", " ")
    someone = {
        "cli": "+46850001000",
        "id": "b54a0b0e-9f8e-4a57-8a0f-2b9d7b1c6e21",
        "duration": 5,
        "muted": False,
        "onhold": False,
    }
    if len(stage.segments) > at + 2 and "unknown_participant" not in stage.example["name"]:
        someone["id"] = stage.segments[at + 2]
    participants = stage.answer.get("participants", [someone])
    backend = stage.answering(ice=lambda _event: connect("connectConf", conferenceId=name, cli="myUserName"))
    stage.account.phones[number(DESK)] = AT_ONCE
    began = max(one["duration"] for one in participants)
    for index, one in enumerate(participants):
        _join(stage, backend, name, one)
        later = participants[index + 1]["duration"] if index + 1 < len(participants) else 0
        backend.run(one["duration"] - later)
    assert stage.api.clock.now() == START + began * 1000


def _join(stage: Stage, backend: Backend, room: str, one: Any) -> None:
    if one["cli"].startswith("+"):
        desk = {"type": "number", "endpoint": DESK}
        stage.call_out("conferenceCallout", one["id"], destination=desk, conferenceId=room, cli=one["cli"])
    else:
        stage.ids.given["call"] = [one["id"]]
        backend.arrive(Origin.APP, username(room))
    backend.run(0)
    commands = [command for flag, command in (("muted", "mute"), ("onhold", "onhold")) if one[flag]]
    for command in commands:
        path = f"/calling/v1/conferences/id/{room}/{one['id']}"
        assert stage.api.patch(path, {"command": command}, authorization=BASIC).status_code == 200


def the_numbers(stage: Stage) -> None:
    """The numbers that are listed, or those a request is about: free when they are to be assigned, else assigned."""
    for owned in stage.answer.get("numbers", ()):
        _own(stage, owned["number"], owned.get("applicationkey"), owned["capability"])
    asked = stage.example["request"]
    if asked is None or "error.not" in stage.example["name"]:
        return
    key = next((value for name, value in asked.items() if name.lower().replace("_", "") == "applicationkey"), KEY)
    listed = asked.get("numbers", asked.get("number"))
    for one in [listed] if isinstance(listed, str) else listed:
        _own(stage, one, key if stage.example["method"] == "DELETE" else None, asked.get("capability", "voice"))
    _know(stage, key)


def _own(stage: Stage, one: str, key: str | None, capability: str) -> None:
    stage.account.numbers[(one, capability)] = OwnedNumber(one, capability, key)
    if key is not None:
        _know(stage, key)


def _know(stage: Stage, key: str) -> None:
    if key not in (KEY, STRANGER):
        stage.account.add_application(Application(key, SECRET))


def the_callbacks(stage: Stage) -> None:
    """The application of the path, with the addresses that are to be shown."""
    key = stage.segments[-1]
    _know(stage, key)
    shown = stage.answer.get("url")
    if shown:
        stage.account.applications[key].callback = CallbackTarget(shown["primary"], shown["fallback"])


def the_prices(stage: Stage) -> None:
    """The price that is shown, and whether the account may call there."""
    shown = stage.answer.get("number")
    if shown:
        stage.account.rates = RateTable(shown["rate"]["currencyId"], {"": Decimal(str(shown["rate"]["amount"]))})
        stage.account.blocked = (shown["normalizedNumber"][1:],) if shown["restricted"] else ()


def the_recording(stage: Stage) -> None:
    """A recording that the platform keeps, called as in the example."""
    listed = stage.example["response"]
    key = listed[0]["key"] if listed else stage.segments[-1]
    stamp, _, call_id = key.removesuffix(".mp3").split("_")
    began = datetime.strptime(f"{stamp}+0000", "%Y%m%d%H%M%S%z").timestamp()
    stage.api.clock.set(round(began * 1000))
    record = {"name": "startRecording", "options": {"format": "mp3"}}
    backend = stage.answering(ice={"instructions": [record], **connect("park")})
    stage.ids.given["call"] = [call_id]
    stage.account.numbers[("+46850001000", "voice")] = OwnedNumber("+46850001000", application=KEY)
    backend.arrive(to=number("+46850001000"))
    ended = datetime.fromisoformat(listed[0]["createdOn"]).timestamp() if listed else began + 10
    backend.run(ended - began)
    backend.hang_up(call_id)


def no_credit(stage: Stage) -> None:
    """An account that cannot pay."""
    stage.account.credit = Decimal(0)


def forbidden_destination(stage: Stage) -> None:
    """An account that may not call there."""
    stage.account.blocked = (stage.example["request"]["ttsCallout"]["destination"]["endpoint"][1:],)


def ordered_failure(stage: Stage) -> None:
    """A failure that a test ordered."""
    told = stage.answer
    usual = {50000: "General error; try submitting request again"}.get(told["errorCode"])
    message = told["message"] if usual and told["message"] != usual else ""
    stage.api.emulator.api_faults("default").add(ApiFault("", told["errorCode"] // 100, message=message))


SCENES: dict[str, Callable[[Stage], None]] = {
    "account": lambda _stage: None,
    "call": the_call,
    "bridged call": bridged_call,
    "parked call": parked_call,
    "room": the_room,
    "numbers": the_numbers,
    "callbacks": the_callbacks,
    "prices": the_prices,
    "recording": the_recording,
    "no credit": no_credit,
    "forbidden destination": forbidden_destination,
    "ordered failure": ordered_failure,
}
