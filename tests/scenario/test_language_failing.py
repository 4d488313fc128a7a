"""How a scenario fails: the step, what was expected, what came closest, what happened on the calls."""

from __future__ import annotations

from typing import Any

import pytest

from scenario.playing_site import AGENT, fails, into_a_room, menu, parked, play, read
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.scenario import operator
from sinch_voice_emulator.testkit import SinchVoice


def test_a_callback_that_was_answered_otherwise(voice: SinchVoice) -> None:
    text = fails(
        voice,
        """
        steps:
          - incoming_call: {}
          - expect: { callback: ice, answer: { action: { name: connectPstn, menus: [ { id: other } ] } }, status: 201 }
        """,
    )
    assert text.startswith("test.yaml:4:5: step 2 (expect): the backend answered ice otherwise:")
    assert "action.name\n        expected  'connectPstn'\n        found     'runMenu'" in text
    assert "action.menus[0].id\n        expected  'other'\n        found     'main'" in text
    assert "status\n        expected  201\n        found     200" in text
    assert "0.000  backend   <- runMenu main: 1 support" in text


def test_a_prompt_that_nobody_heard(voice: SinchVoice) -> None:
    text = fails(voice, "steps:\n  - incoming_call: {}\n  - expect: { heard: Press 2, within: 3s }\n  - hang_up: caller")
    assert 'The call was to hear "Press 2" within 3 s, and that did not happen.' in text
    assert '"Press 1 for support." was heard at 0.000' in text
    assert text.count("Call ") == 1


def test_what_cannot_come_any_more_is_not_waited_for(voice: SinchVoice) -> None:
    outcome = play(voice, "steps:\n  - incoming_call: {}\n  - hang_up: caller\n  - expect: { state: connected, within: 1h }")
    assert "but the call has ended" in outcome.why
    assert outcome.seconds == 0


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ("expect: { cookies: { team: sales }, within: 1s }", "The cookies of the call were to be team 'sales' within 1 s"),
        ("expect: { recording: true, within: 1s }", "Nothing was recorded."),
        ("expect: { report: { success: true }, within: 1s }", "There is none."),
        ("expect: { journal: fault.fired, within: 1s }", "There is no such entry."),
        ("expect: { journal: call.created, with: { origin: sip }, within: 1s }", "expected  'sip'"),
        ("expect: { problem: hangupp, within: 1s }", "The backend was to do something wrong: hangupp"),
        ("expect: { callout: tts, within: 1s }", "It has placed no call."),
        ("expect: { conference: standup, count: 1, within: 1s }", "In conference standup there were to be: 1 participants"),
        ('expect: { dialled: "+46700000001", within: 1s }', "Nobody was dialled on this call."),
        ('expect: { ringing: "+46700000001", within: 1s }', "It was never dialled."),
        ("expect: { callback: ice, attempts: 2 }", "ice was sent 1 times, not 2"),
        ("expect: { callback: ice, save: { x: nothing.here } }", "there is nothing at nothing.here to remember as x"),
        ("expect: { ended: { result: BUSY }, within: 1s }", "The call was to end with BUSY within 1 s"),
        ("expect: { ended: { duration: 21 }, within: 1s }", "The call was to end with duration 21 within 1 s"),
        ("expect: { ended: { reason: CANCEL, debit: 1.5 }, within: 1s }", "to end with CANCEL and debit 1.5 within 1 s"),
        ('answer: "+46700000001"', "+46700000001 cannot answer"),
        ('press: { keys: "1", by: "+46700000001" }', "+46700000001 is not on call"),
        ("redeliver: { event: dice }", "there is no dice number 1 to deliver again; the backend was told: ice"),
        ("request: { method: GET, path: /calling/v1/calls/id/nobody }", "'less than 400'"),
        ("request: { method: GET, path: /calling/v1/conferences/id/x, expect: { status: 200 } }", "expected  200"),
        ("request: { method: DELETE, path: /calling/v1/conferences/id/x, expect: { status: 404 }, as: it }", "created no call"),
        ("fire: { event: ice, expect: { answer: { action: { name: park } } } }", "the backend answered ice otherwise"),
        ('remember: { x: "${calls.anna.nobody}" }', "${calls.anna.nobody} does not exist"),
        ('wait: "${number}"', "with its variables filled in, wait should be seconds"),
    ],
)  # fmt: skip
def test_a_step_that_does_not_come_true(voice: SinchVoice, step: str, sentence: str) -> None:
    text = fails(voice, f"steps:\n  - incoming_call: {{ as: anna }}\n  - {step}\nallow: {{ open_calls: true }}")
    assert text.startswith("test.yaml:4:5: step 2 ("), text
    assert sentence in text, text


