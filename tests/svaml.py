"""SVAML as backends write it, short enough for a test that reads as the transcript of a call."""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

HANGUP: Json = {"action": {"name": "hangup"}}
CONTINUE: Json = {"action": {"name": "continue"}}
ANSWER: Json = {"name": "answer"}


def say(text: str) -> Json:
    """An instruction. At the default pace a text takes 60 ms a character, and half a second at least."""
    return {"name": "say", "text": text}


def cookie(key: str, value: str) -> Json:
    """An instruction."""
    return {"name": "setCookie", "key": key, "value": value}


def do(*steps: Json, then: Json | None = None) -> Json:
    """Instructions, and then what ``then`` says."""
    return {"instructions": list(steps), **(then or {})}


def action(name: str, **members: Any) -> Json:
    """A document that is one action."""
    return {"action": {"name": name, **members}}


def connect(number: str, **members: Any) -> Json:
    """Dial a number."""
    return action("connectPstn", number=number, **members)


def connect_app(user: str, **members: Any) -> Json:
    """Call an app user."""
    return action("connectMxp", destination={"type": "username", "endpoint": user}, **members)


def connect_sip(address: str, **members: Any) -> Json:
    """Call a SIP address."""
    return action("connectSip", destination={"type": "sip", "endpoint": address}, **members)


def join(room: str, **members: Any) -> Json:
    """Enter a conference."""
    return action("connectConf", conferenceId=room, **members)


def detecting(max_digits: int = 1, gap: int = 3000) -> Json:
    """Conference options under which the backend hears of keys."""
    return {"conferenceDtmfOptions": {"mode": "detect", "maxDigits": max_digits, "timeoutMills": gap}}


def option(key: str, does: str) -> Json:
    """One choice of a menu: ``return(x)`` or ``menu(x)``."""
    return {"dtmf": key, "action": does}


def menu(*options: Json, id: str = "main", **members: Any) -> Json:
    """One menu of a ``runMenu``; its prompt, unless another is given, is two seconds long."""
    shown = {"id": id, "mainPrompt": "choose.wav", **members}
    return shown | ({"options": list(options)} if options else {})


def run_menu(*menus: Json, **members: Any) -> Json:
    """Ask the caller to press keys."""
    return action("runMenu", menus=list(menus), **members)
