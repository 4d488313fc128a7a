"""The page on configuration says what the code does, because its tables are written from the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sinch_voice_emulator.settings import load
from sinch_voice_emulator.settings.reference import GENERATED, rewritten

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "configuration.md"


def test_the_tables_are_current() -> None:
    page = PAGE.read_text()
    assert all(f"<!-- generated: {name} -->" in page for name in GENERATED)
    assert rewritten(page) == page, "run `make docs`"


@pytest.mark.parametrize("example", re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL))
def test_the_examples_load(example: str, tmp_path: Path) -> None:
    path = tmp_path / "emulator.toml"
    path.write_text(example)
    assert load({"config": [str(path)]}, {}).config_file == str(path)
