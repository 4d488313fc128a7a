"""A complete backend for the Voice API, small enough to read in one go.

The platform posts an event whenever something happens to a call, and a backend answers with SVAML: what to do next. This one
answers calls to a number with a menu and puts whoever presses 1 through to an agent. It needs Flask and the standard library,
and runs unchanged against the real platform::

    export SINCH_APPLICATION_KEY=... SINCH_APPLICATION_SECRET=... AGENT=+46701740642
    flask --app sinch_voice_emulator.sample_backend run --port 5000
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from datetime import UTC, datetime
from typing import Any, TypeAlias

from flask import Flask, Request, Response, abort, jsonify, request

Json: TypeAlias = dict[str, Any]

OLDEST_REQUEST = 300
"""Seconds by which the clocks of sender and receiver may differ."""


def create_app(key: str = "", secret: str = "", agent: str = "") -> Flask:
    """The backend of one application. What is not given is taken from the environment."""
    app = Flask(__name__)
    key = key or os.environ["SINCH_APPLICATION_KEY"]
    secret = secret or os.environ["SINCH_APPLICATION_SECRET"]
    agent = agent or os.environ["AGENT"]

    @app.post("/voice")
    def voice() -> Response:
        if not is_from_the_platform(request, key, secret):
            abort(401)
        return jsonify(answer(request.get_json(), agent))

    return app


def answer(event: Json, agent: str) -> Json:
    """What to do next, by what has happened."""
    match event["event"]:
        case "ice":  # incoming call: somebody rings our number
            return menu()
        case "pie":  # prompt input: somebody chose from the menu, or did not
            return chosen(event["menuResult"], agent)
        case "ace":  # answered call: the agent, or whoever we call, picked up
            return {"action": {"name": "continue"}}
        case _:  # "dice", the call is over, and "notify": nothing to decide
            return {}


def menu() -> Json:
    """The menu, as text to be spoken. ``return(...)`` ends it with a value."""
    main = {
        "id": "main",
        "mainPrompt": "#tts[Welcome to the example company. Press 1 for sales, or 2 to leave.]",
        "repeatPrompt": "#tts[Please press 1 for sales, or 2 to leave.]",
        "repeats": 2,
        "options": [
            {"dtmf": "1", "action": "return(sales)"},
            {"dtmf": "2", "action": "return(leave)"},
        ],
    }
    return {"action": {"name": "runMenu", "locale": "en-US", "menus": [main]}}


def chosen(result: Json, agent: str) -> Json:
    """Put the caller through, or say good-bye."""
    if result["type"] == "return" and result["value"] == "sales":
        return {"instructions": [say("We are putting you through.")], "action": {"name": "connectPstn", "number": agent}}
    return {"instructions": [say("Thank you for calling. Good-bye.")], "action": {"name": "hangup"}}


def say(text: str) -> Json:
    """An instruction that speaks a text."""
    return {"name": "say", "text": text, "locale": "en-US"}


def is_from_the_platform(incoming: Request, key: str, secret: str) -> bool:
    """Whether a request was signed with our secret, for this path and these very bytes, within the last minutes.

    The signature covers five lines: method, MD5 of the body, content type, time stamp and path. Hash the bytes that came in;
    JSON that was parsed and written again is not the same.
    """
    scheme, _, credentials = incoming.headers.get("Authorization", "").partition(" ")
    sent_key, _, signature = credentials.partition(":")
    timestamp = incoming.headers.get("x-timestamp", "")
    if scheme.lower() != "application" or sent_key != key or not is_recent(timestamp):
        return False
    body = incoming.get_data()
    lines = [
        incoming.method,
        base64.b64encode(hashlib.md5(body).digest()).decode() if body else "",
        incoming.headers.get("Content-Type", ""),
        f"x-timestamp:{timestamp}",
        incoming.path,
    ]
    expected = hmac.new(base64.b64decode(secret), "\n".join(lines).encode(), hashlib.sha256).digest()
    return hmac.compare_digest(base64.b64encode(expected), signature.encode())


def is_recent(timestamp: str) -> bool:
    """Whether a time stamp such as ``2024-01-19T09:19:28.9372196Z`` is close to now."""
    try:
        sent = datetime.fromisoformat(timestamp)
    except ValueError:
        return False
    if sent.tzinfo is None:
        sent = sent.replace(tzinfo=UTC)
    return abs((datetime.now(UTC) - sent).total_seconds()) <= OLDEST_REQUEST
