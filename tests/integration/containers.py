"""Images, built and run on a machine without an engine: by ``container-check``, and what that works with.

The variable CONTAINER_CHECK says where the tool is. Without it, or what it works with, tests are skipped; ``make container``
has it install what it needs.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import pytest

from integration.images import ROOT

TOOL = Path(os.environ.get("CONTAINER_CHECK") or ROOT.parent / "shared" / "tools" / "container-check").resolve()
BASE, IMAGE = "localhost/python-base:3.11", "localhost/sinch-voice-emulator:check"
LIMITS = ["--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"]
PATIENCE = 60.0
CANNOT = 77


def why_not(tool: Path = TOOL) -> str:
    """Why no image can be built here, or not within a few seconds; empty when it can."""
    if not tool.is_file():
        return f"there is no {tool}; CONTAINER_CHECK may name another place"
    if os.environ.get("CONTAINER_CHECK"):
        return ""
    missing = [name for name in ("buildah", "podman", "runc") if shutil.which(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}; `make container` installs them"
    if subprocess.run(["podman", "image", "exists", BASE], check=False, capture_output=True).returncode != 0:
        return "the base image is not made yet; `make container` makes it"
    return ""


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """What the tool says about the image. One worker of a run builds it, the others wait for it."""
    if reason := why_not():
        pytest.skip(reason)
    folder = tmp_path_factory.getbasetemp()
    folder = folder if worker_id == "master" else folder.parent
    with (folder / "image.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = folder / "image.txt"
        if not said.exists():
            done = subprocess.run([str(TOOL)], cwd=ROOT, capture_output=True, text=True, check=False)
            said.write_text(f"{done.returncode}\n{done.stdout}\n{done.stderr[-4000:]}")
    code, _, text = said.read_text().partition("\n")
    if int(code) == CANNOT:
        pytest.skip(text.strip())
    assert code == "0", text
    return text


@pytest.fixture
def image(report: str) -> str:
    """The name of the image, built."""
    assert report
    return IMAGE


def podman(*arguments: str) -> str:
    """What a podman command says; both kinds of output, as they come."""
    command = ["podman", "--runtime", shutil.which("runc") or "runc", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, f"{arguments}: {done.stdout}"
    return done.stdout


@contextmanager
def container(image: str, *command: str, options: tuple[str, ...] = ()) -> Iterator[str]:
    """A container in a network of its own that has nothing but loopback; gives its name."""
    name = f"emulator-{uuid.uuid4().hex[:8]}"
    network = () if "--network" in options else ("--network", "none")
    podman("run", "-d", "--name", name, *LIMITS, *network, *options, image, *command)
    try:
        yield name
    finally:
        podman("rm", "-f", "-t", "0", name)


def once(image: str, *command: str, options: tuple[str, ...] = ()) -> str:
    """What a container says that does one thing."""
    return podman("run", "--rm", *LIMITS, "--network", "none", *options, image, *command)


def wait_for(name: str, health: list[str]) -> None:
    """Run a health check in a container until it is passed."""
    script = 'for i in $(seq 100); do "$@" >/dev/null 2>&1 && exit 0; sleep 0.1; done; "$@"'
    podman("exec", name, "sh", "-c", script, "sh", *health)


def seconds_to_stop(name: str) -> float:
    """How long a container takes to stop when it is told, its main process dead after that."""
    began = perf_counter()
    podman("stop", "-t", "10", name)
    return perf_counter() - began
