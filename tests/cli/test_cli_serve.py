"""``serve`` as a process: it says where it listens, answers, stops when told, and refuses in one sentence."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest

from sinch_voice_emulator.cli import run
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_SECRET

COMMAND = [sys.executable, "-m", "sinch_voice_emulator", "serve"]


@pytest.fixture
def served() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on a free port: the process and what it said when it listened."""
    process = subprocess.Popen([*COMMAND, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, "".join(process.stdout.readline() for _ in range(5))
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(
    served: tuple[subprocess.Popen[str], str], how: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    process, said = served
    found = re.match(r"Sinch Voice emulator at (http://127\.0\.0\.1:[1-9]\d*) ", said)
    assert found is not None, said
    assert DEFAULT_KEY in said
    assert DEFAULT_SECRET in said
    assert run(["health", "--url", found[1]]) == 0
    assert found[1] in capsys.readouterr().out
    began = perf_counter()
    process.send_signal(how)
    _, complaints = process.communicate(timeout=5)
    assert process.returncode == 0
    assert complaints == ""
    assert perf_counter() - began < 2


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run([*COMMAND, "--listen", str(port)], capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 2
    assert re.fullmatch(rf"Error: .*{port}.*\n", done.stderr), done.stderr


@pytest.mark.parametrize("option", ["--stubs", "--profile"])
def test_a_broken_file_is_one_sentence(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "broken.toml"
    file.write_text("stubs: [\n")
    assert run(["serve", option, str(file)]) == 2
    assert re.fullmatch(r"Error: .*broken\.toml.*\n", capsys.readouterr().err)
