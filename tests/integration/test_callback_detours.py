"""A backend whose URL names a host that the emulator cannot reach: the detour finds it, and its signature still fits."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from integration.serving import served, settled, wait_until
from sinch_voice_emulator.cli.client import Control
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.runtime.detours import Detour
from sinch_voice_emulator.sample_backend import create_app
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_NUMBERS, DEFAULT_SECRET

URL = "http://backend.example:5000/voice"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The sample backend, which believes nothing that is not signed for its own path."""
    server = make_server("127.0.0.1", 0, create_app(DEFAULT_KEY, DEFAULT_SECRET, "+46701740642"), threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def answered(emulator: Emulator) -> dict[str, object]:
    """What became of the first attempt to deliver the ICE of a call."""
    runtime = emulator.account()
    runtime.account.applications[DEFAULT_KEY].callback = CallbackTarget(URL)
    control = Control(emulator.url)
    control.post("/calls", {"from": "+46701740605", "to": DEFAULT_NUMBERS[0]})
    wait_until(runtime, settled(runtime))
    delivery = control.get("/deliveries")["deliveries"][-1]["id"]
    attempt = control.get(f"/deliveries/{delivery}")["attempts"][0]
    entry = next(entry for entry in control.journal()["entries"] if entry["kind"] == "callback.attempted")
    assert (entry["data"]["url"], entry["data"].get("sentTo", "")) == (attempt["url"], attempt["sentTo"])
    return dict(attempt)


def test_the_signature_fits_at_the_end_of_the_detour(port: int) -> None:
    detour = Detour.parse(f"backend.example:5000=127.0.0.1:{port}")
    with served(rewrite_callback_hosts=(detour,), clock="manual") as emulator:
        attempt = answered(emulator)
    assert (attempt["status"], attempt["error"]) == (200, "")
    assert (attempt["url"], attempt["sentTo"]) == (URL, f"http://127.0.0.1:{port}/voice")


def test_nothing_is_rewritten_unless_told() -> None:
    with served(clock="manual") as emulator:
        attempt = answered(emulator)
    assert (attempt["url"], attempt["sentTo"], attempt["status"]) == (URL, "", None)
    assert str(attempt["error"]).startswith(URL)
