"""The control API over sockets: long polls, event streams, and the examples of its page."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client

from sinch_voice_emulator.api.control.reference import GENERATED, rewritten
from sinch_voice_emulator.api.strays import bridge_error
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.ladder import told
from sinch_voice_emulator.settings import ListenAddress, Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "control-api.md"
PATIENCE = 20.0


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    emulator = Emulator(Settings(listen=(ListenAddress("127.0.0.1", 0),)))
    emulator.start()
    yield emulator
    emulator.stop()


def connect(emulator: Emulator) -> closing[http.client.HTTPConnection]:
    return closing(http.client.HTTPConnection(emulator.listeners[0].partition("//")[2], timeout=PATIENCE))


def read(connection: http.client.HTTPConnection) -> Any:
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def test_a_long_poll_over_a_socket(emulator: Emulator) -> None:
    with connect(emulator) as waiting, connect(emulator) as other:
        waiting.request("GET", f"/_emulator/journal?after={emulator.account().journal.cursor}&kind=call.&wait=60")
        other.request("GET", "/_emulator/health")
        assert read(other)[0] == 200
        other.request("POST", "/_emulator/calls", '{"to": "+12025550100"}', {"Content-Type": "application/json"})
        assert read(other)[0] == 201
        status, page = read(waiting)
    assert (status, page["entries"][0]["kind"]) == (200, "call.created")


def test_a_stream_over_a_socket_says_when_the_account_begins_anew(emulator: Emulator) -> None:
    with connect(emulator) as streaming, connect(emulator) as other:
        streaming.request("GET", f"/_emulator/journal/stream?after={emulator.account().journal.cursor}")
        with streaming.getresponse() as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert [answer.readline(), answer.readline()] == [b": connected\n", b"\n"]
            other.request("POST", "/_emulator/reset")
            assert read(other)[0] == 200
            assert answer.readline() == b"event: reset\n"


def test_too_many_waiting_requests_are_told_so(emulator: Emulator) -> None:
    app = bridge_error(emulator)(503, "too many requests are waiting")
    for path, component in (("/_emulator/journal", "error"), ("/calling/v1/callouts", "errorCode")):
        answer = Client(app).get(path)
        assert (answer.status_code, answer.mimetype) == (503, "application/json")
        assert component in (answer.json or {})


@pytest.mark.parametrize(
    "head",
    [b"FLY /calling/v1/callouts HTTP/1.1\r\n\r\n", b"GET /" + b"a" * 65_600, b"POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n"],
    ids=["verb", "target", "length"],
)
def test_what_is_not_http_has_a_reference_that_the_journal_knows(emulator: Emulator, head: bytes) -> None:
    address = urlsplit(emulator.listeners[0])
    with closing(socket.create_connection((address.hostname or "", address.port or 0), PATIENCE)) as raw:
        raw.sendall(head)
        answer = b"".join(iter(lambda: raw.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    said = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert (said["errorCode"], said["message"]) == (40000, "The request is not valid HTTP/1.1")
    noted = emulator.account().journal.read().entries[-1]
    assert (noted.kind, noted.data["reference"], noted.data["status"]) == ("api.refused", said["reference"], 400)
    assert told(noted) == "platform refuses a request: 400 The request is not valid HTTP/1.1"


# --- the page ---------------------------------------------------------------------------------------------------------------


def test_the_table_of_operations_is_current() -> None:
    page = PAGE.read_text()
    assert all(f"<!-- generated: {name} -->" in page for name in GENERATED)
    assert rewritten(page) == page, "run `make docs`"


EXAMPLES = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_work(emulator: Emulator, example: str) -> None:
    emulator.account().reset()
    for number in range(3):
        emulator.account().note("remark", {"text": f"before the example {number}"})
    script = example.replace("http://127.0.0.1:8080", emulator.listeners[0])
    script = re.sub(r"journal\?after=1:", f"journal?after={emulator.account().epoch}:", script)
    done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    decoder, rest = json.JSONDecoder(), done.stdout
    while rest:
        answer, end = decoder.raw_decode(rest)
        assert isinstance(answer, dict)
        rest = rest[end:].lstrip()
