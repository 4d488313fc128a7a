"""Frozen time (freezegun): where an account begins, how a tick is felt, and that nothing hangs."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import datetime
from pathlib import Path

import freezegun
import pytest
from freezegun import freeze_time

from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.runtime.clocks import AccountClock, frozen_now
from sinch_voice_emulator.runtime.exchanges import Exchange, Outcome
from sinch_voice_emulator.runtime.virtual import VirtualDriver, run_async
from sinch_voice_emulator.settings import ListenAddress, Settings
from virtual_world import World, a_turn_of_the_loop, arrival, pressed

FROZEN = "2026-05-01T08:00:00Z"
FROZEN_AT = 1_777_622_400_000


def made_under_frozen_time(world: World) -> World:
    """A world whose account has a clock of its own, as made now."""
    world.account.clock = AccountClock(mode="auto")
    world.account.reset(world.account.clock.now())
    world.driver = VirtualDriver(world.account, 0.0)
    return world


def seconds(world: World) -> float:
    """Account time since the frozen instant."""
    return (world.clock.now() - FROZEN_AT) / 1000


def test_an_account_begins_at_the_frozen_instant() -> None:
    with freeze_time(FROZEN):
        world = made_under_frozen_time(World())
        world.incoming()
    (_, ice) = world.received[0]
    assert ice["timestamp"] == "2026-05-01T08:00:00Z"
    assert dict(world.exchanges[0].headers)["x-timestamp"].startswith("2026-05-01T08:00:00")


def test_so_does_one_that_was_made_before_as_long_as_nothing_happened_on_it() -> None:
    world = World()
    with freeze_time(FROZEN):
        world.settle()
        assert seconds(world) == 0.0
        world.incoming()
        assert world.received[0][1]["timestamp"] == "2026-05-01T08:00:00Z"


def test_one_with_calls_stays_where_it_is() -> None:
    world = World()
    world.incoming()
    with freeze_time(FROZEN) as frozen:
        world.settle()
        assert world.seconds == 0.0
        frozen.tick(2)
        world.settle()
        assert world.seconds == 2.0


def test_a_tick_is_felt_at_the_next_interaction_deadline_by_deadline() -> None:
    with freeze_time(FROZEN) as frozen:
        world = made_under_frozen_time(World())
        call = world.incoming()
        frozen.tick(30)
        assert world.call(call).live, "nobody interacted yet"
        assert seconds(world) == 0.0
        world.settle()
        assert not world.call(call).live
        assert seconds(world) == 30.0
    queued = [(entry.instant - FROZEN_AT) / 1000 for entry in world.journal("callback.queued")]
    assert queued == [0.0, 5.0, 5.0]


def test_a_tick_before_a_key_is_felt_before_the_key() -> None:
    with freeze_time(FROZEN) as frozen:
        world = made_under_frozen_time(World())
        call = world.incoming()
        frozen.tick(4)
        world.does(pressed(call, "1"))
        assert seconds(world) == 4.0
    (pie,) = [event for _, event in world.received if event["event"] == "pie"]
    assert pie["menuResult"]["type"] == "sequence"


def test_ticks_and_advances_add_up() -> None:
    with freeze_time(FROZEN) as frozen:
        world = made_under_frozen_time(World())
        call = world.incoming()
        world.advance(2)
        frozen.tick(1.5)
        world.advance(1)
        assert seconds(world) == 4.5
        frozen.tick(0.5)
        world.until(lambda: world.ended(call))
        assert seconds(world) == 5.0
        assert datetime.now().isoformat() == "2026-05-01T08:00:02", "advancing an account moves nobody else's time"


def test_a_tick_is_not_lost_when_what_it_brings_stays_open() -> None:
    with freeze_time(FROZEN) as frozen:
        world = made_under_frozen_time(World())
        world.incoming()
        request = world.account.open_request()
        frozen.tick(60)
        with pytest.raises(Exception, match="does not come to rest"):
            world.settle()
        request.close()
        world.settle()
        assert seconds(world) == 60.0


def test_a_tick_right_before_time_is_unfrozen_is_felt_afterwards() -> None:
    with freeze_time(FROZEN) as frozen:
        world = made_under_frozen_time(World())
        call = world.incoming()
        frozen.tick(4)
    world.settle()
    assert seconds(world) == 4.0
    world.settle()
    assert (seconds(world), world.call(call).live) == (4.0, True), "and once"


def test_freezes_within_a_freeze_add_up() -> None:
    with freeze_time(FROZEN) as outer:
        world = made_under_frozen_time(World())
        world.incoming()
        with freeze_time("2030-01-01") as inner:
            world.settle()
            inner.tick(1)
        world.settle()
        assert seconds(world) == 1.0
        outer.tick(2)
    world.settle()
    assert seconds(world) == 3.0


def test_time_that_goes_on_while_it_is_frozen_does_not_when_it_is_not() -> None:
    with freeze_time(FROZEN, tick=True) as frozen:
        world = made_under_frozen_time(World())
        world.incoming()
        frozen.tick(3)
    world.settle()
    assert 2.9 < seconds(world) < 4.0


def test_looking_does_not_tick() -> None:
    """In a process of its own: every look at the time ticks, also one of a server that another test has left running."""
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
    code = "import test_freezing; test_freezing.looking_does_not_tick()"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([paths, os.environ.get("PYTHONPATH", "")])}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


def looking_does_not_tick() -> None:
    """What that process does."""
    with freeze_time(FROZEN, auto_tick_seconds=15):
        world = made_under_frozen_time(World())
        world.incoming()
        world.advance(2)
        assert seconds(world) == 2.0
        assert frozen_now() == FROZEN_AT
        time.time()
        world.settle()
        assert seconds(world) == 17.0


def test_somebody_else_s_frozen_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: FROZEN_AT / 1000)
    world = made_under_frozen_time(World())
    world.incoming()
    monkeypatch.setattr(time, "time", lambda: FROZEN_AT / 1000 + 2)
    world.settle()
    monkeypatch.undo()
    world.settle()
    assert seconds(world) == 2.0


def test_a_clock_knows_that_it_lags() -> None:
    clock = AccountClock(mode="auto")
    assert not clock.lags
    with freeze_time(FROZEN) as frozen:
        assert clock.lags
        clock.follow_freeze()
        assert not clock.lags
        frozen.tick(1)
        assert clock.lags
    assert clock.lags
    clock.follow_freeze()
    assert not clock.lags


def test_unfreezing_never_moves_an_account_backwards() -> None:
    with freeze_time("2050-01-01"):
        world = made_under_frozen_time(World())
        world.incoming()
        world.advance(1)
    stood = world.clock.now()
    world.settle()
    assert world.clock.now() == stood
    with freeze_time(FROZEN) as frozen:
        world.settle()
        frozen.move_to("2020-01-01")
        world.settle()
        assert world.clock.now() == stood
    world.advance(5)
    assert world.clock.now() == stood + 5_000
    instants = [entry.instant for entry in world.journal("")]
    assert instants == sorted(instants)


@pytest.mark.parametrize("real_asyncio", [False, True])
def test_nothing_hangs_on_a_loop(real_asyncio: bool) -> None:
    """Without ``real_asyncio`` the timers of the test's loop never fire; none of ours is among them."""

    async def test() -> None:
        with freeze_time(FROZEN, real_asyncio=real_asyncio) as frozen:
            world = made_under_frozen_time(World())
            world.driver = VirtualDriver(world.account, 20.0)

            async def post(exchange: Exchange) -> Outcome:
                await a_turn_of_the_loop()
                return world.post(exchange)

            call = world.account.submit(arrival()) or ""
            hold = world.account.hold()
            asyncio.get_running_loop().call_soon(world.account.release, hold)
            await run_async(world.driver.settle(), post)
            frozen.tick(3)
            await run_async(world.driver.advance(1_000), post)
            assert seconds(world) == 4.0
            await run_async(world.driver.run_until(lambda: world.ended(call), 60_000), post)
            assert seconds(world) == 5.0

    asyncio.run(test())


