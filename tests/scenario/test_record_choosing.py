"""What a recording tells: from when on, of which call, whose requests; and what it cannot tell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scenario.playing_site import into_a_room, menu, parked, say
from sinch_voice_emulator.errors import BadRequest, Conflict, NotFound
from sinch_voice_emulator.scenario import operator, reading, running
from sinch_voice_emulator.scenario.record import happenings, recording
from sinch_voice_emulator.scenario.record.happenings import Happening
from sinch_voice_emulator.scenario.record.recording import Recording, Wanted
from sinch_voice_emulator.scenario.record.requests import Requests
from sinch_voice_emulator.testkit import SinchVoice
from sinch_voice_emulator.testkit.opening import make_emulator


def record(voice: SinchVoice, **wanted: str) -> Recording:
    return recording.of_account(voice.runtime, Wanted(**wanted))


def words(found: Recording) -> list[str]:
    """The steps somebody takes."""
    return [word for step in found.value["steps"] for word in step if word not in ("expect", "wait")]


def rest(voice: SinchVoice, method: str, path: str, body: object = None, **headers: str) -> Any:
    """An operator's request; the answer."""
    return operator.send(voice.emulator, voice.runtime.account, method, path, body, headers, "basic").body


def passes(voice: SinchVoice, found: Recording, backend: Any) -> None:
    """Play it again."""
    voice.reset()
    voice.deliver_to(backend)
    outcome = voice.work(running.playing(voice, reading.load(found.text, "x.yaml"), {}, {}))
    assert outcome.passed, outcome.text()


def calls_back(voice: SinchVoice) -> Any:
    """A backend that calls somebody for whoever calls in."""

    def backend(event: dict[str, Any]) -> dict[str, Any] | None:
        if event["event"] == "ice":
            destination = {"type": "number", "endpoint": "+46700000009"}
            callout = {"destination": destination, "text": "Hi", "cli": voice.number}
            body = {"method": "ttsCallout", "ttsCallout": callout}
            client = voice.emulator.wsgi_app.test_client()
            with client.post("/calling/v1/callouts", json=body, auth=(voice.key, voice.secret)):
                return {"action": {"name": "hangup"}}
        return None

    return backend


# --- from when on ------------------------------------------------------------------------------------------------------------


def test_what_came_behind_a_cursor(voice: SinchVoice) -> None:
    voice.deliver_to(menu)
    voice.incoming_call().hang_up()
    cursor = voice.runtime.journal.cursor
    second = voice.incoming_call("+12025550144")
    second.press("2")
    second.expect_ended()
    found = record(voice, after=cursor)
    assert words(found) == ["incoming_call", "press"]
    assert found.value["steps"][0]["incoming_call"]["from"] == "+12025550144"
    assert found.remarks == ("Recorded from account default.",)
    passes(voice, found, menu)


def test_calls_that_had_begun_before_are_left_out(voice: SinchVoice) -> None:
    voice.deliver_to(parked)
    first = voice.incoming_call()
    cursor = voice.runtime.journal.cursor
    second = voice.incoming_call("+12025550144")
    for call in (first, second):
        rest(voice, "PATCH", f"/calling/v1/calls/id/{call.id}", {"action": {"name": "hangup"}})
    voice.settle()
    found = record(voice, after=cursor)
    assert words(found) == ["incoming_call", "request"]
    assert found.remarks[1] == "Left out: 1 call that had begun before."
    passes(voice, found, parked)


def test_nothing_happened_since(voice: SinchVoice) -> None:
    voice.deliver_to(menu)
    voice.incoming_call().hang_up()
    with pytest.raises(Conflict, match="nothing happened that a scenario could tell: place a call while the recording runs"):
        record(voice, after=voice.runtime.journal.cursor)


def test_a_reset_in_between(voice: SinchVoice) -> None:
    cursor = voice.runtime.journal.cursor
    voice.reset()
    with pytest.raises(Conflict, match="the account was reset while it was recorded"):
        record(voice, after=cursor)


@pytest.mark.parametrize("cursor", ["nonsense", "999:0"])
def test_what_is_no_cursor(voice: SinchVoice, cursor: str) -> None:
    with pytest.raises(BadRequest, match="cursor"):
        record(voice, after=cursor)


def test_a_journal_that_was_too_small() -> None:
    emulator = make_emulator()
    emulator.settings = type(emulator.settings)(journal_max_entries=10)
    with SinchVoice(emulator, "small") as voice:
        voice.deliver_to(menu)
        voice.incoming_call()
        voice.advance(seconds=60)
        with pytest.raises(Conflict, match=r"has lost \d+ entries of what is to be told; have it keep more"):
            record(voice)
        entries = "\n".join(json.dumps(entry.canonical()) for entry in voice.journal)
        with pytest.raises(BadRequest, match=r"j\.json: the journal was full when it was exported"):
            recording.of_journal(entries, "j.json", Wanted())


# --- of which call -----------------------------------------------------------------------------------------------------------


