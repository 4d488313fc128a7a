"""What docs/testing-in-other-languages.md shows are the files that run, and what it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from control_client import operation_at
from sinch_voice_emulator.ladder.lines import KINDS

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "testing-in-other-languages.md").read_text()
SHOWN = re.findall(r"<!-- (tests/\S+) -->\n```(?:sh|js)\n(.*?)```", PAGE, re.DOTALL)
SCRIPT = "tests/examples/curl/menu-call.sh"


def source(path: str) -> str:
    """A file that the page shows."""
    return (ROOT / path).read_text()


def test_every_block_of_code_names_its_file() -> None:
    assert len(SHOWN) >= 10
    assert len(re.findall(r"```(?:sh|js)\n", PAGE)) == len(SHOWN)


@pytest.mark.parametrize(("path", "block"), SHOWN, ids=[f"{path}-{number}" for number, (path, _) in enumerate(SHOWN)])
def test_what_is_shown_stands_in_the_file(path: str, block: str) -> None:
    assert f"\n{block}" in f"\n{source(path)}"


def test_the_walk_through_shows_the_whole_script() -> None:
    blocks = [block for path, block in SHOWN if path == SCRIPT]
    assert "\n".join(blocks) == source(SCRIPT)


def test_every_file_of_the_example_is_named() -> None:
    assert [
        path.name
        for path in (ROOT / "tests/examples/node").glob("*.mjs")
        if f"({path.name})" not in re.sub(r"\.\./\S+/", "", PAGE)
    ] == []


def test_every_request_of_the_recipe_exists() -> None:
    named = re.findall(r"`(GET|POST|PUT|DELETE) ((?:\.\.\.|/_emulator)[^`?]*)(?:\?[^`]*)?`", PAGE)
    assert len(named) >= 12
    for method, path in named:
        assert operation_at(method, path.replace("...", "/_emulator/accounts/a").replace("{account}", "a")), f"{method} {path}"


def test_every_kind_of_entry_exists() -> None:
    table = PAGE.partition("| kind | when | data |")[2].partition("\n\n")[0]
    kinds = [kind for row in table.splitlines() for kind in re.findall(r"`([a-z]+\.[a-z]+)`", row.partition(" | ")[0])]
    assert len(kinds) >= 8
    assert [kind for kind in kinds if kind not in KINDS] == []


@pytest.mark.parametrize("page", ["README.md", "docs/testing.md", "docs/control-api.md"])
def test_other_pages_lead_there(page: str) -> None:
    assert "testing-in-other-languages.md)" in (ROOT / page).read_text()
