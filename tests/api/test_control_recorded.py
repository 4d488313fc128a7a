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
    assert found["steps"] == len(found["scenario"]["steps"])
    assert reading.load(found["text"], "recorded.yaml").name == "Second"
    assert len(control.get("/scenario")["scenario"]["steps"]) > found["steps"]


def test_nothing_to_tell(control: Control) -> None:
    control.refused("GET", "/scenario", status=409, says="nothing happened that a scenario could tell")
    control.refused("GET", "/scenario?call=nobody", status=404, says="no call nobody began")


def test_callbacks_from_elsewhere(control: Control) -> None:
    line = json.dumps({"event": "ice", "callid": "a", "cli": "12025550143"})
    found = control.post("/scenarios/import", {"callbacks": line, "name": "From production"})
    assert found["scenario"]["steps"] == [{"fire": {"event": "ice", "with": {"callid": "${call}", "cli": "12025550143"}}}]
    control.refused("POST", "/scenarios/import", {"callbacks": "nonsense"}, status=400, says="callbacks:1: is not JSON")
