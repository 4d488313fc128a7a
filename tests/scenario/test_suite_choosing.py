"""Which scenarios are run, with which variables, and whether there is a backend to run them against."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenario.playing_site import read
from sinch_voice_emulator.errors import BadRequest, NotFound
from sinch_voice_emulator.runtime.detours import Detour
from sinch_voice_emulator.scenario import catalogue, choosing, library
from sinch_voice_emulator.scenario.reaching import Unreachable, check_reachable
from sinch_voice_emulator.scenario.reading import BadScenario
from sinch_voice_emulator.settings import Settings

CALL = "name: {name}\ntags: [{tag}]\nsteps:\n  - incoming_call: {{}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two scenarios, a part, and something else."""
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "one.yaml").write_text(CALL.format(name="One", tag="a"))
    (inner / "two.yaml").write_text(CALL.format(name="Two", tag="b"))
    (tmp_path / "_part.yaml").write_text("- hang_up: caller\n")
    (tmp_path / "notes.txt").write_text("nothing")
    return tmp_path


def test_files_folders_and_names(folder: Path) -> None:
    shipped, _ = library.shipped()[0]
    found = choosing.gathered([folder, folder / "one.yaml", shipped, f"{shipped}.yaml"])
    assert [one.name for one in found][:2] == ["Two", "One"]
    assert [one.source for one in found][2:] == [str(library.find(shipped))]


def test_everything_that_is_wrong_is_said_at_once(folder: Path) -> None:
    (folder / "bad.yaml").write_text("name: Bad\nsteps:\n  - incoming_cal: {}\n  - press: 1\n")
    empty = folder / "empty"
    empty.mkdir()
    with pytest.raises(BadScenario) as error:
        choosing.gathered(["no-such-name", folder / "gone.yaml", empty, folder])
    problems = error.value.problems
    assert problems[0].startswith("no-such-name: there is no such file or folder, and no scenario named no-such-name comes")
    assert problems[1] == f"{folder / 'gone.yaml'}: there is no such file or folder"
    assert problems[2].startswith(f"{empty}: there is no scenario in this folder")
    assert [one.partition(": ")[0] for one in problems[3:]] == [f"{folder}/bad.yaml:3:5", f"{folder}/bad.yaml:4:12"]


