"""Where callbacks go: every kind of target sees the same signed request."""

from __future__ import annotations

import asyncio
import functools
import json
import threading
from collections.abc import Callable, Iterable
from typing import Any
from unittest.mock import MagicMock

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from flask import Flask, jsonify, request

from sinch_voice_emulator.errors import BadRequest, Conflict, EmulatorError
from sinch_voice_emulator.runtime.bridge import Bridge
from sinch_voice_emulator.runtime.server import Listener, Server
from sinch_voice_emulator.testkit import AsyncSinchVoice, SinchVoice
from sinch_voice_emulator.testkit.backends import kind_of
from voices import HANG_UP, answers, rest

Seen = list[tuple[str, int]]


def flask_app(seen: list[Any]) -> Flask:
    """Notes the thread, the URL and what it was sent."""
    app = Flask("backend")

    @app.post("/a path/<name>")
    def answer(name: str) -> Any:
        seen.append((threading.get_ident(), request.url, request.get_data(), dict(request.headers), name))
        return jsonify(HANG_UP if request.get_json()["event"] == "ice" else {})

    return app


class Wrapped:
    """A WSGI middleware in the shape that middlewares have."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.closed = 0

    def __call__(self, environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.app(environ, lambda *_: None)
        write = start_response("200 OK", [("X-Written", "yes")])
        write(b'{"action":')
        return self

    def __iter__(self) -> Any:
        yield b'{"name":"hangup"}}'

    def close(self) -> None:
        self.closed += 1


async def asynchronous(event: dict[str, Any]) -> Any:
    """A coroutine function."""
    await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    return HANG_UP if event["event"] == "ice" else None


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        (Flask("x"), "wsgi"),
        (WSGIHandler.__call__.__get__(object()), "wsgi"),
        (Wrapped(None), "wsgi"),
        (FastAPI(), "asgi"),
        (ASGIHandler.__call__.__get__(object()), "asgi"),
        (answers(), "function"),
        (asynchronous, "function"),
        (functools.partial(lambda book, event: (book, event), {}), "function"),
        ("http://127.0.0.1:5000/voice", "url"),
    ],
)
def test_a_target_shows_what_it_is(target: Any, kind: str) -> None:
    assert kind_of(target) == kind


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("localhost:5000", "is not a URL"),
        (42, "callbacks go to a WSGI app, an ASGI app, a URL or a function"),
        (MagicMock(), "does not show by its parameters what it is; say so"),
    ],
)
def test_a_target_that_does_not(voice: SinchVoice, target: Any, message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        voice.deliver_to(target)


def test_it_can_be_said(voice: SinchVoice) -> None:
    backend = MagicMock(return_value=HANG_UP)
    voice.deliver_to(backend, kind="function")
    voice.incoming_call()
    assert [one.args[0]["event"] for one in backend.mock_calls if one.args] == ["ice", "dice"]
    with pytest.raises(BadRequest, match="it is a URL and no wsgi"):
        voice.deliver_to("http://127.0.0.1/", kind="wsgi")
    with pytest.raises(BadRequest, match="begins with a slash"):
        voice.deliver_to(backend, "voice", kind="function")


def test_a_wsgi_app_runs_in_this_thread(voice: SinchVoice) -> None:
    seen: list[Any] = []
    voice.deliver_to(flask_app(seen), "/a%20path/b?c=d")
    call = voice.incoming_call()
    thread, url, body, headers, name = seen[0]
    assert (thread, name) == (threading.get_ident(), "b")
    assert url == "http://testserver/a%20path/b?c=d"
    assert body == call.callbacks[0].raw
    assert headers["Host"] == "testserver"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["Authorization"] == call.callbacks[0].headers["authorization"]


def test_a_wsgi_middleware_that_writes_and_is_closed(voice: SinchVoice) -> None:
    app = Wrapped(flask_app([]))
    voice.deliver_to(app, "/a%20path/b")
    call = voice.incoming_call()
    assert call.callbacks[0].answer == HANG_UP
    assert app.closed == 2


def test_a_coroutine_function_in_a_blocking_test(voice: SinchVoice) -> None:
    voice.deliver_to(asynchronous)
    assert voice.incoming_call().reason == "MANAGERHANGUP"


class Lived:
    """A FastAPI app with a life, and a streamed answer."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.app = FastAPI()
        self.app.post("/voice")(self.answer)

    async def answer(self, request: Request) -> StreamingResponse:
        self.told.append(request.scope["state"]["who"])

        async def chunks() -> Any:
            yield json.dumps(HANG_UP)[:5]
            await asyncio.get_running_loop().run_in_executor(None, lambda: None)
            yield json.dumps(HANG_UP)[5:]

        return StreamingResponse(chunks(), media_type="application/json")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        while True:
            message = await receive()
            self.told.append(message["type"])
            scope["state"]["who"] = "lin"
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


