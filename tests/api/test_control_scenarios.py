"""Scenarios over the control API: listed, checked, and played against the backend of an account."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from control_client import conforms
from scenario.playing_site import menu
from server_site import in_background
from sinch_voice_emulator.api.control import scenarios as handlers
from sinch_voice_emulator.api.control.working import Working
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.scenario import catalogue, library
from sinch_voice_emulator.settings import DEFAULT_KEY, ListenAddress, Settings
from sinch_voice_emulator.testkit.serving import ServedBackend, over_http

GOOD = """
name: Support
tags: [mine]
variables: { key: "1", seconds: 1 }
steps:
  - incoming_call: {}
  - wait: "${seconds}"
  - press: "${key}"
  - expect: { callback: pie, with: { menuResult: { value: support } } }
  - hang_up: caller
"""
BAD = {"name": "Nine", "steps": [{"incoming_call": {}}, {"expect": {"heard": "Press 9", "within": 1}}]}


class Api:
    """An emulator with a folder of scenarios, and its control API. Every answer is held against the document."""

    def __init__(self, folder: Path) -> None:
        places = (ListenAddress("127.0.0.1", 0),)
        self.emulator = Emulator(Settings(listen=places, scenarios=str(folder)))
        self.client = Client(self.emulator.wsgi_app)

    def open(self, method: str, path: str, body: object = None, status: int = 200) -> Any:
        """The JSON of an answer."""
        sent: dict[str, Any] = {} if body is None else {"json": body}
        answer = self.client.open(f"/_emulator{path}", method=method, **sent)
        assert answer.status_code == status, answer.text
        conforms(method, f"/_emulator{path.partition('?')[0]}", answer)
        return answer.json

    def run(self, status: int = 200, path: str = "/scenarios/run", **body: Any) -> Any:
        """The report of a run."""
        return self.open("POST", path, body, status)

    def refused(self, status: int, says: str, **body: Any) -> None:
        """A run that is not begun."""
        assert says in self.run(status, **body)["error"]["message"]

    def answered_at(self, url: str) -> None:
        """Where the default application gets its callbacks."""
        self.emulator.account().account.applications[DEFAULT_KEY].callback = CallbackTarget(url)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    (tmp_path / "support.yaml").write_text(GOOD)
    found = Api(tmp_path)
    yield found
    found.emulator.stop()


Serve = Callable[[Callable[[dict[str, Any]], Any]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves a function from callbacks to SVAML; its URL."""
    served: list[ServedBackend] = []

    def begin(function: Callable[[dict[str, Any]], Any]) -> str:
        backend = over_http(function, "/voice", "function", lambda _: pytest.fail("the server posts"))
        assert isinstance(backend, ServedBackend)
        served.append(backend)
        return backend.url

    yield begin
    for one in served:
        one.close()


def test_those_that_come_with_the_emulator_and_those_of_the_folder(api: Api, tmp_path: Path) -> None:
    (tmp_path / "worse.yaml").write_text("name: Worse\nsteps:\n  - incoming_cal: {}\n")
    (tmp_path / "strange.yaml").write_bytes(b"\xff")
    found = api.open("GET", "/scenarios")
    assert [one["name"] for one in found["scenarios"]] == sorted([name for name, _ in library.shipped()] + ["support"])
    assert found["problems"] == [
        {"message": f"{tmp_path}/strange.yaml: must be UTF-8 text, but byte 0 is not"},
        {
            "source": f"{tmp_path}/worse.yaml",
            "line": 3,
            "column": 5,
            "path": "$.steps[0].incoming_cal",
            "message": "incoming_cal is not known here (did you mean incoming_call?)",
        },
    ]
    [mine] = api.open("GET", "/scenarios?tag=mine")["scenarios"]
    assert mine == {
        "name": "support",
        "title": "Support",
        "teaches": "",
        "tags": ["mine"],
        "variables": {"key": "1", "seconds": 1},
        "runs": 1,
    }
    api.open("GET", "/scenarios?tag=nobodys", status=400)
    assert api.open("GET", "/scenarios/support") == mine | {"text": GOOD}
    assert "did you mean support?" in api.open("GET", "/scenarios/suport", status=404)["error"]["message"]


