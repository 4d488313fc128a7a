"""Recording: what happened becomes a scenario that passes when it is played again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from scenario import library_site as library
from scenario.backends.manifest import BACKENDS
from scenario.backends.service import Site
from scenario.playing_site import Backend, into_a_room, menu, parked, play, say
from sinch_voice_emulator.errors import BadRequest, Conflict
from sinch_voice_emulator.scenario import reading, running
from sinch_voice_emulator.scenario.model import Scenario
from sinch_voice_emulator.scenario.record import happenings, recording, writing
from sinch_voice_emulator.scenario.record.recorder import Recorder
from sinch_voice_emulator.scenario.record.recording import Wanted
from sinch_voice_emulator.testkit import SinchVoice

TIMES = 20
ALL_CALL_TYPES = ("phone-to-phone", "app-to-phone", "app-to-app", "phone-to-app", "tts", "conference", "sip", "custom-callout")
CALL_TYPES = [
    one for one in ALL_CALL_TYPES if any({one, "happy"} <= set(scenario.tags) for scenario in library.SCENARIOS.values())
]


def recorded(voice: SinchVoice, name: str = "Recorded") -> dict[str, Any]:
    """What the account's journal comes to."""
    return recording.of_account(voice.runtime, Wanted(name=name)).value


def reread(value: dict[str, Any]) -> Scenario:
    """A recording, written to a file and read again."""
    return reading.load(writing.text_of(value), "recorded.yaml")


@pytest.fixture(scope="module")
def shared() -> Iterator[SinchVoice]:
    """One account, reset before each run."""
    with SinchVoice(seed="recording") as found:
        yield found
        found.reset()


@pytest.mark.parametrize(("name", "row"), library.RUNS, ids=[library.title(name, row) for name, row in library.RUNS])
def test_every_scenario_of_the_library_survives_recording(shared: SinchVoice, name: str, row: int) -> None:
    assert played(shared, name, library.SCENARIOS[name].rows[row]).passed
    scenario = reread(recorded(shared))
    outcome = replayed(shared, scenario, name)
    assert outcome.passed, outcome.text()


@pytest.mark.parametrize("call_type", CALL_TYPES)
def test_a_recording_replays_green_many_times(shared: SinchVoice, call_type: str) -> None:
    name = next(name for name, scenario in library.SCENARIOS.items() if {call_type, "happy"} <= set(scenario.tags))
    assert played(shared, name, library.SCENARIOS[name].rows[0]).passed
    scenario = reread(recorded(shared))
    assert [replayed(shared, scenario, name).why for _ in range(TIMES)] == [""] * TIMES


def played(voice: SinchVoice, name: str, row: Mapping[str, Any]) -> running.Outcome:
    """Play a row of a scenario of the library."""
    return on_stage(voice, library.SCENARIOS[name], row, name)


def replayed(voice: SinchVoice, scenario: Scenario, name: str) -> running.Outcome:
    """Play a recording against the backend of a scenario of the library."""
    return on_stage(voice, scenario, {}, name)


def on_stage(voice: SinchVoice, scenario: Scenario, row: Mapping[str, Any], name: str) -> running.Outcome:
    """Play something against the backend of a scenario of the library, on an account on which nothing has happened yet."""
    voice.reset()
    voice.deliver_to(BACKENDS[name](Site(voice.url, voice.key, voice.secret, voice.number)))
    return voice.work(running.playing(voice, scenario, row, {}))


# --- what a recording looks like -----------------------------------------------------------------------------------------


def record(voice: SinchVoice, text: str, backend: Backend = menu) -> list[dict[str, Any]]:
    """Play something and give the steps of its recording."""
    outcome = play(voice, text, backend)
    assert outcome.passed, outcome.text()
    steps: list[dict[str, Any]] = recorded(voice)["steps"]
    return steps


def words(steps: list[dict[str, Any]]) -> list[str]:
    """The steps somebody takes."""
    return [word for step in steps for word in step if word not in ("expect", "wait")]


def test_what_came_from_outside_becomes_steps(voice: SinchVoice) -> None:
    steps = record(
        voice,
        """
        given: { phones: { "+46700000001": { rings_for: 3s, hangs_up_after: 5s } } }
        steps:
          - incoming_call: { from: private, rdnis: "+12025550111" }
          - wait: 1300ms
          - press: "1"
          - expect: { ended: true }
        """,
    )
    assert words(steps) == ["incoming_call", "press", "answer", "hang_up"]
    assert [step["wait"] for step in steps if "wait" in step] == ["1300ms", "3s", "5s"]
    call = steps[0]["incoming_call"]
    assert (call["from"], call["to"], call["rdnis"]) == ("private", "+12025550100", "+12025550111")


def test_ids_become_names_and_times_anything(voice: SinchVoice) -> None:
    def tells(event: dict[str, Any]) -> dict[str, Any] | None:
        if event["event"] != "ice":
            return None
        return {"instructions": [say(f"Your call {event['callid']} of ${{today}}.")], "action": {"name": "hangup"}}

    steps = record(voice, "steps:\n  - incoming_call: {}\n  - expect: { ended: true }", tells)
    [spoken] = [step["expect"]["heard"] for step in steps if "heard" in step.get("expect", {})]
    assert spoken == "Your call ${calls.call.id} of $${today}."
    told = json.dumps([step["expect"]["with"] for step in steps if "callback" in step.get("expect", {})])
    assert "callid" not in told
    assert "timestamp" not in told


