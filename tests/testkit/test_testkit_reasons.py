"""What the backend raised is shown wherever a test fails because of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, request

from sinch_voice_emulator.errors import Conflict, IllegalTransition
from sinch_voice_emulator.testkit import AsyncSinchVoice, SinchVoice
from voices import AGENT, CONNECT, MENU, answers


def broken(on: str, **by_event: Any) -> Callable[[dict[str, Any]], Any]:
    """A backend with a bug in one of its handlers."""

    def handler(event: dict[str, Any]) -> Any:
        if event["event"] == on:
            raise KeyError("the real reason")
        return by_event.get(event["event"], {})

    return handler


def flask_app(**config: Any) -> Flask:
    """A Flask app with a bug. Flask answers 500 for it, and whoever called the app sees no exception."""
    app = Flask("backend")
    app.config.update(config)
    app.logger.disabled = True

    @app.post("/voice")
    def answer() -> Any:
        return jsonify(broken("ice")(request.get_json()))

    return app


def test_an_action_that_is_refused_because_of_it(voice: SinchVoice) -> None:
    voice.deliver_to(broken("ice"))
    call = voice.incoming_call()
    with pytest.raises(IllegalTransition) as refused:
        call.press("1")
    said = str(refused.value)
    assert said.startswith("pressing keys is not possible while the call is running a script: leg 1 is not answered")
    assert f"call {call.id} is about to end (CALLBACKERROR)" in said
    assert re.search(r"The backend raised:\n  \* KeyError while it handled ice: 'the real reason' \(.*reasons\.py:\d+", said)
    assert isinstance(refused.value.__cause__, KeyError)


def test_a_phone_that_never_rang_because_of_it(voice: SinchVoice) -> None:
    voice.deliver_to(broken("pie", ice=MENU))
    agent = voice.phone(AGENT)
    voice.incoming_call().press("1")
    with pytest.raises(Conflict, match="it is on no call and was never dialled") as refused:
        agent.answer()
    assert "KeyError while it handled pie: 'the real reason'" in str(refused.value)
    assert isinstance(refused.value.__cause__, KeyError)


def test_an_action_that_is_refused_for_another_reason(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=CONNECT))
    call = voice.incoming_call()
    with pytest.raises(IllegalTransition) as refused:
        call.press("1")
    said = str(refused.value)
    assert "raised" not in said
    assert 'wait until it can: call.expect_prompt("...") or call.expect_state("in a menu")' in said
    assert refused.value.__cause__ is None


def test_an_asynchronous_test() -> None:
    async def test() -> None:
        async with AsyncSinchVoice() as voice:
            voice.deliver_to(broken("ice"))
            call = await voice.incoming_call()
            with pytest.raises(IllegalTransition, match="the real reason") as refused:
                await call.press("1")
            assert isinstance(refused.value.__cause__, KeyError)
            voice.expect_problem("500")
            voice.expect_open()

    asyncio.run(test())


@pytest.mark.parametrize("config", [{}, {"TESTING": True}, {"PROPAGATE_EXCEPTIONS": False}])
def test_an_exception_that_flask_swallows(voice: SinchVoice, config: dict[str, Any]) -> None:
    voice.deliver_to(flask_app(**config), "/voice")
    voice.incoming_call()
    assert [type(one) for one in voice.raised] == [KeyError]
    assert "KeyError while it handled ice: 'the real reason'" in "\n".join(voice.problems())


def test_an_exception_that_an_error_handler_of_the_app_swallows(voice: SinchVoice) -> None:
    app = flask_app()
    app.register_error_handler(500, lambda _fault: ({"error": "sorry"}, 500))
    voice.deliver_to(app, "/voice")
    voice.incoming_call()
    assert [type(one) for one in voice.raised] == [KeyError]


def test_an_answer_of_500_without_an_exception_is_shown(voice: SinchVoice) -> None:
    app = Flask("backend")
    app.add_url_rule("/voice", view_func=lambda: ({"error": "no database"}, 500), methods=["POST"])
    voice.deliver_to(app, "/voice")
    call = voice.incoming_call()
    with pytest.raises(IllegalTransition) as refused:
        call.press("1")
    assert 'http://testserver/voice answered 500 to ice: {"error":"no database"}' in str(refused.value)


def test_others_that_raise_at_the_same_time_are_none_of_its_business(voice: SinchVoice) -> None:
    """The REST API of the emulator is a Flask app too, in another thread."""
    other = Flask("other")
    other.logger.disabled = True
    other.add_url_rule("/", view_func=lambda: str(1 // 0))

    async def elsewhere() -> None:
        await asyncio.get_running_loop().run_in_executor(None, other.test_client().get, "/")

    def handler(event: dict[str, Any]) -> Any:
        if event["event"] == "ice":
            asyncio.run(elsewhere())
        return MENU

    voice.deliver_to(handler)
    voice.incoming_call().hang_up()
    assert voice.raised == []


def test_the_whole_story(voice: SinchVoice) -> None:
    voice.deliver_to(broken("ice"))
    voice.incoming_call()
    story = voice.reporter.story()
    assert story.startswith("The backend raised:\n  * KeyError while it handled ice")
    assert "\n\nCall " in story
