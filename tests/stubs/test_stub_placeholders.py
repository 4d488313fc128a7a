"""Placeholders: what they stand for, and what is said of those that stand for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from sinch_voice_emulator.stubs.placeholders import Filling, Occasion, complaint
from sinch_voice_emulator.stubs.values import ABSENT, Request

BODY = {"method": "ttsCallout", "ttsCallout": {"destination": {"endpoint": "+46"}, "rate": 5, "tags": ["a", {"b": None}]}}


def filling(body: object = BODY) -> Filling:
    request = Request("POST", "/v1/x", {"page": "2"}, {"x-cb-tag": "t"}, body)
    ids = iter(["id-1", "id-2"])
    return Filling(Occasion(request, {"callId": "c1"}, 7, "2026-03-01T12:00:00Z", lambda: next(ids)))


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ request.method }}", "POST"),
        ("{{request.path}}", "/v1/x"),
        ("{{ request.query.page }}", "2"),
        ("{{ request.headers.X-CB-Tag }}", "t"),
        ("{{ request.body.ttsCallout.destination.endpoint }}", "+46"),
        ("{{ request.body.ttsCallout.rate }}", 5),
        ("{{ request.body.ttsCallout.tags }}", ["a", {"b": None}]),
        ("{{ request.body.ttsCallout.tags.0 }}", "a"),
        ("{{ request.body.ttsCallout.tags.9 }}", None),
        ("{{ request.body.method.more }}", None),
        ("{{ request.body.nothing }}", None),
        ("{{ path.callId }}", "c1"),
        ("{{ count }}", 7),
        ("{{ count:06 }}", "000007"),
        ("{{ now }}", "2026-03-01T12:00:00Z"),
        ("call {{ path.callId }} no. {{ count }}: {{ request.body.ttsCallout.tags }}", 'call c1 no. 7: ["a",{"b":null}]'),
        ("<{{ request.body.nothing }}>", "<>"),
        (" {{ count }}", " 7"),
        ("{{ count }}{{ count }}", "77"),
        ({"a": ["{{ count }}", 1, True, None], "{{ count }}": "x"}, {"a": [7, 1, True, None], "{{ count }}": "x"}),
        ("no placeholder", "no placeholder"),
    ],
)
def test_what_they_stand_for(template: object, value: object) -> None:
    found = filling().value(template)
    assert found == value
    assert type(found) is type(value)


def test_an_id_is_the_same_within_an_answer() -> None:
    assert filling().value(["{{ id }}", "x{{ id }}"]) == ["id-1", "xid-1"]


def test_a_request_without_a_body() -> None:
    assert filling(ABSENT).value(["{{ request.body }}", "{{ request.body.x }}"]) == [None, None]


def test_what_comes_in_is_not_filled_in_again() -> None:
    found: Any = filling({"a": "{{ count }}"}).value("{{ request.body.a }} {{ request.body.a }}")
    assert found == "{{ count }} {{ count }}"


@pytest.mark.parametrize(
    ("template", "says", "near"),
    [
        ("{{ requst.body }}", "there is no requst; a placeholder begins with request, path, count, now, id", "request"),
        ("{{ request.boddy }}", "a request has method, path, query, headers, body, but not boddy", "body"),
        ("{{ request }}", "a request has method, path, query, headers, body, but not nothing", ""),
        ("{{ path.callid }}", "the names of the path are callId", "callId"),
        ("{{ count.x }}", "count has no parts", "count"),
        ("{{ 1 + 1 }}", "a placeholder is a name such as request.body.method", ""),
        ("{{ count:6 }}", "a placeholder is a name such as request.body.method", ""),
        ("{{ }}", "a placeholder is a name such as request.body.method", ""),
        ("{{ count", "{{ or }} has no partner", ""),
        ("{{ now }} }}", "{{ or }} has no partner", ""),
    ],
)
def test_what_is_said_of_those_that_make_no_sense(template: str, says: str, near: str) -> None:
    found = complaint(template, ("callId",))
    assert found is not None
    assert says in found[0]
    assert found[1] == near
    assert (f"did you mean {near}?" in found[0]) == bool(near)


def test_a_path_without_names_has_none() -> None:
    assert complaint("{{ path.x }}", ()) == ("{{ path.x }}: the path has no name in braces", "")


def test_those_that_make_sense() -> None:
    assert complaint("a {{ request.body.a-b.0 }} b {{count:012}} {{ path.callId }}", ("callId",)) is None
