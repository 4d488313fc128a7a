"""Requests that a stub answers: those of the Voice API in place of the engine, and those for addresses that nobody serves."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from sinch_voice_emulator.runtime.deferred import Environ, Unsubscribe, defer
from sinch_voice_emulator.stubs.answering import Rendered, render
from sinch_voice_emulator.stubs.book import Hit
from sinch_voice_emulator.stubs.placeholders import Occasion
from sinch_voice_emulator.stubs.values import ABSENT, Request
from sinch_voice_emulator.v1 import auth, jsontext
from sinch_voice_emulator.v1.values import iso_seconds

if TYPE_CHECKING:
    from sinch_voice_emulator.emulator import Emulator
    from sinch_voice_emulator.runtime.account import AccountRuntime


@dataclass(frozen=True, slots=True)
class Stubbed:
    """An answer that a stub gave, and what the journal says of it."""

    response: Response
    journalled: dict[str, object]


def stubbed(emulator: Emulator, runtime: AccountRuntime, body: bytes) -> Stubbed | None:
    """The answer that a stub of this account has for the request at hand; ``None`` when none fits.

    Raises ``Conflict`` when the stub wants to be signed by an application that does not exist.
    """
    book = emulator.stubs(runtime.name)
    if not len(book) or not book.enabled:
        return None
    asked = _request(body)
    hit = book.find(asked)
    if hit is None:
        return None
    rendered = _rendered(runtime, asked, hit)
    journalled = {"status": rendered.status, **_journalled(asked, hit)}
    return Stubbed(_response(rendered, hit.entry.stub.answer.delay), journalled)


def stray(emulator: Emulator, body: Callable[[], bytes], target: str) -> Response | None:
    """The answer of a stub to a request for an address that the API does not have, journalled. Nobody signs those."""
    key = auth.claimed_key(request.environ.get("HTTP_AUTHORIZATION"))
    found = emulator.find_application(key) if key else None
    runtime = found[0] if found else emulator.account()
    if not len(emulator.stubs(runtime.name)):
        return None
    answer = stubbed(emulator, runtime, body())
    if answer is None:
        return None
    runtime.note("stub.answered", {"method": request.method, "path": target, **answer.journalled})
    return answer.response


def _request(body: bytes) -> Request:
    return Request(
        request.method,
        request.path,
        request.args.to_dict(),
        {name.lower(): value for name, value in request.headers.items()},
        _parsed(body),
    )


def _parsed(body: bytes) -> object:
    if not body:
        return ABSENT
    try:
        return jsontext.parse(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _rendered(runtime: AccountRuntime, asked: Request, hit: Hit) -> Rendered:
    def make_id() -> str:
        return runtime.read(lambda engine, _now: engine.state.ids.next("stub"))

    now = runtime.read(lambda _engine, now: now)
    occasion = Occasion(asked, hit.captured, hit.entry.answered, iso_seconds(now), make_id)
    by_wall = runtime.account.profile.callback_clock == "wall"
    return render(hit.entry.stub.answer, occasion, runtime.account, time.time_ns() if by_wall else now * 1_000_000)


def _journalled(asked: Request, hit: Hit) -> dict[str, object]:
    stub = hit.entry.stub
    said: dict[str, object] = {"stub": stub.name or hit.entry.id, "answered": hit.entry.answered}
    if stub.source:
        said["source"] = stub.source
    if asked.body is not ABSENT:
        said["body"] = asked.body
    return said


def _response(rendered: Rendered, delay: int) -> Response:
    response = Response(rendered.body, rendered.status)
    response.headers = Headers(rendered.headers)
    environ: Environ = request.environ
    return defer(environ, _Later(response, delay / 1000)) if delay else response


class _Later:
    """A response that takes its time."""

    def __init__(self, response: Response, seconds: float) -> None:
        self.timeout = seconds
        self._response = response

    def ready(self) -> Response | None:
        """Not before the time is up."""
        return None

    def expired(self) -> Response:
        """The response."""
        return self._response

    def subscribe(self, wake: Callable[[], None]) -> Unsubscribe:  # noqa: ARG002 (nothing can wake it)
        """Nothing makes it come sooner."""
        return lambda: None
