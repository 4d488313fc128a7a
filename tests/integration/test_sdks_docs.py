"""The page on SDKs: each example is run as it stands, against a server on another port, where its language is installed."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from integration.conftest import FOLDER
from integration.serving import PATIENCE, served
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.model.party import number

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sdks.md").read_text()
ADDRESS = "127.0.0.1:8080"
CALL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with served() as running:
        yield running


def example(language: str, having: str = "127.0.0.1") -> str:
    """The one block of this language that has this text in it."""
    [found] = [text for name, text in BLOCKS if name == language and having in text]
    return found


def here(text: str, emulator: Emulator) -> str:
    """An example, with the address of the server that runs."""
    assert ADDRESS in text
    return text.replace(ADDRESS, urlsplit(emulator.url).netloc)


def run(command: list[str], given: str = "", cwd: Path | None = None) -> str:
    """What a command prints; it has to succeed."""
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=False, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def placed(emulator: Emulator, printed: str) -> None:
    """Check that exactly one call was named, that it exists, and that it is the latest."""
    latest = emulator.account().read(lambda engine, _now: list(engine.state.calls.values())[-1])
    assert CALL.findall(printed) == [latest.id]
    assert latest.dialled == number("+46701740605")


def program(name: str) -> str:
    """Where a program is; skips when it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def test_python(emulator: Emulator) -> None:
    placed(emulator, run([sys.executable, "-"], here(example("python"), emulator)))


def test_node(emulator: Emulator, node: str) -> None:
    placed(emulator, run([node, "--input-type=module", "-"], here(example("js"), emulator), FOLDER))


def test_java_without_sdk(emulator: Emulator, tmp_path: Path) -> None:
    file = tmp_path / "Callout.java"
    file.write_text(here(example("java", "java.net.http"), emulator))
    placed(emulator, run([program("java"), str(file)]))


def test_php(emulator: Emulator, tmp_path: Path) -> None:
    file = tmp_path / "callout.php"
    file.write_text(here(example("php"), emulator))
    placed(emulator, run([program("php"), str(file)]))


def test_curl(emulator: Emulator) -> None:
    program("curl")
    placed(emulator, run(["bash", "-c", here(example("sh"), emulator)]))


def test_plain_http(emulator: Emulator) -> None:
    head, _, body = here(example("http"), emulator).rstrip("\n").partition("\n\n")
    place = urlsplit(emulator.url)
    assert place.hostname is not None
    with socket.create_connection((place.hostname, place.port or 0), timeout=PATIENCE) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body.encode())
        received = b"".join(iter(lambda: connection.recv(4096), b""))
    assert received.startswith(b"HTTP/1.1 200 OK\r\n"), received
    placed(emulator, received.decode())


def test_the_versions_are_those_that_the_tests_drive() -> None:
    package, project = (FOLDER / "package.json").read_text(), (FOLDER.parents[2] / "pyproject.toml").read_text()
    for client, version in re.findall(r"^\| (Python|Node) SDK ([0-9.]+) \|", PAGE, re.MULTILINE):
        assert (f'"@sinch/sdk-core": "{version}"' if client == "Node" else f'"sinch=={version}"') in package + project
        assert f"{'@' if client == 'Node' else '=='}{version}\n" in PAGE, "the line that installs it"


def test_what_is_not_run_is_marked() -> None:
    for heading in ("Java", ".NET"):
        section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
        assert section.strip().startswith("Not run by the tests: ")
