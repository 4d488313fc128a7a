"""Stubs through the control API: list, add, replace, remove, switch, restore; and what is said of bad ones."""

from __future__ import annotations

from typing import Any

import pytest

from control_client import Control
from sinch_voice_emulator.stubs.reading import stub_from_json

STUB: dict[str, Any] = {"name": "late", "when": {"path": "/x"}, "answer": {"text": "late"}, "times": 2}


@pytest.fixture
def control() -> Control:
    """An emulator whose one stub is of a file."""
    document = {"name": "of the file", "when": {"path": "/x"}, "answer": {"text": "file"}}
    return Control(stubs=(stub_from_json(document, source="s.yaml:2"),))


def names(control: Control) -> list[str]:
    return [one["stub"]["name"] for one in control.get("/stubs")["stubs"]]


def answered(control: Control) -> str:
    return control.client.get("/x").text


def test_listing(control: Control) -> None:
    assert answered(control) == "file"
    document = {"name": "of the file", "when": {"path": "/x"}, "answer": {"text": "file"}}
    shown = {"id": "1", "source": "s.yaml:2", "enabled": True, "answered": 1, "left": None, "stub": document}
    assert control.get("/stubs") == {"enabled": True, "stubs": [shown]}
    assert control.get("/stubs/1") == shown


def test_one_that_is_added_comes_first_and_is_used_up(control: Control) -> None:
    added = control.post("/stubs", STUB, status=201)
    assert added == {"id": "2", "source": None, "enabled": True, "answered": 0, "left": 2, "stub": STUB}
    assert names(control) == ["late", "of the file"]
    assert [answered(control) for _ in range(3)] == ["late", "late", "file"]
    assert control.get("/stubs/2")["left"] == 0
    entries = [dict(entry.data) for entry in control.emulator.account().journal.read().entries]
    assert {"added": {"id": "2", "name": "late"}, "enabled": True} in entries


def test_replacing_one(control: Control) -> None:
    replaced = control.open("PUT", "/stubs/1", {"answer": {"text": "new"}})
    assert (replaced.status_code, (replaced.json or {})["source"]) == (200, None)
    assert answered(control) == "new"


def test_replacing_all(control: Control) -> None:
    set_all = control.open("PUT", "/stubs", {"stubs": [STUB, STUB | {"name": "b"}]})
    assert set_all.status_code == 200
    assert names(control) == ["late", "b"]


def test_switching(control: Control) -> None:
    assert control.open("PATCH", "/stubs/1", {"enabled": False}).status_code == 200
    assert "40400" in answered(control)
    assert control.open("PATCH", "/stubs/1", {"enabled": True}).status_code == 200
    assert answered(control) == "file"
    assert control.open("PATCH", "/stubs", {"enabled": False}).status_code == 200
    assert "40400" in answered(control)
    assert control.get("/stubs")["enabled"] is False


def test_removing(control: Control) -> None:
    control.post("/stubs", STUB, status=201)
    assert control.open("DELETE", "/stubs/2").status_code == 204
    assert names(control) == ["of the file"]
    assert (control.open("DELETE", "/stubs").json or {}) == {"cleared": 1}
    assert names(control) == []


@pytest.mark.parametrize("path", ["/stubs/restore", "/accounts/default/reset"])
def test_those_of_the_file_come_back(control: Control, path: str) -> None:
    answered(control)
    control.open("PUT", "/stubs", {"stubs": [STUB]})
    control.open("PATCH", "/stubs", {"enabled": False})
    assert control.open("POST", path).status_code == 200
    shown = control.get("/stubs")
    assert (shown["enabled"], names(control), shown["stubs"][0]["answered"]) == (True, ["of the file"], 0)
    assert shown["stubs"][0]["id"] not in ("1", "2"), "an id means one stub only"


@pytest.mark.parametrize(
    ("stub", "says", "at", "near"),
    [
        ({}, "answer is missing", "$.answer", ""),
        ({"answer": {}, "wehn": {}}, "there is no member wehn here", "$.wehn", "when"),
        ({"answer": {}, "when": {"path": "x"}}, "path should be a path that begins with /", "$.when.path", ""),
        ({"answer": {}, "when": {"path": "/{a-b}"}}, "{a-b} must be a name", "$.when.path", ""),
        ({"answer": {}, "when": {"method": "get"}}, "method should be one of", "$.when.method", "GET"),
        ({"answer": {"body": 1, "status": 204}}, "an answer of status 204 has no body", "$.answer.status", ""),
        ({"answer": {"headers": {"Date": "now"}}}, "Date is set by the server", "$.answer.headers.Date", ""),
        (
            {"answer": {"body": [{"a": "{{ requst.body }}"}]}},
            "there is no requst",
            "$.answer.body[0].a",
            "request",
        ),
    ],
)
def test_bad_stubs(control: Control, stub: dict[str, Any], says: str, at: str, near: str) -> None:
    control.refused("POST", "/stubs", stub, status=400, says=says, at=at, nearest=near)
    control.refused("PUT", "/stubs/1", stub, status=400, says=says, at=at, nearest=near)
    control.refused("PUT", "/stubs", {"stubs": [stub]}, status=400, says=says, at=at.replace("$", "$.stubs[0]"), nearest=near)
    assert names(control) == ["of the file"]


def test_unknown_ones(control: Control) -> None:
    for method, body in (("GET", None), ("PUT", STUB), ("PATCH", {"enabled": True}), ("DELETE", None)):
        control.refused(method, "/stubs/7", body, status=404, says="there is no stub '7'")


def test_there_is_an_end_to_them(control: Control) -> None:
    assert control.open("PUT", "/stubs", {"stubs": [STUB] * 1000}).status_code == 200
    control.refused("POST", "/stubs", STUB, status=409, says="at most 1000 stubs")
