"""The emulator and a backend, each on a real socket of this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.settings import DEFAULT_KEY, ListenAddress, Settings

PATIENCE = 20.0
"""Seconds after which something that should happen at once counts as not happening."""

Answers = Callable[["Callback"], object]


@dataclass(frozen=True, slots=True)
class Callback:
    """One request that the backend received."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """The callback, parsed."""
        event: dict[str, Any] = json.loads(self.body)
        return event


class Backend:
    """A server that answers callbacks with what ``answers`` returns for each, in a thread per request."""

    def __init__(self, answers: Answers) -> None:
        self.received: list[Callback] = []
        self.failures: list[BaseException] = []
        backend = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                callback = Callback(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                backend.received.append(callback)
                try:
                    answer = json.dumps(answers(callback)).encode()
                except BaseException as failure:
                    backend.failures.append(failure)
                    raise
                self.send_response(200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/voice"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def events(self) -> list[str]:
        """The names of the callbacks so far."""
        return [callback.event["event"] for callback in self.received]

    def __enter__(self) -> Backend:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        assert self.failures == []


@contextmanager
def served(**settings: Any) -> Iterator[Emulator]:
    """An emulator that serves on a free port."""
    emulator = Emulator(Settings(listen=(ListenAddress("127.0.0.1", 0),), **settings))
    emulator.start()
    try:
        yield emulator
    finally:
        emulator.stop()


@contextmanager
def served_with(answers: Answers, **settings: Any) -> Iterator[tuple[Emulator, Backend]]:
    """An emulator whose default application sends its callbacks to a backend."""
    with Backend(answers) as backend, served(**settings) as emulator:
        emulator.account().account.applications[DEFAULT_KEY].callback = CallbackTarget(backend.url)
        yield emulator, backend


def wait_until(account: AccountRuntime, holds: Callable[[], bool]) -> None:
    """Wait for something that a step of the account brings about."""
    woken = threading.Event()
    forget = account.wake.subscribe(woken.set)
    try:
        while not holds():
            assert woken.wait(PATIENCE), f"it did not happen: {account.open_work()}"
            woken.clear()
    finally:
        forget()


def wait_for_state(account: AccountRuntime, call_id: str, *states: str) -> None:
    """Wait until a call is in one of these states."""
    wait_until(account, lambda: account.read(lambda engine, _now: engine.state.calls[call_id].state.value in states))


def settled(account: AccountRuntime) -> Callable[[], bool]:
    """Whether nothing is open any more."""
    return lambda: account.settled