def test_whether_one_is_right(api: Api, tmp_path: Path) -> None:
    assert api.open("POST", "/scenarios/check", {"scenario": GOOD}) == {"valid": True, "problems": []}
    assert api.open("POST", "/scenarios/check", {"scenario": BAD})["valid"]
    said = api.open("POST", "/scenarios/check", {"scenario": "name: X\nsteps:\n  - press: 1\n"})
    assert (said["valid"], said["problems"][0]["line"], said["problems"][0]["path"]) == (False, 3, "$.steps[0].press")
    said = api.open("POST", "/scenarios/check", {"scenario": "name: [\n"})
    assert said["problems"][0]["message"].startswith("is not YAML")
    (tmp_path / "_part.yaml").write_text("- incoming_call: {}\n")
    assert api.open("POST", "/scenarios/check", {"scenario": {"name": "X", "steps": [{"include": "_part.yaml"}]}})["valid"]
    for name in ("/etc/passwd", "../secret.yaml"):
        steps = [{"together": [[{"include": {"file": name}}], [{"wait": "1s"}]]}]
        said = api.open("POST", "/scenarios/check", {"scenario": {"name": "X", "steps": steps}})
        assert said["problems"] == [{"message": f"scenario: include: {name} is not in the folder of scenarios"}]


def test_played_by_name_and_as_written(api: Api, serve: Serve) -> None:
    api.answered_at(serve(menu))
    report = api.run(names=["support"], scenarios=[GOOD.replace("Support", "Again"), BAD], jobs=2)
    assert [report[name] for name in ("passed", "failed", "notRun", "stopped")] == [2, 1, 0, ""]
    assert [one["title"] for one in report["runs"]] == ["Support", "Again", "Nine"]
    assert [one["source"] for one in report["runs"]][1:] == ["scenarios[0]", "scenarios[1]"]
    assert all("hears" in one["ladders"] for one in report["runs"])
    assert report["runs"][0]["accountSeconds"] >= 1
    assert report["runs"][2]["failure"]["step"] == "2"
    assert list(api.emulator.accounts) == ["default"]
    [entry] = [one for one in api.open("GET", "/journal")["entries"] if one["kind"] == "control.scenarios"]
    assert entry["data"] == {"run": ["Support", "Again", "Nine"]}


def test_how_they_are_played(api: Api, serve: Serve) -> None:
    url = serve(menu)
    report = api.run(tags=["mine"], callbackUrl=url, variables={"key": "2"}, ladders=False)
    assert report["failed"] == 1
    report = api.run(scenarios=[BAD, BAD], callbackUrl=url, failFast=True)
    assert (report["failed"], report["notRun"], report["stopped"]) == (1, 1, "failed")
    report = api.run(names=["support"], callbackUrl=url, speed=50, variables={"seconds": "3"}, ladders=False)
    assert (report["passed"], report["runs"][0].get("ladders")) == (1, None)
    assert report["runs"][0]["seconds"] >= 3 / 50
    same = [api.run(names=["support"], callbackUrl=url, seed=seed)["runs"][0]["ladders"].split()[1] for seed in "xxy"]
    assert same[0] == same[1] != same[2]


def test_another_account(api: Api, serve: Serve) -> None:
    account = {
        "name": "other",
        "applications": [{"callback": {"primary": serve(menu)}}],
        "numbers": [{"number": "+12025550111"}],
    }
    api.open("POST", "/accounts", account, 201)
    report = api.run(path="/accounts/other/scenarios/run", names=["support"])
    assert report["passed"] == 1, report
    assert "calls +12025550111 by phone" in report["runs"][0]["ladders"]


