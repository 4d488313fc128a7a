"""docs/running-scenarios.md: its files are run, its commands print what it shows, its options are all there are."""

from __future__ import annotations

import http.client
import json
import logging
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest

from sinch_voice_emulator.cli import run
from sinch_voice_emulator.cli.run_scenarios import PARAMETERS
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.sample_backend import create_app
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_SECRET, ListenAddress, Settings
from sinch_voice_emulator.testkit.serving import over_http

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "running-scenarios.md").read_text()
FILES = re.findall(r"```yaml\n# (calls/\S+)\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"```text\n\$ sinch-voice-emulator (.*?)\n(.*?)```", PAGE, re.DOTALL)
BACKEND = "http://127.0.0.1:5000/voice"
MASKS = (
    (r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID"),
    (r"\d+\.\d\d s\b(?=\)|$)", "N s"),
    (r'"seconds": [0-9.]+', '"seconds": N'),
    (r"Emulator at http://127\.0\.0\.1:\d+", "Emulator at URL"),
)


@pytest.fixture(scope="module")
def backend() -> Iterator[str]:
    """The sample backend, served; its URL."""
    served = over_http(
        create_app(DEFAULT_KEY, DEFAULT_SECRET, "+46701740642"), "/voice", "wsgi", lambda _: pytest.fail("it posts")
    )
    yield served.url
    served.close()


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The files of the page, in the working directory; the log is as before afterwards."""
    for name, text in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n{text}")
    monkeypatch.chdir(tmp_path)
    logger = logging.getLogger("sinch_voice_emulator")
    before = logger.handlers, logger.level, logger.propagate
    yield
    logger.handlers, logger.level, logger.propagate = before


def masked(text: str) -> str:
    """Without what differs from run to run."""
    for pattern, instead in MASKS:
        text = re.sub(pattern, instead, text, flags=re.MULTILINE)
    return text


@pytest.mark.parametrize(("command", "shown"), COMMANDS, ids=[command[:40] for command, _ in COMMANDS])
def test_a_command_prints_what_is_shown(command: str, shown: str, backend: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = shlex.split(command.replace(BACKEND, backend))
    run([*arguments, "--listen", "127.0.0.1:0"] if arguments[0] == "run" else arguments)
    printed = masked(capsys.readouterr().out.replace(backend, BACKEND))
    begin, *others = masked(shown).split("...\n")
    assert printed.startswith(begin)
    if others:
        assert printed.removeprefix(begin).endswith(others[-1])
    else:
        assert printed == begin


def test_the_scenario_of_the_readme(backend: str, tmp_path: Path) -> None:
    readme = (Path(__file__).resolve().parent.parent / "README.md").read_text()
    [text] = re.findall(r"```yaml\n(name: .*?)```", readme, re.DOTALL)
    (tmp_path / "readme.yaml").write_text(text)
    assert run(["run", "readme.yaml", "--callback-url", backend, "--listen", "127.0.0.1:0"]) == 0


def test_the_exit_codes(backend: str) -> None:
    def code(*arguments: str) -> int:
        return run(["run", *arguments, "--callback-url", backend, "--listen", "127.0.0.1:0"])

    assert [code("calls/sales.yaml"), code("calls"), code("gone")] == [0, 1, 2]


def test_every_option_is_on_the_page() -> None:
    names = [name for one in PARAMETERS if isinstance(one, click.Option) for name in one.opts if name.startswith("--")]
    assert len(names) > 8
    assert [name for name in names if f"`{name}" not in PAGE] == []


def test_over_the_control_api(backend: str, tmp_path: Path) -> None:
    [body] = re.findall(r"-d '(\{\"names\".*?\})'", PAGE)
    emulator = Emulator(Settings(listen=(ListenAddress("127.0.0.1", 0),), scenarios=str(tmp_path / "calls")))
    emulator.start()
    try:
        connection = http.client.HTTPConnection(urlsplit(emulator.url).netloc, timeout=20)
        sent = body.replace(BACKEND, backend)
        connection.request("POST", "/_emulator/scenarios/run", sent, {"Content-Type": "application/json"})
        report = json.loads(connection.getresponse().read())
        connection.close()
    finally:
        emulator.stop()
    assert (report["passed"], report["failed"]) == (1, 0), report
    assert "presses 1" in report["runs"][0]["ladders"]
