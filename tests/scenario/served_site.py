"""A served emulator in real time, a sample backend behind a web server, and a person who uses both over HTTP."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from flask import Flask

from scenario.backends.service import Site
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.settings import ListenAddress, Settings
from sinch_voice_emulator.testkit.serving import ServedBackend, over_http

CALLER = "+12025550143"
PATIENCE = 15.0
"""Seconds after which something that should happen soon counts as not happening."""


class Person:
    """Somebody with a telephone, the control API and the REST API, and with hands of flesh: everything takes a little while."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        account = emulator.account().account
        application = next(iter(account.applications.values()))
        pair = f"{application.key}:{application.secret}".encode()
        self._basic = f"Basic {base64.b64encode(pair).decode()}"
        self.number = next(number for number, _ in account.numbers)
        self._cursor = ""

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """A request; the JSON of its answer, or the status of a refusal."""
        data = None if body is None else json.dumps(body).encode()
        made = {"Content-Type": "application/json"} if data else {}
        try:
            with urlopen(Request(self.emulator.url + path, data, {**made, **headers}, method=method)) as answer:
                raw = answer.read()
        except HTTPError as refusal:
            return refusal.code
        return json.loads(raw) if raw else None

    def control(self, method: str, path: str, body: object = None) -> Any:
        """A request to the control API, that succeeds."""
        answer = self.send(method, f"/_emulator{path}", body)
        assert not isinstance(answer, int), f"{method} {path}: {answer}"
        return answer

    def rest(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """An operator's request to the REST API."""
        return self.send(method, f"/calling/v1{path}", body, Authorization=self._basic, **headers)

    def pause(self, milliseconds: float) -> None:
        """Take a breath."""
        threading.Event().wait(milliseconds / 1000)

    def calls(self, **details: Any) -> str:
        """Call the number; the id."""
        return str(self.control("POST", "/calls", {"from": CALLER, "to": self.number, **details})["callId"])

    def does(self, call: str, action: str, **details: Any) -> None:
        """Do something on a call."""
        self.control("POST", f"/calls/{call}/{action}", details)

    def tries(self, call: str, action: str, **details: Any) -> None:
        """Do something on a call that may be over by now."""
        assert self.send("POST", f"/_emulator/calls/{call}/{action}", details) not in (400, 500)

    def rings(self, *calls: str) -> None:
        """Wait until a phone rings on each of these calls."""
        for call in calls:
            self._cursor = ""
            self.sees("leg.ringing", call)

    def phone(self, address: str, action: str = "", **behaviour: Any) -> None:
        """Have a phone do something, or behave."""
        path = f"/phones/{quote(address)}"
        if action:
            self.control("POST", f"{path}/{action}", behaviour)
        else:
            self.control("PUT", path, behaviour)

    def sees(self, kind: str, call: str = "", text: str = "", **data: Any) -> dict[str, Any]:
        """Wait until the journal has an entry like this, behind the last one that was seen."""
        query = {"kind": kind, "after": self._cursor, "call": call, "text": text, "wait": PATIENCE, "limit": 1}
        if data:
            query["data"] = json.dumps(data)
        chosen = {name: value for name, value in query.items() if value}
        page = self.control("GET", f"/journal?{urlencode(chosen)}")
        assert page["entries"], f"{kind} {data or text} did not happen"
        entry: dict[str, Any] = page["entries"][0]
        self._cursor = entry["cursor"]
        return entry

    def rests(self) -> None:
        """Wait until every call is over and the backend knows it."""
        runtime, woken = self.emulator.account(), threading.Event()
        forget = runtime.wake.subscribe(woken.set)
        try:
            while not runtime.settled or runtime.read(lambda engine, _: any(one.live for one in engine.state.calls.values())):
                assert woken.wait(PATIENCE), runtime.open_work()
                woken.clear()
        finally:
            forget()


@contextmanager
def served(make: Callable[[Site], Flask | Callable[[dict[str, Any]], Any]], **settings: Any) -> Iterator[Person]:
    """An emulator that serves a backend in real time, and a person."""
    emulator = Emulator(Settings(listen=(ListenAddress("127.0.0.1", 0),), **settings))
    emulator.start()
    try:
        person = Person(emulator)
        with backend_of(make, site_of(emulator, person.number)) as url:
            application = next(iter(emulator.account().account.applications.values()))
            application.callback = CallbackTarget(f"{url}")
            yield person
    finally:
        emulator.stop()


def site_of(emulator: Emulator, number: str) -> Site:
    """What a backend is told."""
    application = next(iter(emulator.account().account.applications.values()))
    return Site(emulator.url, application.key, application.secret, number)


@contextmanager
def backend_of(make: Callable[[Site], Any], site: Site) -> Iterator[str]:
    """A backend behind a web server; its URL."""
    app = make(site)
    backend = over_http(app, "/voice", "wsgi" if isinstance(app, Flask) else "function", _nobody)
    assert isinstance(backend, ServedBackend)
    try:
        yield backend.url
    finally:
        backend.close()


def _nobody(*_: object) -> Any:
    raise AssertionError("the server posts")