def test_waiting_for_another_thread_does_not_hang_either() -> None:
    with freeze_time(FROZEN):
        world = made_under_frozen_time(World())
        world.driver = VirtualDriver(world.account, 0.05)
        world.account.hold("never released")
        with pytest.raises(Exception, match="hold 1 is not released"):
            world.settle()


def test_a_server_in_this_process_goes_on_under_frozen_time() -> None:
    with freeze_time(FROZEN):
        emulator = Emulator(Settings(listen=(ListenAddress("127.0.0.1", 0),)))
        emulator.start()
        try:
            url = f"{emulator.url}/_emulator/journal?after={emulator.account().journal.cursor}&wait=0.05"
            answers: list[object] = []

            def ask() -> None:
                with urllib.request.urlopen(url, timeout=20) as answer:
                    answers.append(json.load(answer)["entries"])

            asking = threading.Thread(target=ask)
            asking.start()
            asking.join(20)
            assert answers == [[]], "a wait of 50 ms ends although the clock on the wall stands still"
        finally:
            emulator.stop()


def test_freezing_was_really_the_whole_process() -> None:
    """The tests above would show nothing if freezegun left our modules out."""
    with freeze_time(FROZEN):
        assert freezegun.api.freeze_factories
        assert frozen_now() == FROZEN_AT
