"""Replaying a recording against another version of the backend, and importing what a production backend has logged."""

# ruff: noqa: E501 - steps are one line each

from __future__ import annotations

import json
from typing import Any

import pytest

from scenario.playing_site import menu, play, say
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.scenario import reading, running
from sinch_voice_emulator.scenario.record import approving, happenings, importing, writing
from sinch_voice_emulator.scenario.record.approving import Replay
from sinch_voice_emulator.scenario.record.recorder import Recorder
from sinch_voice_emulator.testkit import SinchVoice


def a_recording(voice: SinchVoice) -> str:
    """A call through the menu, as the text of a file."""
    voice.deliver_to(menu)
    call = voice.incoming_call()
    call.press("1")
    voice.advance(seconds=10)
    call.hang_up()
    text = writing.text_of(Recorder(happenings.of_entries(voice.journal)).scenario("A call"), "Kept by hand.")
    voice.reset()
    return text


def replay(voice: SinchVoice, text: str, backend: Any) -> Replay:
    """Replay a recording."""
    voice.deliver_to(backend)
    found = voice.work(approving.replaying(voice, reading.load(text, "call.yaml"), {}, {}))
    voice.reset()
    return found


def newer(event: dict[str, Any]) -> dict[str, Any] | None:
    """The menu with another voice, and a cookie more."""
    found = menu(event)
    if event["event"] == "ice" and found:
        found["action"]["menus"][0]["mainPrompt"] = "#tts[Press 1 for support.]"
        found["action"]["barge"] = True
    if event["event"] == "pie" and found:
        found["instructions"].append({"name": "setCookie", "key": "v", "value": "2"})
    return found


def test_a_backend_that_did_not_change(voice: SinchVoice) -> None:
    found = replay(voice, a_recording(voice), menu)
    assert found.same, found.text()
    assert found.text() == "A call: 4 answers compared, none of them changed"


def test_answers_that_changed_are_shown_call_by_call(voice: SinchVoice) -> None:
    found = replay(voice, a_recording(voice), newer)
    assert [(one.event, one.member) for one in found.changed] == [
        ("ice", "answer"),
        ("pie", "answer"),
        ("ace", "with"),
        ("dice", "with"),
    ]
    text = found.text()
    assert text.startswith("Call call\n\n  call.yaml:")
    assert '+    "barge": true' in text
    assert "the answer to pie" in text
    assert text.endswith("A call: 4 answers compared, 2 of them changed"), text


def test_new_answers_are_approved(voice: SinchVoice) -> None:
    text = a_recording(voice)
    found = replay(voice, text, newer)
    updated = approving.approved(text, found.changed, found.names)
    assert updated.startswith("# Kept by hand.\n")
    assert len(updated.splitlines()) == len(text.splitlines())
    assert replay(voice, updated, newer).same
    assert not replay(voice, updated, menu).same


def test_an_answer_that_stands_below_is_replaced_with_all_its_lines(voice: SinchVoice) -> None:
    text = """
name: By hand
steps:
  - incoming_call: {}
  - expect:
      callback: ice
      answer:   # the menu
        action:
          name: connectPstn
        # nothing more

  - hang_up: caller
"""
    found = replay(voice, text, menu)
    updated = approving.approved(text, found.changed, found.names)
    assert "\n  - hang_up: caller\n" in updated
    assert replay(voice, updated, menu).same


def test_matchers_of_an_answer_are_kept_while_they_match(voice: SinchVoice) -> None:
    text = """
name: By hand
steps:
  - incoming_call: {}
  - expect: { callback: ice, answer: { action: { name: runMenu, menus: { $any: true } } } }
  - hang_up: caller
"""
    assert replay(voice, text, menu).same


def test_a_recording_that_cannot_be_followed(voice: SinchVoice) -> None:
    def gone(event: dict[str, Any]) -> dict[str, Any] | None:
        return {"action": {"name": "hangup"}} if event["event"] == "ice" else None

    found = replay(voice, a_recording(voice), gone)
    assert not found.same
    assert "Then the recording could not be followed any further:" in found.text()


