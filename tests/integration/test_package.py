"""Wheel and sdist: what is in them, and what works for somebody who installs the wheel into an empty environment."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from integration.images import ROOT, Running
from sinch_voice_emulator import __version__
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_SECRET

PACKAGE = "sinch_voice_emulator"
NAME = f"{PACKAGE}-{__version__}"
PATIENCE = 300.0

CONSUMER = """
from sinch_voice_emulator import SinchVoice
from sinch_voice_emulator.testkit import Call


def hang_up(voice: SinchVoice) -> str:
    call: Call = voice.incoming_call()
    call.hang_up()
    return call.result


reveal_type(SinchVoice().key)
hang_up("no voice")
"""

TESTS = """
def backend(event):
    return {"action": {"name": "hangup"}} if event["event"] == "ice" else None


def test_a_call(sinch_voice):
    sinch_voice.deliver_to(backend)
    call = sinch_voice.incoming_call()
    call.expect_ended()
    assert [one.event for one in call.callbacks] == ["ice", "dice"]
"""

SCENARIO = re.findall(r"```yaml\n(name: .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[0]


@dataclass(frozen=True, slots=True)
class Distribution:
    """What was built: both files, and the wheel that the sdist gives."""

    sdist: Path
    wheel: Path
    wheel_of_sdist: Path


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """What a command prints, with an environment in which nothing leads to this checkout."""
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE", "SINCH_", "PYTEST_"))
    }
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=plain, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    """Built from the checkout; ``build`` makes the second wheel from the sdist, as it does by default."""
    direct, through = tmp_path_factory.mktemp("direct"), tmp_path_factory.mktemp("through")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir"]
    run(*build, direct, "--wheel", ROOT)
    run(*build, through, ROOT)
    wheel = f"{NAME}-py3-none-any.whl"
    return Distribution(through / f"{NAME}.tar.gz", direct / wheel, through / wheel)


@pytest.fixture(scope="module")
def environment(distribution: Distribution, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, what it needs, and pytest: its folder with commands."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-compile"]
    try:
        run(*pip, distribution.wheel, "pytest")
    except AssertionError as failure:
        reason = no_registry(failure)
        if reason:
            pytest.skip(reason)
        raise
    return folder / "bin"


def no_registry(failure: AssertionError) -> str:
    """Why nothing can be installed here, when that is the reason of a failure; else empty."""
    probe = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", "--dest", os.devnull, "click"]
    done = subprocess.run(probe, capture_output=True, text=True, check=False, timeout=PATIENCE)
    unreachable = re.search(r"(No matching distribution found for click|connection|timed out)", done.stderr, re.IGNORECASE)
    return f"pip reaches no registry: {str(failure).splitlines()[-1]}" if unreachable else ""


def contents(wheel: Path) -> dict[str, str]:
    """The files of a wheel and what is in them, as a hash."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def files_of(folder: Path) -> list[str]:
    """The files of a folder of the source that belong to the package."""
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.name != "ruff.toml"]
    return [str(path) for path in files if not any(part.startswith((".", "__pycache__")) for part in path.parts)]


def test_the_wheel_has_everything_the_package_reads(distribution: Distribution) -> None:
    names = {name for name in contents(distribution.wheel) if name.startswith(f"{PACKAGE}/")}
    folders = {ROOT / "emulator" / PACKAGE: PACKAGE}
    folders |= {ROOT / folder: f"{PACKAGE}/{folder}" for folder in ("openapi", "scenarios")}
    expected = {f"{inside}/{name}" for folder, inside in folders.items() for name in files_of(folder)}
    assert names == expected
    assert {f"{PACKAGE}/py.typed", f"{PACKAGE}/openapi/voice.yaml"} <= expected


def test_the_sdist_gives_the_same_wheel(distribution: Distribution) -> None:
    assert contents(distribution.wheel) == contents(distribution.wheel_of_sdist)


