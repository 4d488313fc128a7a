"""A test moves time: from deadline to deadline, to the very instant, and never behind anybody's back."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from sinch_voice_emulator.engine.inputs import LegAnswered
from sinch_voice_emulator.errors import BadRequest, Conflict
from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.instants import HOUR
from sinch_voice_emulator.runtime.clocks import AccountClock
from sinch_voice_emulator.runtime.exchanges import Exchange, Outcome
from sinch_voice_emulator.runtime.moving import elapse, step_to
from sinch_voice_emulator.runtime.ports import Failure, FailureKind
from sinch_voice_emulator.runtime.virtual import Breath, NotSettled, TimedOut, VirtualDriver, run, run_async
from virtual_world import (
    CONFERENCE,
    HANG_UP,
    PARK,
    PHONE,
    START,
    URL,
    Event,
    World,
    a_turn_of_the_loop,
    arrival,
    hung_up,
    menu,
    pressed,
)

# --- settle and advance -------------------------------------------------------------------------------------------------


def test_settling_lets_happen_what_happens_now_and_no_time_passes() -> None:
    world = World()
    call = world.incoming()
    assert world.events() == [(0.0, "ice")]
    world.settle()
    assert world.call(call).state is CallState.MENU
    assert world.seconds == 0.0
    assert world.account.settled


def test_a_menu_times_out_at_the_right_instant_and_advancing_ends_exactly() -> None:
    world = World()
    call = world.incoming()
    world.advance(4.999)
    assert world.events() == [(0.0, "ice")]
    world.advance(0.001)
    assert world.events() == [(0.0, "ice"), (5.0, "pie"), (5.0, "dice")]
    world.advance(7_200)
    assert world.seconds == 7_205.0
    assert not world.call(call).live
    instants = [entry.instant - START for entry in world.journal("callback.queued")]
    assert instants == [0, 5_000, 5_000]


def test_two_calls_interleave_deadline_by_deadline() -> None:
    waits = iter([3_000, 2_000])

    def handler(event: Event) -> Event | None:
        return menu(next(waits)) if event["event"] == "ice" else HANG_UP if event["event"] == "pie" else None

    world = World(handler)
    first = world.incoming()
    world.advance(0.5)
    second = world.incoming()
    world.advance(10)
    seen = [(at, event["event"], event["callid"]) for at, event in world.received]
    assert seen == [
        (0.0, "ice", first),
        (0.5, "ice", second),
        (2.5, "pie", second),
        (2.5, "dice", second),
        (3.0, "pie", first),
        (3.0, "dice", first),
    ]


def test_a_key_pressed_before_the_deadline_is_not_too_late() -> None:
    world = World()
    call = world.incoming()
    world.advance(4.9)
    world.does(pressed(call, "1"))
    (pie,) = [event for _, event in world.received if event["event"] == "pie"]
    assert (pie["menuResult"]["type"], pie["menuResult"]["value"]) == ("sequence", "1")


def test_time_cannot_be_advanced_backwards() -> None:
    with pytest.raises(Conflict, match="time does not go back: it cannot be advanced by -1000 ms"):
        World().advance(-1)


# --- run_until ----------------------------------------------------------------------------------------------------------


def test_waiting_stops_at_the_very_instant() -> None:
    world = World()
    call = world.incoming()
    assert world.until(lambda: world.ended(call)) is True
    assert world.seconds == 5.0
    assert world.account.settled


def test_what_holds_already_takes_no_time() -> None:
    world = World()
    world.incoming()
    assert world.until(lambda: "it does") == "it does"
    assert world.seconds == 0.0


def test_what_does_not_happen_says_what_was_going_on_and_what_is_next() -> None:
    world = World()
    call = world.incoming()
    with pytest.raises(TimedOut) as raised:
        world.until(lambda: world.ended(call), seconds=2)
    assert str(raised.value) == f"it did not happen within 2 s: call {call} is in a menu; the next deadline is in 3 s"
    assert (raised.value.limit, raised.value.now, raised.value.deadline) == (2_000, START + 2_000, START + 5_000)
    assert world.seconds == 2.0, "whoever waited in vain has waited"


def test_nothing_will_happen_by_itself() -> None:
    with pytest.raises(TimedOut, match="within 60 s: no call is live; nothing will happen by itself"):
        World().until(lambda: None, seconds=60)


def test_a_manual_clock_does_not_move_for_those_who_wait() -> None:
    world = World(mode="manual")
    call = world.incoming()
    with pytest.raises(TimedOut, match="the clock is manual and moves only when it is advanced"):
        world.until(lambda: world.ended(call))
    assert world.seconds == 0.0
    world.advance(5)
    assert world.until(lambda: world.ended(call)) is True


def test_many_calls_are_counted_and_not_all_named() -> None:
    world = World(lambda _event: PARK)
    for _ in range(7):
        world.incoming()
    with pytest.raises(TimedOut, match="and 2 more; the next deadline") as raised:
        world.until(lambda: None, seconds=1)
    assert len(raised.value.going_on) == 6


# --- guards -------------------------------------------------------------------------------------------------------------


def test_idle_is_reached_although_a_maximum_duration_is_to_come() -> None:
    world = World(lambda event: CONFERENCE if event["event"] == "ice" else None)
    call = world.incoming()
    assert world.until(lambda: world.ended(call), idle_ok=True) is None
    assert world.call(call).live
    assert world.seconds < 60
    assert world.account.next_deadline(guards=False) is None
    assert world.account.next_deadline() is not None


def test_guards_are_reached_by_those_who_wait_long_enough() -> None:
    world = World(lambda event: CONFERENCE if event["event"] == "ice" else None)
    call = world.incoming()
    world.until(lambda: world.ended(call), seconds=5 * HOUR / 1000)
    assert world.seconds == 14_400.0


# --- what stays open ----------------------------------------------------------------------------------------------------


def test_an_exchange_in_other_hands_is_named_with_delivery_url_and_call() -> None:
    world = World()
    call = world.account.submit(arrival())
    (taken,) = world.account.take_ready()
    with pytest.raises(NotSettled) as raised:
        world.settle()
    assert raised.value.open == [f"ice of call {call} to {URL} is in-flight (delivery {taken.id})"]
    assert f"account default does not come to rest: ice of call {call} to {URL}" in str(raised.value)


def test_an_open_request_and_a_hold_are_named() -> None:
    world = World()
    request = world.account.open_request()
    hold = world.account.hold("the queue is worked off")
    with pytest.raises(NotSettled) as raised:
        world.advance(1)
    assert raised.value.open == [
        "1 request(s) of the Calling API are not answered yet",
        f"hold {hold} is not released (the queue is worked off)",
    ]
    assert world.seconds == 0.0
    request.close()
    world.account.release(hold)
    world.advance(1)
    assert world.seconds == 1.0


def test_what_another_thread_finishes_is_waited_for() -> None:
    world = World(patience=20.0)
    hold = world.account.hold()
    asked = threading.Event()

    def over() -> bool:
        asked.set()
        return world.account.settled

    def release() -> None:
        asked.wait(20)
        world.account.release(hold)

    other = threading.Thread(target=release)
    other.start()
    Breath(world.account, over, 20.0).wait()
    other.join()
    world.settle()
    assert world.account.settled


# --- handlers -----------------------------------------------------------------------------------------------------------


def test_a_handler_that_calls_the_rest_api_does_not_deadlock_and_its_calls_wait_for_its_answer() -> None:
    order: list[str] = []

    def handler(event: Event) -> Event | None:
        order.append(f"{event['event']} {event['callid'][:4]}")
        if event["event"] == "ice" and len(order) == 1:
            assert world.ask("GET", f"/calling/v1/calls/id/{event['callid']}")["status"] == "ONGOING"
            order.append(f"placed {world.callout()[:4]}")
            assert len(world.received) == 1, "its callbacks come after this one is answered"
            return HANG_UP
        return None

    world = World(handler)
    first = world.incoming()
    world.advance(300)
    second = next(name for name in order if name.startswith("placed")).split()[1]
    assert order == [f"ice {first[:4]}", f"placed {second}", f"dice {first[:4]}", f"dice {second}"]


def test_moving_time_from_inside_a_handler_is_refused_with_advice() -> None:
    refusals: list[str] = []

    def handler(_event: Event) -> Event:
        for operation in (world.settle, lambda: world.advance(5), lambda: world.until(lambda: True)):
            with pytest.raises(Conflict) as raised:
                operation()
            refusals.append(str(raised.value))
        return HANG_UP

    world = World(handler)
    world.incoming()
    assert refusals[1].startswith("advance was called while settle is exchanging a callback: return from the handler first")
    assert len(refusals) == 6, "ICE and DICE"
    world.advance(1)
    assert world.seconds == 1.0


def test_what_the_exchange_raises_comes_out_and_the_account_goes_on() -> None:
    def handler(event: Event) -> Event:
        if event["event"] == "ice":
            raise RuntimeError("out of order")
        return HANG_UP

    world = World(handler)
    with pytest.raises(RuntimeError, match="out of order"):
        world.incoming()
    world.settle()
    (failed,) = world.journal("callback.failed")
    assert failed.data["error"] == "the exchange broke off: RuntimeError('out of order')"
    assert world.account.settled


def test_a_timeout_takes_the_account_s_time_and_none_of_ours() -> None:
    def handler(event: Event) -> Any:
        return Failure(FailureKind.TIMEOUT, "no answer") if event["event"] == "ice" and not world.received[1:] else menu()

    world = World(handler)
    other = World()
    call = world.incoming()
    assert world.seconds == 5.0
    assert world.journal("callback.failed")[0].instant == START + 5_000
    world.until(lambda: world.ended(call))
    assert other.seconds == 0.0


def test_other_timers_fire_at_their_own_instants_during_a_timeout() -> None:
    calls: list[str] = []

    def handler(event: Event) -> Any:
        if event["event"] != "ice":
            return None
        calls.append(event["callid"])
        return menu(2_000) if len(calls) == 1 else Failure(FailureKind.TIMEOUT, "no answer")

    world = World(handler)
    first = world.incoming()
    world.advance(1)
    world.incoming()
    assert world.seconds == 6.0
    (silent,) = [entry for entry in world.journal("menu.result") if entry.call_id == first]
    assert silent.instant == START + 2_000


def test_an_exchange_that_is_broken_off_leaves_nothing_open() -> None:
    world = World()
    world.account.submit(arrival())
    steps = world.driver.settle()
    assert isinstance(next(steps), Exchange)
    steps.close()
    world.settle()
    assert world.account.settled
    assert world.journal("callback.failed")[0].data["error"] == "the exchange was broken off"


# --- async --------------------------------------------------------------------------------------------------------------


def test_the_same_on_a_loop() -> None:
    world = World(patience=20.0)

    async def post(exchange: Exchange) -> Outcome:
        await a_turn_of_the_loop()
        return world.post(exchange)

    async def test() -> str:
        call = world.account.submit(arrival()) or ""
        hold = world.account.hold()
        asyncio.get_running_loop().call_soon(world.account.release, hold)
        await run_async(world.driver.settle(), post)
        await run_async(world.driver.run_until(lambda: world.ended(call), 60_000), post)
        await run_async(world.driver.advance(1_000), post)
        return call

    call = asyncio.run(test())
    assert world.events() == [(0.0, "ice"), (5.0, "pie"), (5.0, "dice")]
    assert (world.seconds, world.call(call).live) == (6.0, False)


def test_what_an_async_exchange_raises_comes_out() -> None:
    world = World()
    world.account.submit(arrival())

    async def post(_exchange: Exchange) -> Outcome:
        raise RuntimeError("out of order")

    with pytest.raises(RuntimeError, match="out of order"):
        asyncio.run(run_async(world.driver.settle(), post))


# --- whose account it is ------------------------------------------------------------------------------------------------


def test_a_driver_takes_an_account_whose_clock_stands_still_and_gives_it_back() -> None:
    world = World()
    assert world.account.driven_by_hand
    world.driver.close()
    assert not world.account.driven_by_hand
    world.clock.change("real")
    with pytest.raises(Conflict, match="runs by itself; set its mode to manual or auto"):
        VirtualDriver(world.account)
    before = world.clock.now()
    elapse(world.account, 60_000)
    assert world.clock.now() - before < 60_000, "a clock that runs by itself is left alone"


def test_a_reset_begins_wherever_it_is_told_to() -> None:
    world = World()
    world.incoming()
    world.advance(60)
    world.account.reset(START)
    assert world.seconds == 0.0
    assert world.journal("account.reset")[0].instant == START
    world.incoming()
    assert not world.account.start_at(START + 1), "there was a call"
    world.account.reset()
    assert world.account.start_at(START + 1)
    assert world.clock.now() == START + 1
    step_to(world.account, START)
    assert world.clock.now() == START + 1


def test_the_first_instant_of_another_clock_cannot_be_set() -> None:
    world = World()
    with pytest.raises(BadRequest, match="from 1970 to 8999"):
        world.account.start_at(-1)
    assert isinstance(world.account.clock, AccountClock)


def test_a_call_whose_phone_rings_until_told_is_moved_by_the_test_alone() -> None:
    world = World(lambda event: {"action": {"name": "connectPstn", "number": PHONE}} if event["event"] == "ice" else None)
    call = world.incoming()
    world.advance(0.1)
    world.does(LegAnswered(call))
    world.advance(30)
    world.does(hung_up(call))
    dice = world.received[-1][1]
    assert (dice["event"], dice["result"], dice["duration"]) == ("dice", "ANSWERED", 30)


def test_running_by_hand_needs_no_post_when_there_is_nothing_to_exchange() -> None:
    world = World()

    def never(_exchange: Exchange) -> Outcome:
        raise AssertionError

    run(world.driver.advance(1_000), never)
    assert world.seconds == 1.0
