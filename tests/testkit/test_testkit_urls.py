"""What a backend is told about the emulator's own address holds, whether or not the test has asked for it."""

from __future__ import annotations

import base64
import json
import socket
import threading
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.settings import ListenAddress, Settings
from sinch_voice_emulator.testkit import SinchVoice, make_emulator
from voices import HANG_UP, MENU, answers


def asked(voice: SinchVoice, url: str) -> Any:
    """What the REST API answers at a URL."""
    credentials = base64.b64encode(f"{voice.key}:{voice.secret}".encode()).decode()
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": f"Basic {credentials}"})) as answer:
        return json.load(answer)


def threads() -> set[int]:
    """The threads of ours, whoever's."""
    return {one.ident or 0 for one in threading.enumerate() if one.name.startswith("sinch-voice")}


def servers() -> set[int]:
    """The threads in which emulators serve, those of other tests among them."""
    return {one.ident or 0 for one in threading.enumerate() if one.name == "sinch-voice-emulator"}


def test_a_handler_asks_where_it_was_told_to(voice: SinchVoice) -> None:
    states: list[str] = []

    def handler(event: dict[str, Any]) -> Any:
        if event["event"] == "ice":
            states.append(asked(voice, event["callResourceUrl"])["status"])
        return HANG_UP

    voice.deliver_to(handler)
    assert voice.incoming_call().reason == "MANAGERHANGUP"
    assert states == ["ONGOING"]


def test_nothing_is_served_until_somebody_asks(voice: SinchVoice) -> None:
    others = servers()
    voice.deliver_to(answers(ice=MENU))
    call = voice.incoming_call()
    told = call.callbacks[0]["callResourceUrl"]
    assert servers() <= others
    assert asked(voice, told)["status"] == "ONGOING"
    assert len(servers() - others) == 1
    assert told.startswith(f"{voice.url}/calling/v1/calls/id/")
    call.hang_up()


def test_the_url_that_was_told_stays_when_the_test_asks_first(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    call = voice.incoming_call()
    assert call.callbacks[0]["callResourceUrl"].startswith(f"{voice.url}/")
    assert asked(voice, call.callbacks[0]["callResourceUrl"])["status"] == "ONGOING"
    assert voice.canonical()[-1] == voice.canonical()[-1]
    assert voice.url not in json.dumps(voice.canonical())
    call.hang_up()


def test_two_that_ask_at_once(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    told = voice.incoming_call().callbacks[0]["callResourceUrl"]
    answered: list[str] = []
    asking = [threading.Thread(target=lambda: answered.append(asked(voice, told)["status"])) for _ in range(8)]
    for one in asking:
        one.start()
    assert voice.url.startswith("http://127.0.0.1:")
    for one in asking:
        one.join(20)
    assert answered == ["ONGOING"] * 8


def test_the_port_is_given_up_at_the_end() -> None:
    before = threads()
    voice = SinchVoice()
    voice.deliver_to(answers(ice=HANG_UP))
    told = urlsplit(voice.incoming_call().callbacks[0]["callResourceUrl"])
    voice.close()
    assert threads() == before
    assert told.port
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", told.port))


def test_who_connects_at_the_very_end_starts_nothing() -> None:
    for _ in range(20):
        voice = SinchVoice()
        voice.deliver_to(answers(ice=HANG_UP))
        told = urlsplit(voice.incoming_call().callbacks[0]["callResourceUrl"])
        with socket.create_connection((told.hostname or "", told.port or 0)):
            voice.close()
        assert not voice.emulator.listeners


def test_who_says_where_it_is_is_believed() -> None:
    emulator = make_emulator(settings=Settings(public_url="http://emulator.test"))
    with SinchVoice(emulator) as voice:
        voice.deliver_to(answers(ice=HANG_UP))
        assert voice.incoming_call().callbacks[0]["callResourceUrl"].startswith("http://emulator.test/calling/")
    assert not emulator.listeners


def test_an_emulator_of_its_own_takes_no_port_for_it() -> None:
    emulator = Emulator(Settings(listen=(ListenAddress("127.0.0.1", 0),)))
    before = threads()
    assert emulator.public_url == "http://127.0.0.1:0"
    assert threads() == before
