"""The sample backend believes nobody but the platform, and answers each event with SVAML."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from sinch_voice_emulator.sample_backend import create_app, is_recent

KEY, SECRET = "7c1d3f0a-5b2e-4f86-9a0d-2f6b8e1c4d70", "BeIukql3pTKJ8RGL5zo0DA=="
CONTENT_TYPE = "application/json; charset=utf-8"


@pytest.fixture
def client() -> FlaskClient:
    return create_app(KEY, SECRET, "+46701740642").test_client()


def now(**ago: int) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def headers(body: bytes, timestamp: str, path: str = "/voice", key: str = KEY) -> dict[str, str]:
    md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
    text = f"POST\n{md5}\n{CONTENT_TYPE}\nx-timestamp:{timestamp}\n{path}"
    signature = base64.b64encode(hmac.new(base64.b64decode(SECRET), text.encode(), hashlib.sha256).digest()).decode()
    return {"Authorization": f"application {key}:{signature}", "x-timestamp": timestamp, "Content-Type": CONTENT_TYPE}


def post(client: FlaskClient, event: dict[str, Any]) -> Any:
    body = json.dumps(event).encode()
    response = client.post("/voice", data=body, headers=headers(body, now()))
    assert response.status_code == 200
    return response.get_json()


def test_a_call_from_ring_to_end(client: FlaskClient) -> None:
    assert post(client, {"event": "ice"})["action"]["name"] == "runMenu"
    to_agent = post(client, {"event": "pie", "menuResult": {"type": "return", "value": "sales"}})
    assert to_agent["action"] == {"name": "connectPstn", "number": "+46701740642"}
    for result in ({"type": "return", "value": "leave"}, {"type": "timeout", "value": ""}):
        assert post(client, {"event": "pie", "menuResult": result})["action"] == {"name": "hangup"}
    assert post(client, {"event": "ace"}) == {"action": {"name": "continue"}}
    assert post(client, {"event": "dice"}) == {}
    assert post(client, {"event": "notify"}) == {}


def test_it_believes_nobody_else(client: FlaskClient) -> None:
    body = b'{"event":"ice"}'
    right = headers(body, now())
    assert client.post("/voice", data=body, headers=right).status_code == 200
    for wrong in (
        {},
        headers(body + b" ", now()),
        headers(body, now(), path="/other"),
        headers(body, now(), key="another"),
        headers(body, now(minutes=6)),
        headers(body, "yesterday"),
        right | {"Authorization": right["Authorization"].replace("application", "Basic")},
        right | {"Content-Type": "application/json"},
    ):
        assert client.post("/voice", data=body, headers=wrong).status_code == 401


def test_time_stamps() -> None:
    assert is_recent(now().removesuffix("Z"))
    assert not is_recent("2024-01-19T09:19:28.9372196Z")


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SINCH_APPLICATION_KEY", KEY)
    monkeypatch.setenv("SINCH_APPLICATION_SECRET", SECRET)
    monkeypatch.setenv("AGENT", "+1")
    body = b'{"event":"pie","menuResult":{"type":"return","value":"sales"}}'
    answer = create_app().test_client().post("/voice", data=body, headers=headers(body, now())).get_json()
    assert answer["action"]["number"] == "+1"
