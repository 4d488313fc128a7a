"""Any spelling becomes the documented one."""

from __future__ import annotations

from typing import Any

import pytest

from sinch_voice_emulator.v1.canonical import Spelling, as_written, canonicalise, shape
from sinch_voice_emulator.v1.spec import Spec, voice

TOY = Spec(
    {
        "components": {
            "schemas": {
                "Toy": {
                    "type": "object",
                    "properties": {
                        "fullName": {"type": "string", "x-aliases": ["title"]},
                        "colour": {"type": "string", "enum": ["Red", "Green"]},
                        "size": {
                            "type": "string",
                            "x-values": ["small", "big"],
                            "x-synonyms": {"large": "big", "false": "small"},
                        },
                        "weight": {"type": "number"},
                        "count": {"type": "integer", "maximum": 10, "x-clamp": True},
                        "soft": {"type": "boolean"},
                        "parts": {"type": "array", "x-flatten": True, "items": {"type": "string"}},
                        "ages": {"type": "array", "x-single": True, "items": {"type": "integer"}},
                        "box": {"type": "object", "properties": {"innerWidth": {"type": "integer"}}},
                        "notes": {"type": "object"},
                        "free": {"type": "array"},
                    },
                }
            }
        }
    }
)


def toy(value: object, *, snake_case: bool = False, clamp: bool = False) -> tuple[Any, list[str]]:
    result, problems = canonicalise(value, "Toy", TOY, snake_case=snake_case, clamp=clamp)
    assert all(problem.severity == "warning" for problem in problems)
    return result, [f"{problem.path}: {problem.message}" for problem in problems]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, {}),
        ({"FULLNAME": "x", "Box": {"INNERwidth": 3}}, {"fullName": "x", "box": {"innerWidth": 3}}),
        ({"fullName": None, "FullName": "x"}, {"fullName": "x"}),
        ({"colour": "rEd"}, {"colour": "Red"}),
        ({"colour": "blue"}, {"colour": "blue"}),
        ({"size": "LARGE"}, {"size": "big"}),
        ({"weight": 2}, {"weight": 2}),
        ({"count": 5.0}, {"count": 5}),
        ({"count": 99}, {"count": 99}),
        ({"parts": [["a", "b"], "c"]}, {"parts": ["a", "b", "c"]}),
        ({"parts": {"a": 1}}, {"parts": {"a": 1}}),
        ({"ages": 4}, {"ages": [4]}),
        ({"ages": {"x": 1}}, {"ages": {"x": 1}}),
        ({"notes": {"Any": None, "thing": [1, None]}}, {"notes": {"Any": None, "thing": [1, None]}}),
        ({"free": [None, "x"]}, {"free": [None, "x"]}),
        ({"box": "no object"}, {"box": "no object"}),
        (
            {"soft": 1, "count": True, "weight": True, "fullName": True},
            {"soft": 1, "count": True, "weight": True, "fullName": True},
        ),
        ({"soft": "maybe", "count": "soon", "weight": "heavy"}, {"soft": "maybe", "count": "soon", "weight": "heavy"}),
        (
            {"count": "9" * 19, "weight": "9" * 19, "fullName": 10**18},
            {"count": "9" * 19, "weight": "9" * 19, "fullName": 10**18},
        ),
        ({"count": 1.5, "count2": None}, {"count": 1.5}),
        ({"weight": "inf"}, {"weight": "inf"}),
        ("text", "text"),
        (None, None),
        ([1], [1]),
    ],
)
def test_quietly(value: object, expected: object) -> None:
    assert toy(value) == (expected, [])


