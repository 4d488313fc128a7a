"""A clock that runs by itself: the same test, played while the server fires timers and delivers callbacks."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from flask import Flask

from server_site import in_background
from sinch_voice_emulator.errors import BadRequest, Conflict
from sinch_voice_emulator.runtime.clocks import real_monotonic
from sinch_voice_emulator.runtime.virtual import NotSettled, run
from sinch_voice_emulator.testkit import AsyncSinchVoice, SinchVoice
from sinch_voice_emulator.testkit.failures import ExpectationFailed
from sinch_voice_emulator.testkit.real_time import RealTime
from voices import AGENT, CONNECT, HANG_UP, MENU, answers, rest

SPEED = 50.0
CALL = answers(ice=MENU, pie=CONNECT, ace={"action": {"name": "continue"}})


@pytest.fixture
def voice() -> Iterator[SinchVoice]:
    found = SinchVoice(clock="real", speed=SPEED)
    yield found
    found.close()


def test_a_call_from_beginning_to_end(voice: SinchVoice) -> None:
    voice.deliver_to(CALL)
    voice.phone(AGENT, rings_for=3, hangs_up_after=10)
    call = voice.incoming_call()
    call.expect_prompt("Press 1")
    call.press("1")
    call.expect_callback("pie", menuResult__value="one")
    call.expect_callback("dice", result="ANSWERED", reason="CALLEEHANGUP")
    voice.expect_nothing_more(within=30)
    voice.verify()
    assert voice.clock.mode == "real"


def test_time_passes_by_itself_and_is_waited_for(voice: SinchVoice) -> None:
    before, begun = voice.now, real_monotonic()
    voice.advance(seconds=5)
    assert real_monotonic() - begun >= 5 / SPEED
    assert (voice.now - before).total_seconds() >= 5


def test_what_does_not_happen_is_given_up_when_its_time_is_over(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU, pie=HANG_UP))
    call = voice.incoming_call()
    with pytest.raises(ExpectationFailed, match="within 3 s, and that did not happen"):
        call.expect_prompt("Press 9", within=3)
    with pytest.raises(ExpectationFailed, match="did not come true within 1 s"):
        voice.run_until(lambda: None, within=1)
    call.expect_ended()


def test_a_condition_that_raises_ends_the_wait(voice: SinchVoice) -> None:
    with pytest.raises(ZeroDivisionError):
        voice.run_until(lambda: 1 // 0)


def test_the_backend_calls_the_rest_api_meanwhile(voice: SinchVoice) -> None:
    app = Flask("calls")
    told: list[Any] = []

    @app.post("/voice")
    def handle() -> dict[str, dict[str, str]]:
        told.append(voice.calls[0].id)
        rest(voice, "GET", f"calls/id/{told[0]}")
        return HANG_UP

    voice.deliver_to(app, "/voice")
    call = voice.incoming_call()
    call.expect_callback("dice")
    assert call.id in told
    assert [entry.data["status"] for entry in voice.entries("api.request")][:1] == [200]


def test_a_slow_backend_is_waited_for(voice: SinchVoice) -> None:
    asked, go_on = Event(), Event()

    def slow(_event: dict[str, Any]) -> Any:
        asked.set()
        assert go_on.wait(10)
        return HANG_UP

    voice.deliver_to(slow)
    thread, placed = in_background(voice.incoming_call)
    assert asked.wait(10)
    assert thread.is_alive()
    go_on.set()
    thread.join()
    assert [one.event for one in placed[0].callbacks][:1] == ["ice"]


def test_an_answer_that_is_under_way_when_the_time_is_over_counts(voice: SinchVoice) -> None:
    told, over = Event(), Event()

    def slow(event: dict[str, Any]) -> Any:
        if event["event"] == "dice":
            told.set()
            assert over.wait(10)
        return HANG_UP if event["event"] == "ice" else None

    voice.deliver_to(slow)
    thread, placed = in_background(voice.incoming_call)
    assert told.wait(10)
    waiting, found = in_background(lambda: voice.calls[0].expect_callback("dice", within=0.1))
    waiting.join(0.2)
    assert waiting.is_alive(), "the time is over, and the answer is not there yet"
    over.set()
    thread.join()
    waiting.join()
    assert (placed[0].live, found[0].event) == (False, "dice")


def test_a_request_that_is_never_answered_is_named(voice: SinchVoice) -> None:
    voice.set_profile(callback_timeout=1)
    driver = RealTime(voice.runtime, patience=0.01)
    voice.hold("a queue")
    with pytest.raises(NotSettled, match="hold 1 is not released"):
        run(driver.settle(), voice._post)


def test_a_clock_that_stands_still_has_no_speed() -> None:
    with pytest.raises(BadRequest, match="only a clock that runs by itself has a speed"):
        SinchVoice(speed=20)


def test_waiting_needs_a_clock_that_runs() -> None:
    with SinchVoice() as voice, pytest.raises(Conflict, match="stands still"):
        RealTime(voice.runtime)


def test_an_asgi_app_has_to_be_served(voice: SinchVoice) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError((scope, receive, send))

    with pytest.raises(BadRequest, match="hand over its URL"):
        voice.deliver_to(app)


@pytest.mark.anyio
async def test_an_asynchronous_test_waits_as_well() -> None:
    async with AsyncSinchVoice(clock="real", speed=SPEED) as voice:
        voice.deliver_to(CALL)
        voice.phone(AGENT, rings_for=3, hangs_up_after=10)
        call = await voice.incoming_call()
        await call.expect_prompt("Press 1")
        await call.press("1")
        await call.expect_callback("dice", result="ANSWERED")


def test_one_account_in_real_time_beside_another_that_stands_still() -> None:
    with SinchVoice() as other:
        before = other.now
        with SinchVoice(other.emulator, "second", clock="real", speed=SPEED, seed="x") as voice:
            voice.deliver_to(answers(ice=HANG_UP))
            voice.incoming_call().expect_callback("dice")
            assert voice.now > before
        assert other.now == before