def test_what_is_not_played(api: Api, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    api.refused(409, "no application of account default has a callback URL", names=["support"])
    api.refused(409, "nothing listens at http://127.0.0.1:1/x", names=["support"], callbackUrl="http://127.0.0.1:1/x")
    api.answered_at(serve(menu))
    api.refused(400, "say which scenarios", jobs=2)
    api.refused(404, "did you mean support?", names=["suport"])
    api.refused(400, "no scenario has the tag 'mime'", tags=["mime"])
    api.refused(400, "has a variable 'kay' (did you mean key?)", names=["support"], variables={"kay": 1})
    problems = api.run(400, scenarios=["name: X\n", {"steps": [{"wait": "1s"}]}])["error"]["problems"]
    assert [one["message"] for one in problems] == [
        "scenarios[0]:1:1: $.steps: steps is missing",
        "scenarios[1]:1:1: $.name: name is missing",
    ]
    monkeypatch.setattr(handlers, "MOST_RUNNING", 0)
    api.refused(409, "0 scenarios are being played, the most at a time", names=["support"])


def test_a_folder_that_is_gone(tmp_path: Path, serve: Serve) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    api = Api(folder)
    assert len(api.open("GET", "/scenarios")["scenarios"]) == len(library.shipped())
    folder.rmdir()
    assert len(api.open("GET", "/scenarios")["scenarios"]) == len(library.shipped())
    broken = folder / "support.yaml"
    folder.mkdir()
    broken.write_text("name: X\n")
    said = api.run(400, names=["support"], callbackUrl=serve(menu))
    assert said["error"]["message"] == f"{broken}:1:1: $.steps: steps is missing"


# --- while it goes on -----------------------------------------------------------------------------------------------------


def asked(api: Api, body: dict[str, Any]) -> tuple[int, Any]:
    """The answer to a run over a socket."""
    connection = http.client.HTTPConnection(urlsplit(api.emulator.url).netloc, timeout=20)
    connection.request("POST", "/_emulator/scenarios/run", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    status, said = answer.status, json.loads(answer.read())
    connection.close()
    return status, said


def test_others_are_answered_meanwhile_and_the_time_is_limited(api: Api, serve: Serve) -> None:
    arrived, over = Event(), Event()

    def stuck(event: dict[str, Any]) -> Any:
        if event["event"] == "pie":
            arrived.set()
            over.wait(20)
        return menu(event)

    api.emulator.start()
    url = serve(stuck)
    thread, answers = in_background(lambda: asked(api, {"names": ["support"], "callbackUrl": url, "timeout": 1}))
    assert arrived.wait(10)
    assert api.open("GET", "/health")["status"] == "ok"
    assert list(api.emulator.accounts) == ["default", "default-run-1"]
    thread.join()
    over.set()
    [(status, report)] = answers
    assert (status, report["stopped"], report["notRun"]) == (202, "timeout", 1)


def test_time_that_is_over_at_once(api: Api, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = Event()
    monkeypatch.setattr(catalogue, "find", lambda *_: go_on.wait(20) and [])
    answer = api.run(503, names=["support"], callbackUrl=serve(menu), timeout=1e-9)
    go_on.set()
    assert "time was up before the scenarios were read, and nothing was run" in str(answer)


def test_work_that_nobody_waits_for_any_more() -> None:
    go_on, done, left = Event(), Event(), Event()

    def work() -> Response:
        assert go_on.wait(10)
        return Response("done")

    working = Working(work, 0.5, left=left.set)
    unsubscribe = working.subscribe(done.set)
    assert working.ready() is None
    assert working.expired().status_code == 503
    unsubscribe()
    assert left.is_set()
    left.clear()
    unsubscribe = working.subscribe(done.set)
    go_on.set()
    assert done.wait(10)
    unsubscribe()
    assert not left.is_set()
    answer = working.ready()
    assert answer is not None
    assert answer.get_data() == working.expired().get_data() == b"done"
