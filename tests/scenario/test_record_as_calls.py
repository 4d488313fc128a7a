"""Callbacks that were logged elsewhere, told as calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenario import library_site as library
from scenario.backends.manifest import BACKENDS
from scenario.backends.service import Site
from sinch_voice_emulator.scenario import reading, running
from sinch_voice_emulator.scenario.model import Scenario
from sinch_voice_emulator.scenario.record import recording
from sinch_voice_emulator.testkit import SinchVoice

TOLD = (
    "phone-menu-put-through",
    "phone-menu-sub-menu",
    "phone-menu-silence",
    "phone-menu-digits",
    "phone-menu-voice",
    "phone-menu-caller-hangs-up",
    "phone-forwarded",
    "phone-forwarded-not-taken",
    "phone-forwarded-caller-gives-up",
    "phone-forwarded-max-duration",
    "phone-withheld-caller",
    "phone-to-app",
    "phone-closed",
    "app-to-app",
    "app-to-phone",
    "app-to-sip",
    "sip-trunk-in",
    "sip-trunk-out",
    "conference-dial-in",
    "conference-keys",
    "recording-of-a-call",
    "missed-call-told-twice",
    "callbacks-duplicated",
)


@pytest.fixture(scope="module")
def shared() -> Iterator[SinchVoice]:
    """One account, reset before each run."""
    with SinchVoice(seed="as calls") as found:
        yield found
        found.reset()


def play(voice: SinchVoice, scenario: Scenario, name: str) -> running.Outcome:
    """Play the first row of something against the backend of a scenario of the library."""
    voice.reset()
    voice.deliver_to(BACKENDS[name](Site(voice.url, voice.key, voice.secret, voice.number)))
    return voice.work(running.playing(voice, scenario, scenario.rows[0], {}))


def log_of(voice: SinchVoice) -> str:
    """What the backend would have logged."""
    bodies: dict[str, Any] = {}
    lines = []
    for entry in voice.journal:
        if entry.kind == "callback.queued":
            bodies[str(entry.data["delivery"])] = json.loads(str(entry.data["body"]))
        elif entry.kind == "callback.answered":
            time = datetime.fromtimestamp(entry.instant / 1000, UTC).isoformat()
            body = bodies[str(entry.data["delivery"])]
            lines.append(json.dumps({"time": time, "request": body, "response": entry.data["body"]}))
    return "\n".join(lines)


@pytest.mark.parametrize("name", TOLD)
def test_what_a_backend_has_logged_is_told_as_calls(shared: SinchVoice, name: str) -> None:
    assert play(shared, library.SCENARIOS[name], name).passed
    found = recording.of_callbacks(log_of(shared), "backend.log", as_calls=True)
    assert found.remarks == ("Callbacks from backend.log, told as calls.",)
    assert [step for step in found.value["steps"] if "fire" in step] == []
    outcome = play(shared, reading.load(found.text, "told.yaml"), name)
    assert outcome.passed, f"{found.text}\n{outcome.text()}"


ICE = {"event": "ice", "callid": "a", "cli": "12025550143", "to": {"type": "did", "endpoint": "+12025550100"}}
CONNECT = {"action": {"name": "connectPstn", "number": "+46700000001"}}
MENU = {"action": {"name": "runMenu", "menus": [{"id": "main", "options": [{"dtmf": "1", "action": "return(one)"}]}]}}


def logged(event: str, answer: Any = ..., **fields: Any) -> str:
    """A line of a log."""
    body = {**(ICE if event == "ice" else {}), "event": event, "callid": "a", **fields}
    return json.dumps({"body": body} | ({} if answer is ... else {"answer": answer}))


def pie(kind: str, value: str = "") -> str:
    """The result of a menu."""
    return logged("pie", menuResult={"type": kind, "value": value, "menuId": "main"})


def dice(reason: str, result: str = "ANSWERED") -> str:
    """The end of the call."""
    return logged("dice", reason=reason, result=result)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([dice("CALLERHANGUP")], "its ICE is not in the log"),
        ([logged("ice", originationType="SERVER")], "it was placed over the REST API"),
        ([logged("ice", to=None)], "its ICE does not say who was called"),
        ([logged("ice"), logged("ace")], "it was answered, and the log does not say who was dialled"),
        ([logged("ice", CONNECT), logged("ace", {}), logged("ace", amd={})], "somebody changed it over the REST API"),
        ([logged("ice", MENU), pie("return", "two")], "'two' was chosen, and the menu with that choice is not in the log"),
        ([logged("ice", MENU), pie("invalidinput")], "what led to invalidinput is not in the log"),
        ([logged("ice", {"action": {**MENU["action"], "barge": False}}), pie("return", "one")], "its menu does not listen"),
        ([logged("ice", MENU), logged("pie")], "a PIE has no menuResult"),
        ([logged("ice", CONNECT), dice("MANAGERHANGUP")], "somebody ended it over the REST API"),
        ([logged("ice", CONNECT), dice("NOCREDITPARTNER", "FAILED")], "what led to NOCREDITPARTNER is not in the log"),
        ([logged("ice"), dice("N/A", "BUSY")], "it was not taken, and the log does not say who was dialled"),
        ([logged("ice"), logged("notify", type="callingerror")], "what led to the notification callingerror is not in the log"),
        (
            [logged("ice", to={"type": "did", "endpoint": "me"})],
            "what the log says of it cannot be ($.steps[0].incoming_call.to",
        ),
        ([logged("ice"), logged("notify", type="recording_finished")], "somebody had it recorded over the REST API"),
    ],
)
def test_what_cannot_be_told_is_sent_as_it_was_logged(lines: list[str], why: str) -> None:
    found = recording.of_callbacks("\n".join(lines), "backend.log", as_calls=True)
    assert found.remarks[1].startswith(f"Call a is sent as it was logged: {why}")
    assert [word for step in found.value["steps"] for word in step] == ["fire"] * len(lines)
    assert found.value["variables"] == {"call": "a"}
    reading.load(found.text, "told.yaml")


def test_a_log_without_answers_tells_what_it_can() -> None:
    found = recording.of_callbacks("\n".join([logged("ice"), dice("CALLERHANGUP")]), "backend.log", as_calls=True)
    assert [word for step in found.value["steps"] for word in step] == ["incoming_call", "expect", "hang_up", "expect"]
    assert found.value["steps"][1] == {"expect": {"callback": "ice", "call": "call"}}


def test_how_long_a_menu_speaks_is_not_what_it_was() -> None:
    lines = [logged("ice", MENU, timestamp="2026-03-01T12:00:00Z"), dice("CALLERHANGUP")]
    found = recording.of_callbacks("\n".join(lines), "backend.log", as_calls=True)
    assert found.value["steps"][2:4] == [
        {"expect": {"state": "in a menu", "call": "call"}},
        {"hang_up": {"by": "caller", "call": "call"}},
    ]


def test_an_answering_machine() -> None:
    action = {"action": {**CONNECT["action"], "amd": {"enabled": True}}}
    ace = logged("ace", {}, amd={"status": "machine", "reason": "LONGGREETING", "duration": 4})
    found = recording.of_callbacks("\n".join([logged("ice", action), ace]), "backend.log", as_calls=True)
    answerer = {"verdict": "machine", "reason": "longgreeting"}
    assert found.value["given"]["phones"] == {"+46700000001": {"on_ring": "manual", "answerer": answerer}}
    reading.load(found.text, "told.yaml")


SCALARS = st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["", "1", "main", "return(1)", "+46", "x", "did"])
JUNK = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["name", "menus", "options", "id", "type", "value", "number", "key"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
MEMBERS = ("to", "cli", "originationType", "menuResult", "amd", "callHeaders", "type", "reason", "result", "duration", "rdnis")
LINES = st.fixed_dictionaries(
    {
        "body": st.fixed_dictionaries(
            {"event": st.sampled_from(["ice", "ace", "pie", "dice", "notify"]), "callid": st.just("a")}
        )
    },
    optional={"answer": JUNK | st.fixed_dictionaries({"action": JUNK, "instructions": JUNK})},
)


@given(
    lines=st.lists(st.tuples(LINES, st.dictionaries(st.sampled_from(MEMBERS), JUNK, max_size=4)), max_size=5),
    whole=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_whatever_was_logged_becomes_a_scenario(lines: list[tuple[dict[str, Any], dict[str, Any]]], whole: bool) -> None:
    log = [json.loads(logged("ice", MENU))] if whole else []
    log += [{**line, "body": {**line["body"], **more}} for line, more in lines]
    if log:
        found = recording.of_callbacks("\n".join(map(json.dumps, log)), "backend.log", as_calls=True)
        reading.load(found.text, "told.yaml")
