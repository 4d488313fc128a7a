"""Backends of the examples: an IVR three times over, in Flask, FastAPI and Django. Each is what an integrator would write."""

from __future__ import annotations

import base64
import json
from typing import Any, TypeAlias
from urllib.request import Request as Outgoing
from urllib.request import urlopen

from flask import Flask, Response, abort, jsonify, request

from sinch_voice_emulator.sample_backend import is_from_the_platform

Svaml: TypeAlias = dict[str, Any]


def say(text: str) -> Svaml:
    """An instruction that speaks."""
    return {"name": "say", "text": text, "locale": "en-US"}


def ivr(event: Svaml, agent: str, number: str) -> Svaml:
    """1 is support, and everything else good-bye."""
    if event["event"] == "ice":
        main = {
            "id": "main",
            "mainPrompt": "#tts[Press 1 for support.]",
            "options": [{"dtmf": "1", "action": "return(support)"}],
        }
        return {"action": {"name": "runMenu", "menus": [main]}}
    if event["event"] == "pie" and event["menuResult"]["value"] == "support":
        cookie = {"name": "setCookie", "key": "team", "value": "support"}
        return {"instructions": [cookie], "action": {"name": "connectPstn", "number": agent, "cli": number}}
    if event["event"] == "pie":
        return {"instructions": [say("Good-bye.")], "action": {"name": "hangup"}}
    return {"action": {"name": "continue"}} if event["event"] == "ace" else {}


def flask_backend(url: str, key: str, secret: str, number: str) -> Flask:
    """A Flask app that answers calls, and reminds people of their table by calling them."""
    app = Flask("restaurant")

    @app.post("/")
    def voice() -> Response:
        if not is_from_the_platform(request, key, secret):
            abort(401)
        return jsonify(ivr(request.get_json(), agent="+46700000001", number=number))

    @app.post("/remind")
    def remind() -> Response:
        text = f"Your table for {request.form['guests']} is ready."
        to = {"type": "number", "endpoint": request.form["phone"]}
        body = {"method": "ttsCallout", "ttsCallout": {"cli": number, "destination": to, "text": text, "enableDice": True}}
        credentials = base64.b64encode(f"{key}:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
        with urlopen(Outgoing(f"{url}/calling/v1/callouts", json.dumps(body).encode(), headers)) as answer:
            return jsonify(json.load(answer))

    return app
