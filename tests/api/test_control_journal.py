"""The journal over the control API: pages, long polls, the event stream."""

from __future__ import annotations

import json
from threading import Thread
from typing import Any

import pytest

from control_client import START, Control
from sinch_voice_emulator.api.control.journal import JournalPoll, JournalStream
from sinch_voice_emulator.runtime.journal import EVERYTHING, Filter


@pytest.fixture
def control() -> Control:
    return Control()


def note(control: Control, *kinds: str, call: str = "") -> None:
    """Write entries."""
    for kind in kinds:
        control.emulator.account().note(kind, {"text": kind}, call_id=call)


def kinds(page: dict[str, Any]) -> list[str]:
    return [entry["kind"] for entry in page["entries"]]


def test_pages_read_on(control: Control) -> None:
    note(control, "a", "b", "c")
    first = control.get("/journal?limit=2")
    assert (kinds(first), first["next"], first["reset"], first["dropped"]) == (["a", "b"], "1:2", False, 0)
    assert first["entries"][0]["instant"] == START
    assert first["entries"][0]["time"] == "2026-03-01T12:00:00.000Z"
    rest = control.get(f"/journal?after={first['next']}")
    assert (kinds(rest), rest["next"]) == (["c"], "1:3")
    assert kinds(control.get("/journal?after=1:3")) == []


def test_filters(control: Control) -> None:
    note(control, "call.created", "callback.queued", call="one")
    note(control, "call.ended", call="two")
    assert kinds(control.get("/journal?call=one")) == ["call.created", "callback.queued"]
    assert kinds(control.get("/journal?kind=call.")) == ["call.created", "call.ended"]
    assert kinds(control.get("/journal?kind=call.ended,callback.")) == ["callback.queued", "call.ended"]
    assert kinds(control.get("/journal?kind=call.ended&kind=callback.")) == ["callback.queued", "call.ended"]
    assert kinds(control.get("/journal?severity=warning")) == []
    assert kinds(control.get("/journal?leg=1")) == []


def test_filters_by_what_an_entry_says(control: Control) -> None:
    runtime = control.emulator.account()
    runtime.note("leg.dialled", {"to": {"type": "number", "endpoint": "+46700000001"}, "cli": "+12025550100"})
    runtime.note("callback.queued", {"event": "pie", "body": '{"menuResult":{"value":"support"}}'})
    runtime.note("prompt.started", {"prompts": [{"text": "Press 1, or wait."}]})

    def found(**query: str) -> list[str]:
        return kinds(control.get("/journal", query_string=query))

    assert found(text="press 1, OR") == ["prompt.started"]
    assert found(data='{"to":{"endpoint":"+46700000001"}}') == ["leg.dialled"]
    assert found(data='{"body":{"menuResult":{"value":"support"}}}') == ["callback.queued"]
    assert found(data='{"event":"pie"}', kind="leg.") == []
    assert kinds(control.get("/journal/canonical", query_string={"text": "wait"})) == ["prompt.started"]


@pytest.mark.parametrize(
    ("query", "says", "at"),
    [
        ("data=pie", 'data should be a JSON object such as {"event":"pie"}, not \'pie\'', "?data"),
        ("data=[1]", "data should be a JSON object", "?data"),
        ("after=soon", "is not a cursor", ""),
        ("after=1:99", "lies ahead of the journal", ""),
        ("limit=0", "limit should be a whole number between 1 and 5000", "?limit"),
        ("limit=x", "limit should be a whole number", "?limit"),
        ("wait=301", "wait should be a number between 0 and 300", "?wait"),
        ("wait=nan", "wait should be a number", "?wait"),
        ("severity=warn", "did you mean warning", "?severity"),
        ("cal=1", "did you mean call", "?cal"),
    ],
)
def test_queries_that_make_no_sense(control: Control, query: str, says: str, at: str) -> None:
    control.refused("GET", f"/journal?{query}", status=400, says=says, at=at)


def test_a_cursor_from_before_a_reset_is_told_so(control: Control) -> None:
    note(control, "a")
    cursor = control.get("/journal")["next"]
    control.post("/reset")
    page = control.get(f"/journal?after={cursor}&wait=300")
    assert (page["reset"], kinds(page)) == (True, ["account.reset"])
    assert control.get(f"/journal?after={page['next']}")["reset"] is False


def test_what_was_dropped_is_said() -> None:
    control = Control(journal_max_entries=3)
    note(control, *"abcdefg")
    page = control.get("/journal?after=1:1")
    assert page["dropped"] > 0
    assert "journal.dropped" in kinds(page) or page["dropped"] >= 4


def test_the_canonical_journal_has_no_wall_clock(control: Control) -> None:
    control.emulator.account().note("a", {}, wall={"milliseconds": 3})
    assert control.get("/journal")["entries"][0]["wall"] == {"milliseconds": 3}
    page = control.get("/journal/canonical?limit=1")
    assert "wall" not in page["entries"][0]
    assert page["next"] == "1:1"


