"""What each word of a scenario does, as transcripts of calls."""

# ruff: noqa: E501 - steps are one line each

from __future__ import annotations

from typing import Any

import pytest

from scenario.playing_site import into_a_room, parked, passes, say
from sinch_voice_emulator.testkit import SinchVoice


def test_a_caller_chooses_and_is_connected(voice: SinchVoice) -> None:
    outcome = passes(
        voice,
        """
        given:
          phones: { "+46700000001": { rings_for: 3s, hangs_up_after: 60s } }
        steps:
          - incoming_call: { from: "+12025550143" }
          - expect: { callback: ice, with: { cli: "12025550143" }, answer: { action: { name: runMenu } }, status: 200, attempts: 1 }
          - expect: { heard: "press 1", by: caller }
          - press: "1"
          - expect: { callback: pie, with: { menuResult: { value: support } } }
          - expect: { cookies: { team: support } }
          - expect: { dialled: "+46700000001", cli: "${number}" }
          - expect: { callback: ace }
          - expect: { state: connected }
          - expect: { callback: dice, with: { result: ANSWERED, reason: CALLEEHANGUP, duration: { $between: [60, 70] } } }
          - expect: { ended: { result: ANSWERED, duration: 63, debit: { $any: true } } }
          - nothing_more: 1h
        """,
    )
    assert outcome.seconds == 63.0
    assert outcome.steps == 12


def test_a_phone_that_the_scenario_holds_in_its_hand(voice: SinchVoice) -> None:
    passes(
        voice,
        """
        given:
          phones: { "+46700000001": manual }
        steps:
          - incoming_call: {}
          - press: { keys: "1", by: caller }
          - expect: { ringing: "+46700000001", cli: "${number}" }
          - answer: "+46700000001"
          - expect: { state: connected }
          - hang_up: { by: "+46700000001" }
          - expect: { ended: { result: ANSWERED, reason: CALLEEHANGUP } }
        """,
    )


@pytest.mark.parametrize(("word", "result"), [("decline", "BUSY"), ("busy", "BUSY"), ("unreachable", "FAILED")])
def test_a_phone_that_does_not_take_the_call(voice: SinchVoice, word: str, result: str) -> None:
    passes(
        voice,
        f"""
        given:
          phones: {{ "+46700000001": manual }}
        steps:
          - incoming_call: {{}}
          - press: "1"
          - expect: {{ ringing: "+46700000001" }}
          - {word}: "+46700000001"
          - expect: {{ callback: dice, with: {{ result: {result} }} }}
        """,
    )


def test_what_is_said_into_a_phone(voice: SinchVoice) -> None:
    def listens(event: dict[str, Any]) -> dict[str, Any] | None:
        if event["event"] == "ice":
            main = {"id": "main", "mainPrompt": "#tts[Your code?]", "maxDigits": 4}
            return {"action": {"name": "runMenu", "menus": [main], "locale": "en-US", "enableVoice": True}}
        return {"action": {"name": "hangup"}} if event["event"] == "pie" else None

    passes(
        voice,
        """
        steps:
          - incoming_call: {}
          - expect: { heard: your code }
          - say: five five one two
          - expect: { callback: pie, with: { menuResult: { inputMethod: voice, type: sequence, value: { $one_of: ["5512", "55 12"] } } } }
          - expect: { ended: true }
        """,
        listens,
    )


def test_several_calls_meet_in_a_conference(voice: SinchVoice) -> None:
    passes(
        voice,
        """
        steps:
          - incoming_call: { from: "+12025550143", as: anna }
          - incoming_call: { from: "+12025550144", as: bo }
          - expect: { conference: standup, participants: [anna, bo] }
          - request: { method: PATCH, path: "/calling/v1/conferences/id/standup/${calls.bo.id}", body: { command: mute }, expect: { status: 200 } }
          - request:
              method: GET
              path: /calling/v1/conferences/id/standup
              auth: signed
              expect: { status: 200, body: { participants: [ { muted: false }, { muted: true } ] } }
          - hang_up: { call: anna }
          - expect: { callback: dice, call: anna, with: { reason: CALLERHANGUP } }
          - expect: { conference: standup, count: 1 }
          - request: { method: DELETE, path: /calling/v1/conferences/id/standup }
          - expect: { ended: true, call: bo }
          - expect: { conference: standup, participants: [] }
        """,
        into_a_room,
    )