def test_answers_of_an_included_file_are_not_replaced(voice: SinchVoice, tmp_path: Any) -> None:
    (tmp_path / "_in.yaml").write_text("- incoming_call: {}\n- expect: { callback: ice, answer: null }\n")
    text = "name: Outer\nsteps:\n  - include: _in.yaml\n  - hang_up: caller\n"
    voice.deliver_to(menu)
    found = voice.work(approving.replaying(voice, reading.load(text, "outer.yaml", tmp_path), {}, {}))
    with pytest.raises(BadRequest, match="does not stand in the file itself"):
        approving.approved(text, found.changed, found.names)


def reworded(event: dict[str, Any]) -> dict[str, Any] | None:
    """The menu in other words, which takes longer to say, and asks once more."""
    found = menu(event)
    if event["event"] == "ice" and found:
        [main] = found["action"]["menus"]
        main["mainPrompt"] = "#tts[If you would like to talk to somebody who can help you with anything, press 1.]"
        main["repeats"] = 4
    if event["event"] == "pie" and found and found["action"]["name"] == "hangup":
        found["instructions"] = [{"name": "say", "text": "We wish you a very pleasant day. Good-bye.", "locale": "en-US"}]
    return found


@pytest.mark.parametrize("keys", ["1", "9", ""])
def test_other_words_change_nothing_but_the_words(voice: SinchVoice, keys: str) -> None:
    voice.deliver_to(menu)
    call = voice.incoming_call()
    voice.advance(seconds=2)
    if keys:
        call.press(keys)
        voice.advance(seconds=3)
    if call.live and keys:
        call.hang_up()
    call.expect_ended()
    text = writing.text_of(Recorder(happenings.of_entries(voice.journal)).scenario("A call"))
    voice.reset()
    found = replay(voice, text, reworded)
    assert found.outcome.passed, found.text()
    assert "the answer to ice" in found.text()
    assert "invalidinput" not in found.text(), "no knock-on changes of what was pressed"
    updated = approving.approved(text, found.changed, found.names)
    assert "press 1." in updated
    again = replay(voice, updated, reworded)
    assert again.compared == found.compared
    if not found.missed:
        assert again.same, again.text()
        voice.deliver_to(reworded)
        outcome = voice.work(running.playing(voice, reading.load(updated, "call.yaml"), {}, {}))
        assert outcome.passed, outcome.text()
        voice.reset()


def longer_words(event: dict[str, Any]) -> dict[str, Any] | None:
    """The menu, which says a few words before it puts somebody through."""
    found = menu(event)
    if event["event"] == "pie" and found:
        found["instructions"].append(say("One moment please, we are putting you through to one of our agents."))
    return found


def test_what_a_call_still_comes_to_is_waited_for(voice: SinchVoice) -> None:
    agent = voice.phone("+46700000001")
    voice.deliver_to(longer_words)
    call = voice.incoming_call()
    call.press("1")
    agent.expect_ringing()
    voice.advance(seconds=2)
    agent.answer()
    voice.advance(seconds=20)
    call.hang_up()
    text = writing.text_of(Recorder(happenings.of_entries(voice.journal)).scenario("A call"))
    voice.reset()
    found = replay(voice, text, lambda event: shorter(longer_words(event)))
    assert found.outcome.passed, found.text()
    assert found.missed == ()
    assert [(one.event, one.member) for one in found.changed] == [("pie", "answer"), ("", "heard"), ("dice", "with")]
    assert replay(voice, approving.approved(text, found.changed, found.names), lambda event: shorter(longer_words(event))).same


def shorter(answer: dict[str, Any] | None) -> dict[str, Any] | None:
    """Fewer words."""
    if answer and answer.get("instructions"):
        answer["instructions"][-1]["text"] = "One moment."
    return answer


