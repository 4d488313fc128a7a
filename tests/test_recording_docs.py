"""docs/recording.md: its commands print and write what it shows."""

from __future__ import annotations

import logging
import re
import shlex
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from scenario.served_site import Person
from sinch_voice_emulator import sample_backend
from sinch_voice_emulator.cli import record, replay, run
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.sample_backend import create_app
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_SECRET, ListenAddress, Settings
from sinch_voice_emulator.testkit.serving import over_http

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "recording.md").read_text()
COMMANDS = dict(re.findall(r"```text\n\$ sinch-voice-emulator (.*?)\n(.*?)```", PAGE, re.DOTALL))
FILES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
BACKEND = "http://127.0.0.1:5000/voice"


@pytest.fixture
def backend() -> Iterator[str]:
    """The sample backend, served; its URL."""
    app = create_app(DEFAULT_KEY, DEFAULT_SECRET, "+46701740642")
    served = over_http(app, "/voice", "wsgi", lambda _: pytest.fail("it posts"))
    yield served.url
    served.close()


@pytest.fixture
def emulator(backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """A served emulator on which a caller has talked to sales; the working directory is a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    logger = logging.getLogger("sinch_voice_emulator")
    before = logger.handlers, logger.level, logger.propagate
    found = Emulator(Settings(listen=(ListenAddress("127.0.0.1", 0),), clock="manual"))
    next(iter(found.account().account.applications.values())).callback = CallbackTarget(backend)
    found.start()
    person = Person(found)
    call = person.calls(**{"from": "+46701740605"})
    for seconds, action, details in ((2.5, "press", {"keys": "1"}), (25, "hang-up", {})):
        person.control("POST", "/clock/advance", {"seconds": seconds})
        person.does(call, action, **details)
    person.control("POST", "/clock/advance", {"seconds": 0})
    yield found
    found.stop()
    logger.handlers, logger.level, logger.propagate = before


def prints(command: str, url: str, backend: str, capsys: pytest.CaptureFixture[str]) -> int:
    """Run a command of the page; it prints what the page shows."""
    arguments = shlex.split(command.replace(BACKEND, backend))
    more = ["--url", url] if arguments[0] == "record" and "--callbacks" not in arguments else []
    more += ["--listen", "127.0.0.1:0"] if arguments[0] != "record" else []
    code = run([*arguments, *more])
    said = capsys.readouterr()
    printed = (said.err if arguments[0] == "record" else said.out).replace(backend, BACKEND)
    assert masked(printed) == masked(COMMANDS[command])
    return code


def masked(text: str) -> str:
    """Without what differs from run to run."""
    text = re.sub(r"Emulator at http://127\.0\.0\.1:\d+", "Emulator at URL", text)
    return re.sub(r"\d+\.\d\d s\b", "N s", text)


def shows(text: str) -> None:
    """One of the files on the page is this one, or an excerpt."""
    first = text.splitlines()[0]
    [shown] = [one for one in FILES if one.startswith(first)]
    for part in shown.split("...\n"):
        assert part in text


def test_a_call_is_recorded_run_and_replayed(
    emulator: Emulator, backend: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded, runs, replayed = [one for one in COMMANDS if "sales.yaml" in one]
    assert prints(recorded, emulator.url, backend, capsys) == 0
    shows(Path("sales.yaml").read_text())
    assert prints(runs, emulator.url, backend, capsys) == 0
    chosen = sample_backend.chosen

    def other_words(result: dict[str, Any], agent: str) -> dict[str, Any]:
        found = chosen(result, agent)
        found["instructions"][0]["text"] = "One moment, please."
        return found

    monkeypatch.setattr(sample_backend, "chosen", other_words)
    assert prints(replayed, emulator.url, backend, capsys) == 1
    assert run(["replay", "sales.yaml", "--update", "--callback-url", backend, "--listen", "127.0.0.1:0"]) == 0
    assert run(["run", "sales.yaml", "--callback-url", backend, "--listen", "127.0.0.1:0"]) == 0


def test_a_log_is_imported(emulator: Emulator, backend: str, capsys: pytest.CaptureFixture[str]) -> None:
    [log] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    Path("production.log").write_text(log)
    for command in (one for one in COMMANDS if "production.log" in one):
        assert prints(command, emulator.url, backend, capsys) == 0
        out = shlex.split(command)[-1]
        text = Path(out).read_text()
        assert text in FILES
        assert run(["run", out, "--callback-url", backend, "--listen", "127.0.0.1:0"]) == 0


def test_the_file_comes_over_the_control_api(emulator: Emulator) -> None:
    [path] = re.findall(r"curl -sf 'http://127.0.0.1:8080(\S+)'", PAGE)
    with urllib.request.urlopen(emulator.url + path) as answer:
        assert answer.read().decode().startswith("# Recorded from account default.\n")


def test_every_command_that_is_shown_is_one() -> None:
    lines = re.findall(r"^sinch-voice-emulator record (.*?)(?:\s+#.*)?$", PAGE, re.MULTILINE)
    assert len(lines) > 5
    for line in lines:
        record.command.make_context("record", shlex.split(line))


def test_every_option_is_on_the_page() -> None:
    options = [one for one in (*record.command.params, *replay.PARAMETERS) if isinstance(one, click.Option)]
    names = [name for one in options for name in one.opts if name.startswith("--")]
    usual = ["--url", "--token", "--account", "--var"]
    assert [name for name in names if f"{name}" not in PAGE and name not in usual] == []
