"""A client of the Voice API inside the test's own process, with the checks every error answer has to pass."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

from werkzeug.test import Client, TestResponse

from sinch_voice_emulator.api.app import create_app
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.runtime.clocks import ManualClock
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_SECRET, Settings
from sinch_voice_emulator.v1 import spec

START = 1_772_366_400_000
"""2026-03-01T12:00:00Z."""


def a_callout(method: str = "ttsCallout", **changes: object) -> dict[str, Any]:
    """The body of a callout that works; a member set to ``None`` is left out."""
    details: dict[str, object] = {
        "cli": "+12025550100",
        "destination": {"type": "number", "endpoint": "+46701234567"},
        "text": "Your table is ready.",
    }
    details |= changes
    return {"method": method, method: {name: value for name, value in details.items() if value is not None}}


class Answer(TestResponse):
    """An answer whose JSON body the tests take as it comes."""

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return self.get_json()


class Api:
    """An emulator on a clock that stands still, and its application's client."""

    def __init__(self, *, auth: bool = True, settings: Settings | None = None, start: Instant = START, **switches: Any) -> None:
        self.clock = ManualClock(start)
        settings = replace(settings or Settings(), auth=auth, public_url="http://emulator.test")
        self.emulator = Emulator(replace(settings, profile=replace(settings.profile, **switches)), lambda: self.clock)
        self.client = Client(create_app(self.emulator), Answer)

    def headers(self) -> dict[str, str]:
        """Basic credentials of the default application."""
        return {"Authorization": "Basic " + base64.b64encode(f"{DEFAULT_KEY}:{DEFAULT_SECRET}".encode()).decode()}

    def target(self) -> CallbackTarget:
        """An address that callbacks can go to; nobody is there."""
        return CallbackTarget("http://127.0.0.1:9/voice")

    def open(
        self,
        path: str,
        method: str = "GET",
        *,
        json: object = None,
        raw: bytes | None = None,
        host: str = "",
        authorization: str | None = "",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request. ``authorization=None`` sends none, ``""`` the default application's."""
        sent = dict(headers or {})
        if authorization is not None:
            sent |= self.headers() if authorization == "" else {"Authorization": authorization}
        if host:
            sent["Host"] = host
        body: dict[str, Any] = {"data": raw} if raw is not None else {"json": json} if json is not None else {}
        answer = self.client.open(path, method=method, headers=sent, buffered=True, **body)
        assert isinstance(answer, Answer)
        return answer

    def get(self, path: str, **more: Any) -> Answer:
        """A GET."""
        return self.open(path, "GET", **more)

    def post(self, path: str, json: object, **more: Any) -> Answer:
        """A POST."""
        return self.open(path, "POST", json=json, **more)

    def patch(self, path: str, json: object, **more: Any) -> Answer:
        """A PATCH."""
        return self.open(path, "PATCH", json=json, **more)

    def delete(self, path: str, json: object = None, **more: Any) -> Answer:
        """A DELETE."""
        return self.open(path, "DELETE", json=json, **more)

    def place_callout(self, **changes: object) -> str:
        """Place a callout; the id of its call."""
        placed = self.post("/calling/v1/callouts", a_callout(**changes))  # type: ignore[arg-type]
        assert placed.status_code == 200, placed.text
        return str(placed.json["callId"])

    def advance(self, seconds: float) -> None:
        """Let time pass; everything due in between happens at its own instant."""
        self.clock.set(self.clock.now() + round(seconds * 1000))
        self.emulator.account().fire_due()

    def last_request(self) -> dict[str, Any]:
        """What the journal says of the latest request."""
        entries = self.emulator.account().journal.read().entries
        return dict(next(entry.data for entry in reversed(entries) if entry.kind == "api.request"))

    @staticmethod
    def refuses(answer: Answer, status: int, code: int, message: str = "") -> None:
        """Check an error answer whole: status, shape, code, a reference, and the message where one is given."""
        assert (answer.status_code, answer.mimetype) == (status, "application/json"), answer.text
        body = answer.json
        assert body is not None
        assert spec.voice().problems("Error", body) == []
        assert body["errorCode"] == code
        assert message in ("", body["message"])
        assert "www-authenticate" not in answer.headers
