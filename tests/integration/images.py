"""What the Dockerfile and the example for compose say, and how to do the same with processes of this machine."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docs" / "examples" / "compose" / "compose.yaml"
PATIENCE = 30.0
BINARIES = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Image:
    """The last stage of a Dockerfile."""

    environment: dict[str, str]
    entrypoint: list[str]
    command: list[str]
    user: str
    health: list[str]
    ports: list[int]


def read_dockerfile(path: Path = ROOT / "Dockerfile") -> Image:
    """The instructions that say how a container runs."""
    text = path.read_text().replace("\\\n", " ")
    stage = re.split(r"^FROM ", text, flags=re.MULTILINE)[-1]
    found = dict(re.findall(r"^(ENTRYPOINT|CMD|USER|EXPOSE|ENV|HEALTHCHECK) (.*)$", stage, re.MULTILINE))
    environment = dict(pair.split("=", 1) for pair in shlex.split(found["ENV"]))
    health = json.loads(found["HEALTHCHECK"].partition("CMD ")[2])
    ports = [int(port) for port in found["EXPOSE"].split()]
    return Image(environment, json.loads(found["ENTRYPOINT"]), json.loads(found["CMD"]), found["USER"], health, ports)


@dataclass(frozen=True, slots=True)
class Service:
    """One service of a compose file, the image's defaults filled in."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health: list[str]
    volumes: list[tuple[Path, str]]
    after: list[str]


def read_compose(path: Path = COMPOSE) -> dict[str, Service]:
    """The services of a compose file that all run the image of this project."""
    image = read_dockerfile()
    document = yaml.safe_load(path.read_text())
    return {name: _service(name, said, image, path.parent) for name, said in document["services"].items()}


def _service(name: str, said: Mapping[str, Any], image: Image, folder: Path) -> Service:
    entrypoint = said.get("entrypoint", image.entrypoint)
    command = said.get("command", image.command)
    health = [] if said["healthcheck"].get("disable") else said["healthcheck"]["test"]
    volumes = [(folder / here, there) for here, there, *_ in (text.split(":") for text in said.get("volumes", []))]
    return Service(name, [*entrypoint, *command], said["environment"], health[1:], volumes, list(said.get("depends_on", [])))


@dataclass(slots=True)
class Running:
    """A process, and the lines that it has said so far on standard output and standard error."""

    process: subprocess.Popen[str]
    lines: Queue[str] = field(default_factory=Queue)
    listener: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.listener = threading.Thread(target=self._listen)
        self.listener.start()

    @classmethod
    def start(cls, command: list[str], environment: Mapping[str, str]) -> Running:
        """Start a command of this environment, with nothing set but what the image sets and ``environment``."""
        local = [str(BINARIES / command[0]), *command[1:]]
        variables = {"PATH": f"{BINARIES}:{os.defpath}", **environment}
        process = subprocess.Popen(local, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return cls(process)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self.lines.put(line)
        self.lines.put("")

    def said(self, pattern: str) -> str:
        """The first group of ``pattern`` in the first line that has it."""
        heard = []
        while line := self.lines.get(timeout=PATIENCE):
            heard.append(line)
            if found := re.search(pattern, line):
                return found[1]
        raise AssertionError(f"nobody said {pattern!r}: {heard}")

    def end(self) -> int:
        """Wait for the end; the exit code."""
        return self.process.wait(timeout=PATIENCE)

    def stop(self) -> None:
        """Make an end of it."""
        self.process.kill()
        self.process.wait()
        self.listener.join()
