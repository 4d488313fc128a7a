"""What the sample backends share: a Flask app with one route, signatures checked, one method for each event.

The platform may send a callback twice, so an answer is remembered by the bytes it was given for, and given again. It may also
send a second DICE for a call, which says something else; ``Line.over`` tells a line that it knows the call to be over.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.request import Request as Outgoing
from urllib.request import urlopen

from flask import Flask, Response, abort, request

from sinch_voice_emulator.sample_backend import is_from_the_platform

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """What a deployment tells a backend: the REST API's base URL, the application's key and secret, the number it answers."""

    url: str
    key: str
    secret: str
    number: str


class Line:
    """A telephone service. A method for each event; what it returns is the SVAML that is answered."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._over: set[str] = set()

    def ice(self, _event: Json) -> Json:
        """Somebody calls."""
        return end("This number is not in use.")

    def ace(self, _event: Json) -> Json:
        """Somebody who was called answered."""
        return proceed()

    def pie(self, _event: Json) -> Json:
        """A menu came to a result."""
        return end("Good-bye.")

    def dice(self, _event: Json) -> Json:
        """A call is over."""
        return {}

    def notify(self, _event: Json) -> Json:
        """Something happened that needs no answer."""
        return {}

    def over(self, event: Json) -> bool:
        """Whether this call was known to be over before; it is known from now on."""
        known = event["callid"] in self._over
        self._over.add(event["callid"])
        return known

    def rest(self, method: str, path: str, body: Json | None = None) -> Json:
        """A request to the REST API; raises for any status that is not one of success."""
        credentials = base64.b64encode(f"{self.site.key}:{self.site.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Outgoing(f"{self.site.url}{path}", data, headers, method=method)) as answer:
            text = answer.read()
        found: Json = json.loads(text) if text else {}
        return found


def create_app(line: Line, *, believes_anybody: bool = False, forgetful: bool = False) -> Flask:
    """The web application of a line. The two flags are mistakes: not to check signatures, and not to know duplicates."""
    app = Flask(type(line).__name__)
    answered: dict[bytes, str] = {}

    @app.post("/")
    @app.post("/<path:_anywhere>")
    def voice(_anywhere: str = "") -> Response:
        if not (believes_anybody or is_from_the_platform(request, line.site.key, line.site.secret)):
            abort(401)
        body = request.get_data()
        if body not in answered or forgetful:
            event = json.loads(body)
            answered[body] = json.dumps(getattr(line, event["event"])(event))
        return Response(answered[body], content_type="application/json")

    return app


# --- SVAML -------------------------------------------------------------------------------------------------------------------


def svaml(name: str, *instructions: Json, **parameters: Any) -> Json:
    """An action, and what is done before it."""
    action = {"name": name, **{key: value for key, value in parameters.items() if value is not None}}
    return {"instructions": list(instructions), "action": action} if instructions else {"action": action}


def say(text: str) -> Json:
    """An instruction that speaks."""
    return {"name": "say", "text": text, "locale": "en-US"}


def cookie(key: str, value: str) -> Json:
    """An instruction that has the platform remember something for the rest of the call."""
    return {"name": "setCookie", "key": key, "value": value}


def cookies_of(event: Json) -> dict[str, str]:
    """What was remembered."""
    return {one["key"]: one["value"] for one in event.get("cookies", ())}


def proceed() -> Json:
    """Go on."""
    return svaml("continue")


def end(text: str = "") -> Json:
    """Hang up, after a last word if there is one."""
    return svaml("hangup", say(text)) if text else svaml("hangup")


def menu(id: str, prompt: str, options: dict[str, str] | None = None, **parameters: Any) -> Json:
    """A menu: keys to what they do, ``return(...)`` or ``menu(...)``."""
    listed = [{"dtmf": key, "action": action} for key, action in (options or {}).items()]
    made: Json = {"id": id, "mainPrompt": f"#tts[{prompt}]", **parameters}
    return made | ({"options": listed} if listed else {})


def run_menu(*menus: Json, before: tuple[Json, ...] = (), **parameters: Any) -> Json:
    """Run menus, the first of them first."""
    return svaml("runMenu", *before, mainMenu=menus[0]["id"], menus=list(menus), **parameters)
