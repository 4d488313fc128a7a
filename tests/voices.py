"""Backends and requests for tests of the Python API itself."""

from __future__ import annotations

import base64
import json
import urllib.request
from typing import Any

from sinch_voice_emulator.testkit.core import VoiceSteps

AGENT = "+46700000001"
MENU = {
    "action": {
        "name": "runMenu",
        "menus": [{"id": "main", "mainPrompt": "#tts[Press 1.]", "options": [{"dtmf": "1", "action": "return(one)"}]}],
    }
}
CONNECT = {"action": {"name": "connectPstn", "number": AGENT}}
HANG_UP = {"action": {"name": "hangup"}}


def answers(**by_event: Any) -> Any:
    """A backend: answers by event, an empty object where none is given."""
    return lambda event: by_event.get(event["event"], {})


def rest(voice: VoiceSteps, method: str, path: str, body: object = None) -> Any:
    """A request to the REST API, as the backend under test makes it."""
    credentials = base64.b64encode(f"{voice.key}:{voice.secret}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{voice.url}/calling/v1/{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        content = answer.read()
    return json.loads(content) if content else None
