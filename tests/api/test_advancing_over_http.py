"""Advancing an account's clock over sockets, with a backend behind one: what a test in another language does."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.runtime import advancing
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_SECRET
from virtual_world import CONFERENCE, HANG_UP, START, Event, backend_over_http, emulator_for, menu

BASIC = "Basic " + base64.b64encode(f"{DEFAULT_KEY}:{DEFAULT_SECRET}".encode()).decode()


class Backend:
    """What the backend of these tests does; each test sets it."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.says: Any = None

    def __call__(self, event: Event) -> Any:
        self.received.append(event["event"])
        return self.says(event) if callable(self.says) else {"ice": menu(), "pie": HANG_UP}.get(event["event"])


@pytest.fixture(scope="module")
def backend() -> Backend:
    return Backend()


@pytest.fixture(scope="module")
def server(backend: Backend) -> Iterator[Emulator]:
    with backend_over_http(backend) as url:
        emulator = emulator_for("manual", callback=url)
        emulator.start()
        yield emulator
        emulator.stop()


@pytest.fixture
def emulator(server: Emulator, backend: Backend) -> Emulator:
    backend.says, backend.received[:] = None, []
    server.account().reset(START)
    return server


def request(emulator: Emulator, method: str, path: str, body: object = None, **headers: str) -> Any:
    """A request over a socket of its own: status and JSON."""
    with closing(http.client.HTTPConnection(emulator.listeners[0].partition("//")[2], timeout=30)) as connection:
        connection.request(
            method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"} | headers
        )
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")


def advance(emulator: Emulator, **body: object) -> Any:
    """``POST clock/advance``, answered with 200."""
    status, done = request(emulator, "POST", "/_emulator/clock/advance", body)
    assert status == 200, done
    return done


def incoming(emulator: Emulator) -> str:
    """Somebody dials."""
    status, made = request(emulator, "POST", "/_emulator/calls", {"from": "+46701740605", "to": "+12025550100"})
    assert status == 201
    return str(made["callId"])


def test_a_call_advanced_until_it_is_over(emulator: Emulator, backend: Backend) -> None:
    call = incoming(emulator)
    done = advance(emulator, until={"kind": "call.ended", "call": call})
    assert (done["stopped"], done["movedMs"], done["settled"]) == ("entry", 5_000, True)
    assert (done["entry"]["kind"], done["entry"]["instant"]) == ("call.ended", START + 5_000)
    assert backend.received == ["ice", "pie", "dice"]
    again = advance(emulator, until={"kind": "call.ended", "after": done["entry"]["cursor"]}, within=60)
    assert (again["stopped"], again["movedMs"], again["entry"]) == ("limit", 60_000, None)


def test_advanced_by_less_than_the_menu_waits_and_then_by_the_rest(emulator: Emulator, backend: Backend) -> None:
    incoming(emulator)
    assert advance(emulator, milliseconds=4_999)["nextDeadline"] == "2026-03-01T12:00:05.000Z"
    assert backend.received == ["ice"]
    assert advance(emulator, milliseconds=1)["settled"]
    assert backend.received == ["ice", "pie", "dice"]


def test_idle_lists_the_calls_that_wait_for_guards(emulator: Emulator, backend: Backend) -> None:
    backend.says = lambda event: CONFERENCE if event["event"] == "ice" else None
    call = incoming(emulator)
    done = advance(emulator, until="idle")
    assert (done["stopped"], done["idle"], done["waitingOnGuards"]) == ("idle", True, [call])
    assert done["nextDeadline"] is not None
    assert advance(emulator, until="idle", within=86_400)["movedMs"] == 0, "guards are not waited for"
    hours = advance(emulator, seconds=5 * 3_600)
    assert (hours["stopped"], hours["waitingOnGuards"]) == ("time", [])
    assert backend.received[-1] == "dice"


def hang_up_over_rest(emulator: Emulator, call: str) -> None:
    """What a worker of the backend does: ``PATCH`` the call."""
    script = {"instructions": [], "action": {"name": "hangup"}}
    assert request(emulator, "PATCH", f"/calling/v1/calls/id/{call}", script, Authorization=BASIC)[0] == 204


def ended_at(emulator: Emulator) -> int:
    """When the one call was over."""
    (entry,) = request(emulator, "GET", "/_emulator/journal?kind=call.ended")[1]["entries"]
    return int(entry["instant"])


