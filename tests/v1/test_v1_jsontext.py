"""JSON text: how deep it may go and how large numbers may be, whatever Python's parser makes of it."""

from __future__ import annotations

import json

import pytest

from sinch_voice_emulator.v1.jsontext import MOST_LEVELS, parse


@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_levels(opened: str, closed: str) -> None:
    times = MOST_LEVELS // (opened.count("[") + opened.count("{"))
    deepest = opened * times + '"x"' + closed * times
    assert parse(deepest) == json.loads(deepest)
    for deeper in (f"[{deepest}]", '{"a":' + deepest + "}", opened * 50_000 + "1" + closed * 50_000):
        with pytest.raises(ValueError, match=r"nested too deeply"):
            parse(deeper)


def test_brackets_that_are_not_nested() -> None:
    for text in ("[" + ",".join(["[]"] * 1_000) + "]", json.dumps("[{" * 1_000), json.dumps(["[" * 1_000])):
        assert parse(text) == json.loads(text)


@pytest.mark.parametrize("text", ["1e400", '{"a":[-1e999]}', b"1.0E+400", "1" * 400 + ".5"])
def test_numbers_that_are_too_large(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"^the number .* is too large$"):
        parse(text)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a":-Infinity}'])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not JSON$"):
        parse(text)


def test_numbers() -> None:
    assert parse("[1.5, -2e3, 1e-400, 1.7976931348623157e308, 10]") == [1.5, -2000.0, 0.0, 1.7976931348623157e308, 10]
