"""The files that come with the emulator: found in a checkout and in an installed package, by name, and copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinch_voice_emulator.errors import Conflict, NotFound
from sinch_voice_emulator.scenario import library, reading

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_files_of_the_checkout() -> None:
    assert dict(library.shipped()) == {path.stem: path for path in (ROOT / "scenarios").glob("*.yaml")}
    assert [name for name, _ in library.shipped()] == sorted(name for name, _ in library.shipped())


def test_a_variable_is_with_or_without_a_plus_in_all_files() -> None:
    """Numbers as people dial them have one; what the backend is told without a plus is a variable of another name."""
    forms: dict[str, set[bool]] = {}
    for _, path in library.shipped():
        scenario = reading.read(path)
        for values in (scenario.variables, *scenario.rows):
            for name, value in values.items():
                if isinstance(value, str) and len(value) > 8 and value.lstrip("+").isdigit():
                    forms.setdefault(name, set()).add(value.startswith("+"))
    assert forms["agent"] == {True}
    assert forms["agent_digits"] == {False}
    assert [name for name, found in forms.items() if len(found) > 1] == []


def test_the_files_of_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "package" / "scenarios"
    inside.mkdir(parents=True)
    (inside / "b.yaml").write_text("name: B")
    (inside / "a.yaml").write_text("name: A")
    (inside / "_part.yaml").write_text("steps: []")
    monkeypatch.setattr(library, "FOLDERS", (tmp_path / "nowhere", inside))
    assert library.shipped() == [("a", inside / "a.yaml"), ("b", inside / "b.yaml")]
    monkeypatch.setattr(library, "FOLDERS", (tmp_path / "nowhere", tmp_path))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        library.shipped()


def test_a_file_by_its_name() -> None:
    assert library.find("phone-menu-silence") == ROOT / "scenarios" / "phone-menu-silence.yaml"
    assert library.find("phone-menu-silence.yaml") == library.find("phone-menu-silence")


@pytest.mark.parametrize(
    ("name", "advice"), [("phone-menu-silense", "did you mean phone-menu-silence?"), ("xyzzy", "scenarios list shows those")]
)
def test_a_name_that_there_is_not(name: str, advice: str) -> None:
    with pytest.raises(NotFound) as caught:
        library.find(name)
    assert str(caught.value).startswith(f"no scenario named {name} comes with the emulator; ")
    assert advice in str(caught.value)


def test_copies_can_be_read_where_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    [copied] = library.copy(["phone-menu-silence"], folder)
    assert copied == folder / "phone-menu-silence.yaml"
    assert reading.read(copied).teaches == reading.read(library.find("phone-menu-silence")).teaches
    assert "$schema" not in copied.read_text()
    library.copy([], folder, overwrite=True)
    assert {path.name for path in folder.iterdir()} == {path.name for _, path in library.shipped()}


def test_nothing_is_written_over_unless_it_may_be(tmp_path: Path) -> None:
    mine = tmp_path / "phone-menu-silence.yaml"
    mine.write_text("mine")
    with pytest.raises(Conflict, match=r"has phone-menu-silence\.yaml already"):
        library.copy(["phone-menu-wrong-keys", "phone-menu-silence"], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["phone-menu-silence.yaml"]
    assert mine.read_text() == "mine"
    library.copy(["phone-menu-silence"], tmp_path, overwrite=True)
    assert mine.read_text().startswith("# The backend")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Conflict, match="is a file"):
        library.copy([], tmp_path / "file")
