"""The real-time driver: timers, deliveries, fairness, and going on after a fault."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, TypeVar

import pytest

from raw_backend import OK, Received, backend, saying
from runtime_fakes import START, fake, make_account
from sinch_voice_emulator.engine.effects import Effect, Note, Severity
from sinch_voice_emulator.engine.inputs import LegAnswered, NetworkLost
from sinch_voice_emulator.model.delivery import CallbackTarget, DeliveryState
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.addresses import AllowedHosts
from sinch_voice_emulator.runtime.clocks import RealClock
from sinch_voice_emulator.runtime.delivery import Courier
from sinch_voice_emulator.runtime.driver import RealDriver
from sinch_voice_emulator.runtime.loops import ServerLoop

T = TypeVar("T")
SECONDS = 10.0


def real_account(**profile: Any) -> AccountRuntime:
    """An account on a real clock."""
    return make_account(RealClock(START), **profile)


def driven(work: Callable[[RealDriver], Awaitable[T]], connections: int = 100) -> T:
    """Do something while a driver runs."""

    async def main() -> T:
        driver = RealDriver(Courier(AllowedHosts()), connections)
        await driver.start()
        try:
            return await work(driver)
        finally:
            await driver.stop()

    with asyncio.Runner(loop_factory=ServerLoop) as runner:
        return runner.run(main())


async def until(account: AccountRuntime, condition: Callable[[], bool]) -> None:
    """Wait until something holds; it is asked after every step of the account."""
    event = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wake() -> None:
        loop.call_soon_threadsafe(event.set)

    forget = account.wake.subscribe(wake)
    try:
        async with asyncio.timeout(SECONDS):
            while not condition():
                await event.wait()
                event.clear()
    finally:
        forget()


def kinds(account: AccountRuntime) -> list[str]:
    """What the journal tells."""
    return [entry.kind for entry in account.journal.read().entries]


def test_timers_fire_when_they_are_due() -> None:
    account = real_account()
    fake(account).due[START + 20] = lambda: (Note("rang"),)

    async def work(driver: RealDriver) -> None:
        driver.add(account)
        await until(account, lambda: kinds(account) == ["rang"])

    driven(work)
    assert account.journal.read().entries[0].instant == START + 20


def test_an_earlier_deadline_is_noticed() -> None:
    account = real_account()

    def sooner() -> tuple[Effect, ...]:
        return (Note("sooner"),)

    fake(account).due[START + 60_000] = lambda: (Note("later"),)

    async def work(driver: RealDriver) -> None:
        driver.add(account)
        await asyncio.get_running_loop().run_in_executor(None, lambda: None)
        fake(account).due[account.clock.now() + 5] = sooner
        account.note("remark", {})
        await until(account, lambda: "sooner" in kinds(account))

    driven(work)


def test_a_callback_is_delivered_and_its_answer_taken_in() -> None:
    account = real_account()

    async def work(driver: RealDriver) -> list[Received]:
        driver.add(account)
        async with backend(saying(OK)) as running:
            fake(account).target = CallbackTarget(running.url())
            account.submit(LegAnswered("a"))
            account.submit(NetworkLost("a"))
            await until(account, lambda: account.settled)
            return running.received

    received = driven(work)
    assert [request.body.split()[0] for request in received] == [b"ace", b"dice"]
    assert received[0].headers["user-agent"].startswith("sinch-voice-emulator/")
    assert kinds(account).count("callback.answered") == 2


def test_the_fallback_is_tried_once_and_then_the_primary_again() -> None:
    account = real_account(redelivery_attempts=2)

    async def work(driver: RealDriver) -> list[str]:
        driver.add(account)
        async with backend(saying(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")) as running:
            fake(account).target = CallbackTarget(running.url("/primary"), running.url("/fallback"))
            account.submit(LegAnswered("a"))
            await until(account, lambda: account.settled)
            return [request.target for request in running.received]

    assert driven(work) == ["/primary", "/fallback", "/primary", "/primary"]
    (delivery,) = account.deliveries.values()
    assert delivery.state is DeliveryState.FAILED
    assert [attempt.status for attempt in delivery.attempts] == [500] * 4
    signed = [dict(attempt.request_headers) for attempt in delivery.attempts]
    assert signed[0]["authorization"] != signed[1]["authorization"]
    assert len({headers["x-timestamp"] for headers in signed}) == 4


def test_nothing_is_tried_after_a_success() -> None:
    account = real_account(redelivery_attempts=2)

    async def work(driver: RealDriver) -> int:
        driver.add(account)
        async with backend(saying(OK)) as running:
            fake(account).target = CallbackTarget("http://127.0.0.1:1/", running.url("/fallback"))
            account.submit(LegAnswered("a"))
            await until(account, lambda: account.settled)
            return len(running.received)

    assert driven(work) == 1
    (delivery,) = account.deliveries.values()
    assert ["refused" in attempt.error for attempt in delivery.attempts] == [True, False]


def test_one_account_cannot_take_all_connections() -> None:
    greedy, modest = real_account(), real_account()
    release: list[asyncio.Event] = []

    async def slow_for_greedy(received: Received, writer: asyncio.StreamWriter) -> None:
        if received.target == "/greedy":
            await release[0].wait()
        writer.write(OK)

    async def work(driver: RealDriver) -> None:
        release.append(asyncio.Event())
        async with backend(slow_for_greedy) as running:
            fake(greedy).target = CallbackTarget(running.url("/greedy"))
            fake(modest).target = CallbackTarget(running.url("/modest"))
            for number in range(20):
                greedy.submit(LegAnswered(str(number)))
            driver.add(greedy)
            driver.add(modest)
            modest.submit(LegAnswered("a"))
            await until(modest, lambda: modest.settled)
            assert not greedy.settled
            release[0].set()
            await until(greedy, lambda: greedy.settled)

    driven(work, connections=4)
    assert kinds(greedy).count("callback.answered") == 20


def test_an_account_that_is_removed_sends_nothing_more() -> None:
    account, other = real_account(), real_account()

    async def work(driver: RealDriver) -> list[Received]:
        driver.add(account)
        driver.add(other)
        driver.remove(account)
        driver.remove(account)
        async with backend(saying(OK)) as running:
            for each in (account, other):
                fake(each).target = CallbackTarget(running.url())
                each.submit(LegAnswered("a"))
            await until(other, lambda: other.settled)
            return running.received

    assert len(driven(work)) == 1
    assert not account.settled


def test_a_fault_is_reported_and_other_accounts_go_on(caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = real_account(), real_account()

    def fail() -> NoReturn:
        raise RuntimeError("broken timer")

    fake(broken).due[START] = fail
    fake(sound).due[START + 1] = lambda: (Note("rang"),)

    async def work(driver: RealDriver) -> None:
        driver.add(broken)
        driver.add(sound)
        await until(sound, lambda: "rang" in kinds(sound))

    driven(work)
    entry = broken.journal.read().entries[0]
    assert (entry.kind, entry.severity) == ("remark", Severity.PROBLEM)
    assert "broken timer" in str(entry.data["text"])
    assert "broken timer" in caplog.text


def test_it_stops_with_deliveries_in_flight() -> None:
    account = real_account()
    reached: list[asyncio.Event] = []

    async def never(_: Received, __: asyncio.StreamWriter) -> None:
        reached[0].set()
        await asyncio.Event().wait()

    async def work(driver: RealDriver) -> None:
        reached.append(asyncio.Event())
        driver.add(account)
        async with backend(never) as running:
            fake(account).target = CallbackTarget(running.url())
            account.submit(LegAnswered("a"))
            async with asyncio.timeout(SECONDS):
                await reached[0].wait()

    driven(work)
    assert [delivery.state for delivery in account.deliveries.values()] == [DeliveryState.IN_FLIGHT]