def test_calls_that_stay_open(voice: SinchVoice) -> None:
    text = fails(voice, "steps:\n  - incoming_call: {}", parked)
    assert text.startswith("test.yaml: at the end: Calls are still open:")
    assert "allow: { open_calls: true }" in text


def test_something_more_happens(voice: SinchVoice) -> None:
    text = fails(voice, "steps:\n  - incoming_call: {}\n  - expect: { callback: ice }\n  - nothing_more: 30s")
    assert "step 3 (nothing_more): Nothing more was to happen, but this did:" in text
    assert text.count("Call ") == 1, "the ladder stands there once"


def test_the_step_of_a_branch_is_named(voice: SinchVoice) -> None:
    text = fails(
        voice,
        """
        steps:
          - together:
              anna: [ { incoming_call: { as: anna } }, { expect: { conference: standup, count: 5, within: 3s } } ]
              bo: [ { incoming_call: { as: bo } }, { wait: 1m } ]
        """,
        into_a_room,
    )
    assert text.startswith("test.yaml:4:50: step 1.1.2 (expect): In conference standup there were to be: 5 participants")


def test_what_the_backend_raised_is_shown(voice: SinchVoice) -> None:
    def breaks(_event: dict[str, Any]) -> None:
        raise KeyError("the real reason")

    text = fails(voice, "steps:\n  - incoming_call: {}\n  - expect: { heard: hello, within: 1s }", breaks)
    assert "KeyError while it handled ice: 'the real reason'" in text


def test_a_backend_that_nobody_named(voice: SinchVoice) -> None:
    from sinch_voice_emulator.scenario import running

    outcome = voice.work(running.playing(voice, read("steps:\n  - incoming_call: {}"), {}, {}))
    assert "nobody answers the callbacks of application" in outcome.why


def test_variables_that_the_scenario_does_not_have(voice: SinchVoice) -> None:
    with pytest.raises(BadRequest, match="has no variable 'colour'; it has: key"):
        play(voice, 'variables: { key: "1" }\nsteps:\n  - incoming_call: {}', menu, colour="red")


def test_an_account_on_which_something_happened_does_not_go_back(voice: SinchVoice) -> None:
    voice.deliver_to(menu)
    voice.incoming_call().hang_up()
    outcome = play(voice, "given: { start: 2027-01-01T00:00:00 }\nsteps:\n  - incoming_call: {}")
    assert "given.start needs an account on which nothing has happened yet" in outcome.why
    text = 'variables: { day: "${number}" }\ngiven: { start: "${day}" }\nsteps:\n  - incoming_call: {}'
    assert "start should be an instant" in play(voice, text).why


CONNECTED = 'given: { phones: { "+46700000001": { rings_for: 3s, hangs_up_after: 20s } } }\nsteps:\n'


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ('- press: "1"\n  - wait: 60s\n  - expect: { callback: ice }', "* backend -> PIE"),
        (
            '- press: "1"\n  - incoming_call: { from: "+12025550144", as: b }\n  - wait: 60s\n'
            "  - expect: { callback: ice, call: b }",
            "* leg 2 +46700000001 is dialled",
        ),
    ],
)
def test_what_happened_before_nothing_more_began_counts(voice: SinchVoice, steps: str, sentence: str) -> None:
    text = fails(voice, f"{CONNECTED}  - incoming_call: {{ as: a }}\n  {steps}\n  - nothing_more: 1s")
    assert "(nothing_more): Nothing more was to happen, but this did:" in text
    assert sentence in text, text
    assert "* backend -> DICE" in text


def test_a_callout_that_was_over_before_nothing_more_began_counts(voice: SinchVoice) -> None:
    def calls_somebody(event: dict[str, Any]) -> Any:
        if event["event"] == "pie":
            body = {
                "method": "ttsCallout",
                "ttsCallout": {"destination": {"type": "number", "endpoint": AGENT}, "text": "Hi", "cli": "+12025550100"},
            }
            account = voice.runtime.account
            operator.send(voice.emulator, account, "POST", "/calling/v1/callouts", body, {}, "basic")
        return menu(event)

    steps = '  - incoming_call: { as: a }\n  - press: "2"\n  - wait: 60s\n  - expect: { callback: dice, call: a }\n'
    text = fails(voice, f"{CONNECTED}{steps}  - nothing_more: 1m", calls_somebody)
    assert "Nothing more was to happen, but this did:" in text
    assert "* leg 1 +46700000001 is dialled" in text, text


def test_what_a_step_does_itself_is_nothing_more(voice: SinchVoice) -> None:
    assert play(voice, "steps:\n  - incoming_call: {}\n  - nothing_more: 3s\n  - hang_up: caller", parked).passed
