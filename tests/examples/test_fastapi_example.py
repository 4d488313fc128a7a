"""A FastAPI backend under test, from a test that blocks and from one that awaits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI, Request

from examples.backends import ivr
from sinch_voice_emulator import AsyncSinchVoice, SinchVoice


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.agents = ["+46700000001"]
    yield


@pytest.fixture
def my_fastapi_app() -> FastAPI:
    app = FastAPI(lifespan=lifespan)

    @app.post("/voice")
    async def voice(request: Request) -> dict[str, Any]:
        return ivr(await request.json(), agent=request.app.state.agents[0], number="+12025550100")

    return app


def test_a_blocking_test(sinch_voice: SinchVoice, my_fastapi_app: FastAPI) -> None:
    sinch_voice.deliver_to(my_fastapi_app, "/voice")  # runs on a loop of its own, started up and shut down around the test
    agent = sinch_voice.phone("+46700000001")
    call = sinch_voice.incoming_call()
    call.press("1")
    agent.expect_ringing().answer()
    sinch_voice.advance(hours=2)
    agent.hang_up()
    call.expect_ended("ANSWERED", "CALLEEHANGUP", duration=7200)


def test_an_asynchronous_test(async_sinch_voice: AsyncSinchVoice, my_fastapi_app: FastAPI) -> None:
    async def test() -> None:  # with an asyncio plugin of pytest this is the test function itself
        sinch_voice = async_sinch_voice
        async with lifespan(my_fastapi_app):
            sinch_voice.deliver_to(my_fastapi_app, "/voice")  # runs on this loop
            agent = sinch_voice.phone("+46700000001")
            call = await sinch_voice.incoming_call()
            await call.expect_prompt("Press 1 for support")
            await call.press("1")
            await (await agent.expect_ringing()).answer()
            await sinch_voice.advance(hours=2)
            await call.hang_up()
            assert call.result == "ANSWERED"

    asyncio.run(test())


@pytest.mark.anyio
async def test_with_anyio(async_sinch_voice: AsyncSinchVoice, my_fastapi_app: FastAPI) -> None:
    async_sinch_voice.deliver_to(my_fastapi_app, "/voice")
    async with lifespan(my_fastapi_app):
        call = await async_sinch_voice.incoming_call()
        await call.expect_callback("pie", menuResult__type="timeout")
        await call.expect_ended("ANSWERED", "MANAGERHANGUP")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
