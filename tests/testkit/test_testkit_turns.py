"""Several tasks or threads on one account wait for each other; a handler, for which they wait, is told to return first."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.testkit import AsyncSinchVoice, ExpectationFailed, SinchVoice, turns
from virtual_world import a_turn_of_the_loop
from voices import AGENT, HANG_UP, MENU, answers, rest


def asynchronous(test: Callable[[AsyncSinchVoice], Awaitable[None]]) -> None:
    """Run a test with a voice that is checked at its end."""

    async def whole() -> None:
        async with AsyncSinchVoice() as voice:
            await test(voice)

    asyncio.run(whole())


def test_three_tasks_at_once() -> None:
    async def test(voice: AsyncSinchVoice) -> None:
        async def handler(event: dict[str, Any]) -> Any:
            await a_turn_of_the_loop()
            return MENU if event["event"] == "ice" else {}

        voice.deliver_to(handler)
        calls = await asyncio.gather(*(voice.incoming_call(f"+1202555000{digit}") for digit in "123"))
        assert [call.legs[0].party for call in calls] == ["+12025550001", "+12025550002", "+12025550003"]
        await asyncio.gather(voice.advance(seconds=1), voice.advance(seconds=1), *(call.hang_up() for call in calls))
        assert [call.duration for call in calls] == [2, 2, 2], "in the order in which they were begun"

    asynchronous(test)


def test_a_task_that_is_cancelled_gives_its_turn_up() -> None:
    async def test(voice: AsyncSinchVoice) -> None:
        waiting = asyncio.Event()

        async def handler(_event: dict[str, Any]) -> Any:
            waiting.set()
            await asyncio.Event().wait()

        voice.deliver_to(handler)
        first = asyncio.create_task(voice.incoming_call())
        second = asyncio.create_task(voice.settle())
        await waiting.wait()
        first.cancel()
        await second
        assert first.cancelled()
        voice.expect_problem("broken off")
        voice.expect_open()

    asynchronous(test)


def test_an_asynchronous_handler_that_waits_for_the_test() -> None:
    async def test(voice: AsyncSinchVoice) -> None:
        async def handler(event: dict[str, Any]) -> Any:
            if event["event"] == "ice":
                await (voice.advance(seconds=1) if len(voice.calls) == 1 else asyncio.create_task(voice.settle()))
            return HANG_UP

        voice.deliver_to(handler)
        for _ in range(2):
            await voice.incoming_call()
        assert [str(fault) for fault in voice.raised] == [turns.FROM_WITHIN] * 2
        voice.expect_problem("500")
        voice.expect_open()

    asynchronous(test)


def test_a_task_that_a_handler_has_left_behind_waits_for_its_turn() -> None:
    async def test(voice: AsyncSinchVoice) -> None:
        left: list[asyncio.Task[None]] = []
        go_on = asyncio.Event()

        async def later() -> None:
            await go_on.wait()
            await voice.calls[0].hang_up()

        async def handler(event: dict[str, Any]) -> Any:
            if event["event"] == "ice":
                left.append(asyncio.create_task(later()))
                return MENU
            return {}

        voice.deliver_to(handler)
        call = await voice.incoming_call()
        go_on.set()
        await asyncio.gather(*left)
        assert call.reason == "CALLERHANGUP"

    asynchronous(test)


def test_eight_threads_at_once(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    call = voice.incoming_call()
    begun = voice.instant
    threads = [threading.Thread(target=voice.advance, kwargs={"ms": 100}) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert voice.instant == begun + 800
    call.hang_up()


def test_a_thread_that_a_handler_waits_for(voice: SinchVoice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.02)
    refused: list[str] = []

    def elsewhere() -> None:
        with pytest.raises(Conflict) as refusal:
            voice.settle()
        refused.append(str(refusal.value))

    def handler(event: dict[str, Any]) -> Any:
        if event["event"] == "ice":
            thread = threading.Thread(target=elsewhere)
            thread.start()
            thread.join(20)
        return HANG_UP

    voice.deliver_to(handler)
    voice.incoming_call()
    assert refused == [f"another thread has been waiting on this account for 0.02 s; {turns.FROM_WITHIN}"]


@pytest.mark.parametrize("use", ["settle", "reset", "close"])
@pytest.mark.parametrize("kind", ["function", "coroutine"])
def test_what_a_handler_may_not(voice: SinchVoice, use: str, kind: str) -> None:
    def handler(event: dict[str, Any]) -> Any:
        if event["event"] == "ice":
            getattr(voice, use)()
        return HANG_UP

    async def coroutine(event: dict[str, Any]) -> Any:
        return handler(event)

    voice.deliver_to(handler if kind == "function" else coroutine)
    voice.incoming_call()
    assert [str(fault) for fault in voice.raised] == [turns.FROM_WITHIN]
    assert not voice.closed
    assert "KeyError" not in "\n".join(voice.problems())
    assert "return from the handler first" in "\n".join(voice.problems())


def test_a_condition_that_acts(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    call = voice.incoming_call()
    with pytest.raises(Conflict, match="nothing else can happen while the test waits for this"):
        voice.run_until(call.hang_up)
    call.hang_up()


def test_a_handler_of_one_account_may_act_on_another(voice: SinchVoice) -> None:
    other = SinchVoice(voice.emulator, account="second")
    other.deliver_to(answers(ice=HANG_UP))

    def handler(event: dict[str, Any]) -> Any:
        if event["event"] == "ice":
            assert other.incoming_call().reason == "MANAGERHANGUP"
        return HANG_UP

    voice.deliver_to(handler)
    assert voice.incoming_call().reason == "MANAGERHANGUP"
    assert voice.raised == []
    other.close()


# --- the end of an asynchronous test -----------------------------------------------------------------------------------------


async def asks_for_a_call(voice: AsyncSinchVoice) -> None:
    """The application has placed a call that is answered at once, and nobody has waited for anything since."""
    voice.phone(AGENT, on_ring="answers", rings_for=0)
    to = {"type": "number", "endpoint": AGENT}
    callout = {"cli": voice.number, "destination": to}
    await asyncio.to_thread(rest, voice, "POST", "callouts", {"method": "customCallout", "customCallout": callout})


async def coroutine(_event: dict[str, Any]) -> Any:
    """A handler that runs on the loop of the test."""
    return HANG_UP


def test_the_end_lets_a_backend_answer_that_needs_no_loop() -> None:
    async def test(voice: AsyncSinchVoice) -> None:
        voice.deliver_to(answers(ice=HANG_UP, ace=HANG_UP))
        await asks_for_a_call(voice)
        assert voice.at_end() == []
        assert voice.calls[0].reason == "MANAGERHANGUP"

    asynchronous(test)


def test_the_end_says_what_to_await_for_one_that_does() -> None:
    async def test(voice: AsyncSinchVoice) -> None:
        voice.deliver_to(coroutine)
        await asks_for_a_call(voice)
        wrong = "\n".join(voice.at_end())
        assert "\n  * ace of call " in wrong
        assert wrong.endswith("\nThe test has ended before they were: await sinch_voice.settle() at its end.")
        await voice.settle()
        assert voice.at_end() == []

    asynchronous(test)


def test_the_end_of_a_blocking_test(voice: SinchVoice) -> None:
    voice.deliver_to(answers(dice=None))
    voice.fault("status", event="dice", status=503)
    voice.deliver_to("http://127.0.0.1:9/voice")
    voice.incoming_call()
    voice.expect_problem("refused the connection")
    voice.hold("never released")
    assert "hold 1 is not released (never released)" in "\n".join(voice.at_end())


def test_a_callback_without_an_answer_can_be_meant(voice: SinchVoice) -> None:
    def broken(event: dict[str, Any]) -> Any:
        return {"ice": HANG_UP}[event["event"]]

    voice.deliver_to(broken)
    voice.incoming_call()
    (wrong, *_) = voice.problems()
    assert wrong.startswith("Callbacks got no answer:\n  * backend <- no answer to DICE")
    assert wrong.endswith('If this is meant: sinch_voice.expect_problem("part of the sentence").')


def test_a_call_that_a_backend_places_later_is_waited_for_under_a_hold(voice: SinchVoice) -> None:
    with pytest.raises(ExpectationFailed, match=r"If it does so later, .* with sinch_voice.hold\(\)"):
        voice.expect_call(within=1)
