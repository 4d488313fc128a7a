"""What happened, and what was logged elsewhere, as scenarios over the control API."""

from __future__ import annotations

import json

import pytest

from control_client import Control
from sinch_voice_emulator.scenario import reading


@pytest.fixture
def control() -> Control:
    return Control()


def test_what_happened_since_a_cursor(control: Control) -> None:
    control.post("/calls", {"from": "+12025550143", "to": "+12025550100"}, status=201)
    after = control.get("/accounts/default")["journal"]
    control.post("/calls", {"from": "+12025550144", "to": "+12025550100"}, status=201)
    found = control.get(f"/scenario?after={after}&name=Second")
    assert found["scenario"]["name"] == "Second"
    assert found["scenario"]["steps"][0]["incoming_call"]["from"] == "+12025550144"
    assert (found["calls"], found["steps"]) == (1, len(found["scenario"]["steps"]))
    assert reading.load(found["text"], "recorded.yaml").name == "Second"
    assert len(control.get("/scenario")["scenario"]["steps"]) > found["steps"]


def test_the_file_alone(control: Control) -> None:
    control.post("/calls", {"from": "+12025550143", "to": "+12025550100"}, status=201)
    text = control.get("/scenario")["text"]
    for asked in (
        control.open("GET", "/scenario?format=yaml"),
        control.open("GET", "/scenario", headers={"Accept": "text/yaml"}),
        control.open("GET", "/scenario?format=yaml", headers={"Accept": "application/json"}),
    ):
        assert (asked.status_code, asked.mimetype, asked.text) == (200, "text/yaml", text)
    for accept in ("application/json", "*/*", "application/json, text/yaml"):
        assert control.open("GET", "/scenario", headers={"Accept": accept}).mimetype == "application/json"
    control.refused("GET", "/scenario?format=xml", status=400, says="format", at="?format")


def test_a_reset_in_between(control: Control) -> None:
    after = control.get("/accounts/default")["journal"]
    control.post("/calls", {"from": "+12025550143", "to": "+12025550100"}, status=201)
    control.open("POST", "/reset")
    control.refused("GET", f"/scenario?after={after}", status=409, says="the account was reset while it was recorded")


def test_nothing_to_tell(control: Control) -> None:
    control.refused("GET", "/scenario", status=409, says="nothing happened that a scenario could tell")
    control.refused("GET", "/scenario?call=nobody", status=404, says="no call nobody began")


def test_callbacks_from_elsewhere(control: Control) -> None:
    line = json.dumps({"event": "ice", "callid": "a", "cli": "12025550143"})
    found = control.post("/scenarios/import", {"callbacks": line, "name": "From production"})
    assert found["scenario"]["steps"] == [{"fire": {"event": "ice", "with": {"callid": "${call}", "cli": "12025550143"}}}]
    control.refused("POST", "/scenarios/import", {"callbacks": "nonsense"}, status=400, says="callbacks:1: is not JSON")
    ice = {"event": "ice", "callid": "a", "cli": "12025550143", "to": {"type": "did", "endpoint": "+12025550100"}}
    found = control.post("/scenarios/import", {"callbacks": json.dumps(ice), "asCalls": True})
    assert [word for step in found["scenario"]["steps"] for word in step] == ["incoming_call", "expect"]
    assert found["calls"] == 1