def test_hidden_folders_are_left_alone_and_case_does_not_matter(folder: Path) -> None:
    for name in (".git/a.yaml", ".github/workflows/b.yaml", "inner/.c.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("jobs: {}\n")
    (folder / "UPPER.YAML").write_text(CALL.format(name="Upper", tag="c"))
    assert [one.name for one in choosing.gathered([folder])] == ["Upper", "Two", "One"]
    hidden = folder / ".mine"
    hidden.mkdir()
    (hidden / "three.yml").write_text(CALL.format(name="Three", tag="d"))
    assert [one.name for one in choosing.gathered([hidden])] == ["Three"], "named itself"


def test_a_scenario_has_steps(folder: Path) -> None:
    (folder / "none.yaml").write_text("name: None\nsteps: []\n")
    with pytest.raises(BadScenario, match=r"none.yaml:2:8: \$.steps: steps should be a list that is not empty"):
        choosing.gathered([folder / "none.yaml"])


def test_tags(folder: Path) -> None:
    found = choosing.gathered([folder])
    assert choosing.tagged(found, []) == found
    assert [one.name for one in choosing.tagged(found, ["a"])] == ["One"]
    assert len(choosing.tagged(found, ["a", "b"])) == 2
    with pytest.raises(BadRequest, match="no scenario has the tag 'c'; there are: a, b"):
        choosing.tagged(found, ["a", "c"])


# --- variables ---------------------------------------------------------------------------------------------------------------

TYPED = """
    name: Typed
    variables: { number: "+46700000001", seconds: 3, ratio: 0.5, loud: true, keys: ["1"], empty: null, map: { a: 1 } }
    rows: [{ count: 1 }, { count: 2 }]
    steps: [{ incoming_call: {} }]
"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("number=+46700000002", "+46700000002"),
        ("number=5", "5"),
        ("number=a=b", "a=b"),
        ("number=", ""),
        ("seconds=5", 5),
        ("seconds=0.25", 0.25),
        ("ratio=2", 2),
        ("loud=off", False),
        ("loud=Yes", True),
        ("keys=[1, '2']", [1, "2"]),
        ("map={b: 2}", {"b": 2}),
        ("empty=5", "5"),
        ("count=7", 7),
    ],
)
def test_a_value_is_of_the_kind_that_the_file_has(text: str, value: object) -> None:
    variables = choosing.assignments([text])
    choosing.check_variables([read(TYPED)], variables)
    assert choosing.variables_for(read(TYPED), variables) == {text.partition("=")[0]: value}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("seconds=soon", "test.yaml: the variable seconds should be a number, as it is in the file, and 'soon' is not"),
        ("seconds=true", "the variable seconds should be a number"),
        ("seconds=[", "the variable seconds should be a number"),
        ("loud=2", "the variable loud should be true or false"),
        ("keys=1", "the variable keys should be a list"),
        ("map=[1]", "the variable map should be a mapping"),
        ("sekonds=1", "no scenario that is to run has a variable 'sekonds' (did you mean seconds?)"),
        ("zzz=1", "no scenario that is to run has a variable 'zzz' (there are: count, empty, keys"),
        ("seconds", "a variable is set as NAME=VALUE, and 'seconds' is not that"),
        ("=5", "a variable is set as NAME=VALUE, and '=5' is not that"),
    ],
)
def test_a_value_that_cannot_be(text: str, says: str) -> None:
    with pytest.raises(BadRequest) as error:
        choosing.check_variables([read(TYPED)], choosing.assignments([text]))
    assert says in str(error.value)


def test_values_that_are_no_texts_are_taken_as_they_are() -> None:
    assert choosing.variables_for(read(TYPED), {"seconds": "4", "loud": False, "other": 1}) == {"seconds": 4, "loud": False}


ROWS = """
    name: Rows
    variables: { agent: "+46700000001" }
    rows: [{ key: "1", team: support }, { key: "2", team: sales }, { key: "3", team: sales }]
    steps: [{ incoming_call: {} }]
"""


@pytest.mark.parametrize(
    ("variables", "rows"),
    [
        ({}, ["1 support", "2 sales", "3 sales"]),
        ({"agent": "+46700000002", "other": "x"}, ["1 support", "2 sales", "3 sales"]),
        ({"key": "2"}, ["2 sales"]),
        ({"team": "sales"}, ["2 sales", "3 sales"]),
        ({"key": "9"}, ["9 support", "9 sales"]),
        ({"key": "9", "team": "billing"}, ["9 billing"]),
        ({"key": "1", "team": "sales"}, ["1 sales"]),
    ],
)
def test_a_variable_of_rows_chooses_or_changes_them(variables: dict[str, str], rows: list[str]) -> None:
    found = choosing.narrowed(read(ROWS), variables).rows
    assert [" ".join(row.values()) for row in found] == rows


def test_a_number_in_a_row_is_chosen_by_a_text() -> None:
    assert choosing.narrowed(read(TYPED), {"count": "2"}).rows == ({"count": 2},)
    assert choosing.defaults(read(TYPED))["count"] == 1, "that of the first row"


# --- by name -----------------------------------------------------------------------------------------------------------------


def test_a_folder_of_ones_own_goes_before_what_is_shipped(folder: Path) -> None:
    name, path = library.shipped()[0]
    (folder / f"{name}.yaml").write_text(CALL.format(name="Mine", tag="mine"))
    (folder / "bad.yaml").write_text("name: Bad\n")
    everything, wrong = catalogue.listed(folder)
    found = {one.name: one for one in everything}
    assert wrong == [f"{folder}/bad.yaml:1:1: $.steps: steps is missing"]
    assert {"one", "inner.two", name} <= set(found)
    assert found[name].scenario.name == "Mine"
    assert "_part" not in found
    assert catalogue.find([f"{name}.yaml"])[0].path == path
    [two] = catalogue.find(["inner.two"], folder)
    assert two.summary() == {"name": "inner.two", "title": "Two", "teaches": "", "tags": ["b"], "variables": {}, "runs": 1}
    with pytest.raises(NotFound, match="there is no scenario 'onne'; did you mean one"):
        catalogue.find(["onne"], folder)
    with pytest.raises(NotFound, match=r"there is no scenario 'zzzzzz'$"):
        catalogue.find(["zzzzzz"])


# --- the backend -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def port() -> Iterator[int]:
    """A port at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_somebody_listens(port: int) -> None:
    check_reachable(f"http://127.0.0.1:{port}/voice", Settings())
    detour = Detour("nowhere.invalid", None, "127.0.0.1", port)
    check_reachable("https://nowhere.invalid/voice", Settings(rewrite_callback_hosts=(detour,)))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "http://127.0.0.1:1/voice",
            "nothing listens at http://127.0.0.1:1/voice: start the backend first, or say",
        ),
        ("http://nowhere.invalid/voice", "cannot be reached: the name nowhere.invalid was not found"),
        ("http://203.0.113.7/voice", "allow it with --allow-callback-host 203.0.113.7"),
        ("http://169.254.169.254/voice", "link-local address, and those are never called"),
    ],
)
def test_nobody_is_there(url: str, says: str) -> None:
    with pytest.raises(Unreachable) as error:
        check_reachable(url, Settings())
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (TimeoutError(), "nobody answers at http://127.0.0.1:1/ within 5 s"),
        (OSError(101, "Network is unreachable"), "cannot be reached: Network is unreachable"),
    ],
)
def test_nobody_answers(monkeypatch: pytest.MonkeyPatch, fault: OSError, says: str) -> None:
    def fails(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(socket, "create_connection", fails)
    with pytest.raises(Unreachable, match=says):
        check_reachable("http://127.0.0.1:1/", Settings())


def test_the_detour_is_named() -> None:
    detour = Detour("backend.test", None, "127.0.0.1", 1)
    with pytest.raises(Unreachable, match=r"nothing listens at http://backend.test/x \(by way of http://127.0.0.1:1/x\)"):
        check_reachable("http://backend.test/x", Settings(rewrite_callback_hosts=(detour,)))
