"""A Flask backend under test: calls that come in, and calls that it places."""

from __future__ import annotations

import pytest
from flask import Flask

from examples.backends import flask_backend
from sinch_voice_emulator import SinchVoice


@pytest.fixture
def my_flask_app(sinch_voice: SinchVoice) -> Flask:
    """The app, with the credentials and the address that the emulator uses for the whole session."""
    return flask_backend(sinch_voice.url, sinch_voice.key, sinch_voice.secret, sinch_voice.number)


def test_caller_reaches_support(sinch_voice: SinchVoice, my_flask_app: Flask) -> None:
    sinch_voice.deliver_to(my_flask_app)
    agent = sinch_voice.phone("+46700000001")  # under the test's control: rings until told
    call = sinch_voice.incoming_call(from_="+12025550143", to=sinch_voice.number)
    call.expect_prompt("Press 1 for support")
    call.press("1")
    agent.expect_ringing(cli=sinch_voice.number).answer()
    sinch_voice.advance(minutes=90)
    call.hang_up()
    assert call.result == "ANSWERED"
    assert [c.event for c in call.callbacks] == ["ice", "pie", "ace", "dice"]


def test_what_else_can_be_asserted(sinch_voice: SinchVoice, my_flask_app: Flask) -> None:
    sinch_voice.deliver_to(my_flask_app)
    agent = sinch_voice.phone("+46700000001")
    call = sinch_voice.incoming_call()
    call.press("1")
    call.expect_callback("pie", menuResult={"type": "return", "value": "support"})
    call.expect_dialled("+46700000001", cli=sinch_voice.number)
    agent.expect_ringing().decline()
    call.expect_ended("BUSY", "CANCEL")
    assert call.callbacks[-1]["cookies"] == [{"key": "team", "value": "support"}]
    sinch_voice.expect_nothing_more()


def test_a_caller_who_does_nothing(sinch_voice: SinchVoice, my_flask_app: Flask) -> None:
    sinch_voice.deliver_to(my_flask_app)
    call = sinch_voice.incoming_call()
    call.expect_prompt("Good-bye")  # nine seconds of silence later, and at once
    call.expect_ended("ANSWERED", "MANAGERHANGUP")


def test_the_app_places_a_call(sinch_voice: SinchVoice, my_flask_app: Flask) -> None:
    sinch_voice.deliver_to(my_flask_app)
    guest = sinch_voice.phone("+46700000009")
    my_flask_app.test_client().post("/remind", data={"phone": "+46700000009", "guests": "4"})
    call = sinch_voice.expect_call(to="+46700000009", method="tts")
    guest.expect_ringing(cli=sinch_voice.number).answer()
    guest.expect_prompt("Your table for 4 is ready.")
    call.expect_ended("ANSWERED")
    assert call.callbacks[-1]["result"] == "ANSWERED"


def test_a_slow_network(sinch_voice: SinchVoice, my_flask_app: Flask) -> None:
    sinch_voice.deliver_to(my_flask_app)
    sinch_voice.fault("drop", event="ice")
    sinch_voice.incoming_call().expect_ended("FAILED", "CALLBACKERROR")


def test_a_forged_callback(sinch_voice: SinchVoice, my_flask_app: Flask) -> None:
    sinch_voice.deliver_to(my_flask_app)
    sinch_voice.fault("bad-signature", signature="wrong-key", event="ice")
    call = sinch_voice.incoming_call()
    call.expect_ended("FAILED", "CALLBACKERROR")
    assert call.callbacks[0].status == 401
