"""What several of these tests need: Node with the official SDK installed, and the image of the emulator."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest

from integration.containers import image, report

__all__ = ["image", "node", "report"]

FOLDER = Path(__file__).parent / "node"
INSTALL = (
    "ci",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-timeout=20000",
)


@pytest.fixture(scope="session")
def node() -> str:
    """Where Node is, with the SDK installed beside the scripts; installs it once, whatever the number of test processes."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not installed")
    lock = FOLDER / "package-lock.json"
    installed = FOLDER / "node_modules" / ".installed"
    with lock.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if installed.exists() and installed.read_bytes() == lock.read_bytes():
            return node
        try:
            done = subprocess.run([npm, *INSTALL], cwd=FOLDER, capture_output=True, text=True, timeout=120, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip("npm could not install the SDK within two minutes")
        if done.returncode != 0:
            pytest.skip(f"npm could not install the SDK: {done.stderr.strip()[-300:]}")
        installed.write_bytes(lock.read_bytes())
    return node
