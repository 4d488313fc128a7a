"""What the pages promise is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sinch_voice_emulator.api import reference
from sinch_voice_emulator.cli import COMMANDS, run
from sinch_voice_emulator.engine.phones import behaviour_of_number
from sinch_voice_emulator.model.party import normalise_number
from sinch_voice_emulator.settings.fidelity import switches
from sinch_voice_emulator.v1.svaml.actions import ACTIONS
from sinch_voice_emulator.v1.svaml.case import ActionKind, InstructionKind
from sinch_voice_emulator.v1.svaml.instructions import INSTRUCTIONS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CHANGES.md"])
EVENTS = ("ice", "ace", "pie", "manage", "dice")


def support(kind: ActionKind | InstructionKind) -> list[str]:
    """The row of the support table for an action or instruction."""
    cells = []
    for event in EVENTS:
        cell = "yes" if event in kind.events else "lenient" if event in kind.tolerated else ""
        if event == "manage" and isinstance(kind, ActionKind) and kind.manage_in is not None:
            cell = ", ".join(sorted(state.name.lower() for state in kind.manage_in))
        cells.append(cell)
    return cells


def rows(page: str, heading: str) -> dict[str, list[str]]:
    """The rows of the table whose first column has this heading, by the name in that column."""
    table = re.search(rf"\| {heading} \|.*\n\| --- .*\n((?:\|.*\n)+)", page)
    assert table is not None
    found = [[cell.strip() for cell in row.strip("|").split("|")] for row in table[1].splitlines()]
    return {row[0].strip("`"): row[1:] for row in found}


@pytest.mark.parametrize(("heading", "kinds"), [("action", ACTIONS), ("instruction", INSTRUCTIONS)])
def test_the_svaml_support_table(heading: str, kinds: tuple[ActionKind | InstructionKind, ...]) -> None:
    assert rows((DOCS / "svaml.md").read_text(), heading) == {kind.name: support(kind) for kind in kinds}


def test_every_number_with_a_behaviour_that_is_documented_has_one() -> None:
    page = (DOCS / "phones-and-numbers.md").read_text()
    documented = re.findall(r"\| `([^`]+)`(?: \.\.\. `([^`]+)`)? \|", page)
    numbers = [number for row in documented for number in row if number]
    assert len(numbers) >= 25
    for number in numbers:
        assert behaviour_of_number(normalise_number(re.sub("[SKx]", "1", number))) is not None, number


def test_the_endpoint_tables_are_those_of_the_document() -> None:
    page = (DOCS / "endpoints.md").read_text()
    assert reference.rewritten(page) == page, "run `make docs`"
    assert all(f"<!-- generated: {name} -->" in page for name in reference.GENERATED)


def test_every_switch_is_explained() -> None:
    page = (DOCS / "fidelity.md").read_text()
    assert [name for name in switches() if f"`{name}`" not in page] == []


def test_every_switch_that_is_named_exists() -> None:
    page = (DOCS / "fidelity.md").read_text()
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", page)) - {"amd_beep", "recording_finished", "recording_available"}
    assert named - set(switches()) == {"transcription_available"}


def test_every_command_is_mentioned_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [name for name in COMMANDS if f"`{name}`" not in readme and f"sinch-voice-emulator {name}" not in readme] == []


def test_the_readme_checks_svaml_as_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = re.search(r"\$ echo '(.*)' \| .*check-svaml - --event (\w+)\n(.*)\n", (ROOT / "README.md").read_text())
    assert example is not None
    (tmp_path / "answer.json").write_text(example[1])
    assert run(["check-svaml", str(tmp_path / "answer.json"), "--event", example[2]]) == 1
    assert capsys.readouterr().out.strip() == example[3]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    assert text.startswith("# ")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists(), target
