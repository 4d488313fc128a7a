"""The commands, against a control API that answers what the test says."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Any

import pytest

from sinch_voice_emulator import __version__
from sinch_voice_emulator.cli import COMMANDS, run


class Backstage(ThreadingHTTPServer):
    """A control API made of canned answers, in order; it keeps the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[tuple[int, Any]] = []
        self.requests: list[tuple[str, str, Any, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        backstage = self.server
        assert isinstance(backstage, Backstage)
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        token = self.headers.get("authorization", "")
        backstage.requests.append((self.command, self.path, json.loads(raw) if raw else None, token))
        status, answer = backstage.answers.pop(0)
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def backstage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Backstage]:
    server = Backstage()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("SINCH_VOICE_EMULATOR_URL", server.url)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def page(*entries: dict[str, Any], cursor: str = "1:9") -> tuple[int, dict[str, Any]]:
    return 200, {"entries": list(entries), "next": cursor}


def entry(kind: str, call: str = "c1", **data: Any) -> dict[str, Any]:
    return {"sequence": 1, "instant": 1000, "call": call, "leg": 0, "kind": kind, "data": data, "severity": "info"}


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["version"]) == 0
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"{__version__}\n" * 2


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    assert COMMANDS[command][1].rstrip(".") in " ".join(capsys.readouterr().out.split())