def test_the_sdist_has_what_make_needs(distribution: Distribution) -> None:
    with tarfile.open(distribution.sdist) as archive:
        names = {name.removeprefix(f"{NAME}/") for name in archive.getnames()}
    for path in (
        "LICENSE",
        "Makefile",
        "Dockerfile",
        ".dockerignore",
        "docs/docker.md",
        "tests/integration/test_package.py",
        "ruff-pure.toml",
    ):
        assert path in names
    assert not [name for name in names if "__pycache__" in name or "node_modules" in name]


def test_what_the_package_says_of_itself(distribution: Distribution) -> None:
    with zipfile.ZipFile(distribution.wheel) as archive:
        metadata = archive.read(f"{NAME}.dist-info/METADATA").decode()
        entries = archive.read(f"{NAME}.dist-info/entry_points.txt").decode()
        licence = archive.read(f"{NAME}.dist-info/licenses/LICENSE")
    assert licence == (ROOT / "LICENSE").read_bytes()
    assert "License-Expression: Apache-2.0\nLicense-File: LICENSE\n" in metadata
    assert "Requires-Python: >=3.11\n" in metadata
    versions = re.findall(r"^Classifier: Programming Language :: Python :: (3\.\d+)$", metadata, re.MULTILINE)
    assert versions == ["3.11", "3.12", "3.13", "3.14"]
    assert "Classifier: Typing :: Typed\n" in metadata
    assert f"sinch-voice-emulator = {PACKAGE}.cli:main\n" in entries
    assert f"sinch_voice = {PACKAGE}.pytest_plugin\n" in entries


def test_the_commands_work(environment: Path, tmp_path: Path) -> None:
    command = environment / "sinch-voice-emulator"
    assert run(command, "version", cwd=tmp_path) == f"{__version__}\n"
    where = run(environment / "python", "-c", f"import {PACKAGE}; print({PACKAGE}.__file__)", cwd=tmp_path)
    assert str(environment.parent) in where
    server = Running.start([str(command), "serve", "--listen", "127.0.0.1:0"], {})
    try:
        url = server.said(r"Sinch Voice emulator at (http://\S+)")
        assert run(command, "health", "--url", url, cwd=tmp_path) == f"The emulator {__version__} at {url} is up.\n"
    finally:
        server.stop()


def test_scenarios_come_along_and_run(environment: Path, tmp_path: Path) -> None:
    command = environment / "sinch-voice-emulator"
    listed = run(command, "scenarios", "list", cwd=tmp_path).splitlines()
    assert [line.split()[0] for line in listed] == sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))
    (tmp_path / "sales.yaml").write_text(SCENARIO)
    variables = {"SINCH_APPLICATION_KEY": DEFAULT_KEY, "SINCH_APPLICATION_SECRET": DEFAULT_SECRET, "AGENT": "+46701740642"}
    app = f"{PACKAGE}.sample_backend"
    backend = Running.start([str(environment / "flask"), "--app", app, "run", "--port", "0"], variables)
    try:
        url = backend.said(r"Running on (http://\S+)")
        assert "1 passed" in run(command, "run", "sales.yaml", "--callback-url", f"{url}/voice", cwd=tmp_path)
    finally:
        backend.stop()


def test_the_pytest_plugin_works(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "test_call.py").write_text(TESTS)
    said = run(environment / "python", "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", cwd=tmp_path)
    assert "1 passed" in said
    assert "sinch" in said.splitlines()[3], "the plugin is among those that pytest names"


def test_types_are_known_to_who_installs_it(environment: Path, tmp_path: Path) -> None:
    consumer = tmp_path / "consumer.py"
    consumer.write_text(CONSUMER)
    mypy = [sys.executable, "-m", "mypy", "--strict", "--python-executable", environment / "python", "--cache-dir", os.devnull]
    words = [str(word) for word in [*mypy, consumer]]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=PATIENCE)
    found = [line.partition("consumer.py:")[2] for line in done.stdout.splitlines() if "consumer.py:" in line]
    assert found == [
        '12: note: Revealed type is "str"',
        '13: error: Argument 1 to "hang_up" has incompatible type "str"; expected "SinchVoice"  [arg-type]',
    ], done.stdout + done.stderr
