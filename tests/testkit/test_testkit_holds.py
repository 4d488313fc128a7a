"""Work that a backend does later: time stands still for it, and whoever waits does so by the wall clock."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from sinch_voice_emulator.errors import BadRequest, Conflict, NotFound
from sinch_voice_emulator.testkit import AsyncSinchVoice, ExpectationFailed, SinchVoice
from voices import AGENT, HANG_UP, MENU, answers, rest


def places_a_call(voice: SinchVoice | AsyncSinchVoice) -> None:
    """What the worker of a backend does."""
    to = {"type": "number", "endpoint": AGENT}
    body = {"method": "ttsCallout", "ttsCallout": {"cli": voice.number, "destination": to, "text": "Hello"}}
    rest(voice, "POST", "callouts", body)


def a_little_later(work: Callable[[], object]) -> threading.Timer:
    """A worker that begins when the test is waiting."""
    timer = threading.Timer(0.05, work)
    timer.start()
    return timer


def test_what_waits_while_the_test_holds_time_waits_for_others(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    begun = voice.now
    with voice.hold("the worker sends a reminder"):
        call = voice.incoming_call()
        a_little_later(lambda: places_a_call(voice))
        reminder = voice.expect_call(AGENT)
        assert (voice.now, reminder.state) == (begun, "dialling")
        call.hang_up()
    reminder.expect_prompt("Hello")
    reminder.expect_ended("ANSWERED")


def test_time_that_the_test_holds_is_not_advanced(voice: SinchVoice) -> None:
    with (
        voice.hold("a reminder"),
        pytest.raises(Conflict, match=r"time is held by the test itself \(a reminder\): .* behind the end of `with`"),
    ):
        voice.advance(seconds=1)
    voice.advance(seconds=1)


def test_what_does_not_come_while_the_test_holds_time(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    voice.patience = 0.05
    with (
        voice.hold(),
        pytest.raises(ExpectationFailed, match=r"Time is held by the test itself \(hold 1\), and 0.05 s of wall"),
    ):
        voice.expect_call(AGENT)
    with voice.hold():
        voice.incoming_call().hang_up()
        voice.expect_nothing_more()


def test_a_flag_that_a_worker_sets_is_seen(voice: SinchVoice) -> None:
    done = threading.Event()
    with voice.hold():
        a_little_later(done.set)
        assert voice.run_until(done.is_set)


def test_a_hold_of_a_worker_is_waited_for(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    hold = voice.hold("the worker")
    assert voice.url

    def work() -> None:
        places_a_call(voice)
        hold.release()

    a_little_later(work)
    voice.advance(ms=1)
    assert len(voice.calls) == 1
    with pytest.raises(NotFound, match="released already; take another one"), hold:
        pass


@pytest.mark.parametrize("kind", ["thread", "coroutine"])
def test_with_in_a_worker_is_a_hold_of_the_worker(voice: SinchVoice, kind: str) -> None:
    begun, done = threading.Event(), threading.Event()

    def work() -> None:
        with voice.hold("the worker"):
            begun.set()
            done.wait(20)

    async def handler(event: dict[str, Any]) -> Any:
        if event["event"] == "ice":
            asyncio.get_running_loop().run_in_executor(None, work)
            await asyncio.to_thread(begun.wait, 20)
        return HANG_UP

    if kind == "thread":
        worker = threading.Thread(target=work)
        worker.start()
        begun.wait(20)
        a_little_later(done.set)
        voice.settle()
    else:
        voice.deliver_to(handler)
        a_little_later(done.set)
        voice.incoming_call()
    assert done.is_set()


def test_what_is_not_released_says_what_to_do(voice: SinchVoice) -> None:
    voice.patience = 0.05
    hold = voice.hold("worker job 7")
    with pytest.raises(
        Conflict,
        match=r"does not come to rest within 0.05 s of wall-clock time: hold 1 is not released \(worker job 7\); whoever has "
        r"taken it calls release\(\) when the work is done; sinch_voice.patience = 10 waits longer",
    ):
        voice.settle()
    hold.release()
    voice.settle()
    assert voice.patience == 0.05
    with pytest.raises(BadRequest, match="a number of seconds"):
        voice.patience = -1


def test_in_an_asynchronous_test() -> None:
    async def test() -> None:
        async with AsyncSinchVoice() as voice:
            tasks: list[asyncio.Task[None]] = []

            async def handler(event: dict[str, Any]) -> Any:
                if event["event"] == "ice":
                    tasks.append(asyncio.create_task(asyncio.to_thread(places_a_call, voice)))
                return MENU if event["event"] == "ice" else {}

            voice.deliver_to(handler)
            assert voice.url
            with voice.hold("a task of the handler"):
                call = await voice.incoming_call()
                reminder = await voice.expect_call(AGENT)
                await call.hang_up()
            await asyncio.gather(*tasks)
            await reminder.expect_ended("ANSWERED")

    asyncio.run(test())
