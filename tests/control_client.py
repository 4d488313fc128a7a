"""A client of the control API inside the test's own process. Every answer is held against ``openapi/control.yaml``."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from werkzeug.test import Client, TestResponse

from sinch_voice_emulator.api.app import create_app
from sinch_voice_emulator.api.control import forms_of
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.delivery import Attempt, Delivery
from sinch_voice_emulator.runtime.clocks import AccountClock
from sinch_voice_emulator.runtime.ports import Answer, Failure, FailureKind
from sinch_voice_emulator.settings import DEFAULT_KEY, Settings
from sinch_voice_emulator.v1 import spec
from sinch_voice_emulator.v1.spec import Operation

START = 1_772_366_400_000
"""2026-03-01T12:00:00Z."""

NUMBER = "+12025550100"
CALLER = "+46701740605"
KEY = DEFAULT_KEY


def operation_at(method: str, path: str) -> Operation | None:
    """The documented operation behind a method and a path, ``None`` when there is none."""
    wanted = "GET" if method == "HEAD" else method
    candidates = []
    for operation in spec.control().operations():
        for form in forms_of(operation.path):
            pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(form)) + "/?"
            if operation.method == wanted and re.fullmatch(pattern, path):
                candidates.append((form.count("{"), operation))
    return min(candidates, key=lambda one: one[0])[1] if candidates else None


def conforms(method: str, path: str, answer: TestResponse) -> None:
    """Check status, media type and body of an answer against the document. Errors have one shape everywhere."""
    if answer.status_code >= 400:
        assert answer.mimetype == "application/json", answer.text
        if method != "HEAD":
            assert spec.control().problems("Error", answer.json) == [], answer.text
        return
    operation = operation_at(method, path)
    assert operation is not None, f"{method} {path} is not in control.yaml"
    documented = operation.definition["responses"].get(str(answer.status_code))
    assert documented is not None, f"{operation.id} does not document {answer.status_code}"
    if "content" not in documented:
        assert answer.data == b""
        assert "content-type" not in answer.headers
        return
    assert answer.mimetype in documented["content"]
    if answer.mimetype == "application/json" and method != "HEAD":
        component = documented["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert spec.control().problems(component, answer.json) == [], answer.text


class Control:
    """An emulator on a clock that stands still, and its control API, below ``/_emulator``."""

    def __init__(self, **settings: Any) -> None:
        self.clock = AccountClock(START, "manual")
        self.emulator = Emulator(Settings(**({"public_url": "http://emulator.test"} | settings)), lambda: self.clock)
        self.app: Flask = create_app(self.emulator)
        self.client = Client(self.app)
        self.account = ""

    def open(self, method: str, path: str, json: object = None, **more: Any) -> TestResponse:
        """One request and its answer, checked."""
        full = f"/_emulator{self.account and f'/accounts/{self.account}'}{path}"
        sent: dict[str, Any] = dict(more)
        if json is not None:
            sent["json"] = json
        answer = self.client.open(full, method=method, **sent)
        conforms(method, full.partition("?")[0], answer)
        return answer

    def get(self, path: str, **more: Any) -> Any:
        """The JSON of a GET that succeeds."""
        answer = self.open("GET", path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, path: str, json: object = None, status: int = 200, **more: Any) -> Any:
        """The JSON of a POST that succeeds."""
        answer = self.open("POST", path, json, **more)
        assert answer.status_code == status, answer.text
        return answer.json

    def refused(
        self,
        method: str,
        path: str,
        json: object = None,
        *,
        status: int,
        says: str,
        at: str = "",
        nearest: str = "",
        **more: Any,
    ) -> None:
        """Check a refusal whole: status, one sentence without a traceback, path, nearest name; and that nothing changed."""
        before = len(self.emulator.account(self.account or "default").journal) if self._exists() else 0
        answer = self.open(method, path, json, **more)
        assert answer.status_code == status, answer.text
        error = (answer.json or {})["error"]
        assert says in error["message"], error["message"]
        assert "Traceback" not in answer.text
        assert "\n" not in error["message"]
        assert at in ("", error.get("path"))
        assert nearest in ("", error.get("nearest"))
        if self._exists():
            assert len(self.emulator.account(self.account or "default").journal) == before

    def _exists(self) -> bool:
        return (self.account or "default") in self.emulator.accounts

    # --- situations ----------------------------------------------------------------------------------------------------

    def answers_at(self, url: str = "http://127.0.0.1:9/voice") -> None:
        """Give the default application a callback URL; the test plays the backend."""
        self.open("PUT", f"/applications/{KEY}", {"callback": {"primary": url}})

    def incoming(self, **more: object) -> str:
        """An incoming call that waits for the answer to ICE; its id."""
        return str(self.post("/calls", {"from": CALLER, "to": NUMBER} | more, status=201)["callId"])

    def delivery(self) -> Delivery:
        """The one callback that may leave now."""
        (found,) = self.emulator.account(self.account or "default").take_ready()
        return found

    def reply(self, body: str = "", status: int = 200) -> Delivery:
        """Answer the one callback that may leave now."""
        found = self.delivery()
        runtime = self.emulator.account(self.account or "default")
        headers = (("content-type", "application/json"),)
        attempt = Attempt(found.target.primary, (("x-timestamp", "now"),), status, headers, body.encode(), wall_ms=1.5)
        runtime.attempted(found, attempt)
        runtime.conclude(found.id, Answer(status, headers, body.encode()))
        return found

    def fail(self, error: str = "nobody answers") -> Delivery:
        """Let the one callback that may leave now fail."""
        found = self.delivery()
        runtime = self.emulator.account(self.account or "default")
        runtime.attempted(found, Attempt(found.target.primary, (), error=error, wall_ms=2.0))
        runtime.conclude(found.id, Failure(FailureKind.BROKEN, error))
        return found

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.set(self.clock.now() + round(seconds * 1000))
        self.emulator.account(self.account or "default").fire_due()

    def state(self, call: str) -> CallState:
        """What a call is doing."""
        return CallState(self.get(f"/calls/{call}")["state"])
