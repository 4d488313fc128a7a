"""What the commands do for a container: they find the server by its own variables, and end when told as the first process."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sinch_voice_emulator.cli import run
from sinch_voice_emulator.cli.client import LISTENING, default_health_url, default_url
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.settings import ListenAddress, Role, Settings, TlsSettings

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
        ({"SINCH_VOICE_EMULATOR_PROFILE": "sdk-e2e"}, "http://127.0.0.1:3019"),
    ],
)
def test_where_the_server_of_this_environment_is(variables: dict[str, str], url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert default_url() == url


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        ("18443=tls,18444=calling", "http://127.0.0.1:18444"),
        ("3019=calling,3020=control", "http://127.0.0.1:3020"),
        ("3019=calling+tls,3020=control+tls", "https://127.0.0.1:3020"),
    ],
)
def test_health_prefers_a_port_without_tls(listen: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SINCH_VOICE_EMULATOR_LISTEN", listen)
    assert default_health_url() == url


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """A server whose control API is to be had over TLS alone, and the variable that says so."""
    places = (ListenAddress(port=0, roles=frozenset({Role.CALLING})), ListenAddress(port=0, tls=True))
    started = Emulator(Settings(listen=places, tls=TlsSettings(str(tmp_path))))
    started.start()
    plain, over_tls = (urlsplit(url).port for url in started.listeners)
    monkeypatch.setenv("SINCH_VOICE_EMULATOR_LISTEN", f"{over_tls}=tls,{plain}=calling")
    yield started
    started.stop()


def test_health_needs_no_trust_and_the_others_find_it(
    secure: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "elsewhere"))
    assert run(["health"]) == 0
    assert f" at {secure.listeners[0]} is up." in capsys.readouterr().out
    assert run(["journal"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"Error: The certificate shown at {secure.listeners[1]} is not trusted (")
    assert "name the emulator's ca.pem in SSL_CERT_FILE" in said
    monkeypatch.setenv("SINCH_VOICE_EMULATOR_TLS_DIRECTORY", str(tmp_path))
    assert run(["journal"]) == 0


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