def test_an_operator_uses_the_rest_api(voice: SinchVoice) -> None:
    passes(
        voice,
        """
        steps:
          - incoming_call: {}
          - expect: { callback: ice, save: { id: callid } }
          - request: { method: GET, path: "/calling/v1/calls/id/nobody", auth: none, expect: { status: 401 } }
          - request:
              method: PATCH
              path: /calling/v1/calls/id/${id}
              headers: { X-Trace: "1" }
              body: { instructions: [ { name: say, text: "Closing time." } ], action: { name: hangup } }
              expect: { status: 204 }
          - expect: { heard: closing time }
          - expect: { ended: { reason: MANAGERHANGUP } }
        """,
        parked,
    )


def test_an_operator_places_a_call(voice: SinchVoice) -> None:
    passes(
        voice,
        """
        steps:
          - request:
              method: POST
              path: /calling/v1/callouts
              body:
                method: ttsCallout
                ttsCallout: { cli: "${number}", destination: { type: number, endpoint: "+46700000009" }, text: Hello, enableDice: true }
              as: reminder
              save: { id: callId }
          - expect: { heard: hello, call: reminder }
          - expect: { callback: dice, with: { callid: "${calls.reminder.id}" } }
          - remember: { same: "${id}" }
          - request: { method: GET, path: "/calling/v1/calls/id/${same}", expect: { body: { status: FINAL } } }
        """,
    )


def test_the_backend_places_a_call(voice: SinchVoice) -> None:
    def calls_back(event: dict[str, Any]) -> dict[str, Any] | None:
        if event["event"] == "ice":
            to = {"type": "number", "endpoint": "+46700000009"}
            callout = {"method": "ttsCallout", "ttsCallout": {"destination": to, "text": "You called.", "cli": voice.number}}
            client = voice.emulator.wsgi_app.test_client()
            with client.post("/calling/v1/callouts", json=callout, auth=(voice.key, voice.secret)) as answer:
                assert answer.status_code == 200
            return {"action": {"name": "hangup"}}
        return None

    passes(
        voice,
        """
        steps:
          - incoming_call: { as: first }
          - expect: { callout: tts, to: "+46700000009", cli: "${number}", as: back, save: { id: callId } }
          - expect: { heard: you called }
          - expect: { ended: true, call: first }
          - expect: { ended: true, call: back }
        """,
        calls_back,
    )


def test_branches_go_on_side_by_side(voice: SinchVoice) -> None:
    outcome = passes(
        voice,
        """
        steps:
          - together:
              anna:
                - incoming_call: { from: "+12025550143", as: anna }
                - wait: 10s
                - expect: { state: in a conference }
                - hang_up: caller
              bo:
                - wait: 4s
                - incoming_call: { from: "+12025550144", as: bo }
                - expect: { state: in a conference }
                - wait: 10s
                - hang_up: caller
              a watcher:
                - expect: { conference: standup, count: 2 }
                - expect: { conference: standup, count: 1 }
                - expect: { conference: standup, count: 0 }
          - expect: { ended: { duration: 10 }, call: anna }
          - expect: { ended: { duration: 10 }, call: bo }
          - nothing_more: 5s
        """,
        into_a_room,
    )
    assert outcome.seconds == 14.0


def test_what_happens_in_any_order(voice: SinchVoice) -> None:
    passes(
        voice,
        """
        steps:
          - incoming_call: {}
          - press: "1"
          - expect_all:
              - { callback: ace }
              - { dialled: "+46700000001" }
              - { callback: pie, save: { digit: menuResult.value } }
              - { cookies: { team: "support" } }
          - expect: { state: connected }
          - hang_up: { by: callee }
          - remember: { seen: "${digit}" }
        """,
    )


