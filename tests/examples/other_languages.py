"""What the examples in other languages need: the emulator as a process, the tools, and where the files are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
CURL = FOLDER / "curl" / "menu-call.sh"
NODE = FOLDER / "node"
PATIENCE = 120.0


def environment(**more: str) -> dict[str, str]:
    """The environment of a process, with the command ``sinch-voice-emulator`` on its path."""
    folder = str(Path(sys.executable).parent)
    return os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"} | more


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the folder of the Node example, to its end; both outputs in one."""
    return subprocess.run(
        command,
        cwd=NODE,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def needed(tool: str) -> str:
    """Where a tool is; skips the test when it is not installed."""
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not installed")
    return found


def needed_node() -> str:
    """Where Node is; skips the test when there is none, or one from before 20.12, whose tests cannot say how they ended."""
    node = needed("node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=PATIENCE).stdout.strip()
    numbers = [int(part) for part in re.findall(r"\d+", version)]
    if numbers[:2] < [20, 12]:
        pytest.skip(f"the examples need Node 20.12 or newer, and this is {version}")
    return node
