"""``record``: what happens while it runs, what has happened, and what happened elsewhere, written to a file."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sinch_voice_emulator.cli import run
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.scenario import reading
from sinch_voice_emulator.settings import ListenAddress, Settings

CALL = """
import json, sys, urllib.request
body = json.dumps({"from": sys.argv[2], "to": "+12025550100"}).encode()
urllib.request.urlopen(urllib.request.Request(sys.argv[1] + "/_emulator/calls", body, {"Content-Type": "application/json"}))
sys.exit(int(sys.argv[3]))
"""


@pytest.fixture
def url() -> Iterator[str]:
    """A served emulator."""
    emulator = Emulator(Settings(listen=(ListenAddress("127.0.0.1", 0),)))
    emulator.start()
    yield emulator.url
    emulator.stop()


def call(url: str, caller: str) -> None:
    """Somebody calls."""
    body = json.dumps({"from": caller, "to": "+12025550100"}).encode()
    request = urllib.request.Request(f"{url}/_emulator/calls", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201


def test_what_a_command_sets_off(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(url, "+12025550143")
    out = tmp_path / "mine.yaml"
    command = [sys.executable, "-c", CALL, url, "+12025550144", "3"]
    assert run(["record", "--url", url, "--out", str(out), "--name", "Mine", "--", *command]) == 3
    scenario = reading.read(out)
    assert scenario.name == "Mine"
    assert [step.body["from"] for step in scenario.steps if step.word == "incoming_call"] == ["+12025550144"]
    said = capsys.readouterr().err
    assert said.startswith(f"Recording account default at {url} while this runs:")
    assert f"Play it with: sinch-voice-emulator run {out} --callback-url URL" in said


def test_everything_by_now(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(url, "+12025550143")
    call(url, "+12025550144")
    assert run(["record", "--url", url, "--out", "-", "--all"]) == 0
    text = capsys.readouterr().out
    assert len([step for step in reading.load(text, "all.yaml").steps if step.word == "incoming_call"]) == 2
    out = tmp_path / "all.yaml"
    out.write_text("mine")
    assert run(["record", "--url", url, "--out", str(out), "--all"]) == 2
    assert "is there already; say --force" in capsys.readouterr().err
    assert out.read_text() == "mine"
    assert run(["record", "--url", url, "--out", str(out), "--all", "--force"]) == 0
    assert out.read_text() == text
    assert [one.name for one in tmp_path.iterdir()] == ["all.yaml"]


def test_until_somebody_says_that_it_is_over(url: str, tmp_path: Path) -> None:
    out = tmp_path / "mine.yaml"
    arguments = [sys.executable, "-m", "sinch_voice_emulator", "record", "--url", url, "--out", str(out)]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as recording:
        assert recording.stderr is not None
        assert recording.stderr.readline() == f"Recording account default at {url} until Ctrl-C.\n"
        call(url, "+12025550143")
        recording.send_signal(signal.SIGINT)
        assert recording.wait(20) == 0
    assert reading.read(out).steps[0].word == "incoming_call"


def test_a_journal_that_was_exported(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(url, "+12025550143")
    assert run(["journal", "--url", url, "--json"]) == 0
    exported = tmp_path / "journal.txt"
    exported.write_text(capsys.readouterr().out)
    assert run(["record", "--journal", str(exported), "--out", "-"]) == 0
    assert "incoming_call: {from: '+12025550143'" in capsys.readouterr().out


def test_callbacks_of_production(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "prod.log"
    log.write_text(json.dumps({"event": "ice", "callid": "a", "cli": "12025550143"}) + "\n")
    assert run(["record", "--callbacks", str(log), "--out", "-", "--name", "From production"]) == 0
    scenario = reading.load(capsys.readouterr().out, "prod.yaml")
    assert (scenario.name, scenario.steps[0].word) == ("From production", "fire")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--out", "-", "--all", "--journal", "x"], "--journal and --all are two sources; say one of them"),
        (["--out", "-", "--all", "--for", "3"], "--all tells what has happened already"),
        (["--out", "-", "--for", "3", "--", "true"], "with a COMMAND the recording ends when that does"),
        (["--out", "-", "--for", "0"], "--for takes a number of seconds above 0, not 0"),
        (["--out", "none/x.yaml", "--all"], "none/x.yaml cannot be written: there is no folder none"),
        (["--out", "-", "--journal", "none.json"], "none.json cannot be read: no such file or directory"),
        (["--out", "-", "--url", "http://127.0.0.1:9"], "Nothing that speaks HTTP answers at http://127.0.0.1:9"),
        ([], "Missing option '--out'"),
    ],
)
def test_what_cannot_be_recorded(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["record", *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_a_command_that_there_is_not(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["record", "--url", url, "--out", "-", "--", "no-such-command"]) == 2
    assert "no-such-command cannot be run: no such file or directory" in capsys.readouterr().err


def test_nothing_happened(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["record", "--url", url, "--out", "-", "--for", "0.01"]) == 2
    assert "nothing happened that a scenario could tell" in capsys.readouterr().err