def test_a_world_that_changes(voice: SinchVoice) -> None:
    passes(
        voice,
        """
        given:
          start: 2027-01-01T10:00:00Z
          rates: { "46": 1.5, currency: SEK }
          credit: 100
          profile: { callback_timeout: 3s }
          users: [lin]
          faults: [ { kind: delay, event: ice, for: 1s } ]
        steps:
          - incoming_call: {}
          - expect: { callback: ice, with: { timestamp: { $matches: "^2027-01-01T10:00:00" } } }
          - press: "1"
          - phones: { "+46700000001": busy }
          - rates: { "46": 2 }
          - credit: null
          - profile: observed
          - fault: { kind: duplicate, event: dice, call: call }
          - expect: { state: connected }
          - wait: 30s
          - hang_up: caller
          - expect: { journal: fault.fired, with: { fault_kind: duplicate } }
          - expect: { callback: dice }
        """.replace("call: call", "count: 1"),
    )
    assert voice.runtime.account.credit is None


def test_callbacks_that_no_call_caused(voice: SinchVoice) -> None:
    passes(
        voice,
        """
        steps:
          - fire: { event: ice, with: { cli: "46700000000" }, expect: { status: 200, answer: { action: { name: runMenu } } }, save: { menu: action.name } }
          - incoming_call: {}
          - hang_up: caller
          - expect: { callback: dice }
          - redeliver: { event: dice, expect: { status: 200 } }
          - redeliver: { event: ice, nth: 1 }
          - remember: { used: "${menu}" }
        """,
    )


def test_machines(voice: SinchVoice) -> None:
    def detects(event: dict[str, Any]) -> dict[str, Any] | None:
        if event["event"] == "ice":
            return {"action": {"name": "connectPstn", "number": "+46700000009", "amd": {"enabled": True}}}
        return {"instructions": [say("Leave word.")], "action": {"name": "hangup"}} if event["event"] == "ace" else None

    passes(
        voice,
        """
        given: { phones: { "+46700000009": { answerer: { verdict: machine, verdict_after: 1h } } } }
        steps:
          - incoming_call: {}
          - expect: { state: detecting an answering machine }
          - detect: { verdict: machine, reason: longgreeting }
          - expect: { callback: ace, with: { amd: { status: machine, reason: longgreeting } } }
          - expect: { ended: true }
        """,
        detects,
    )


def test_recordings_and_reports(voice: SinchVoice) -> None:
    def records(event: dict[str, Any]) -> dict[str, Any] | None:
        if event["event"] == "ice":
            start = {
                "name": "startRecording",
                "options": {"destinationUrl": "s3://bucket/call", "credentials": "aws", "format": "wav"},
            }
            return {"instructions": [{"name": "answer"}, start, say("Thank you.")], "action": {"name": "hangup"}}
        if event["event"] == "dice":
            return {"instructions": [{"name": "ReportCallStatus", "value": "failure", "details": "no audio"}]}
        return None

    passes(
        voice,
        """
        steps:
          - incoming_call: {}
          - expect: { recording: { finished: false } }
          - expect: { recording: { finished: true, destination: { $contains: bucket }, seconds: { $between: [0, 5] } } }
          - expect: { report: { success: false, details: { $matches: audio } } }
        """,
        records,
    )


def test_calls_from_apps_and_sip_peers(voice: SinchVoice) -> None:
    def connects(event: dict[str, Any]) -> dict[str, Any] | None:
        if event["event"] == "ice":
            return {"action": {"name": "connectPstn", "number": "+46700000001", "cli": voice.number}}
        return {"action": {"name": "continue"}} if event["event"] == "ace" else None

    passes(
        voice,
        """
        steps:
          - app_call: { user: lin, to: "+46700000005", headers: { ticket: "77" }, as: app }
          - expect: { callback: ice, with: { originationType: MXP } }
          - sip_call: { from: pbx@example.test, to: "${number}", cli: "+12025550143", as: sip }
          - expect: { callback: ice, with: { originationType: SIP } }
          - lose_network: { call: app, by: caller }
          - expect: { ended: true, call: app }
          - hang_up: { call: sip, by: caller }
          - expect: { ended: true, call: sip }
        """,
        connects,
    )
