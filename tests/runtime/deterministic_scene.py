"""Twenty calls whose handlers each make two requests of the Calling API, over HTTP; prints a digest of the canonical journal.

Run by ``test_determinism``, in many processes with different hash seeds. The backend is a function, or with the argument
``url`` a server of its own with a thread for each request, on a port that the system chooses.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import sys
from contextlib import ExitStack
from typing import Any

from sinch_voice_emulator.testkit import SinchVoice, make_emulator

CALLS = 20
MENU = {"action": {"name": "runMenu", "menus": [{"id": "main", "repeats": 0, "timeoutMills": 5_000, "maxDigits": 1}]}}
ROOM = {"action": {"name": "connectConf", "conferenceId": "standup"}}
GUEST = "+46700000009"


class Requests:
    """Requests of the Calling API, as a backend makes them: over a connection of its own."""

    def __init__(self, voice: SinchVoice) -> None:
        self._connection = http.client.HTTPConnection(voice.url.rpartition("/")[2], timeout=30)
        credentials = base64.b64encode(f"{voice.key}:{voice.secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
        self.made = 0

    def __call__(self, method: str, path: str, body: object = None) -> None:
        """One that succeeds."""
        self._connection.request(method, f"/calling/v1/{path}", None if body is None else json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        said = answer.read()
        assert answer.status < 300, said
        self.made += 1

    def close(self) -> None:
        """No more of them."""
        self._connection.close()


def handler_for(voice: SinchVoice, ask: Requests) -> Any:
    """ICE: look the call up, place a callout, have a key pressed. PIE: look twice, into a room. The rest: nothing."""
    details = {"cli": voice.number, "destination": {"type": "number", "endpoint": GUEST}, "text": "Hello", "enableDice": True}

    def handler(event: dict[str, Any]) -> Any:
        if event["event"] not in ("ice", "pie"):
            return None
        ask("GET", f"calls/id/{event['callid']}")
        if event["event"] == "ice":
            ask("POST", "callouts", {"method": "ttsCallout", "ttsCallout": details})
            return MENU
        ask("GET", f"calls/id/{event['callid']}")
        return ROOM

    return handler


def canonical(kind: str = "function") -> list[dict[str, object]]:
    """The journal of the scene."""
    with ExitStack() as open_things:
        voice = SinchVoice(make_emulator(), seed="the scene")
        open_things.callback(voice.emulator.stop)
        open_things.callback(voice.close)
        ask = Requests(voice)
        open_things.callback(ask.close)
        handler = handler_for(voice, ask)
        if kind == "url":
            from virtual_world import backend_over_http

            voice.deliver_to(open_things.enter_context(backend_over_http(handler)))
        else:
            voice.deliver_to(handler)
        voice.fault("refused", event="dice", chance=0.1, count=None)
        voice.fault("duplicate", chance=0.1, count=None)
        voice.fault("slow-answer", milliseconds=700, chance=0.1, count=None)
        play(voice)
        assert ask.made >= 2 * 2 * CALLS
        return voice.canonical()


def play(voice: SinchVoice) -> None:
    """Twenty callers, one after the other, each of whom presses a key and goes to the same room; then all of them leave."""
    calls = []
    for number in range(CALLS):
        calls.append(voice.incoming_call(f"+1202555{number:04d}"))
        calls[-1].expect_state("in a menu")
        calls[-1].press(str(number % 10))
    voice.advance(seconds=30)
    for call in calls:
        call.hang_up()
    voice.advance(minutes=10)


def digest(kind: str) -> str:
    """Of the journal as JSON."""
    return hashlib.blake2b(json.dumps(canonical(kind)).encode()).hexdigest()


if __name__ == "__main__":
    print(digest(sys.argv[1]))
