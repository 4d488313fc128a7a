"""``make demo``: two calls over real HTTP, told as ladders.

The emulator and the sample backend listen on free ports of this machine. Somebody calls the number, chooses from the menu, is
put through and hangs up; then the platform calls somebody and speaks a text. Exit code 0 when both calls went as they should.
"""

from __future__ import annotations

import base64
import http.client
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server

from sinch_voice_emulator.cli.client import Control
from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.ladder import Ladder
from sinch_voice_emulator.sample_backend import create_app
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_NUMBERS, DEFAULT_SECRET, Settings, load

NUMBER = DEFAULT_NUMBERS[0]
CALLER = "+46701740605"
AGENT = "+46701740642"
SPEED = 20
PATIENCE = 30.0
"""Seconds within which a call must be over; both take a few."""


class DemoFailed(EmulatorError):
    """A call did not go as it should; the sentence says what was different."""


class _Quiet(WSGIRequestHandler):
    """A request handler that does not log."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: the ladders say what happens."""


@contextmanager
def backend() -> Iterator[str]:
    """The sample backend on a free port; gives its callback URL."""
    server = make_server("127.0.0.1", 0, create_app(DEFAULT_KEY, DEFAULT_SECRET, AGENT), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/voice"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def emulator(settings: Settings) -> Iterator[str]:
    """The emulator on a free port; gives its base URL."""
    from sinch_voice_emulator.emulator import Emulator

    import_module("aiohttp")  # the first callback would load it, and the ladder show a pause of 0.3 s
    running = Emulator(settings)
    running.start()
    try:
        yield running.url
    finally:
        running.stop()


def calling_api(base: str, method: str, path: str, body: object = None) -> dict[str, Any]:
    """One request of the Calling API with Basic authentication, as any client would make it."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=10)
    credentials = base64.b64encode(f"{DEFAULT_KEY}:{DEFAULT_SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    try:
        connection.request(method, f"/calling/v1{path}", json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        answer = json.loads(response.read() or b"{}")
    finally:
        connection.close()
    if response.status != 200 or not isinstance(answer, dict):
        raise DemoFailed(f"{method} {path} was answered with {response.status}: {answer}.")
    return answer


def inbound_call(control: Control) -> str:
    """Somebody calls the number, presses 1 at the menu, talks to the agent and hangs up after half a minute."""
    behaviour = {"reactions": [{"hears": "Press 1", "after": 3, "presses": "1"}], "hangsUpAfter": 30}
    placed = control.post("/calls", {"origin": "pstn", "from": CALLER, "to": NUMBER, "behaviour": behaviour})
    return str(placed["callId"])


def callout(base: str) -> str:
    """The platform calls somebody and speaks a text."""
    request = {
        "method": "ttsCallout",
        "ttsCallout": {
            "cli": NUMBER,
            "destination": {"type": "number", "endpoint": CALLER},
            "locale": "en-US",
            "text": "Your table is ready. We are looking forward to seeing you.",
            "custom": "table 7",
            "enableAce": True,
            "enableDice": True,
        },
    }
    return str(calling_api(base, "POST", "/callouts", request)["callId"])


def tell(control: Control, call: str) -> None:
    """Print the call as it happens, until it is over; waits in the emulator's own long poll."""
    ladder = Ladder()
    deadline = monotonic() + PATIENCE
    after = ""
    while not ladder.finished:
        if monotonic() > deadline:
            raise DemoFailed(f"The call {call} was not over within {PATIENCE:g} seconds.")
        page = control.journal(after=after, call=call, wait=5)
        after = str(page["next"])
        for entry in page["entries"]:
            for line in ladder.lines(entry):
                print(line)


def bill(base: str, call: str, expected: tuple[str, str]) -> str:
    """The bill as the Calling API gives it; ``DemoFailed`` unless the call ended as expected."""
    found = calling_api(base, "GET", f"/calls/id/{call}")
    if (found.get("result"), found.get("reason")) != expected:
        raise DemoFailed(
            f"The call {call} ended with {found.get('result')} / {found.get('reason')}, not {' / '.join(expected)}."
        )
    return f"{found['duration']} s at {money(found['userRate'])} a minute: {money(found['debit'])}"


def money(amount: dict[str, Any]) -> str:
    """An amount of the API as ``0.0175 EUR``."""
    return f"{amount['amount']:.4f} {amount['currencyId']}"


def run() -> None:
    """Both calls; raises ``EmulatorError`` when anything is not as it should be."""
    with backend() as callback_url:
        settings = load({"listen": ["127.0.0.1:0"], "callback-url": [callback_url], "speed": [str(SPEED)]}, {})
        with emulator(settings) as base:
            control = Control(base)
            print(
                f"The emulator listens at {base}, the sample backend at {callback_url}; the clock runs {SPEED} times as fast.\n"
            )
            print(f"1. {CALLER} calls {NUMBER}, which belongs to the application")
            call = inbound_call(control)
            tell(control, call)
            print(f"  Bill: {bill(base, call, ('ANSWERED', 'CALLERHANGUP'))}\n")
            print(f"2. POST /calling/v1/callouts: the platform calls {CALLER} and speaks a text")
            call = callout(base)
            tell(control, call)
            print(f"  Bill: {bill(base, call, ('ANSWERED', 'MANAGERHANGUP'))}")


def main() -> int:
    """Run the demo; returns the exit code."""
    try:
        run()
    except (EmulatorError, OSError) as error:
        print(f"The demo failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
