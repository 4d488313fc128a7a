"""What the sections share: an emulator on a free port, a bare Flask app beside it, load from a process of its own."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_NUMBERS, DEFAULT_SECRET

PATH = "/calling/v1/callouts"
CALLEE = "+46701740642"
LARGE_JOURNAL = ("--journal-max-entries", "5000000", "--journal-max-bytes", "4000000000")
NEVER_ANSWERS: dict[str, object] = {"onRing": "never-answers"}
QUICK: dict[str, object] = {"ringsFor": 0, "hangsUpAfter": "1ms"}
"""A phone that answers and hangs up at once."""
AUTHORIZATION = "Basic " + base64.b64encode(f"{DEFAULT_KEY}:{DEFAULT_SECRET}".encode()).decode()


def callout(**more: object) -> dict[str, Any]:
    """A text-to-speech callout."""
    details = {
        "cli": DEFAULT_NUMBERS[0],
        "destination": {"type": "number", "endpoint": CALLEE},
        "text": "Your table is ready. We are looking forward to seeing you.",
        **more,
    }
    return {"method": "ttsCallout", "ttsCallout": details}


class Served:
    """An emulator in a process of its own, as a user starts it; ``call`` is a request on a kept connection."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url
        self._connection = HTTPConnection(urlsplit(url).netloc)

    def call(self, method: str, path: str, body: object = None, authorization: str = AUTHORIZATION) -> Any:
        """The JSON answer, ``None`` for an empty one; a refusal ends the benchmark."""
        text = None if body is None else json.dumps(body)
        headers = {"authorization": authorization, "content-type": "application/json"}
        self._connection.request(method, path, text, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path} was answered with {answer.status}: {content!r}")
        return json.loads(content) if content else None

    def status(self, field: str) -> int:
        """A figure of the process as the system accounts it: ``VmRSS`` (KiB), ``Threads``."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(field))

    def wait_for(self, kind: str, count: int) -> None:
        """Until the journal has ``count`` entries of a kind; waits in the emulator's long poll."""
        after = self.call("GET", "/_emulator/journal?limit=1")["next"]
        after, seen = after.split(":")[0] + ":0", 0
        while seen < count:
            page = self.call("GET", f"/_emulator/journal?kind={kind}&after={after}&limit=1000&wait=30")
            after, seen = page["next"], seen + len(page["entries"])


@contextmanager
def served(phone: dict[str, object], *options: str) -> Iterator[Served]:
    """``serve`` on a free port; the callee has ``phone``."""
    command = [sys.executable, "-m", "sinch_voice_emulator", "serve", "--listen", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        url = next(word for line in process.stdout for word in line.split() if word.startswith("http://127.0.0.1:"))
        running = Served(process, url)
        try:
            running.call("PUT", f"/_emulator/phones/{CALLEE.replace('+', '%2B')}", phone)
            yield running
        finally:
            process.terminate()


BARE = """
import sys
from flask import Flask, request
from sinch_voice_emulator.runtime.bridge import Bridge
from sinch_voice_emulator.runtime.server import Listener, Server
app = Flask("bare")
@app.post(sys.argv[1])
def place():
    request.get_json()
    return {"callId": "00000000-0000-4000-8000-000000000000"}
server = Server(Bridge(app), [Listener()])
server.bind()
print(server.urls[0], flush=True)
server.run()
"""


@contextmanager
def bare() -> Iterator[str]:
    """The yardstick on the emulator's own server, in a process of its own: parses the same body, does nothing else."""
    with subprocess.Popen([sys.executable, "-c", BARE, PATH], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def load(url: str, body: object, seconds: float, connections: int = 16) -> str:
    """Load from another process; the figures as that prints them."""
    command = [sys.executable, str(Path(__file__).with_name("load.py")), url, "--seconds", str(seconds)]
    command += ["--connections", str(connections), "--body", json.dumps(body)]
    command += ["--header", f"authorization: {AUTHORIZATION}", "--header", "content-type: application/json"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@contextmanager
def backend(delay: float) -> Iterator[str]:
    """A backend in a process of its own that takes ``delay`` seconds for each answer; gives its URL."""
    command = [sys.executable, str(Path(__file__).with_name("backend.py")), str(delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.communicate()
