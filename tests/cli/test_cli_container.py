"""What the commands do for a container: they find the server by its own variables, and end when told as the first process."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sinch_voice_emulator.cli import run
from sinch_voice_emulator.cli.client import LISTENING, default_url

FIRST_PROCESS = """
import os, sys
os.getpid = lambda: 1
from sinch_voice_emulator.cli import main
main()
"""


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*LISTENING, "SINCH_VOICE_EMULATOR_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"PORT": "9000"}, "http://127.0.0.1:9000"),
        ({"SINCH_VOICE_EMULATOR_HOST": "0.0.0.0"}, "http://127.0.0.1:8080"),
        ({"SINCH_VOICE_EMULATOR_HOST": "::", "PORT": "9000"}, "http://[::1]:9000"),
        ({"SINCH_VOICE_EMULATOR_LISTEN": "0.0.0.0:3019, 3020", "PORT": "9000"}, "http://127.0.0.1:3019"),
        ({"SINCH_VOICE_EMULATOR_LISTEN": "3019=calling,3020=control+tls,3021=control"}, "http://127.0.0.1:3021"),
        ({"SINCH_VOICE_EMULATOR_LISTEN": "3019=calling,3020=control+tls"}, "https://127.0.0.1:3020"),
    ],
)
def test_where_the_server_of_this_environment_is(variables: dict[str, str], url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert default_url() == url


def test_the_configuration_file_says_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "emulator.toml"
    file.write_text('listen = "127.0.0.1:3019"\n')
    monkeypatch.setenv("SINCH_VOICE_EMULATOR_CONFIG", str(file))
    assert default_url() == "http://127.0.0.1:3019"


def test_health_asks_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PORT", "1")
    assert run(["health"]) == 1
    assert "Nothing that speaks HTTP answers at http://127.0.0.1:1 " in capsys.readouterr().err
    monkeypatch.setenv("PORT", "one")
    assert run(["health"]) == 2
    assert capsys.readouterr().err == 'Error: environment variable PORT must have a port between 0 and 65535, not "one".\n'


def test_the_first_process_ends_on_sigterm() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(20)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process = subprocess.Popen([sys.executable, "-c", FIRST_PROCESS, "journal", "--follow", "--url", url])
        asking, _ = silent.accept()
        with asking:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 128 + signal.SIGTERM
