"""Many runs against one backend: which there are, side by side, what they come to, and whose a request of the backend is."""

from __future__ import annotations

import base64
import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scenario.playing_site import AGENT, into_a_room, menu, read
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.scenario.suite import Plan, Played, Suite, runs_of
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_SECRET
from sinch_voice_emulator.testkit import SinchVoice
from sinch_voice_emulator.testkit.opening import make_emulator

MENU = """
    name: Menu
    variables: { agent: "+46700000001" }
    rows: [{ key: "1", team: support }, { key: "2", team: nobody }]
    given: { phones: { "${agent}": { rings_for: 3s, hangs_up_after: 20s } } }
    steps:
      - incoming_call: { from: "+12025550143" }
      - expect: { heard: Press 1 }
      - press: "${key}"
      - expect: { callback: pie }
      - expect: { callback: dice }
"""
GREETING = """
    name: Greeting
    steps:
      - incoming_call: {}
      - expect: { heard: Press 1 }
      - hang_up: caller
"""
WRONG = """
    name: Wrong
    steps:
      - incoming_call: {}
      - expect: { heard: Press 9, within: 2s }
"""

CHOICE = {"name": "Choice", "steps": [{"incoming_call": {}}, {"press": "${key}0"}, {"hang_up": "caller"}]}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    found = make_emulator()
    yield found
    found.stop()


def titles(played: tuple[Played, ...]) -> list[str]:
    """The names of runs."""
    return [one.run.title for one in played]


def request(emulator: Emulator, method: str, path: str, body: object = None) -> Any:
    """A request to the REST API, as the backend under test makes it."""
    credentials = base64.b64encode(f"{DEFAULT_KEY}:{DEFAULT_SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(
        urllib.request.Request(f"{emulator.url}/calling/v1/{path}", data, headers, method=method)
    ) as answer:
        return json.load(answer)


def test_every_row_is_a_run(emulator: Emulator) -> None:
    scenarios = [read(MENU), read(GREETING), read(WRONG)]
    assert [(run.number, run.title) for run in runs_of(scenarios)] == [
        (1, "Menu [key=1, team=support]"),
        (2, "Menu [key=2, team=nobody]"),
        (3, "Greeting"),
        (4, "Wrong"),
    ]
    told: list[tuple[Played, threading.Thread]] = []
    report = Suite(emulator, scenarios, menu, on_played=lambda one: told.append((one, threading.current_thread()))).run()
    assert [one.outcome.passed for one in report.played] == [True, True, True, False]
    assert titles(report.failed) == ["Wrong"]
    assert not report.passed
    assert (report.left_out, report.stopped) == ((), "")
    assert [one for one, _ in told] == list(report.played)
    assert {thread for _, thread in told} == {threading.current_thread()}
    assert "Press 9" in report.failed[0].outcome.why
    assert "hears" in report.failed[0].ladders
    assert report.played[0].ladders == ""
    assert list(emulator.accounts) == ["default"]
    assert emulator.account().engine.state.calls == {}


def test_runs_that_passed_show_their_calls_on_request(emulator: Emulator) -> None:
    report = Suite(emulator, [read(GREETING)], menu, Plan(ladders=True)).run()
    assert 'hears "Press 1 for support."' in report.played[0].ladders


def test_the_first_failure_can_be_the_last_run(emulator: Emulator) -> None:
    report = Suite(emulator, [read(GREETING), read(WRONG), read(MENU)], menu, Plan(fail_fast=True)).run()
    assert titles(report.played) == ["Greeting", "Wrong"]
    assert [run.title for run in report.left_out] == ["Menu [key=1, team=support]", "Menu [key=2, team=nobody]"]
    assert (report.stopped, report.passed) == ("failed", False)


def test_runs_go_on_side_by_side(emulator: Emulator) -> None:
    both = threading.Barrier(2, timeout=10)

    def backend(event: dict[str, Any]) -> Any:
        if event["event"] == "ice":
            both.wait()
        return menu(event)

    report = Suite(emulator, [read(GREETING)] * 6, backend, Plan(jobs=2)).run()
    assert report.passed
    assert [one.run.number for one in report.played] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("jobs", [1, 3])
def test_what_the_listener_raises_comes_out(emulator: Emulator, jobs: int) -> None:
    def listener(_played: Played) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        Suite(emulator, [read(GREETING)] * 3, menu, Plan(jobs=jobs), listener).run()