def test_the_canonical_journal_has_no_ports_that_the_system_chose(control: Control) -> None:
    control.answers_at("http://127.0.0.1:5005/voice")
    control.answers_at("http://127.0.0.1:6006/voice")
    pages = [control.get(f"/journal{path}?kind=control.application")["entries"] for path in ("", "/canonical")]
    assert [entry["data"]["callback"]["primary"] for entry in pages[0]] == [
        "http://127.0.0.1:5005/voice",
        "http://127.0.0.1:6006/voice",
    ]
    assert [entry["data"]["callback"]["primary"] for entry in pages[1]] == ["http://backend/voice", "http://backend-2/voice"]
    (last,) = control.get("/journal/canonical?after=1:1")["entries"]
    assert last["data"]["callback"]["primary"] == "http://backend-2/voice", "the names are those of the whole journal"


# --- long polls -----------------------------------------------------------------------------------------------------------


def test_a_long_poll_is_answered_by_what_happens(control: Control) -> None:
    note(control, "a")
    answers: list[dict[str, Any]] = []
    waiting = Thread(target=lambda: answers.append(control.get("/journal?after=1:1&kind=c&wait=60")))
    waiting.start()
    while not control.emulator.account().wake and waiting.is_alive():
        pass
    note(control, "b", "c")
    waiting.join()
    assert kinds(answers[0]) == ["c"]
    assert not control.emulator.account().wake


def test_a_long_poll_that_nothing_answers_ends_with_an_empty_page(control: Control) -> None:
    note(control, "a")
    page = control.get("/journal?after=1:1&wait=0.01")
    assert (kinds(page), page["next"]) == ([], "1:1")


def test_a_long_poll_goes_on_behind_what_it_does_not_want(control: Control) -> None:
    runtime = control.emulator.account()
    poll = JournalPoll(runtime, "", 10, Filter(kinds=("c",)), 60)
    note(control, "a", "b")
    assert poll.ready() is None
    note(control, "c")
    answer = poll.ready()
    assert answer is not None
    assert kinds(json.loads(answer.data)) == ["c"]


def test_a_long_poll_hears_of_a_reset_and_of_the_end_of_its_account(control: Control) -> None:
    control.post("/accounts", {"name": "a"}, status=201)
    runtime = control.emulator.account("a")
    poll = JournalPoll(runtime, runtime.journal.cursor, 10, EVERYTHING, 60)
    assert poll.ready() is None
    runtime.reset()
    answer = poll.ready()
    assert answer is not None
    assert json.loads(answer.data)["reset"] is True
    control.open("DELETE", "/accounts/a")
    for answer in (poll.ready(), poll.expired()):
        assert answer is not None
        assert (answer.status_code, b"was deleted" in answer.data) == (404, True)


# --- the stream -----------------------------------------------------------------------------------------------------------


def events(chunks: list[bytes] | None) -> list[dict[str, str]]:
    """Server-Sent Events as mappings; comments have the name ``""``."""
    assert chunks is not None
    blocks = b"".join(chunks).decode().split("\n\n")
    assert blocks.pop() == ""
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]


def test_the_stream_has_every_entry_with_its_cursor(control: Control) -> None:
    stream = JournalStream(control.emulator.account(), "", EVERYTHING)
    assert events(stream.next_chunks()) == [{"": "connected"}]
    assert stream.next_chunks() == []
    note(control, "a", "b")
    first, second = events(stream.next_chunks())
    assert (first["id"], second["id"]) == ("1:1", "1:2")
    assert json.loads(second["data"])["kind"] == "b"
    assert stream.heartbeat.startswith(b":")


def test_the_stream_says_reset_dropped_and_end() -> None:
    control = Control(journal_max_entries=3)
    control.post("/accounts", {"name": "a"}, status=201)
    runtime = control.emulator.account("a")
    stream = JournalStream(runtime, "", EVERYTHING)
    stream.next_chunks()
    for number in range(10):
        runtime.note("x", {"n": number})
    assert events(stream.next_chunks())[0]["event"] == "dropped"
    runtime.reset()
    reset, entry = events(stream.next_chunks())
    assert (reset["event"], reset["id"]) == ("reset", "2:0")
    assert json.loads(entry["data"])["kind"] == "account.reset"
    control.open("DELETE", "/accounts/a")
    (end,) = events(stream.next_chunks())
    assert end["event"] == "end"
    assert stream.next_chunks() is None


def test_the_stream_over_http_goes_on_at_the_last_event(control: Control) -> None:
    note(control, "a", "b")
    answer = control.open("GET", "/journal/stream?after=1:0", headers={"Last-Event-ID": "1:1"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    chunks = iter(answer.response)
    assert next(chunks) == b": connected\n\n"
    (event,) = events([next(chunks)])  # type: ignore[list-item]
    assert event["id"] == "1:2"
    answer.close()


def test_the_stream_refuses_a_cursor_that_is_none(control: Control) -> None:
    control.refused("GET", "/journal/stream?after=x", status=400, says="is not a cursor")
