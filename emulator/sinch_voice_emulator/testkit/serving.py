"""A backend of this process behind a web server of its own, for accounts whose callbacks come over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.testkit.backends import SendOverHttp, Target, UrlBackend, answer_of, backend_for, kind_of


class ServedBackend(UrlBackend):
    """A WSGI app, served on a free port of this machine until it is closed."""

    def __init__(self, app: Callable[..., Any], path: str, send: SendOverHttp) -> None:
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        super().__init__(f"http://127.0.0.1:{self._server.server_port}{path}", send)
        self._thread = threading.Thread(target=self._serve, name="sinch-voice-backend", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.02)

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Quiet(WSGIRequestHandler):
    """Says nothing about requests."""

    def log_request(self, *_: Any) -> None:
        """The journal has it."""


def over_http(target: Target, path: str, kind: str | None, send: SendOverHttp) -> UrlBackend:
    """A backend that is reached over HTTP: a URL as it is, a WSGI app or a plain function served. Raises ``BadRequest``."""
    if isinstance(target, str):
        found = backend_for(target, path, None, send)
        assert isinstance(found, UrlBackend)
        return found
    kind = kind or kind_of(target)
    if kind == "asgi":
        raise BadRequest(
            "where the clock runs by itself callbacks come over HTTP, and an ASGI app has to be served for that: start it "
            "(uvicorn.Server in a thread, or uvicorn in a process) and hand over its URL"
        )
    return ServedBackend(_as_wsgi(target) if kind == "function" else target, path, send)


def _as_wsgi(function: Callable[[dict[str, Any]], Any]) -> Callable[..., Any]:
    @Request.application
    def app(request: Request) -> Response:
        answer = answer_of(function(json.loads(request.get_data())))
        return Response(answer.body, answer.status, list(answer.headers))

    return app
