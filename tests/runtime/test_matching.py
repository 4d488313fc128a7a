"""What fits, what does not, and where."""

from __future__ import annotations

from typing import Any

import pytest

from sinch_voice_emulator.runtime.matching import MISSING, differences, fits, has_text

DIALLED = {"to": {"type": "number", "endpoint": "+46700000001"}, "cli": "+12025550100", "headers": [], "private": False}
ASKED = {"event": "pie", "body": '{"event":"pie","menuResult":{"value":"support","inputMethod":"dtmf"}}'}
HEARD = {
    "prompts": [{"type": "tts", "text": "Välkommen."}, {"type": "tts", "text": "Press 1\n for  support."}],
    "length_ms": 900,
}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, DIALLED),
        ({"to": {"endpoint": "+46700000001"}}, DIALLED),
        ({"cli": "+12025550100", "private": False}, DIALLED),
        ({"headers": []}, DIALLED),
        ({"rdnis": None}, DIALLED),
        ({"body": {"menuResult": {"value": "support"}}}, ASKED),
        ({"body": ASKED["body"]}, ASKED),
        ({"prompts": [{"text": "Välkommen."}]}, HEARD),
        ({"prompts": [{"type": "tts"}, {"text": "Välkommen."}]}, HEARD),
        ({"length_ms": 900.0}, HEARD),
    ],
)
def test_what_fits(wanted: Any, found: Any) -> None:
    assert fits(wanted, found)
    assert differences(wanted, found) == []


@pytest.mark.parametrize(
    ("wanted", "found", "path", "there"),
    [
        ({"to": {"endpoint": "+46700000009"}}, DIALLED, "$.to.endpoint", "+46700000001"),
        ({"to": "+46700000001"}, DIALLED, "$.to", DIALLED["to"]),
        ({"to": {"name": "lin"}}, DIALLED, "$.to.name", MISSING),
        ({"cli": None}, DIALLED, "$.cli", "+12025550100"),
        ({"private": 0}, DIALLED, "$.private", False),
        ({"body": {"menuResult": {"value": "sales"}}}, ASKED, "$.body.menuResult.value", "support"),
        ({"event": {"name": "pie"}}, ASKED, "$.event", "pie"),
        ({"prompts": [{"text": "Press 1"}]}, HEARD, "$.prompts[0]", HEARD["prompts"]),
        ({"prompts": {"text": "Press 1"}}, HEARD, "$.prompts", HEARD["prompts"]),
        ({"length_ms": "900"}, HEARD, "$.length_ms", 900),
    ],
)
def test_what_does_not_fit_and_where(wanted: Any, found: Any, path: str, there: Any) -> None:
    (one,) = differences(wanted, found)
    assert (one.path, one.found) == (path, there)
    assert not fits(wanted, found)


def test_text_that_is_nested_too_deeply_is_text() -> None:
    assert not fits({"body": {"a": 1}}, {"body": "[" * 100_000})


def test_texts_are_found_wherever_they_stand() -> None:
    assert has_text(HEARD, "press 1 for SUPPORT")
    assert has_text(HEARD, "välkommen")
    assert not has_text(HEARD, "prompts"), "names of members are no text"
    assert not has_text(HEARD, "900"), "nor are numbers"
    assert not has_text({}, "")
