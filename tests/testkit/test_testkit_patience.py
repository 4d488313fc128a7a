"""Backends in this process that take too long, and tests whose time is frozen: nothing hangs."""

from __future__ import annotations

import asyncio
import sys
import threading
import types
from typing import Any

import pytest
from fastapi import FastAPI
from freezegun import freeze_time

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.testkit import AsyncSinchVoice, SinchVoice, background, patience
from voices import HANG_UP, answers

SHORT = 40
"""A callback timeout in milliseconds."""


def never_answers() -> FastAPI:
    """A FastAPI app that waits for something that does not come."""
    app = FastAPI()

    @app.post("/")
    async def wait() -> None:
        await asyncio.Event().wait()

    return app


async def waits_for_ever(_event: dict[str, Any]) -> None:
    """A handler that does so."""
    await asyncio.Event().wait()


def waits_in_the_thread(_event: dict[str, Any]) -> Any:
    """A handler that keeps the thread of the test too long, and answers."""
    threading.Event().wait(SHORT / 1000 + 0.02)
    return HANG_UP


async def waits_a_little(_event: dict[str, Any]) -> Any:
    """A handler that needs the timers of its loop."""
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 0.01)
    except TimeoutError:
        return HANG_UP


def is_timed_out(voice: SinchVoice | AsyncSinchVoice) -> None:
    """The first callback of the only call got no answer in time, and the account's time has passed."""
    (call,) = voice.calls
    assert call.callbacks[0].error == "http://testserver/ did not answer within 0.04 s"
    assert (call.callbacks[0].status, voice.now.microsecond) == (None, SHORT * 1000)
    assert call.model().doom == "CALLBACKERROR"


@pytest.fixture(autouse=True)
def no_debugger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may run these very tests in one."""
    monkeypatch.setattr(patience, "DEBUGGERS", ())
    monkeypatch.setattr(sys, "gettrace", lambda: None)


@pytest.fixture
def hasty(voice: SinchVoice) -> SinchVoice:
    """A voice that waits a moment."""
    voice.set_profile(callback_timeout=SHORT)
    return voice


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize(
    "target", [never_answers(), waits_for_ever, waits_in_the_thread], ids=["asgi", "coroutine", "function"]
)
def test_a_backend_that_takes_too_long(hasty: SinchVoice, target: Any, frozen: bool) -> None:
    hasty.deliver_to(target)
    if frozen:
        with freeze_time("2026-03-01T12:00:00Z"):
            hasty.incoming_call()
    else:
        hasty.incoming_call()
    is_timed_out(hasty)
    assert "callback timeout is 0.04 s of wall-clock time: set_profile(callback_timeout=...)" in "\n".join(hasty.problems())
    hasty.deliver_to(answers(ice=HANG_UP))
    assert hasty.incoming_call().reason == "MANAGERHANGUP", "the next call is not affected"


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize(
    "target", [never_answers(), waits_for_ever, waits_in_the_thread], ids=["asgi", "coroutine", "function"]
)
def test_in_an_asynchronous_test(target: Any, frozen: bool) -> None:
    async def test() -> None:
        async with AsyncSinchVoice() as voice:
            voice.set_profile(callback_timeout=SHORT)
            voice.deliver_to(target)
            if frozen:
                with freeze_time("2026-03-01T12:00:00Z"):
                    await voice.incoming_call()
            else:
                await voice.incoming_call()
            is_timed_out(voice)
            voice.expect_problem("did not answer within")
            voice.expect_open()

    asyncio.run(test())


def test_timers_of_an_app_go_on_while_time_is_frozen(voice: SinchVoice) -> None:
    voice.deliver_to(waits_a_little)
    with freeze_time("2026-05-01"):
        assert voice.incoming_call().reason == "MANAGERHANGUP"


def test_a_timeout_of_the_backend_s_own_is_none_of_ours(voice: SinchVoice) -> None:
    async def gives_up(_event: dict[str, Any]) -> None:
        raise TimeoutError("the database is slow")

    async def test() -> None:
        async with AsyncSinchVoice() as other:
            other.deliver_to(gives_up)
            await other.incoming_call()
            assert [str(one) for one in other.raised] == ["the database is slow"]
            other.expect_problem("500")
            other.expect_open()

    voice.deliver_to(gives_up)
    voice.incoming_call()
    assert [str(one) for one in voice.raised] == ["the database is slow"]
    asyncio.run(test())


@pytest.fixture(params=["pytest", "pdb", "another"])
def debugged(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A debugger is at work."""
    import bdb

    if request.param == "pytest":
        monkeypatch.setattr(patience, "_stopped", threading.Event())
        patience.stopped()
    elif request.param == "pdb":
        monkeypatch.setattr(sys, "gettrace", lambda: bdb.Bdb().trace_dispatch)
    else:
        monkeypatch.setattr(patience, "DEBUGGERS", ("looked_at",))
        monkeypatch.setitem(sys.modules, "looked_at", types.ModuleType("looked_at"))


@pytest.mark.usefixtures("debugged")
def test_nobody_is_late_while_a_debugger_has_stopped_the_process(hasty: SinchVoice) -> None:
    async def comes_late(event: dict[str, Any]) -> Any:
        await asyncio.get_running_loop().run_in_executor(None, waits_in_the_thread, event)
        return HANG_UP

    async def test() -> None:
        async with AsyncSinchVoice() as other:
            other.set_profile(callback_timeout=SHORT)
            other.deliver_to(comes_late)
            assert (await other.incoming_call()).reason == "MANAGERHANGUP"

    for target in (waits_in_the_thread, comes_late):
        hasty.deliver_to(target)
        assert hasty.incoming_call().reason == "MANAGERHANGUP"
    asyncio.run(test())


class Stuck:
    """An ASGI app that hangs at a message of its lifespan."""

    def __init__(self, at: str) -> None:
        self.at = at

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b'{"action": {"name": "hangup"}}'})
            return
        while (await receive())["type"] != self.at:
            await send({"type": "lifespan.startup.complete"})
        await asyncio.Event().wait()


def test_an_app_that_hangs_as_it_starts_or_ends(voice: SinchVoice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "LIFESPAN_SECONDS", 0.05)
    voice.deliver_to(Stuck("lifespan.startup"))
    voice.incoming_call()
    assert "the ASGI app is not through with lifespan.startup after 0.05 s" in "\n".join(voice.problems())
    voice.deliver_to(Stuck("lifespan.shutdown"))
    voice.incoming_call()
    with pytest.raises(EmulatorError, match=r"the ASGI app is not through with lifespan.shutdown after 0.05 s"):
        voice.deliver_to(answers())


def test_an_app_that_blocks_its_loop_does_not_keep_the_test_from_ending(
    voice: SinchVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "CLOSING_SECONDS", 0.05)
    let_go = threading.Event()

    async def blocks(_event: dict[str, Any]) -> None:
        let_go.wait(20)

    voice.set_profile(callback_timeout=SHORT)
    voice.deliver_to(blocks)
    voice.incoming_call()
    is_timed_out(voice)
    voice.close()
    let_go.set()