@pytest.mark.parametrize(
    ("value", "expected", "remark"),
    [
        ({"count": " -7 "}, {"count": -7}, "$.count: count given as string"),
        ({"count": "+7"}, {"count": 7}, "$.count: count given as string"),
        ({"weight": "1.5"}, {"weight": 1.5}, "$.weight: weight given as string"),
        ({"soft": " TRUE"}, {"soft": True}, "$.soft: soft given as string"),
        ({"soft": "false"}, {"soft": False}, "$.soft: soft given as string"),
        ({"fullName": 7}, {"fullName": "7"}, "$.fullName: fullName given as number"),
        ({"fullName": 7.0}, {"fullName": "7"}, "$.fullName: fullName given as number"),
        ({"fullName": 7.5}, {"fullName": "7.5"}, "$.fullName: fullName given as number"),
        ({"ages": ["3", 4]}, {"ages": [3, 4]}, "$.ages[0]: ages[0] given as string"),
        ({"size": False}, {"size": "small"}, "$.size: size given as boolean"),
        ({"title": "x"}, {"fullName": "x"}, "$.title: title is read as fullName"),
        (
            {"size": "huge"},
            {},
            '$.size: size should be one of small, big, not the text "huge", and is read as if it were absent',
        ),
        (
            {"fullName": "x", "FullName": "y"},
            {"fullName": "x"},
            "$.FullName: FullName says the same as an earlier fullName; the first one counts",
        ),
        ({"fulName": "x"}, {"fulName": "x"}, "$: unknown property fulName (did you mean fullName?)"),
        ({"title": "x", "fullName": "y"}, {"title": "x", "fullName": "y"}, "$: unknown property title"),
        ({"zzz": 1, "qqq": 2}, {"zzz": 1, "qqq": 2}, "$: unknown properties zzz, qqq"),
        (
            {"box": {"inner_width": 3}},
            {"box": {"inner_width": 3}},
            "$.box: unknown property inner_width (did you mean innerWidth?); "
            "names in snake case are ignored, and what they say is lost",
        ),
    ],
)
def test_with_a_remark(value: object, expected: object, remark: str) -> None:
    assert toy(value) == (expected, [remark])


def test_snake_case_is_taken_when_it_is_switched_on() -> None:
    assert toy({"full_name": "x", "box": {"inner_width": 3}}, snake_case=True) == (
        {"fullName": "x", "box": {"innerWidth": 3}},
        [],
    )
    assert toy({"no_such": "x"}, snake_case=True)[1] == ["$: unknown property no_such"]


def test_maxima_are_clamped_when_that_is_switched_on() -> None:
    assert toy({"count": 11}, clamp=True) == ({"count": 10}, ["$.count: count clamped to 10"])
    assert toy({"count": 10}, clamp=True) == ({"count": 10}, [])
    assert toy({"count": "11"}, clamp=True)[0] == {"count": 10}


def test_the_variant_is_chosen_by_name_in_any_case() -> None:
    document = {"ACTION": {"Name": "CONNECTpstn", "NUMBER": "+46701740642"}, "instructions": [{"NAME": "SAY", "Text": "x"}]}
    canonical, problems = canonicalise(document, "Svaml", voice())
    assert problems == []
    assert canonical == {
        "action": {"name": "connectPstn", "number": "+46701740642"},
        "instructions": [{"name": "say", "text": "x"}],
    }


@pytest.mark.parametrize("action", [{"name": "fly", "Height": 3}, {"name": 5}, {"number": "x"}, "hangup"])
def test_what_is_no_variant_is_left_alone(action: object) -> None:
    assert canonicalise({"action": action}, "Svaml", voice()) == ({"action": action}, [])


def test_the_sources_own_names_are_kept_for_messages() -> None:
    spelling: Spelling = {}
    canonicalise({"Action": {"name": "runMenu", "MENUS": [{"Id": "main"}]}}, "Svaml", voice(), spelling=spelling)
    assert as_written("$.action.menus[0].id", spelling) == "$.Action.MENUS[0].Id"
    assert as_written("$.action.name", spelling) == "$.Action.name"
    assert as_written("$.action.name", {}) == "$.action.name"


def test_the_source_is_not_changed() -> None:
    source = {"FULLNAME": None, "count": "3", "parts": [["a"]]}
    toy(source)
    assert source == {"FULLNAME": None, "count": "3", "parts": [["a"]]}


def test_components_are_compiled_once() -> None:
    assert shape(TOY, "Toy") is shape(TOY, "Toy")
