"""An account in the hands of a test: a clock that stands still, a driver that moves it, a backend that is a function."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, TypeAlias

from werkzeug.test import Client

from sinch_voice_emulator.api.app import create_app
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.engine.inputs import CallArrived, Input, KeysPressed, LegHungUp
from sinch_voice_emulator.model.call import Call, Origin
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.model.party import number
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.clocks import AccountClock, Mode
from sinch_voice_emulator.runtime.exchanges import Exchange, Outcome
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.runtime.ports import Answer
from sinch_voice_emulator.runtime.virtual import VirtualDriver, run
from sinch_voice_emulator.settings import (
    DEFAULT_KEY,
    DEFAULT_NUMBERS,
    DEFAULT_SECRET,
    ApplicationSettings,
    ListenAddress,
    Settings,
)

START = 1_772_366_400_000
"""2026-03-01T12:00:00Z."""
URL = "http://backend.test/voice"
CALLER = "+46701740605"
PHONE = "+46701740622"
BASIC = (DEFAULT_KEY, DEFAULT_SECRET)

Event: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[Event], Any]
"""From a callback to SVAML, ``None`` (an empty object), an ``Answer`` or a ``Failure``."""

HANG_UP: Event = {"action": {"name": "hangup"}}
PARK: Event = {"action": {"name": "park", "maxDuration": 600}}
CONFERENCE: Event = {"action": {"name": "connectConf", "conferenceId": "standup"}}


def menu(timeout_ms: int = 5_000) -> Event:
    """SVAML that asks for a key and says nothing, so that silence begins with the call."""
    return {"action": {"name": "runMenu", "menus": [{"id": "main", "repeats": 0, "timeoutMills": timeout_ms, "maxDigits": 1}]}}


def menu_then_hang_up(event: Event) -> Event | None:
    """A backend: a menu, and whatever its result is, the end."""
    return {"ice": menu(), "pie": HANG_UP}.get(event["event"])


def answer_of(said: Any) -> Outcome:
    """What a handler says, as an outcome."""
    if said is None or isinstance(said, dict):
        return Answer(200, (("content-type", "application/json"),), json.dumps(said or {}).encode())
    outcome: Outcome = said
    return outcome


def emulator_for(mode: Mode, **settings: Any) -> Emulator:
    """An emulator whose default account stands at ``START``."""
    application = ApplicationSettings(DEFAULT_KEY, DEFAULT_SECRET, CallbackTarget(settings.pop("callback", URL)))
    given = {"public_url": "http://emulator.test", "listen": (ListenAddress("127.0.0.1", 0),), "applications": (application,)}
    return Emulator(Settings(**(given | settings)), lambda: AccountClock(START, mode))


class World:
    """One account, its driver and its backend. ``received``: seconds since the start and callback, in order of arrival."""

    def __init__(
        self, handler: Handler = menu_then_hang_up, mode: Mode = "auto", patience: float = 0.0, **settings: Any
    ) -> None:
        self.handler = handler
        self.emulator = emulator_for(mode, **settings)
        self.account: AccountRuntime = self.emulator.account()
        self.driver = VirtualDriver(self.account, patience)
        self.received: list[tuple[float, Event]] = []
        self.exchanges: list[Exchange] = []
        self.rest = Client(create_app(self.emulator))

    @property
    def clock(self) -> AccountClock:
        """The account's clock."""
        assert isinstance(self.account.clock, AccountClock)
        return self.account.clock

    @property
    def seconds(self) -> float:
        """Account time since the start."""
        return (self.clock.now() - START) / 1000

    def post(self, exchange: Exchange) -> Outcome:
        """The backend's side of an exchange."""
        event = json.loads(exchange.body)
        self.received.append((self.seconds, event))
        self.exchanges.append(exchange)
        return answer_of(self.handler(event))

    def settle(self) -> None:
        """Everything that happens now."""
        run(self.driver.settle(), self.post)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        run(self.driver.advance(round(seconds * 1000)), self.post)

    def until(self, condition: Callable[[], Any], seconds: float = 3_600, idle_ok: bool = False) -> Any:
        """Wait for something."""
        return run(self.driver.run_until(condition, round(seconds * 1000), idle_ok), self.post)

    def does(self, happened: Input) -> str:
        """Something happens on the telephone network; the reply of the engine."""
        self.settle()
        reply = self.account.submit(happened)
        self.settle()
        return reply or ""

    def incoming(self) -> str:
        """Somebody dials the account's number; the call's id, its first callback answered."""
        return self.does(arrival())

    def call(self, call_id: str) -> Call:
        """A call as it is."""
        return self.account.engine.state.calls[call_id]

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """A request of the Calling API in this thread, answered and closed: the JSON of a success."""
        answer = self.rest.open(path, method=method, json=body, auth=BASIC, buffered=True)
        assert answer.status_code < 300, answer.text
        return answer.get_json(silent=True)

    def callout(self, to: str = PHONE) -> str:
        """``POST callouts`` for a text to be read; the id of the call."""
        details = {
            "cli": DEFAULT_NUMBERS[0],
            "destination": {"type": "number", "endpoint": to},
            "text": "Hello",
            "enableDice": True,
        }
        answer = self.ask("POST", "/calling/v1/callouts", {"method": "ttsCallout", "ttsCallout": details})
        return str(answer["callId"])

    def ended(self, call_id: str) -> bool | None:
        """For ``until``: whether a call is over."""
        return None if self.call(call_id).live else True

    def journal(self, *kinds: str) -> list[Entry]:
        """Entries of these kinds, by prefix."""
        return [one for one in self.account.journal.read(limit=100_000).entries if one.kind.startswith(kinds)]

    def events(self) -> list[tuple[float, str]]:
        """What the backend got, and when."""
        return [(at, event["event"]) for at, event in self.received]


def arrival(to: str = DEFAULT_NUMBERS[0]) -> CallArrived:
    """Somebody dials."""
    return CallArrived(Origin.PSTN, number(CALLER), number(to), CALLER)


def pressed(call_id: str, keys: str) -> KeysPressed:
    """The caller presses keys."""
    return KeysPressed(call_id, keys, 0)


def hung_up(call_id: str) -> LegHungUp:
    """The caller hangs up."""
    return LegHungUp(call_id, 0)


async def one_turn() -> None:
    """Let everything else on the loop have its turn; no timer is needed for that."""
    loop = asyncio.get_running_loop()
    turn: asyncio.Future[None] = loop.create_future()
    loop.call_soon(turn.set_result, None)
    await turn


@contextmanager
def backend_over_http(handler: Handler) -> Iterator[str]:
    """The same kind of handler behind a socket; gives its URL."""

    class Voice(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = answer_of(handler(event))
            assert isinstance(answer, Answer), "over a socket there is always an answer"
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Voice)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/voice"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def a_turn_of_the_loop() -> None:
    """Let everything else that is ready on the loop go first."""
    turned = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(turned.set_result, None)
    await turned