def test_a_suite_is_stopped_from_another_run(emulator: Emulator) -> None:
    suite = Suite(emulator, [read(GREETING)] * 9, menu, Plan(jobs=2), lambda _played: suite.stop("timeout"))
    report = suite.run()
    assert 1 <= len(report.played) <= 2
    assert (len(report.left_out), report.stopped) == (9 - len(report.played), "timeout")


def test_variables_are_set_where_a_scenario_has_them(emulator: Emulator) -> None:
    dialled = """
        name: Put through
        variables: { agent: "+46700000009" }
        given: { phones: { "${agent}": { rings_for: 1s, hangs_up_after: 5s } } }
        steps:
          - incoming_call: {}
          - press: "1"
          - expect: { dialled: "${agent}" }
          - expect: { ended: { result: ANSWERED } }
    """
    scenarios = [read(dialled), read(GREETING)]
    assert not Suite(emulator, scenarios, menu).run().passed
    report = Suite(emulator, scenarios, menu, Plan({"agent": AGENT})).run()
    assert report.passed, report.failed[0].outcome.text()


def test_titles_tell_what_was_played(emulator: Emulator) -> None:
    def played(**variables: str) -> list[str]:
        return titles(Suite(emulator, [read(MENU)], menu, Plan(variables)).run().played)

    assert played(key="2") == ["Menu [key=2, team=nobody]"]
    assert played(key="1", team="x") == ["Menu [key=1, team=x]"]
    with SinchVoice(seed="titles") as voice:
        voice.deliver_to(menu)
        [outcome] = voice.run_scenario({**CHOICE, "rows": {"key": [1, 2, 3]}}, key="2")
        assert (outcome.title, outcome.row) == ("Choice [key=2]", {"key": 2})
        [outcome] = voice.run_scenario({**CHOICE, "rows": {"key": [1, 2, 3]}}, key="7")
        assert (outcome.title, outcome.row) == ("Choice [key=7]", {"key": 7})


