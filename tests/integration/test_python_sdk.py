"""The official Python SDK drives every operation against the running server, signed as it signs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sinch import SinchClient
from sinch.domains.voice.exceptions import VoiceException

from integration.serving import served, wait_for_state, wait_until
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.engine.inputs import CallArrived
from sinch_voice_emulator.model.call import Origin
from sinch_voice_emulator.model.party import number, username
from sinch_voice_emulator.model.phone import PhoneBehaviour
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_NUMBERS, DEFAULT_SECRET

DESK = "+46701234567"
AT_ONCE = {number(DESK): PhoneBehaviour(rings_for=0)}
DESTINATION = {"type": "number", "endpoint": DESK}
CLI = DEFAULT_NUMBERS[0]
SAY = {"name": "say", "text": "Two minutes remain.", "locale": "en-US"}
REGIONS = ["", "/use1"]


@contextmanager
def client(emulator: Emulator, prefix: str = "", **changes: str) -> Iterator[Any]:
    """The SDK, pointed at an emulator."""
    sdk = SinchClient(application_key=DEFAULT_KEY, application_secret=DEFAULT_SECRET)
    host = urlsplit(emulator.url).netloc
    sdk.configuration.disable_https = True
    sdk.configuration.voice_origin = host + prefix
    sdk.configuration.voice_applications_origin = host
    for name, value in changes.items():
        setattr(sdk.configuration, name, value)
    try:
        yield sdk
    finally:
        sdk.configuration.transport.http_session.close()


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with served(phones=AT_ONCE) as running:
        yield running


@pytest.fixture(params=REGIONS, ids=["no region", "use1"])
def voice(emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The voice domain of the SDK, with and without a region in its origin."""
    with client(emulator, request.param) as sdk:
        yield sdk.voice


def spoken_to(emulator: Emulator, voice: Any) -> str:
    """A callout whose phone was picked up and that plays something."""
    call_id: str = voice.callouts.text_to_speech(destination=DESTINATION, cli=CLI, text="Hello. " * 80).call_id
    wait_until(
        emulator.account(),
        lambda: emulator.account().read(lambda engine, _now: engine.state.calls[call_id].answered is not None),
    )
    return call_id


def test_text_to_speech_and_get_and_update(emulator: Emulator, voice: Any) -> None:
    placed = voice.callouts.text_to_speech(
        destination=DESTINATION, cli=CLI, dtmf="ww42#", domain="pstn", custom="bokning å", locale="en-US", text="Hello. " * 80
    )
    call = voice.calls.get(placed.call_id)
    assert (call.call_id, call.status, call.result, call.domain) == (placed.call_id, "ONGOING", "N/A", "pstn")
    assert call.custom == "bokning å"
    assert call.user_rate.currency_id == "EUR"
    assert abs(call.timestamp - datetime.now(UTC)) < timedelta(minutes=1)
    wait_for_state(emulator.account(), placed.call_id, "running a script")
    voice.calls.update(placed.call_id, instructions=[SAY], action={"name": "hangup"})
    wait_for_state(emulator.account(), placed.call_id, "ended")
    call = voice.calls.get(placed.call_id)
    assert (call.status, call.result, call.reason) == ("FINAL", "ANSWERED", "MANAGERHANGUP")


def test_managing_a_leg(emulator: Emulator, voice: Any) -> None:
    call_id = spoken_to(emulator, voice)
    play = {"name": "playFiles", "ids": ["#tts[Please hold.]"], "locale": "en-US"}
    for leg in ("caller", "callee", "both"):
        voice.calls.manage_with_call_leg(call_id, leg, instructions=[play], action={"name": "continue"})
    with pytest.raises(VoiceException) as caught:
        voice.calls.manage_with_call_leg(call_id, "middle", instructions=[play], action={"name": "continue"})
    assert caught.value.response_status_code == 400
    assert str(caught.value) == "Invalid parameters: callLeg"


def test_conferences(emulator: Emulator, voice: Any) -> None:
    room = "daily standup"
    options = {"mode": "detect", "max_digits": 2, "timeout_mills": 2500}
    placed = [
        place(destination=DESTINATION, conference_id=room, cli=CLI, conference_dtmf_options=options, moh_class="music1")
        for place in (voice.callouts.conference, voice.conferences.call)
    ]
    first, second = (one.call_id for one in placed)
    for call_id in (first, second):
        wait_for_state(emulator.account(), call_id, "in a conference")
    voice.conferences.manage_participant(first, room, "mute")
    voice.conferences.manage_participant(second, room, "onhold", "music2")
    seen = {one.id: (one.cli, one.muted, one.onhold) for one in voice.conferences.get(room).participants}
    assert seen == {first: (CLI, True, False), second: (CLI, False, True)}
    voice.conferences.manage_participant(first, room, "unmute")
    voice.conferences.manage_participant(second, room, "resume")
    assert not any(one.muted or one.onhold for one in voice.conferences.get(room).participants)
    voice.conferences.kick_participant(first, room)
    assert [one.id for one in voice.conferences.get(room).participants] == [second]
    voice.conferences.kick_all(room)
    with pytest.raises(VoiceException, match="No such ongoing conference 'daily standup'") as caught:
        voice.conferences.get(room)
    assert caught.value.http_response.body["errorCode"] == 40400


