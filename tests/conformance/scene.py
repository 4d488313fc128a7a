"""A running emulator in which every operation has something to work on, and a request for each that succeeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api_backend import Backend, connect
from api_client import Answer, Api, a_callout
from conformance.conforming import conforms, operation_named
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_NUMBERS

ROOM = "daily standup"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; ``{call}``, ``{member}`` and ``{recording}`` in its path stand for what a ``Scene`` has."""

    operation: str
    path: str
    json: object = None
    raw: bytes | None = None


def _room(rest: str = "") -> str:
    return f"/calling/v1/conferences/id/daily%20standup{rest}"


SAY = {"instructions": [{"name": "say", "text": "Two minutes remain.", "locale": "en-US"}], "action": {"name": "continue"}}
CALLBACKS = f"/v1/configuration/callbacks/applications/{DEFAULT_KEY}"
SUCCEEDS: tuple[Asked, ...] = (
    Asked("placeCallout", "/calling/v1/callouts", a_callout()),
    Asked("getCall", "/calling/v1/calls/id/{call}"),
    Asked("manageCall", "/calling/v1/calls/id/{call}", SAY),
    Asked("manageCallLeg", "/calling/v1/calls/id/{call}/leg/both", SAY),
    Asked("reportCall", "/calling/v1/callreport/callId/{call}", {"status": "Success", "details": "reached the customer"}),
    Asked("getConference", _room()),
    Asked("manageParticipant", _room("/{member}"), {"command": "onhold", "moh": "music1"}),
    Asked("removeParticipant", _room("/{member}")),
    Asked("endConference", _room()),
    Asked("listRecordings", "/calling/v1/recording?page=1&pageSize=10"),
    Asked("getRecording", "/calling/v1/recording/{recording}"),
    Asked("deleteRecording", "/calling/v1/recording/{recording}"),
    Asked("listNumbers", "/v1/configuration/numbers"),
    Asked("assignNumbers", "/v1/configuration/numbers", {"numbers": list(DEFAULT_NUMBERS)}),
    Asked("unassignNumber", "/v1/configuration/numbers", {"number": DEFAULT_NUMBERS[0]}),
    Asked("getCallbacks", CALLBACKS),
    Asked("updateCallbacks", CALLBACKS, {"url": {"primary": "http://127.0.0.1:9/voice"}}),
    Asked("queryNumber", "/v1/calling/query/number/+46701234567"),
)


class Scene:
    """One bridged call, one conference with one participant, one recording kept by the platform."""

    def __init__(self, **switches: Any) -> None:
        self.api = Api(**switches)
        record = {"name": "startRecording", "options": {"notificationEvents": True}}
        bridge = connect("connectPstn", number="+46701740642")
        answers = iter([{"instructions": [record], **bridge}, bridge])
        self.backend = Backend(self.api, ice=lambda _event: next(answers), ace={"action": {"name": "continue"}})
        recorded = self.backend.arrive()
        self.backend.run(3)
        self.backend.hang_up(recorded)
        self.call = self.backend.arrive()
        self.member = self.api.place_callout(method="conferenceCallout", conferenceId=ROOM, text=None, enableDice=True)
        self.backend.run(10)
        self.recording = str(self.api.get("/calling/v1/recording").json[0]["key"])

    def ask(self, asked: Asked, **more: Any) -> Answer:
        """Send a request, and check the answer against the document."""
        operation = operation_named(asked.operation)
        path = asked.path.format(call=self.call, member=self.member, recording=self.recording)
        answer = self.api.open(path, operation.method, json=asked.json, raw=asked.raw, **more)
        conforms(operation, answer)
        return answer