def test_one_call_of_several(voice: SinchVoice) -> None:
    voice.deliver_to(into_a_room)
    first, second = voice.incoming_call(), voice.incoming_call("+12025550144")
    rest(voice, "PATCH", f"/calling/v1/conferences/id/standup/{first.id}", {"command": "mute"})
    first.hang_up()
    second.hang_up()
    found = record(voice, call=second.id)
    assert words(found) == ["incoming_call", "hang_up"]
    assert "allow" not in found.value
    passes(voice, found, into_a_room)


def test_calls_that_the_backend_places_belong_to_the_one_it_was_told_of(voice: SinchVoice) -> None:
    voice.deliver_to(calls_back(voice))
    call = voice.incoming_call()
    voice.incoming_call("+12025550144")
    voice.advance(seconds=20)
    found = record(voice, call=call.id)
    assert words(found) == ["incoming_call", "answer"]
    assert found.remarks[1] == "Requests that the backend makes of itself: 2 x POST /calling/v1/callouts."
    passes(voice, found, calls_back(voice))


def test_no_such_call(voice: SinchVoice) -> None:
    voice.deliver_to(menu)
    call = voice.incoming_call()
    call.hang_up()
    with pytest.raises(NotFound, match=f"no call nobody began while this was recorded; calls that did: {call.id}"):
        record(voice, call="nobody")


# --- whose requests ----------------------------------------------------------------------------------------------------------


def test_requests_that_are_known_to_be_the_backends(voice: SinchVoice) -> None:
    voice.deliver_to(parked)
    call = voice.incoming_call()
    rest(voice, "PATCH", f"/calling/v1/calls/id/{call.id}", {"action": {"name": "hangup"}})
    voice.settle()
    assert words(record(voice)) == ["incoming_call", "request"]
    found = record(voice, maker="backend")
    assert words(found) == ["incoming_call"]
    assert found.remarks[1] == "Requests that the backend makes of itself: PATCH /calling/v1/calls/id/${calls.call.id}."


def test_requests_that_are_known_to_be_an_operators(voice: SinchVoice) -> None:
    voice.deliver_to(calls_back(voice))
    voice.incoming_call()
    assert words(record(voice)) == ["incoming_call"]
    assert words(record(voice, maker="operator")) == ["incoming_call", "request"]


def request(instant: int, agent: str, after: int, sequence: int) -> Happening:
    """A callout that was asked for."""
    body = {"method": "POST", "path": "/calling/v1/callouts", "operation": "placeCallout", "status": 200, "after": after}
    return Happening(instant, "", 0, "api.request", body, sequence=sequence, agent=agent)


@pytest.mark.parametrize(("before", "own"), [("curl", [4]), ("sdk", [])])
def test_what_the_same_client_does_at_other_times_is_an_operators(before: str, own: list[int]) -> None:
    journal = [
        request(0, before, 0, 1),
        Happening(10, "a", 0, "call.created", {"origin": "pstn"}, sequence=2),
        Happening(10, "a", 0, "callback.queued", {"event": "ice", "delivery": "d"}, sequence=3),
        Happening(20, "a", 0, "prompt.started", {}, sequence=4),
        request(20, "sdk", 4, 5),
        Happening(30, "a", 0, "callback.answered", {"event": "ice", "delivery": "d"}, sequence=6),
    ]
    assert Requests(journal).own == own


def test_the_journal_says_what_a_client_calls_itself(voice: SinchVoice) -> None:
    voice.deliver_to(menu)
    voice.incoming_call().hang_up()
    rest(voice, "GET", "/calling/v1/calls/id/nobody", **{"User-Agent": "curl/8.5"})
    assert [one.agent for one in happenings.of_entries(voice.journal) if one.kind == "api.request"] == ["curl/8.5"]


# --- what is generalised -----------------------------------------------------------------------------------------------------


def test_key_and_callback_url_are_variables(voice: SinchVoice) -> None:
    voice.deliver_to(menu)
    path = f"/v1/configuration/callbacks/applications/{voice.key}/"
    rest(voice, "POST", path, rest(voice, "GET", path))
    voice.incoming_call().hang_up()
    requests = [step["request"] for step in record(voice).value["steps"] if "request" in step]
    assert {one["path"] for one in requests} == {"/v1/configuration/callbacks/applications/${key}/"}
    assert requests[1]["body"] == {"url": {"primary": "${callback_url}"}}


def test_credit_is_what_it_was_in_the_beginning(voice: SinchVoice) -> None:
    voice.deliver_to(menu)
    voice.set_credit(5)
    call = voice.incoming_call()
    call.press("1")
    voice.advance(seconds=90)
    assert record(voice).value["given"]["credit"] == 5
    call.hang_up()
    assert voice.runtime.account.credit is not None
    assert voice.runtime.account.credit < 5
    assert record(voice).value["given"]["credit"] == 5


def test_texts_of_problems_have_no_ids(voice: SinchVoice) -> None:
    def wrong(event: dict[str, Any]) -> dict[str, Any] | None:
        return {"instructions": [say("Hi")], "action": {"name": f"go{event['callid']}"}} if event["event"] == "ice" else None

    voice.deliver_to(wrong)
    voice.incoming_call().expect_ended()
    found = record(voice)
    assert found.value["allow"]["problems"] != []
    voice.expect_problem("go")
    passes(voice, found, wrong)
    voice.expect_problem("go")
