"""``run`` and ``scenarios``: what they print, what they write, how they exit."""

from __future__ import annotations

import json
import logging
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from junitparser import JUnitXml

from scenario.playing_site import menu
from sinch_voice_emulator.cli import run
from sinch_voice_emulator.scenario import library
from sinch_voice_emulator.testkit.serving import ServedBackend, over_http

GOOD = """
    name: Somebody chooses support
    tags: [menu]
    variables: { key: "1" }
    steps:
      - incoming_call: {}
      - expect: { heard: Press 1 }
      - press: "${key}"
      - expect: { callback: pie, with: { menuResult: { value: support } } }
      - hang_up: caller
"""
BAD = """
    name: Somebody hears something else
    steps:
      - incoming_call: {}
      - expect: { heard: Press 9, within: 2s }
"""


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    logger = logging.getLogger("sinch_voice_emulator")
    before = logger.handlers, logger.level, logger.propagate
    yield
    logger.handlers, logger.level, logger.propagate = before


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[dict[str, Any]], Any]], str]]:
    """Serves a function from callbacks to SVAML; its URL."""
    served: list[ServedBackend] = []

    def begin(function: Callable[[dict[str, Any]], Any]) -> str:
        backend = over_http(function, "/voice", "function", lambda _: pytest.fail("the server posts"))
        assert isinstance(backend, ServedBackend)
        served.append(backend)
        return backend.url

    yield begin
    for one in served:
        one.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two scenarios, one of which fails."""
    (tmp_path / "good.yaml").write_text(textwrap.dedent(GOOD).lstrip())
    (tmp_path / "bad.yaml").write_text(textwrap.dedent(BAD).lstrip())
    return tmp_path


@pytest.fixture
def go(serve: Callable[[Any], str]) -> Callable[..., int]:
    """Runs the command against a backend with a menu; its exit code."""
    url = serve(menu)

    def begin(*arguments: object) -> int:
        return run(["run", *map(str, arguments), "--callback-url", url, "--listen", "127.0.0.1:0"])

    return begin


def test_everything_passes(go: Callable[..., int], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert go(folder / "good.yaml") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Emulator at http://127.0.0.1:")
    assert lines[0].endswith("/voice: 1 run of 1 scenario")
    assert lines[1].startswith("ok      Somebody chooses support  (")
    assert lines[-1].startswith("1 passed in ")


def test_something_fails(go: Callable[..., int], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert go(folder, "--jobs", 2) == 1
    said = capsys.readouterr().out
    assert ": 2 runs of 2 scenarios, 2 side by side\n" in said
    assert f"FAILED  Somebody hears something else\n{folder}/bad.yaml:4:5: step 2 (expect): The call was to hear" in said
    assert "expected  'Press 9'" in said
    assert 'caller    hears "Press 1 for support."' in said
    assert "\n1 passed, 1 failed in " in said


def test_the_first_failure_can_be_the_end(go: Callable[..., int], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert go(folder, "--fail-fast") == 1
    assert "\n1 failed, 1 not run (stopped at the first failure) in " in capsys.readouterr().out


def test_tags_and_variables(go: Callable[..., int], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert go(folder, "--tag", "menu") == 0
    assert go(folder, "--tag", "menu", "--var", "key=2") == 1
    assert "menuResult.value" in capsys.readouterr().out
    assert go(folder, "--tag", "menus") == 2
    assert go(folder, "--var", "kay=2") == 2
    assert capsys.readouterr().err.splitlines() == [
        "Error: no scenario has the tag 'menus'; there are: menu",
        "Error: no scenario that is to run has a variable 'kay' (did you mean key?)",
    ]


def test_in_real_time(go: Callable[..., int], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert go(folder / "good.yaml", "--real-time=50", "-v", "-q") == 0
    said = capsys.readouterr().out
    assert "1 run of 1 scenario, in real time at speed 50" in said
    assert "ok " not in said
    assert "presses 1" in said
    assert go("--real-time", folder / "good.yaml") == 2
    assert go(folder / "good.yaml", "--real-time=0") == 2
    assert capsys.readouterr().err.count("--real-time takes a speed above 0, such as --real-time=20") == 1


def test_reports(go: Callable[..., int], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "out"
    out.mkdir()
    scenarios = [folder / "bad.yaml", folder / "good.yaml"]
    assert go(*scenarios, "--junit", out / "report.xml", "--json", out / "report.json") == 1
    said = json.loads((out / "report.json").read_text())
    assert [one["result"] for one in said["runs"]] == ["failed", "passed"]
    assert JUnitXml.fromfile(str(out / "report.xml")).failures == 1
    capsys.readouterr()
    assert go(*scenarios, "--json", "-") == 1
    printed = capsys.readouterr()
    assert [one["title"] for one in json.loads(printed.out)["runs"]] == [one["title"] for one in said["runs"]]
    assert "1 passed, 1 failed" in printed.err
    assert go(*scenarios, "--junit", "-") == 1
    assert JUnitXml.fromstring(capsys.readouterr().out.encode()).tests == 2


def test_reports_that_cannot_be_written(go: Callable[..., int], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert go(folder, "--junit", folder / "gone" / "report.xml") == 2
    assert go(folder, "--json", "-", "--junit", "-") == 2
    assert go(folder, "--json", folder / "report.json") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        f"Error: --junit {folder}/gone/report.xml cannot be written: there is no folder {folder}/gone",
        "Error: standard output takes one report: write the other one into a file",
        f"Error: --json {folder}/report.json stands in {folder}, and would be taken for a scenario: write it elsewhere",
    ]
    assert go(folder / "good.yaml", "--json", folder) == 2
    assert capsys.readouterr().err == f"Error: {folder} cannot be written: is a directory\n"


def test_the_seed_gives_the_ids(go: Callable[..., int], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def call(*arguments: str) -> str:
        assert go(folder / "good.yaml", "-v", *arguments) == 0
        said = capsys.readouterr().out
        return said[said.index("\nCall ") :].split()[1]

    assert call("--seed", "x") == call("--seed", "x")
    assert call() != call()


def test_bad_files(go: Callable[..., int], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "worse.yaml").write_text("name: Worse\nsteps:\n  - incoming_cal: {}\n")
    assert go(folder, "nothing-like-it") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "nothing-like-it: there is no such file or folder, and no scenario named nothing-like-it comes with the emulator; "
        "sinch-voice-emulator scenarios list shows those there are",
        f"{folder}/worse.yaml:3:5: $.steps[0].incoming_cal: incoming_cal is not known here (did you mean incoming_call?)",
        "Error: nothing was run: 2 problems to mend first",
    ]
    (folder / "worse.yaml").write_text("name: []\nsteps:\n  - wait: 1s\n")
    assert go(folder / "worse.yaml") == 2
    assert "nothing was run: 1 problem to mend first" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Missing argument 'PATH...'"),
        (["{good}"], "it is not known where the backend is: say --callback-url URL"),
        (["{good}", "--callback-url", "http://127.0.0.1:1/x"], "nothing listens at http://127.0.0.1:1/x: start the backend"),
        (["{good}", "--jobs", "0"], "the number of runs side by side is from 1 to 64, not 0"),
        (["{good}", "--number", "x"], "--number must be"),
    ],
)
def test_what_stops_it_before_it_begins(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert run(["run", *(one.format(good=folder / "good.yaml") for one in arguments)]) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert said.out == ""


def test_a_port_that_is_taken(serve: Callable[[Any], str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert run(["run", str(folder), "--callback-url", serve(menu), "--listen", str(port)]) == 2
    said = capsys.readouterr().err
    assert f"cannot listen on 127.0.0.1:{port}: the port is taken" in said
    assert "say another port with --listen and configure the backend for that one" in said


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted(serve: Callable[[Any], str], folder: Path, sent: signal.Signals, code: int) -> None:
    asked, over = Event(), Event()

    def stuck(event: dict[str, Any]) -> Any:
        if event["event"] == "pie" and event["menuResult"].get("value"):
            asked.set()
            over.wait(30)
        return menu(event)

    (folder / "first.yaml").write_text("name: First\nsteps:\n  - incoming_call: {}\n  - hang_up: caller\n")
    paths = [str(folder / "first.yaml"), str(folder / "good.yaml")]
    command = [sys.executable, "-m", "sinch_voice_emulator", "run", *paths, "--callback-url", serve(stuck)]
    options = ["--listen", "127.0.0.1:0", "--json", str(folder / "report.json")]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert asked.wait(30)
        process.send_signal(sent)
        out, err = process.communicate(timeout=10)
    finally:
        over.set()
        process.kill()
        process.wait()
    assert (process.returncode, err) == (code, "")
    assert "ok      First" in out
    assert "\n1 passed, 1 not run (interrupted) in " in out
    assert json.loads((folder / "report.json").read_text())["stopped"] == "interrupted"


# --- scenarios ---------------------------------------------------------------------------------------------------------------


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenarios", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [name for name, _ in library.shipped()]
    assert any(line.endswith("]") for line in lines)
    assert run(["scenarios", "list", "--tag", "menu", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert 0 < len(found) < len(lines)
    assert all("menu" in one["tags"] and Path(one["file"]).exists() for one in found)
    assert {"name", "title", "teaches", "variables", "runs"} <= set(found[0])
    assert run(["scenarios", "list", "--tag", "nothing"]) == 2


def test_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenarios", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["properties"].keys() >= {"name", "steps"}


def test_show(capsys: pytest.CaptureFixture[str]) -> None:
    name, path = library.shipped()[0]
    assert run(["scenarios", "show", name]) == 0
    assert capsys.readouterr().out == path.read_text()
    assert run(["scenarios", "show", name + "s"]) == 2
    assert f"did you mean {name}?" in capsys.readouterr().err


def test_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [name for name, _ in library.shipped()]
    assert run(["scenarios", "copy", *names[:2], str(tmp_path / "mine")]) == 0
    copied = [str(tmp_path / "mine" / f"{name}.yaml") for name in names[:2]]
    assert capsys.readouterr().out.splitlines() == copied
    assert run(["scenarios", "copy", names[0], str(tmp_path / "mine")]) == 2
    assert "say that it may be overwritten (--force)" in capsys.readouterr().err
    assert run(["scenarios", "copy", names[0], str(tmp_path / "mine"), "--force"]) == 0
    assert run(["scenarios", "copy", "--all", str(tmp_path / "all")]) == 0
    assert len(list((tmp_path / "all").glob("[!_]*.yaml"))) == len(names)
    for arguments in ([names[0]], [names[0], str(tmp_path), "--all"]):
        assert run(["scenarios", "copy", *arguments]) == 2
        assert "say which scenarios, and the folder" in capsys.readouterr().err


def test_parts_are_copied_with_what_includes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = tmp_path / "shipped" / "parts"
    parts.mkdir(parents=True)
    (parts / "_end.yaml").write_text("- hang_up: caller\n")
    (parts / "_call.yaml").write_text("- incoming_call: {}\n- include: _end.yaml\n")
    (parts.parent / "whole.yaml").write_text("name: Whole\nsteps:\n  - include: parts/_call.yaml\n")
    monkeypatch.setattr(library, "FOLDERS", (parts.parent,))
    assert run(["scenarios", "copy", "whole", str(tmp_path / "mine")]) == 0
    copied = [Path(line).relative_to(tmp_path / "mine").as_posix() for line in capsys.readouterr().out.splitlines()]
    assert copied == ["whole.yaml", "parts/_call.yaml", "parts/_end.yaml"]
    assert run(["scenarios", "copy", "whole", str(tmp_path / "mine")]) == 2
    assert "mine has whole.yaml, _call.yaml, _end.yaml already" in capsys.readouterr().err
