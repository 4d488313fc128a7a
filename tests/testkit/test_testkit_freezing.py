"""Frozen time (freezegun) as a test sees it: a look is an interaction too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from freezegun import freeze_time

from sinch_voice_emulator.testkit import AsyncSinchVoice, Call, SinchVoice
from voices import HANG_UP, MENU, answers

FROZEN = datetime(2026, 5, 1, 8, tzinfo=UTC)
PARK = {"action": {"name": "park", "maxDuration": 600}}


@pytest.mark.parametrize(
    "look",
    [
        lambda _voice, call: call.state == "ended",
        lambda _voice, call: not call.live,
        lambda _voice, call: call.reason == "MANAGERHANGUP",
        lambda _voice, call: [one.event for one in call.callbacks] == ["ice", "pie", "dice"],
        lambda _voice, call: call.ladder().endswith("<- ok"),
        lambda voice, _call: (voice.now - FROZEN).total_seconds() == 30,
        lambda voice, _call: voice.journal[-1].kind == "callback.answered",
        lambda voice, _call: voice.entries("call.ended"),
        lambda voice, _call: voice.callbacks[-1].event == "dice",
        lambda voice, _call: voice.cursor.endswith(f":{voice.journal[-1].sequence}"),
        lambda voice, _call: voice.ladder().endswith("<- ok"),
        lambda voice, _call: voice.problems() == [],
    ],
)
def test_a_tick_is_seen(voice: SinchVoice, look: Callable[[SinchVoice, Call], Any]) -> None:
    voice.deliver_to(answers(ice=MENU, pie=HANG_UP))
    with freeze_time(FROZEN) as frozen:
        call = voice.incoming_call()
        frozen.tick(30)
        assert look(voice, call)


def test_phones_and_rooms_see_it_too(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=PARK))
    caller, room = voice.phone("+46700000008"), voice.conference("c")
    looks: list[Callable[[], Any]] = [
        lambda: caller.ringing,
        lambda: caller.dialled_by,
        lambda: caller.heard,
        lambda: room.participants,
    ]
    with freeze_time(FROZEN) as frozen:
        caller.calls(voice.number).expect_state("parked")
        for look in looks:
            before = voice.runtime.clock.now()
            frozen.tick(1)
            look()
            assert voice.runtime.clock.now() == before + 1_000
        caller.hang_up()


def test_a_freeze_is_seen_before_anything_happens(voice: SinchVoice) -> None:
    with freeze_time(FROZEN):
        assert voice.now == FROZEN


def test_a_tick_right_before_time_is_unfrozen(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=PARK))
    with freeze_time(FROZEN) as frozen:
        call = voice.incoming_call()
        frozen.tick(10)
    call.hang_up()
    assert call.duration == 10


def test_time_that_ticks_with_every_look_of_somebody_else(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=PARK))
    with freeze_time(FROZEN, auto_tick_seconds=15):
        call = voice.incoming_call()
        voice.advance(seconds=10)
        call.hang_up()
    assert call.duration == 10


def test_a_handler_that_looks_sees_its_own_instant(voice: SinchVoice) -> None:
    seen: list[str] = []

    def handler(event: dict[str, Any]) -> Any:
        if event["event"] == "pie":
            seen.append(voice.calls[0].state)
            frozen.tick(5)
            seen.append(voice.calls[0].state)
        return MENU if event["event"] == "ice" else HANG_UP

    voice.deliver_to(handler)
    with freeze_time(FROZEN) as frozen:
        call = voice.incoming_call()
        call.press("1")
        assert seen == ["waiting for the answer to PIE"] * 2
        assert (voice.now - FROZEN).total_seconds() == 5


def test_an_asynchronous_test_sees_it_when_it_awaits() -> None:
    async def test() -> None:
        async with AsyncSinchVoice() as voice:
            voice.deliver_to(answers(ice=PARK))
            with freeze_time(FROZEN, real_asyncio=True) as frozen:
                assert voice.now == FROZEN
                call = await voice.incoming_call()
                frozen.tick(30)
                assert voice.now == FROZEN
                await voice.settle()
                assert (voice.now - FROZEN).total_seconds() == 30
            await call.hang_up()

    asyncio.run(test())


def test_a_voice_that_was_closed_is_only_looked_at(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=PARK))
    with freeze_time(FROZEN) as frozen:
        call = voice.incoming_call()
        voice.close()
        frozen.tick(5)
        assert call.live
        assert voice.now == FROZEN