BY_HAND = """
name: By hand
variables: { act: runMenu, who: support }
steps:
  - incoming_call: {}
  - expect: { callback: ice, answer: { action: { name: "${act}", menus: { $any: true } } } }
  - press: "1"
  - expect: { callback: pie, with: { menuResult: { value: "${who}" } }, answer: { action: { name: connectPstn, number: { $any: true }, cli: "1" } } }
  - hang_up: caller
"""


def test_what_was_written_by_hand_and_still_fits_stays(voice: SinchVoice) -> None:
    found = replay(voice, BY_HAND, menu)
    assert [(one.event, one.member) for one in found.changed] == [("pie", "answer")], "more members are no change"
    updated = approving.approved(BY_HAND, found.changed, found.names, whole=False)
    assert updated == BY_HAND.replace(
        '{ action: { name: connectPstn, number: { $any: true }, cli: "1" } }',
        "{action: {name: connectPstn, number: {$any: true}, cli: '+12025550100'}}",
    )
    assert replay(voice, updated, menu).same


def test_a_range_stays_as_wide_as_it_was() -> None:
    ends = {"duration": {"$between": [1, 3]}, "reason": "CALLERHANGUP"}
    now = {"duration": 9, "reason": "CALLERHANGUP"}
    assert approving.merged(ends, ends, now, lambda new: new, False) == {**ends, "duration": {"$between": [8, 10]}}


# --- callbacks that were logged elsewhere --------------------------------------------------------------------------------

ICE = {
    "event": "ice",
    "callid": "call-1",
    "timestamp": "2026-03-01T12:00:00Z",
    "version": 1,
    "cli": "12025550143",
    "to": {"type": "did", "endpoint": "12025550100"},
    "originationType": "PSTN",
    "callResourceUrl": "https://calling-euc1.api.sinch.com/calling/v1/calls/id/call-1",
    "custom": "about call-1",
}
DICE = {
    "event": "dice",
    "callid": "call-1",
    "timestamp": "2026-03-01T12:00:30Z",
    "result": "ANSWERED",
    "reason": "CALLERHANGUP",
}


def test_a_log_of_callbacks_becomes_a_scenario(voice: SinchVoice) -> None:
    log = "\n".join(
        [
            json.dumps(ICE),
            "",
            json.dumps({"@timestamp": "2026-03-01T12:00:31.5+00:00", "request": json.dumps(DICE), "response": ""}),
        ]
    )
    value = importing.scenario_of(importing.read(log, "prod.log"), "From production")
    assert value["variables"] == {"call": "call-1"}
    first, wait, last = value["steps"]
    assert first["fire"]["with"]["custom"] == "about ${call}"
    assert "callResourceUrl" not in first["fire"]["with"]
    assert wait == {"wait": "31500ms"}
    assert last["fire"]["expect"] == {"answer": None}
    told: list[dict[str, Any]] = []

    def backend(event: dict[str, Any]) -> dict[str, Any] | None:
        told.append(event)
        return menu(event)

    outcome = play(voice, reading.load(writing.text_of(value), "prod.yaml"), backend)
    assert outcome.passed, outcome.text()
    assert [event["event"] for event in told] == ["ice", "dice"]
    assert [event["callid"] for event in told] == ["call-1", "call-1"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "there are no callbacks in it"),
        ("[1]", "prod.log:1: should be a JSON object"),
        ("nonsense", "prod.log:1: is not JSON"),
        ('{"event": "iced"}', "prod.log:1: is no callback: it has no event (one of ice, ace, pie, dice, notify)"),
        ('{"body": "{nonsense"}', "prod.log:1: body: is not JSON"),
        ('\n{"event": "ice", "timestamp": "yesterday"}', "prod.log:2: the time should be an instant"),
    ],
)
def test_what_is_no_log_of_callbacks(text: str, sentence: str) -> None:
    with pytest.raises(BadRequest) as refused:
        importing.read(text, "prod.log")
    assert sentence in str(refused.value)
