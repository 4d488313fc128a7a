"""The page on configuration has every option of every command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sinch_voice_emulator.cli import run
from sinch_voice_emulator.cli.reference import GENERATED, commands
from sinch_voice_emulator.pages import rewritten
from sinch_voice_emulator.settings.options import OPTIONS, OTHER_VARIABLES

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "configuration.md"
NAMES = [name for name, _ in commands()]


def test_the_table_is_current() -> None:
    page = PAGE.read_text()
    assert all(f"<!-- generated: {name} -->" in page for name in GENERATED)
    assert rewritten(page, GENERATED) == page, "run `make docs`"


@pytest.mark.parametrize("command", NAMES)
def test_every_option_that_help_names_is_on_the_page(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command.split(), "--help"]) == 0
    named = set(re.findall(r"^ +(?:-\w, )?(--[\w-]+)", capsys.readouterr().out, re.MULTILINE)) - {"--help"}
    page = PAGE.read_text()
    assert [option for option in sorted(named) if not re.search(rf"`{option}[ `]", page)] == []


def test_every_variable_is_on_the_page_and_in_help(capsys: pytest.CaptureFixture[str]) -> None:
    page = PAGE.read_text()
    assert [name for name in (*OTHER_VARIABLES, *(one.variable for one in OPTIONS)) if f"`{name}`" not in page] == []
    assert run(["journal", "--help"]) == 0
    assert "SINCH_VOICE_EMULATOR_URL" in capsys.readouterr().out


def test_every_command_was_looked_at() -> None:
    assert {"serve", "call", "fire", "journal", "health", "scenarios list"} <= set(NAMES)