def test_an_asgi_app_in_a_blocking_test_has_its_lifespan(voice: SinchVoice) -> None:
    backend = Lived()
    voice.deliver_to(backend, "/voice")
    assert voice.incoming_call().callbacks[0].answer == HANG_UP
    voice.close()
    assert backend.told == ["lifespan.startup", "lin", "lin", "lifespan.shutdown"]


def test_an_asgi_app_without_a_lifespan_and_without_an_answer(voice: SinchVoice) -> None:
    async def says_nothing(scope: Any, _receive: Any, _send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError

    voice.deliver_to(says_nothing)
    voice.incoming_call().expect_ended()
    problems = "\n".join(voice.problems())
    assert "the ASGI app returned without answering" in problems
    assert [type(fault) for fault in voice.raised] == [EmulatorError] * 2


def test_an_asgi_app_that_fails_to_start_says_why(voice: SinchVoice) -> None:
    async def fails_to_start(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "Traceback ...\nNoDatabase: is it running?"})

    voice.deliver_to(fails_to_start)
    voice.incoming_call()
    assert "the ASGI app failed at lifespan.startup: NoDatabase: is it running?" in "\n".join(voice.problems())


def test_an_asgi_app_runs_on_the_loop_of_an_asynchronous_test() -> None:
    loops: set[int] = set()
    app = FastAPI()

    @app.post("/voice")
    async def answer(request: Request) -> Any:
        loops.add(id(asyncio.get_running_loop()))
        return HANG_UP if (await request.json())["event"] == "ice" else {}

    async def test() -> None:
        async with AsyncSinchVoice() as voice:
            voice.deliver_to(app, "/voice")
            call = await voice.incoming_call()
            assert call.reason == "MANAGERHANGUP"
            assert loops == {id(asyncio.get_running_loop())}

    asyncio.run(test())


def test_all_targets_in_an_asynchronous_test() -> None:
    async def test() -> None:
        async with AsyncSinchVoice() as voice:
            for target in (answers(ice=HANG_UP), asynchronous, flask_app([])):
                voice.deliver_to(target, "/a%20path/b")
                assert (await voice.incoming_call()).reason == "MANAGERHANGUP"

    asyncio.run(test())


def test_a_url_and_the_rest_api_from_a_handler(voice: SinchVoice) -> None:
    """The backend runs in a server; its handler asks the REST API about the call it is told of."""
    states = []

    def handler(event: dict[str, Any]) -> Any:
        states.append(rest(voice, "GET", f"calls/id/{event['callid']}")["status"])
        return HANG_UP if event["event"] == "ice" else {}

    app = Flask("served")
    app.add_url_rule("/voice", view_func=lambda: jsonify(answers(ice=HANG_UP)(request.get_json())), methods=["POST"])
    server = Server(Bridge(app), [Listener()])
    server.start()
    try:
        voice.deliver_to(f"{server.urls[0]}/voice")
        call = voice.incoming_call()
        assert (call.reason, call.callbacks[0].url) == ("MANAGERHANGUP", f"{server.urls[0]}/voice")
    finally:
        server.stop()
    voice.deliver_to(handler)
    voice.incoming_call()
    assert states == ["ONGOING", "FINAL"]


def test_a_url_where_nobody_is(voice: SinchVoice) -> None:
    async def test() -> None:
        async with AsyncSinchVoice(voice.emulator, account="second") as other:
            other.deliver_to("http://127.0.0.1:9/voice")
            call = await other.incoming_call()
            await call.expect_ended("FAILED", "CALLBACKERROR")
            assert "refused the connection" in call.callbacks[0].error
            assert (call.callbacks[0].status, call.callbacks[0].answer) == (None, None)
            other.expect_problem("refused the connection")

    asyncio.run(test())


def test_a_second_application(voice: SinchVoice) -> None:
    with pytest.raises(EmulatorError, match="the account has no application 'x'; it has: "):
        voice.deliver_to(answers(), application="x")


def test_nobody_to_deliver_to(voice: SinchVoice) -> None:
    with pytest.raises(Conflict, match="say deliver_to\\(app\\) before anybody calls"):
        voice.incoming_call()
    with pytest.raises(Conflict, match="say deliver_to\\(app\\) first"):
        voice.fire("ice")
