"""``record``: what happens while it runs, what has happened, and what happened elsewhere, written to a file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sinch_voice_emulator.cli import run
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.scenario import reading
from sinch_voice_emulator.settings import ListenAddress, Settings
from sinch_voice_emulator.testkit.serving import ServedBackend, over_http

CALL = """
import json, sys, urllib.request
body = json.dumps({"from": sys.argv[2], "to": "+12025550100"}).encode()
urllib.request.urlopen(urllib.request.Request(sys.argv[1] + "/_emulator/calls", body, {"Content-Type": "application/json"}))
sys.exit(int(sys.argv[3]))
"""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """A served emulator."""
    found = Emulator(Settings(listen=(ListenAddress("127.0.0.1", 0),)))
    found.start()
    yield found
    found.stop()


@pytest.fixture
def url(emulator: Emulator) -> str:
    """Where it is."""
    return emulator.url


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
    assert f"Wrote {out}: 1 call, " in said
    assert said.endswith(f" steps. Play it again: sinch-voice-emulator replay {out} --callback-url URL\n")


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


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_until_somebody_says_that_it_is_over(url: str, tmp_path: Path, told: signal.Signals) -> None:
    out = tmp_path / "mine.yaml"
    arguments = [sys.executable, "-m", "sinch_voice_emulator", "record", "--url", url, "--out", str(out)]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as recording:
        assert recording.stderr is not None
        assert recording.stderr.readline() == f"Recording account default at {url}. Press Ctrl-C when it is over.\n"
        call(url, "+12025550143")
        recording.send_signal(told)
        assert recording.wait(20) == 0
    assert reading.read(out).steps[0].word == "incoming_call"


WAITS = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(5)); print('ready', flush=True); signal.pause()"


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 5), (signal.SIGINT, 130)])
def test_a_command_that_is_broken_off(url: str, tmp_path: Path, told: signal.Signals, code: int) -> None:
    out = tmp_path / "mine.yaml"
    arguments = [sys.executable, "-m", "sinch_voice_emulator", "record", "--url", url, "--out", str(out)]
    arguments += ["--", sys.executable, "-c", WAITS]
    with subprocess.Popen(
        arguments, text=True, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as recording:
        assert recording.stdout is not None
        assert recording.stdout.readline() == "ready\n"
        call(url, "+12025550143")
        if told is signal.SIGINT:
            os.killpg(recording.pid, told)  # as a terminal does
        else:
            recording.send_signal(told)
        assert recording.wait(20) == code
    assert reading.read(out).steps[0].word == "incoming_call"


def test_the_last_callbacks_are_waited_for(url: str, tmp_path: Path, emulator: Emulator) -> None:
    def slowly(event: dict[str, Any]) -> dict[str, Any] | None:
        asleep.wait(0.3)
        return {"action": {"name": "hangup"}} if event["event"] == "ice" else None

    asleep, out = threading.Event(), tmp_path / "mine.yaml"
    backend = over_http(slowly, "/voice", "function", lambda _: pytest.fail("the server posts"))
    assert isinstance(backend, ServedBackend)
    application = next(iter(emulator.account().account.applications.values()))
    application.callback = CallbackTarget(backend.url)
    command = [sys.executable, "-c", CALL, url, "+12025550144", "0"]
    assert run(["record", "--url", url, "--out", str(out), "--", *command]) == 0
    backend.close()
    assert [step.body["callback"] for step in reading.read(out).steps if "callback" in step.body] == ["ice", "dice"]


RESET = "import sys, urllib.request as u; u.urlopen(u.Request(sys.argv[1] + '/_emulator/reset', b'', method='POST'))"


def test_an_account_that_was_reset_meanwhile(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mine.yaml"
    assert run(["record", "--url", url, "--out", str(out), "--", sys.executable, "-c", RESET, url]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[1:] == [
        f"Error: The emulator at {url} refused (409): the account was reset while it was recorded, and what had happened is "
        "gone; record it anew."
    ]
    assert not out.exists()


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


def test_callbacks_of_production_as_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log, out = tmp_path / "prod.log", tmp_path / "prod.yaml"
    ice = {"event": "ice", "callid": "a", "cli": "12025550143", "to": {"type": "did", "endpoint": "+12025550100"}}
    log.write_text(json.dumps(ice) + "\n" + json.dumps({"event": "ace", "callid": "b"}) + "\n")
    assert run(["record", "--callbacks", str(log), "--as-calls", "--out", str(out)]) == 0
    assert [step.word for step in reading.read(out).steps] == ["incoming_call", "expect", "fire"]
    assert (
        capsys.readouterr().err.splitlines()[0].startswith("Note: Call b is sent as it was logged: its ICE is not in the log")
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--out", "-", "--all", "--journal", "x"], "--journal and --all are two sources; say one of them"),
        (["--out", "-", "--all", "--as-calls"], "--as-calls goes with --callbacks FILE"),
        (["--out", "-", "--all", "--for", "3"], "--all tells what has happened already"),
        (["--out", "-", "--for", "3", "--", "true"], "with a COMMAND the recording ends when that does"),
        (["--out", "-", "--for", "0"], '--for takes a length of time of more than nothing, such as 30s or 2m, not "0"'),
        (["--out", "-", "--for", "soon"], '--for takes a length of time of more than nothing, such as 30s or 2m, not "soon"'),
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
    assert run(["record", "--url", url, "--out", "-", "--for", "10ms"]) == 2
    assert "nothing happened that a scenario could tell" in capsys.readouterr().err