def test_what_a_backend_does_right_after_its_answer_is_waited_for() -> None:
    """The handler answers first and hangs up afterwards, from another thread: the quiet window lets it."""
    workers: list[threading.Thread] = []
    started: list[Emulator] = []

    def work(call: str) -> None:
        request(started[0], "GET", "/_emulator/journal?kind=callback.answered&wait=20")
        hang_up_over_rest(started[0], call)

    def says(event: Event) -> Event | None:
        if event["event"] == "ice":
            workers.append(threading.Thread(target=work, args=(event["callid"],)))
            workers[-1].start()
            return menu()
        return None

    with backend_over_http(says) as url:
        emulator = emulator_for("manual", callback=url, quiet_window_ms=500)
        started.append(emulator)
        emulator.start()
        try:
            incoming(emulator)
            advance(emulator, seconds=60)
            workers[0].join()
            assert ended_at(emulator) == START, "the menu would have timed out five seconds later"
        finally:
            emulator.stop()


def test_a_hold_keeps_the_clock_until_a_queued_job_has_called_back(emulator: Emulator, backend: Backend) -> None:
    def says(event: Event) -> Event | None:
        if event["event"] == "ice":
            holds.append(request(emulator, "POST", "/_emulator/clock/hold", {"reason": "a job"})[1]["id"])
            return CONFERENCE
        return None

    holds: list[str] = []
    backend.says = says
    call = incoming(emulator)
    advancing: list[Any] = []
    thread = threading.Thread(target=lambda: advancing.append(advance(emulator, seconds=60)))
    entered = emulator.account().journal.cursor
    thread.start()
    request(emulator, "GET", f"/_emulator/journal?after={entered}&kind=conference.joined&wait=20")
    assert emulator.account().clock.now() == START
    assert advancing == []
    hang_up_over_rest(emulator, call)
    assert request(emulator, "DELETE", f"/_emulator/clock/hold/{holds[0]}")[0] == 204
    thread.join(30)
    assert advancing[0]["movedMs"] == 60_000
    assert ended_at(emulator) == START


def test_one_advance_at_a_time_and_a_reset_ends_it(emulator: Emulator) -> None:
    account = emulator.account()
    account.hold("held by the test")
    answers: list[Any] = []
    first = threading.Thread(
        target=lambda: answers.append(request(emulator, "POST", "/_emulator/clock/advance", {"seconds": 60}))
    )
    first.start()
    while account.open.advancing is None:
        assert first.is_alive()
    status, refused = request(emulator, "POST", "/_emulator/clock/advance", {"seconds": 1})
    assert (status, "is being advanced by another request: wait" in refused["error"]["message"]) == (409, True)
    assert "do not advance in the handler of a callback" in refused["error"]["message"]
    assert request(emulator, "POST", "/_emulator/reset")[0] == 200
    first.join(20)
    status, ended = answers[0]
    assert (status, "was reset while its clock was being advanced" in ended["error"]["message"]) == (409, True)
    assert advance(emulator, seconds=1)["movedMs"] == 1_000


def test_the_loop_is_given_back_between_deadlines(
    emulator: Emulator, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advancing, "_TURN_SECONDS", 0.0)
    first, second = incoming(emulator), incoming(emulator)
    done = advance(emulator, seconds=60)
    assert (done["stopped"], done["movedMs"], done["settled"]) == ("time", 60_000, True)
    assert sorted(backend.received) == ["dice", "dice", "ice", "ice", "pie", "pie"]
    assert first != second


def test_two_runs_that_come_to_rest_before_each_call_write_the_same_journal(backend: Backend) -> None:
    journals = []
    for _ in range(2):
        backend.says, backend.received[:] = None, []
        with backend_over_http(backend) as url:
            emulator = emulator_for("real", callback=url)
            emulator.start()
            try:
                journals.append(written_by_a_run(emulator, url))
            finally:
                emulator.stop()
    assert len(journals[0]) > 40
    assert journals[0] == journals[1]


def written_by_a_run(emulator: Emulator, url: str) -> Any:
    """The canonical journal of three calls on an account that was made for the run."""
    account = "/_emulator/accounts/run"
    made = {
        "name": "run",
        "applications": [{"key": "run", "secret": "cnVu", "callback": {"primary": url}}],
        "numbers": ["+12025550100"],
        "clock": {"mode": "manual", "time": "2026-03-01T12:00:00Z"},
    }
    assert request(emulator, "POST", "/_emulator/accounts", made)[0] == 201
    for _ in range(3):
        assert request(emulator, "POST", f"{account}/clock/advance", {"seconds": 0})[0] == 200
        assert request(emulator, "POST", f"{account}/calls", {"from": "+46701740605", "to": "+12025550100"})[0] == 201
    assert request(emulator, "POST", f"{account}/clock/advance", {"until": "idle"})[1]["idle"]
    return request(emulator, "GET", f"{account}/journal/canonical")[1]["entries"]
