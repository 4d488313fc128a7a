"""Each finding of the schema validator reads as one clear sentence."""

from __future__ import annotations

from typing import Any

import pytest

from sinch_voice_emulator.v1.problems import Problem, nearest
from sinch_voice_emulator.v1.spec import Spec
from sinch_voice_emulator.v1.wording import describe, path_of, quoted


def findings(schema: dict[str, Any], value: object) -> list[Problem]:
    return Spec({"components": {"schemas": {"X": schema}}}).problems("X", value)


def within(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": schema}}


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"type": "integer"}, "soon", 'a should be a whole number, but is the text "soon"'),
        ({"type": ["string", "object"]}, 5, "a should be text or an object, but is the number 5"),
        ({"type": "string"}, None, "a should be text, but is null"),
        ({"type": "string"}, [], "a should be text, but is a list"),
        ({"type": "boolean"}, {}, "a should be true or false, but is an object"),
        ({"minimum": 1}, 0, "a should be 1 or more, but is the number 0"),
        ({"maximum": 1}, 2, "a should be 1 at most, but is the number 2"),
        ({"exclusiveMinimum": 0}, 0, "a should be more than 0, but is the number 0"),
        ({"minProperties": 1}, {}, "a should be an object that is not empty, but is empty"),
        ({"minProperties": 2}, {"b": 1}, "a should be an object of at least 2 members, but is one of 1 members"),
        ({"maxProperties": 1}, {"b": 1, "c": 2}, "a should be an object of at most 1 members, but is one of 2 members"),
        ({"minLength": 1}, "", "a should be some text, but is an empty text"),
        ({"minLength": 3}, "x", 'a should be at least 3 characters, but is the text "x"'),
        ({"maxLength": 2}, "xxx", "a should be at most 2 characters, but is 3 characters"),
        ({"minItems": 1}, [], "a should be a list that is not empty, but is 0 items"),
        ({"minItems": 2}, [1], "a should be at least 2 items, but is 1 items"),
        ({"maxItems": 1}, [1, 2], "a should be at most 1 items, but is 2 items"),
        ({"const": 1}, 2, "a should be 1, but is the number 2"),
        ({"enum": ["red", "green"]}, "gren", 'a should be one of "red", "green", but is the text "gren" (did you mean green?)'),
        ({"enum": ["red"]}, 5, 'a should be one of "red", but is the number 5'),
        ({"pattern": "^x$", "x-says": "an x"}, "x\n", r'a should be an x, but is the text "x\n"'),
        ({"pattern": "^x$"}, "y", 'a should be pattern ^x$, but is the text "y"'),
        ({"multipleOf": 2}, 3, "a should be multipleOf 2, but is the number 3"),
    ],
)
def test_a_value_out_of_bounds(schema: dict[str, Any], value: object, message: str) -> None:
    (problem,) = findings(within(schema), {"a": value})
    assert (problem.path, problem.severity, problem.message) == ("$.a", "error", message)


def test_members() -> None:
    schema = {"type": "object", "required": ["a", "b"], "additionalProperties": False, "properties": {"a": {}, "b": {}}}
    problems = findings(schema, {"a": 1, "d": 2, "c": 3})
    assert [(problem.path, problem.message) for problem in problems] == [
        ("$.b", "b is missing"),
        ("$", "the document has members it should not have: c, d"),
    ]
    assert [problem.path for problem in findings(schema, {})] == ["$.a", "$.b"]


def test_choices() -> None:
    (problem,) = findings({"anyOf": [{"required": ["x"]}, {"required": ["y"]}], "x-says": "x or y"}, {})
    assert (problem.path, problem.message, problem.found) == ("$.x", "x or y is missing", "nothing")
    (problem,) = findings({"oneOf": [{"type": "string"}]}, 5)
    assert problem.message == "one of the documented forms is missing"


def test_pieces() -> None:
    assert path_of([]) == "$"
    assert path_of(["action", "menus", 0, "id"]) == "$.action.menus[0].id"
    assert quoted("å" * 70) == '"' + "å" * 56 + "..."
    assert describe(True) == "true"
    assert describe(1.5) == "the number 1.5"
    assert nearest("BADGE", ["name", "barge"]) == "barge"
    assert nearest("zzz", ["name"]) == ""
