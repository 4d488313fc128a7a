"""The same faults on the server's driver, over sockets: the journal is the one that a test driving by hand sees."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.delivery_faults import DeliveryFault, FaultKind
from sinch_voice_emulator.runtime.ports import Answer
from virtual_world import START, Event, World, backend_over_http, emulator_for, menu_then_hang_up

DETAILS: dict[FaultKind, dict[str, Any]] = {
    FaultKind.DELAY: {"milliseconds": 2_500},
    FaultKind.SLOW_ANSWER: {"milliseconds": 30_000},
    FaultKind.REORDER: {"milliseconds": 1_500},
    FaultKind.ALTER: {"path": "$.cli", "value": "46700000000"},
    FaultKind.DUPLICATE: {"copies": 2},
}


@pytest.fixture(scope="module")
def backend() -> Iterator[str]:
    with backend_over_http(menu_then_hang_up) as url:
        yield url


@pytest.fixture(scope="module")
def emulator(backend: str) -> Iterator[Emulator]:
    emulator = emulator_for("manual", callback=backend, quiet_window_ms=0)
    emulator.start()
    yield emulator
    emulator.stop()


def ask(emulator: Emulator, method: str, path: str, body: object = None) -> Any:
    """A request of the control API over a socket."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{emulator.listeners[0]}/_emulator{path}", data, method=method)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def story(account: AccountRuntime) -> list[tuple[float, str, str]]:
    """When what happened to callbacks and the call, without the address of the backend."""
    target = account.account.applications[next(iter(account.account.applications))].callback
    assert target is not None
    found = []
    for entry in account.journal.read(limit=10_000).entries:
        if entry.kind.startswith(("callback.", "fault.", "call.", "menu.")):
            about = {name: value for name, value in entry.data.items() if name not in ("body", "delivery")}
            text = json.dumps(about).replace(target.primary, "URL").replace(entry.call_id, "CALL")
            found.append(((entry.instant - START) / 1000, entry.kind, text))
    return found


@pytest.mark.parametrize("kind", FaultKind)
def test_both_drivers_tell_the_same_story(emulator: Emulator, kind: FaultKind) -> None:
    fault = DeliveryFault(kind, **DETAILS.get(kind, {}))
    world = World()
    world.account.faults.add(fault)
    world.incoming()
    world.until(lambda: None, idle_ok=True)

    account = emulator.account()
    account.reset(START)
    ask(emulator, "POST", "/faults", {"kind": kind.value, **DETAILS.get(kind, {})})
    ask(emulator, "POST", "/calls", {"from": "+46701740605", "to": "+12025550100"})
    done = ask(emulator, "POST", "/clock/advance", {"until": "idle"})
    assert (done["stopped"], done["settled"], done["open"]) == ("idle", True, [])
    by_hand, over_http = story(world.account), story(account)
    assert [entry for entry in over_http if entry[1] != "call.created"] == [
        entry for entry in by_hand if entry[1] != "call.created"
    ]
    assert "fault.fired" in [what for _, what, _ in over_http]


def test_a_clock_that_runs_by_itself_waits_out_a_delay(backend: str) -> None:
    emulator = emulator_for("real", callback=backend, speed=100.0)
    emulator.start()
    try:
        account = emulator.account()
        account.faults.add(DeliveryFault(FaultKind.DELAY, milliseconds=3_000))
        ask(emulator, "POST", "/calls", {"from": "+46701740605", "to": "+12025550100"})
        page = ask(emulator, "GET", "/journal?kind=callback.answered&wait=30")
        (answered,) = page["entries"]
        (queued,) = ask(emulator, "GET", "/journal?kind=callback.queued&limit=1")["entries"]
        assert answered["instant"] - queued["instant"] >= 3_000
    finally:
        emulator.stop()


def test_a_real_timeout_moves_a_clock_that_stands_still(emulator: Emulator) -> None:
    release = threading.Event()

    def handler(event: Event) -> Any:
        if event["event"] == "ice":
            release.wait(20)
        return Answer(200, (), b"{}")

    with backend_over_http(handler) as url:
        account = emulator.account()
        account.reset(START)
        ask(emulator, "PATCH", "/profile", {"callback_timeout": 100})
        key = next(iter(account.account.applications))
        ask(emulator, "PUT", f"/applications/{key}", {"callback": {"primary": url}})
        ask(emulator, "POST", "/calls", {"from": "+46701740605", "to": "+12025550100"})
        done = ask(emulator, "POST", "/clock/advance", {"until": {"kind": "callback.failed"}, "within": 0})
        release.set()
        assert done["stopped"] == "entry"
        assert done["entry"]["instant"] == START + 100
    account.reset(START)