def test_custom_callout_with_blanks_in_its_svaml(emulator: Emulator, voice: Any) -> None:
    ice = {"action": {"name": "connectPstn", "number": DESK, "cli": CLI, "amd": {"enabled": True}}}
    ace = {"instructions": [SAY], "action": {"name": "hangup"}}
    placed = voice.callouts.custom(ice=json.dumps(ice), ace=json.dumps(ace), custom="survey=12", max_duration=600)
    wait_until(
        emulator.account(),
        lambda: emulator.account().read(lambda engine, _now: engine.state.calls[placed.call_id].answered is not None),
    )
    voice.calls.update(placed.call_id, instructions=[], action={"name": "hangup"})
    assert voice.calls.get(placed.call_id).result == "ANSWERED"


def test_numbers(emulator: Emulator) -> None:
    with client(emulator) as sdk:
        applications = sdk.voice.applications
        applications.unassign_number(CLI, application_key=DEFAULT_KEY, capability="voice")
        listed = applications.get_numbers().numbers
        assert {one.number: one.applicationkey for one in listed} == {CLI: None, DEFAULT_NUMBERS[1]: DEFAULT_KEY}
        applications.assign_numbers([CLI], application_key=DEFAULT_KEY)
        applications.unassign_number(CLI)
        applications.assign_numbers([CLI])
        assert {one.applicationkey for one in applications.get_numbers().numbers} == {DEFAULT_KEY}
        with pytest.raises(VoiceException, match="Unable to update numbers"):
            applications.assign_numbers(["+15005550006"])


def test_callback_addresses(emulator: Emulator) -> None:
    with client(emulator) as sdk:
        applications = sdk.voice.applications
        applications.update_callback_urls(DEFAULT_KEY, primary="http://127.0.0.1:9/voice", fallback="http://127.0.0.1:9/spare")
        found = applications.get_callback_urls(DEFAULT_KEY)
        assert (found.primary, found.fallback) == ("http://127.0.0.1:9/voice", "http://127.0.0.1:9/spare")
        applications.update_callback_urls(DEFAULT_KEY, primary="http://127.0.0.1:9/voice")
        assert applications.get_callback_urls(DEFAULT_KEY).fallback is None
        with pytest.raises(VoiceException, match="Invalid parameters: url primary"):
            applications.update_callback_urls(DEFAULT_KEY, primary="127.0.0.1:9/voice")
        applications.update_callback_urls(DEFAULT_KEY)
        assert applications.get_callback_urls(DEFAULT_KEY).primary is None
        with pytest.raises(VoiceException, match="Invalid Application Key"):
            applications.get_callback_urls("00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize("written", ["+46701234567", "%2B46701234567", "+46 (0)70-123 45 67"])
def test_querying_a_number(emulator: Emulator, written: str) -> None:
    with client(emulator) as sdk:
        found = sdk.voice.applications.query_number(written)
    assert (found.country_id, found.number_type, found.normalized_number) == ("SE", "Mobile", DESK)
    assert found.restricted is False
    assert found.rate == {"currencyId": "EUR", "amount": 0.0175}


def test_what_it_makes_of_errors(voice: Any) -> None:
    with pytest.raises(VoiceException, match="Call not found") as caught:
        voice.calls.get("no-such-call")
    assert caught.value.response_status_code == 404
    body = caught.value.http_response.body
    assert (body["errorCode"], set(body)) == (40400, {"errorCode", "message", "reference"})


def test_a_wrong_secret_is_an_invalid_signature(emulator: Emulator) -> None:
    wrong = client(emulator, application_secret="d3Jvbmctc2VjcmV0")
    with wrong as sdk, pytest.raises(VoiceException, match="Invalid Signature"):
        sdk.voice.calls.get("no-such-call")


def test_a_call_belongs_to_its_region(emulator: Emulator) -> None:
    with client(emulator, "/use1") as there, client(emulator, "/euc1") as elsewhere, client(emulator) as anywhere:
        call_id = there.voice.callouts.text_to_speech(destination=DESTINATION, cli=CLI, text="Hi").call_id
        assert anywhere.voice.calls.get(call_id).call_id == call_id
        with pytest.raises(VoiceException, match="Call not found"):
            elsewhere.voice.calls.get(call_id)


def test_the_known_fault_of_the_sdk_shows_with_a_from(emulator: Emulator) -> None:
    """A call that somebody placed has a ``from``, and version 1.1.4 fails on it; should it not, ``docs`` has to change."""
    caller = username("alice")
    arrived = CallArrived(Origin.APP, caller, number(DESK), caller.endpoint, application=DEFAULT_KEY)
    call_id = emulator.account().submit(arrived)
    with client(emulator) as sdk, pytest.raises(TypeError):
        sdk.voice.calls.get(call_id)