def test_what_cannot_be_played_has_failed(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    report = Suite(emulator, [read(GREETING)], "localhost:5000").run()
    assert report.failed[0].outcome.why.startswith("'localhost:5000' is not a URL")

    def broken(*_: object) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr("sinch_voice_emulator.scenario.suite.playing", broken)
    report = Suite(emulator, [read(GREETING)], menu).run()
    assert report.failed[0].outcome.why == "this is a fault of the emulator: RuntimeError('broken')"


@pytest.mark.parametrize("jobs", [0, 65])
def test_how_many_side_by_side(jobs: int) -> None:
    with pytest.raises(BadRequest, match=f"from 1 to 64, not {jobs}"):
        Plan(jobs=jobs)


def test_ids_come_from_the_seed(emulator: Emulator) -> None:
    def ids(seed: str, jobs: int) -> list[str]:
        report = Suite(emulator, [read(GREETING)] * 3, menu, Plan(seed=seed, ladders=True, jobs=jobs)).run()
        return [one.ladders.split()[1] for one in report.played]

    assert ids("a", 1) == ids("a", 3)
    assert len({*ids("a", 1), *ids("b", 1)}) == 6


# --- whose a request is ------------------------------------------------------------------------------------------------------


class CallsBack:
    """A backend that lets a colleague of the caller's be called; counts how many callers it has at once."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.callers: set[str] = set()
        self.most = 0
        self.lock = threading.Lock()

    def __call__(self, event: dict[str, Any]) -> Any:
        if event["event"] == "ice":
            with self.lock:
                self.callers.add(event["callid"])
                self.most = max(self.most, len(self.callers))
            to = {"type": "number", "endpoint": "+4670" + event["cli"][-7:]}
            body = {"cli": "+12025550100", "destination": to, "text": "Somebody is calling you."}
            request(self.emulator, "POST", "callouts", {"method": "ttsCallout", "ttsCallout": body})
            return {"action": {"name": "hangup"}}
        if event["event"] == "dice":
            with self.lock:
                self.callers.discard(event["callid"])
        return None


CALLED_BACK = """
    name: Called back
    rows:
      caller: ["+12025550141", "+12025550142", "+12025550143", "+12025550144", "+12025550145", "+12025550146"]
    steps:
      - incoming_call: { from: "${caller}" }
      - expect: { callback: dice }
      - expect: { callout: tts, as: colleague }
      - expect: { ended: {}, call: colleague }
"""


def test_a_run_that_awaits_callouts_goes_on_by_itself(emulator: Emulator) -> None:
    emulator.start()
    backend = CallsBack(emulator)
    report = Suite(emulator, [read(CALLED_BACK), read(GREETING)], backend, Plan(jobs=4)).run()
    assert titles(report.failed) == ["Greeting"]
    assert backend.most == 1
    assert len(report.played) == 7


def test_a_callout_that_nobody_awaits_is_charged_to_the_run_that_caused_it(emulator: Emulator) -> None:
    """The others are all under way when it comes, and their backend answers them after it."""
    emulator.start()
    under_way, placed = threading.Barrier(3, timeout=10), threading.Event()
    begun: set[str] = set()

    def backend(event: dict[str, Any]) -> Any:
        caller = event.get("cli", "")[-3:] if event["event"] == "ice" else ""
        if caller and caller not in begun:
            begun.add(caller)
            under_way.wait()
            if caller != "143":
                placed.wait(10)
        if caller == "143":
            callback()
            placed.set()
        return menu(event)

    def callback() -> None:
        to = {"type": "number", "endpoint": "+46705550143"}
        request(emulator, "POST", "callouts", {"method": "ttsCallout", "ttsCallout": {"destination": to, "text": "Hello"}})

    steps = "[{incoming_call: {from: '+12025550${n}'}}, {hang_up: caller}, {expect: {callback: dice}}, {nothing_more: 1m}]"
    scenario = read(f"rows: {{ n: ['141', '142', '143'] }}\nsteps: {steps}")
    report = Suite(emulator, [scenario], backend, Plan(jobs=3)).run()
    assert titles(report.played) == ["Test [n=141]", "Test [n=142]", "Test [n=143]"]
    assert titles(report.failed) == ["Test [n=143]"]
    assert not emulator.twins


def test_a_callout_that_nobody_awaits_is_seen_by_the_oldest_run(emulator: Emulator) -> None:
    emulator.start()
    scenario = read("steps:\n  - incoming_call: {}\n  - nothing_more: 5s")
    [played] = Suite(emulator, [scenario], CallsBack(emulator)).run().played
    assert "Nothing more was to happen" in played.outcome.why
    assert "+46705550143" in played.ladders


ROOM = """
    name: Standup
    variables: { room: standup }
    rows: { caller: ["+12025550141", "+12025550142", "+12025550143"] }
    steps:
      - incoming_call: { from: "${caller}" }
      - expect: { conference: "${room}", participants: ["${caller}"] }
      - request: { method: GET, path: /calling/v1/conferences/id/standup, expect: { status: 200 } }
      - hang_up: caller
"""


def test_runs_with_the_same_conference_never_go_on_at_once(emulator: Emulator) -> None:
    emulator.start()
    seen: list[int] = []

    def backend(event: dict[str, Any]) -> Any:
        if event["event"] == "dice":
            seen.append(len(emulator.twins))
        return into_a_room(event)

    report = Suite(emulator, [read(ROOM)], backend, Plan(jobs=3)).run()
    assert report.passed, report.failed[0].outcome.text()
    assert seen == [1, 1, 1]


# --- targets -----------------------------------------------------------------------------------------------------------------


def asgi(function: Callable[[dict[str, Any]], Any], started: list[str]) -> Any:
    """A backend as an ASGI app that notes when it starts up and shuts down."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for word in ("startup", "shutdown"):
                assert (await receive())["type"] == f"lifespan.{word}"
                started.append(word)
                await send({"type": f"lifespan.{word}.complete"})
            return
        event = json.loads((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": json.dumps(function(event) or {}).encode()})

    return app


def test_an_asgi_app_starts_up_once(emulator: Emulator) -> None:
    started: list[str] = []
    report = Suite(emulator, [read(GREETING)] * 4, asgi(menu, started), Plan(jobs=2)).run()
    assert report.passed, report.failed[0].outcome.text()
    assert started == ["startup", "shutdown"]


def test_runs_in_real_time(emulator: Emulator) -> None:
    report = Suite(emulator, [read(MENU), read(GREETING)], menu, Plan(jobs=3, speed=100)).run()
    assert report.passed, report.failed[0].outcome.text()
    assert report.seconds >= 20 / 100
