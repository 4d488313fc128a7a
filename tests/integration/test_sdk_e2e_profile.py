"""The profile ``sdk-e2e``: the official SDKs find the values that their own end-to-end suites compare with."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from sinch import SinchClient
from sinch.domains.voice.exceptions import VoiceException

from integration.conftest import FOLDER
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.settings import load
from sinch_voice_emulator.v1.signing import decode_secret, signature, string_to_sign

APPLICATION = "f00dcafe-abba-c0de-1dea-dabb1ed4caf3"
CALL = "1ce0ffee-ca11-ca11-ca11-abcdef0000"
DESTINATION = {"type": "number", "endpoint": "+12017777777"}
CLI = "+12015555555"
ROOM = "myConferenceId-E2E"
SAY = {"name": "say", "text": "Sorry, the conference has been cancelled. The call will end now.", "locale": "en-US"}
PLAY = {"name": "playFiles", "ids": ["https://samples-files.com/samples/Audio/mp3/sample-file-4.mp3"]}
NOTE = {"event": "notify", "callid": "33dd8e62-0ac6-4e0c-a89f-36d121f861f9", "version": 1}
RECORDINGS = "azure://sinchsdk/voice-recordings"

EVENTS: dict[str, dict[str, Any]] = {
    "ice": {
        "event": "ice",
        "callid": f"{CALL}53",
        "callResourceUrl": f"https://calling-use1.api.sinch.com/calling/v1/calls/id/{CALL}53",
        "timestamp": "2024-06-06T17:20:14Z",
        "version": 1,
        "userRate": {"currencyId": "USD", "amount": 0.0},
        "cli": "12015555555",
        "to": {"type": "did", "endpoint": "+12017777777"},
        "domain": "pstn",
        "applicationKey": APPLICATION,
        "originationType": "PSTN",
        "rdnis": "",
    },
    "ace": {
        "event": "ace",
        "callid": f"{CALL}43",
        "timestamp": "2024-06-06T17:10:34Z",
        "version": 1,
        "custom": "Custom text",
        "applicationKey": APPLICATION,
    },
    "dice": {
        "event": "dice",
        "callid": f"{CALL}33",
        "timestamp": "2024-06-06T16:59:42Z",
        "reason": "MANAGERHANGUP",
        "result": "ANSWERED",
        "version": 1,
        "custom": "Custom text",
        "debit": {"currencyId": "EUR", "amount": 0.0095},
        "userRate": {"currencyId": "EUR", "amount": 0.0095},
        "to": {"type": "number", "endpoint": "12017777777"},
        "applicationKey": APPLICATION,
        "duration": 12,
        "from": "12015555555",
    },
    "pie-return": {
        "event": "pie",
        "callid": f"{CALL}13",
        "timestamp": "2024-06-06T17:35:01Z",
        "menuResult": {"type": "return", "value": "cancel", "menuId": "main", "inputMethod": "dtmf"},
        "version": 1,
        "custom": "Custom text",
        "applicationKey": APPLICATION,
    },
    "pie-sequence": {
        "event": "pie",
        "callid": f"{CALL}23",
        "timestamp": "2024-06-06T17:35:58Z",
        "menuResult": {"type": "sequence", "value": "1234", "menuId": "confirm", "inputMethod": "dtmf"},
        "version": 1,
        "custom": "Custom text",
        "applicationKey": APPLICATION,
    },
    "notify/recording_finished": NOTE | {"type": "recording_finished"},
    "notify/recording_available": NOTE | {"type": "recording_available", "destination": f"{RECORDINGS}/my-recording.mp3"},
    "notify/transcription_available": NOTE
    | {"type": "transcription_available", "destination": f"{RECORDINGS}/my-recording-transcript.json"},
}
"""What the suites of Node, Java and .NET expect of the events, member by member; the latter two refuse more members."""

NUMBERS = {
    "+12012222222": None,
    "+12013333333": "ba5eba11-1dea-1337-babe-5a1ad00d1eaf",
    "+12014444444": None,
    "+12015555555": APPLICATION,
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """The profile, on free ports instead of 3019 and 3020."""
    running = Emulator(load({"profile": ["sdk-e2e"], "listen": ["127.0.0.1:0", "127.0.0.1:0=configuration"]}, {}))
    running.start()
    try:
        yield running
    finally:
        running.stop()


# --- plain HTTP --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EVENTS)
def test_events_are_signed_as_a_callback_is(emulator: Emulator, kind: str) -> None:
    with urlopen(f"{emulator.listeners[0]}/webhooks/voice/{kind}") as answer:
        body, headers = answer.read(), answer.headers
    assert json.loads(body) == EVENTS[kind]
    text = string_to_sign("POST", body, headers["content-type"], headers["x-timestamp"], "/webhooks/voice")
    assert headers["authorization"] == f"application appKey:{signature(decode_secret('YXBwU2VjcmV0'), text)}"


# --- Python ------------------------------------------------------------------------------------------------------------------


@contextmanager
def client(emulator: Emulator) -> Iterator[Any]:
    sdk = SinchClient(application_key="appKey", application_secret="YXBwU2VjcmV0")
    sdk.configuration.disable_https = True
    sdk.configuration.voice_origin, sdk.configuration.voice_applications_origin = (
        urlsplit(url).netloc for url in emulator.listeners
    )
    try:
        yield sdk.voice
    finally:
        sdk.configuration.transport.http_session.close()


@pytest.fixture
def voice(emulator: Emulator) -> Iterator[Any]:
    """The voice domain of the Python SDK."""
    with client(emulator) as domain:
        yield domain


def test_python_callouts(voice: Any) -> None:
    text = "Hello, this is a call from Sinch."
    placed = [
        voice.callouts.text_to_speech(destination=DESTINATION, cli=CLI, locale="en-US", text=text),
        voice.callouts.conference(destination=DESTINATION, cli=CLI, conference_id=ROOM, moh_class="music1"),
        voice.conferences.call(destination=DESTINATION, cli=CLI, conference_id=ROOM, moh_class="music1"),
        voice.callouts.custom(destination=DESTINATION, cli=CLI, custom="Custom text", pie="https://callback-server.com/voice"),
    ]
    assert [one.call_id for one in placed] == [f"{CALL}{last}" for last in ("01", "02", "02", "03")]


def test_python_calls(voice: Any) -> None:
    call = voice.calls.get(f"{CALL}03")
    assert (call.call_id, call.duration, call.status) == (f"{CALL}03", 14, "FINAL")
    assert (call.result, call.reason, call.domain, call.custom) == ("ANSWERED", "MANAGERHANGUP", "pstn", "Custom text")
    assert call.timestamp == datetime(2024, 6, 6, 17, 36, tzinfo=UTC)
    assert (call.user_rate.currency_id, call.user_rate.amount) == ("EUR", 0.1758)
    voice.calls.update(f"{CALL}22", instructions=[SAY], action={"name": "hangup"})
    voice.calls.manage_with_call_leg(f"{CALL}32", "callee", instructions=[PLAY], action={"name": "continue"})
    with pytest.raises(VoiceException, match="Call not found") as caught:
        voice.calls.update("not-existing-callId", instructions=[SAY], action={"name": "hangup"})
    assert caught.value.http_response.body["reference"] == "38188074-abcd-56ab-ab64-daf82fada8e8"


def test_python_conferences(voice: Any) -> None:
    assert [(one.id, one.cli, one.duration, one.muted, one.onhold) for one in voice.conferences.get(ROOM).participants] == [
        (f"{CALL}12", CLI, 35, True, True),
        (f"{CALL}22", CLI, 6, False, False),
    ]
    voice.conferences.manage_participant(f"{CALL}12", ROOM, "onhold", "music2")
    voice.conferences.kick_participant(f"{CALL}12", ROOM)
    voice.conferences.kick_all(ROOM)


def test_python_configuration(voice: Any) -> None:
    applications = voice.applications
    assert {one.number: one.applicationkey for one in applications.get_numbers().numbers} == NUMBERS
    applications.assign_numbers(["+12012222222"], application_key=APPLICATION, capability="voice")
    applications.unassign_number("+12012222222")
    query = applications.query_number("+12015555555")
    assert (query.country_id, query.number_type, query.restricted) == ("US", "Fixed", True)
    assert query.rate == {"currencyId": "USD", "amount": 0.01}
    urls = applications.get_callback_urls(APPLICATION)
    assert (urls.primary, urls.fallback) == ("https://my.callback-server.com/voice", "https://my.fallback-server.com/voice")
    applications.update_callback_urls(APPLICATION, primary="https://my-new.callback-server.com/voice")


# --- Node --------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def driven(node: str, emulator: Emulator) -> dict[str, Any]:
    """What the Node SDK got, by what it asked for."""
    command = [node, "e2e.mjs", *emulator.listeners]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    results: dict[str, Any] = json.loads(done.stdout)
    return results


def test_node_callouts(driven: dict[str, Any]) -> None:
    expected = {"tts": "01", "conference": "02", "conferenceCall": "02", "custom": "03"}
    assert {name: driven[name] for name in expected} == {name: {"callId": f"{CALL}{last}"} for name, last in expected.items()}


def test_node_calls(driven: dict[str, Any]) -> None:
    assert driven["get"] == {
        "to": {"type": "Number", "endpoint": "+12017777777"},
        "domain": "pstn",
        "callId": f"{CALL}03",
        "duration": 14,
        "status": "FINAL",
        "result": "ANSWERED",
        "reason": "MANAGERHANGUP",
        "timestamp": "2024-06-06T17:36:00.000Z",
        "custom": "Custom text",
        "userRate": {"currencyId": "EUR", "amount": 0.1758},
        "debit": {"currencyId": "EUR", "amount": 0.1758},
    }
    assert [driven[name] for name in ("update", "leg", "legOfJava")] == [{}, {}, {}]
    assert (driven["noCall"]["failed"], driven["noCall"]["statusCode"]) == ("RequestFailedError", 404)
    reference = "38188074-abcd-56ab-ab64-daf82fada8e8"
    assert json.loads(driven["noCall"]["data"]) == {"errorCode": 40400, "message": "Call not found", "reference": reference}


def test_node_conferences(driven: dict[str, Any]) -> None:
    first, second = driven["room"]["participants"]
    assert first == {"cli": CLI, "id": f"{CALL}12", "duration": 35, "muted": True, "onhold": True}
    assert second == {"cli": CLI, "id": f"{CALL}22", "duration": 6, "muted": False, "onhold": False}
    assert [driven[name] for name in ("hold", "kick", "kickAll")] == [{}, {}, {}]


def test_node_configuration(driven: dict[str, Any]) -> None:
    assert {one["number"]: one.get("applicationkey") for one in driven["numbers"]["numbers"]} == NUMBERS
    assert {one["capability"] for one in driven["numbers"]["numbers"]} == {"voice"}
    assert [driven[name] for name in ("assign", "unassign", "callbacks")] == [{}, {}, {}]
    assert driven["query"] == {
        "number": {
            "countryId": "US",
            "numberType": "Fixed",
            "normalizedNumber": "+12015555555",
            "restricted": True,
            "rate": {"currencyId": "USD", "amount": 0.01},
        }
    }
    primary, fallback = "https://my.callback-server.com/voice", "https://my.fallback-server.com/voice"
    assert driven["urls"] == {"url": {"primary": primary, "fallback": fallback}}


@pytest.mark.parametrize("kind", EVENTS)
def test_node_believes_and_reads_the_events(driven: dict[str, Any], kind: str) -> None:
    assert driven[kind]["checks"] == [True, False, False], "right; another body; another path"
    expected = dict(EVENTS[kind])
    if "timestamp" in expected:
        expected["timestamp"] = expected["timestamp"].replace("Z", ".000Z")
    assert driven[kind]["event"] == expected