def test_requests_of_an_operator_are_made_again(voice: SinchVoice) -> None:
    steps = record(
        voice,
        """
        steps:
          - incoming_call: { as: anna }
          - wait: 2s
          - request: { method: PATCH, path: "/calling/v1/calls/id/${calls.anna.id}", body: { action: { name: hangup } } }
          - request: { method: GET, path: /calling/v1/calls/id/nobody, expect: { status: 404 } }
        """,
        parked,
    )
    assert words(steps) == ["incoming_call", "request", "request"]
    [patch, get] = [step["request"] for step in steps if "request" in step]
    assert patch["path"] == "/calling/v1/calls/id/${calls.call.id}"
    assert patch["body"] == {"action": {"name": "hangup"}}
    assert get["expect"] == {"status": 404}
    order = [word for step in steps for word in step]
    assert order.index("request") < max(at for at, step in enumerate(steps) if "ended" in step.get("expect", {}))


def test_requests_of_the_backend_are_left_to_the_backend(voice: SinchVoice) -> None:
    def calls_back(event: dict[str, Any]) -> dict[str, Any] | None:
        if event["event"] == "ice":
            body = {
                "method": "ttsCallout",
                "ttsCallout": {
                    "destination": {"type": "number", "endpoint": "+46700000009"},
                    "text": "Hi",
                    "cli": voice.number,
                },
            }
            with voice.emulator.wsgi_app.test_client().post("/calling/v1/callouts", json=body, auth=(voice.key, voice.secret)):
                return {"action": {"name": "hangup"}}
        return None

    steps = record(
        voice,
        "steps:\n  - incoming_call: { as: a }\n  - expect: { callout: tts, as: b }\n  - expect: { ended: true }",
        calls_back,
    )
    assert words(steps) == ["incoming_call", "answer"]
    assert {"callout": "tts", "to": "+46700000009", "as": "call_2"} in [step.get("expect") for step in steps]


def test_what_the_backend_did_wrong_is_allowed_again(voice: SinchVoice) -> None:
    voice.deliver_to(lambda event: {"action": {"name": "hangupp"}} if event["event"] == "ice" else None)
    voice.incoming_call().expect_ended()
    found = recorded(voice)
    assert any("there is no action hangupp" in text for text in found["allow"]["problems"])


def test_calls_that_are_still_open_may_stay(voice: SinchVoice) -> None:
    voice.deliver_to(parked)
    voice.incoming_call()
    assert recorded(voice)["allow"] == {"open_calls": True}


def test_lengths_of_a_clock_that_runs_are_not_taken_to_the_second(voice: SinchVoice) -> None:
    voice.deliver_to(menu)
    call = voice.incoming_call()
    voice.advance(seconds=5)
    call.hang_up()
    found = Recorder(happenings.of_entries(voice.journal), exact=False).scenario("Real")
    [dice] = [step["expect"] for step in found["steps"] if step.get("expect", {}).get("callback") == "dice"]
    assert dice["with"]["duration"] == {"$between": [4, 6]}


def test_a_long_silence_is_waited_for(voice: SinchVoice) -> None:
    def long_menu(event: dict[str, Any]) -> dict[str, Any] | None:
        found = parked(event) if event["event"] == "ice" else None
        return None if found is None else {**found, "action": {**found["action"], "maxDuration": 590}}

    steps = record(voice, "steps:\n  - incoming_call: {}\n  - expect: { ended: true, within: 1h }", long_menu)
    [ended] = [step["expect"] for step in steps if "ended" in step.get("expect", {})]
    assert ended["within"] == "650040ms"


def test_members_of_a_conference(voice: SinchVoice) -> None:
    steps = record(
        voice,
        """
        steps:
          - incoming_call: { as: a }
          - incoming_call: { as: b, from: "+12025550144" }
          - request: { method: DELETE, path: "/calling/v1/conferences/id/standup/${calls.b.id}" }
          - hang_up: { call: a }
        """,
        into_a_room,
    )
    assert words(steps) == ["incoming_call", "incoming_call", "request", "hang_up"]
    [kick] = [step["request"] for step in steps if "request" in step]
    assert kick["path"] == "/calling/v1/conferences/id/standup/${calls.call_2.id}"


def test_nothing_to_record(voice: SinchVoice) -> None:
    with pytest.raises(Conflict, match="nothing happened that a scenario could tell"):
        recorded(voice)


# --- journals from elsewhere ---------------------------------------------------------------------------------------------


def test_an_exported_journal_is_recorded_too(voice: SinchVoice) -> None:
    voice.deliver_to(menu)
    call = voice.incoming_call()
    call.press("1")
    call.hang_up()
    lines = [json.dumps(entry.canonical()) for entry in voice.journal]
    here = Recorder(happenings.of_entries(voice.journal)).scenario("A")
    for text in ("\n".join(lines), f"[{','.join(lines)}]", f'{{"entries": [{",".join(lines)}], "next": "1:9"}}'):
        assert Recorder(happenings.of_text(text, "journal.json")).scenario("A") == here


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"kind": "call.created"}', "journal.json: entry 1: is no entry of the journal: one has kind, instant"),
        ('[{"event": "ice"}]', "journal.json: entry 1: is no entry of the journal"),
        ('{"kind": "x", "instant": 1}\nnonsense', "journal.json:2: is not JSON"),
    ],
)
def test_what_is_no_journal(text: str, sentence: str) -> None:
    with pytest.raises(BadRequest) as refused:
        happenings.of_text(text, "journal.json")
    assert sentence in str(refused.value)
