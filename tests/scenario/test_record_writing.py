"""A scenario as the text of a file: whatever is in it comes back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_voice_emulator import documents
from sinch_voice_emulator.scenario.record.writing import flow, text_of

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("+46700000001", "'+46700000001'"),
        ("line\nbreak", r'"line\nbreak"'),
        ("12:30", "'12:30'"),
        ("0E0", "'0E0'"),
        ("\xa0", "\xa0"),
        ("half \ud83d", "half \ufffd"),
        ("Välkommen", "Välkommen"),
        ({"say": "a, b", "n": None}, "{say: 'a, b', n: null}"),
    ],
)
def test_values_on_one_line(value: Any, written: str) -> None:
    assert flow(value) == written


@given(value=VALUES)
@settings(max_examples=150, deadline=None)
def test_every_value_comes_back(value: Any) -> None:
    scenario = {"name": "N", "given": {"phones": {"a": value}}, "steps": [{"say": value}, {"say": {"text": value}}]}
    text = text_of(scenario, "A remark.")
    assert documents.load(text, "x.yaml").value == scenario, text
