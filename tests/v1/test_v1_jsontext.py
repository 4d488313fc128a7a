"""JSON text: how deep it may go, whatever Python's parser makes of it."""

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
        with pytest.raises(ValueError, match="nested too deeply"):
            parse(deeper)


def test_brackets_that_are_not_nested() -> None:
    for text in ("[" + ",".join(["[]"] * 1_000) + "]", json.dumps("[{" * 1_000), json.dumps(["[" * 1_000])):
        assert parse(text) == json.loads(text)
