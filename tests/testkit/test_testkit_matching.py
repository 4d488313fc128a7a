"""What is expected, for people."""

from __future__ import annotations

import re

import pytest

from sinch_voice_emulator.testkit.matching import Predicate, spelt


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"action": {"name": ...}}, "{'action': {'name': anything}}"),
        (
            {"to": {"endpoint": re.compile("^46")}, "custom": None},
            "{'to': {'endpoint': something like /^46/}, 'custom': nothing}",
        ),
        ([1, Predicate("a number from 1 to 3", lambda found: found == 2)], "[1, a number from 1 to 3]"),
        ({"text": "it's", "count": 2, "ok": True}, """{'text': "it's", 'count': 2, 'ok': True}"""),
    ],
)
def test_expectations_within_others(value: object, text: str) -> None:
    assert spelt(value) == text