def test_help_lists_the_commands_without_importing_them() -> None:
    script = (
        "import sys; from sinch_voice_emulator.cli import run; run(['--help'])\n"
        "heavy = {'flask', 'aiohttp', 'uvicorn', 'jsonschema', 'yaml', 'http.client'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    began = perf_counter()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in COMMANDS)
    assert perf_counter() - began < 5


def test_an_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sevre"]) == 2
    assert "sevre" in capsys.readouterr().err


def test_a_bad_value_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--speed", "0"]) == 2
    assert capsys.readouterr().err == 'Error: --speed must be a number above 0, such as 1 or 20, not "0".\n'


def test_health(backstage: Backstage, capsys: pytest.CaptureFixture[str]) -> None:
    backstage.answers = [(200, {"version": "0.1.0"}), (503, {"error": {"message": "it is stopping"}})]
    assert run(["health"]) == 0
    assert run(["health", "--token", "t"]) == 1
    said = capsys.readouterr()
    assert said.out == f"The emulator 0.1.0 at {backstage.url} is up.\n"
    assert said.err == f"The emulator at {backstage.url} refused (503): it is stopping.\n"
    assert [(path, token) for _, path, _, token in backstage.requests] == [
        ("/_emulator/health", ""),
        ("/_emulator/health", "Bearer t"),
    ]


def test_nobody_at_home(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["health", "--url", "http://127.0.0.1:1"]) == 1
    assert "start the emulator with `sinch-voice-emulator serve`, or say where it is with --url" in capsys.readouterr().err
    assert run(["journal", "--url", "ftp://x"]) == 2
    assert "must be a URL such as http://127.0.0.1:8080" in capsys.readouterr().err
    assert run(["journal", "--url", "http://x:99999"]) == 2
    assert "must be a number up to 65535" in capsys.readouterr().err


def test_call(backstage: Backstage, capsys: pytest.CaptureFixture[str]) -> None:
    backstage.answers = [
        (201, {"callId": "c1"}),
        page(
            entry("call.created", origin="pstn", caller="+46", to="+12"),
            entry("callback.queued", delivery="d", event="dice"),
            cursor="1:2",
        ),
        page(entry("call.ended", result="ANSWERED", reason="CALLERHANGUP", duration=3), cursor="1:3"),
        page(entry("callback.answered", delivery="d", event="dice", status=200, body="")),
    ]
    assert (
        run(["call", "--from", "+46", "--to", "+12", "--press", "1", "--press", "2#", "--hang-up-after", "3", "--follow"]) == 0
    )
    assert capsys.readouterr().out.splitlines() == [
        "Call c1",
        "    0.000  caller    +46 calls +12 by phone",
        "    0.000  backend   -> DICE",
        "    0.000  call      ended: ANSWERED / CALLERHANGUP, 3 s",
        "    0.000  backend   <- ok",
    ]
    method, path, body, _ = backstage.requests[0]
    assert (method, path) == ("POST", "/_emulator/calls")
    assert body == {
        "origin": "pstn",
        "from": "+46",
        "to": "+12",
        "behaviour": {"reactions": [{"presses": "1"}, {"presses": "2#"}], "hangsUpAfter": 3.0},
    }
    assert backstage.requests[2][1] == "/_emulator/journal?after=1%3A2&call=c1&wait=20"


def test_call_of_another_account(backstage: Backstage, capsys: pytest.CaptureFixture[str]) -> None:
    backstage.answers = [(404, {"error": {"message": "No account is named x.", "path": "$.a"}})]
    assert (
        run(["call", "--from", "lin", "--to", "conference:ada", "--origin", "app", "--account", "x", "--application", "k"]) == 2
    )
    assert capsys.readouterr().err == f"Error: The emulator at {backstage.url} refused (404): No account is named x (at $.a).\n"
    assert backstage.requests[0][1:3] == (
        "/_emulator/accounts/x/calls",
        {"origin": "app", "from": "lin", "to": {"type": "conference", "endpoint": "ada"}, "application": "k"},
    )


def test_somebody_else_answers(backstage: Backstage, capsys: pytest.CaptureFixture[str]) -> None:
    backstage.answers = [(200, b"<html>"), (200, [])]
    assert run(["call", "--from", "a", "--to", "b"]) == 2
    assert run(["journal"]) == 2
    assert capsys.readouterr().err.count("is not the emulator's") == 2


def test_fire(backstage: Backstage, capsys: pytest.CaptureFixture[str]) -> None:
    backstage.answers = [(200, {"state": "answered"})]
    assert (
        run(
            [
                "fire",
                "ice",
                "--set",
                "cli=46701740605",
                "--set",
                "to.type=did",
                "--set",
                "x:=[1]",
                "--to",
                "http://h/v",
                "--call",
                "c1",
            ]
        )
        == 0
    )
    assert backstage.requests[0][1:3] == (
        "/_emulator/fire?wait=60",
        {"event": "ice", "url": "http://h/v", "call": "c1", "set": {"cli": "46701740605", "to.type": "did", "x": [1]}},
    )
    assert json.loads(capsys.readouterr().out) == {"state": "answered"}
    assert run(["fire", "ice", "--set", "cli"]) == 2
    assert run(["fire", "ice", "--set", "x:=y"]) == 2
    said = capsys.readouterr().err
    assert "--set x:= must be followed by JSON" in said
    assert "must be PATH=TEXT or PATH:=JSON" in said


@pytest.mark.parametrize(
    ("answer", "state"), [({"state": "failed"}, "failed"), ({"state": "in-flight"}, "in-flight"), ([], "unknown")]
)
def test_fire_in_vain(backstage: Backstage, capsys: pytest.CaptureFixture[str], answer: object, state: str) -> None:
    backstage.answers = [(202, answer)]
    assert run(["fire", "ice", "--wait", "0"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out) == answer
    assert said.err == f"The backend gave no answer that counts: the delivery is {state}.\n"
    assert backstage.requests[0][1] == "/_emulator/fire?wait=0"
    assert run(["fire", "ice", "--wait", "301"]) == 2


def test_journal(backstage: Backstage, capsys: pytest.CaptureFixture[str]) -> None:
    entries = (entry("account.changed", call="", text="A number was added."), entry("remark", call="c2345678-1", text="Hm."))
    backstage.answers = [page(*entries), page(), page(*entries), page()]
    assert run(["journal"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Account",
        "             0.000  call      A number was added.",
        "Call c2345678-1",
        "c2345678     0.000  platform  Hm.",
    ]
    backstage.answers[0][1].update(reset=True, dropped=3)
    assert run(["journal", "--json", "--call", "c2345678-1"]) == 0
    said = capsys.readouterr()
    assert [json.loads(line) for line in said.out.splitlines()] == list(entries)
    assert "was reset" in said.err
    assert "3 older entries are lost" in said.err
    assert "call=c2345678-1" in backstage.requests[2][1]


def test_check_svaml_refuses_what_is_not_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "menu.json"
    broken.write_text('{"action": }')
    assert run(["check-svaml", str(broken)]) == 2
    assert "is not JSON: Expecting value in line 1, column 12." in capsys.readouterr().err
    broken.write_bytes(b'"\xff"')
    assert run(["check-svaml", str(broken)]) == 2
    assert "is not UTF-8 text" in capsys.readouterr().err
    assert run(["check-svaml", str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err
    broken.write_text("{}")
    assert run(["check-svaml", str(broken)]) == 1
    assert "says nothing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("document", "options", "code", "said"),
    [
        ({"action": {"name": "hangup"}}, [], 0, "usable as an answer to ICE."),
        ({"action": {"name": "continue"}}, [], 1, "error $.action.name: continue is not allowed in the answer to ICE"),
        ({"action": {"name": "continue"}}, ["--event", "ace"], 0, "usable as an answer to ACE."),
        ({"action": {"name": "park"}}, ["--event", "pie"], 0, "warning $.action.name: park"),
        ({"action": {"name": "park"}}, ["--event", "pie", "--strict"], 1, "error $.action.name: park"),
        ({"action": {"name": "connectPstnn"}}, ["--origin", "app"], 1, "connectPstn?"),
        *(
            ({"action": {"name": "park"}}, ["--event", "ace", "--callout", kind], 0, "warning $.action.name: park")
            for kind in ("speech", "tts", "ttsCallout", "conferencecallout", "customCallout")
        ),
    ],
)
def test_check_svaml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], document: object, options: list[str], code: int, said: str
) -> None:
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(document))
    assert run(["check-svaml", str(file), *options]) == code
    assert said in capsys.readouterr().out


def test_check_svaml_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"action": {"name": "hangup"}}')))
    assert run(["check-svaml", "-"]) == 0
    assert capsys.readouterr().out == "standard input: usable as an answer to ICE.\n"
