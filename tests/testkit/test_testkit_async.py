"""Everything that waits, awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from sinch_voice_emulator.runtime.ports import Answer
from sinch_voice_emulator.testkit import AsyncPhone, AsyncSinchVoice, ExpectationFailed
from voices import AGENT, CONNECT, HANG_UP, MENU, answers, rest


def run(test: Callable[[AsyncSinchVoice], Awaitable[None]]) -> None:
    """Run a test with a voice that is checked at its end."""

    async def whole() -> None:
        async with AsyncSinchVoice() as voice:
            await test(voice)

    asyncio.run(whole())


def test_every_kind_of_call() -> None:
    async def test(voice: AsyncSinchVoice) -> None:
        voice.deliver_to(answers(ice=CONNECT, ace={"action": {"name": "continue"}}))
        agent = voice.phone(AGENT)
        sip = await voice.sip_call("pbx@example.test", AGENT)
        app = await voice.app_call("lin", AGENT)
        phone = await voice.user("mia").calls(AGENT)
        for call in (sip, app, phone):
            await call.expect_state("dialling")
            await call.hang_up()
        assert voice.calls == [sip, app, phone]
        assert len(agent.dialled_by) == 3

    run(test)


def test_phones_and_rooms() -> None:
    async def test(voice: AsyncSinchVoice) -> None:
        voice.deliver_to(answers(ice=CONNECT, ace={"action": {"name": "continue"}}))
        agent: AsyncPhone = voice.phone(AGENT)
        call = await voice.incoming_call()
        await (await agent.expect_ringing()).answer()
        await call.expect_callback("ace")
        await call.speak("Hello")
        await agent.press("1")
        assert await voice.run_until(lambda: call.duration >= 0) is True
        await agent.hang_up()
        await call.expect_ended("ANSWERED", "CALLEEHANGUP")
        await voice.expect_nothing_more()

    run(test)


def test_a_callout() -> None:
    async def test(voice: AsyncSinchVoice) -> None:
        voice.deliver_to(answers())
        to = {"type": "number", "endpoint": AGENT}
        body = {"method": "ttsCallout", "ttsCallout": {"cli": voice.number, "destination": to, "text": "Hello"}}
        await asyncio.to_thread(rest, voice, "POST", "callouts", body)
        call = await voice.expect_call(AGENT)
        await call.expect_prompt("Hello")
        await call.expect_ended("ANSWERED")
        await voice.fire("ice")

    run(test)


def test_failures_begin_at_the_line_of_the_test() -> None:
    async def test(voice: AsyncSinchVoice) -> None:
        voice.deliver_to(answers(ice=MENU, pie=HANG_UP))
        call = await voice.incoming_call()
        with pytest.raises(ExpectationFailed) as raised:
            await call.expect_prompt("Hello", within=1)
        assert len(raised.traceback) == 2
        with pytest.raises(ExpectationFailed) as raised:
            await voice.run_until(lambda: call.keys == "1", within=1)
        assert len(raised.traceback) == 2
        await call.hang_up()

    run(test)


def test_a_backend_that_answers_bytes_or_raises() -> None:
    async def test(voice: AsyncSinchVoice) -> None:
        voice.deliver_to(answers(ice=b'{"action": {"name": "hangup"}}', dice=Answer(204)))
        assert [one.status for one in (await voice.incoming_call()).callbacks] == [200, 204]

        async def raises(event: object) -> None:
            raise ZeroDivisionError(event)

        voice.deliver_to(raises)
        call = await voice.incoming_call()
        await call.expect_ended("FAILED", "CALLBACKERROR")
        assert call.callbacks[0].answer.startswith("ZeroDivisionError: {'event': 'ice'")
        voice.expect_problem("no answer to ICE")
        voice.expect_problem("no answer to DICE")

    run(test)
