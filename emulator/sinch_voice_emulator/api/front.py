"""The front door of the Voice API: routes from the OpenAPI document, then authentication, faults, the operation, the journal.

What a request causes leaves only after its response has been closed: the answer to ``POST /callouts`` is on its way before
the first callback of that call.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from flask import Flask, Response, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from sinch_voice_emulator.api.context import PREFIX, TWIN, CallingRequest
from sinch_voice_emulator.api.errors import MAX_BODY, response_to, translated
from sinch_voice_emulator.api.regions import region_of
from sinch_voice_emulator.api.stubs import stubbed
from sinch_voice_emulator.engine.effects import Severity
from sinch_voice_emulator.errors import IllegalTransition
from sinch_voice_emulator.runtime.deferred import TOO_LARGE, Environ
from sinch_voice_emulator.runtime.freezing import wall_ns
from sinch_voice_emulator.v1 import auth
from sinch_voice_emulator.v1.auth import SignedRequest
from sinch_voice_emulator.v1.errors import ApiError
from sinch_voice_emulator.v1.paths import all_forms_of
from sinch_voice_emulator.v1.problems import Problem
from sinch_voice_emulator.v1.spec import Operation

if TYPE_CHECKING:
    from sinch_voice_emulator.emulator import Emulator, Lookup

Handler: TypeAlias = Callable[..., Response]


class JsonResponse(Response):
    """JSON as it goes out. Its headers are complete: no address in them has to be made absolute, and the length is known."""

    def get_wsgi_headers(self, environ: Environ) -> Headers:  # noqa: ARG002 (werkzeug passes it)
        """The headers as they stand."""
        return self.headers


_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def json_response(value: object, status: int = 200) -> Response:
    """A compact JSON answer."""
    return JsonResponse(_ENCODE(value), status, content_type="application/json")


def no_content() -> Response:
    """204 with no body and no content type."""
    response = Response(status=204)
    del response.headers["content-type"]
    return response


class VoiceFront:
    """Serves the operations of the Voice API. ``handlers`` is by operation id."""

    def __init__(self, emulator: Emulator, handlers: Mapping[str, Handler]) -> None:
        self._emulator = emulator
        self._handlers = handlers

    def register(self, app: Flask, operations: Iterable[Operation]) -> None:
        """Route every form of every operation's path, with and without a slash at its end."""
        for operation in operations:
            view = self._view(operation)
            for number, path in enumerate(all_forms_of(operation.path, operation.method)):
                app.add_url_rule(
                    path.replace("{", "<").replace("}", ">"),
                    f"{operation.id}{number}",
                    view,
                    methods=[operation.method],
                    strict_slashes=False,
                    provide_automatic_options=False,
                )

    def _view(self, operation: Operation) -> Callable[..., AnyResponse]:
        handler = self._handlers[operation.id]
        configuration = "/configuration/" in operation.path or "/query/" in operation.path

        def view(**arguments: str) -> AnyResponse:
            return self._serve(operation, handler, configuration, arguments)

        return view

    def _serve(self, operation: Operation, handler: Handler, configuration: bool, arguments: dict[str, str]) -> AnyResponse:
        environ: Environ = request.environ
        body = body_of(environ)
        lookup = self._emulator.lookup(arguments, environ.get(TWIN, ""))
        try:
            calling = self._admit(environ, body, lookup, configuration)
        except ApiError as error:
            reference = self._emulator.new_reference()
            lookup.application(auth.claimed_key(environ.get("HTTP_AUTHORIZATION")))
            self._emulator.note_refused_request(environ["REQUEST_METHOD"], target_of(environ), error, reference, lookup.runtime)
            return response_to(error, reference)
        try:
            return self._carry_out(operation, handler, calling, environ, arguments)
        except BaseException:
            calling.open.close()
            raise

    def _admit(self, environ: Environ, body: bytes, lookup: Lookup, configuration: bool) -> CallingRequest:
        """Who sends this; raises ``ApiError`` for somebody who may not."""
        if self._emulator.settings.auth:
            signed = SignedRequest(
                environ["REQUEST_METHOD"],
                target_of(environ),
                body,
                environ.get("HTTP_AUTHORIZATION"),
                environ.get("HTTP_X_TIMESTAMP"),
                environ.get("CONTENT_TYPE", ""),
                environ.get(PREFIX, ""),
                configuration,
            )
            application = auth.authenticate(signed, lookup.application, lookup.profile, wall_ns() // 1_000_000)
            runtime = lookup.runtime
        else:
            runtime, application = lookup.claimed(auth.claimed_key(environ.get("HTTP_AUTHORIZATION")))
        return CallingRequest(runtime, application, region_of(environ), body, runtime.open_request())

    def _carry_out(
        self,
        operation: Operation,
        handler: Handler,
        calling: CallingRequest,
        environ: Environ,
        arguments: dict[str, str],
    ) -> AnyResponse:
        runtime, kind, severity = calling.runtime, "api.request", Severity.INFO
        response: AnyResponse
        try:
            self._emulator.check_limits(runtime, operation.id, environ["PATH_INFO"], calling.application.key)
            canned = stubbed(self._emulator, runtime, calling.body)
            if canned is None:
                response = handler(calling, **arguments)
            else:
                response, kind = canned.response, "stub.answered"
                calling.journalled |= canned.journalled
        except Exception as error:
            refusal = translated(error)
            severity = Severity.INFO if isinstance(error, IllegalTransition) else Severity.WARNING
            reference = self._emulator.new_reference(runtime)
            calling.journalled |= {"error": refusal.code, "message": refusal.message, "reference": reference}
            if refusal.why:
                calling.journalled["why"] = refusal.why
            response = response_to(refusal, reference)
        runtime.note(
            kind,
            {
                "method": environ["REQUEST_METHOD"],
                "path": target_of(environ),
                "operation": operation.id,
                "status": response.status_code,
                **({"region": calling.region} if calling.region else {}),
                **calling.journalled,
                "after": calling.open.after,
            },
            severity=severity,
            call_id=calling.call_id,
            wall={"agent": environ["HTTP_USER_AGENT"]} if environ.get("HTTP_USER_AGENT") else None,
        )
        response.call_on_close(calling.open.close)
        return response


def target_of(environ: Environ) -> str:
    """The raw request target, as the client wrote and perhaps signed it."""
    target: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or request.full_path
    return target


def _declared_length(environ: Environ) -> int:
    declared: str = environ.get("CONTENT_LENGTH") or "0"
    return int(declared) if declared.isascii() and declared.isdigit() else 0


def body_of(environ: Environ) -> bytes:
    """The body's bytes; raises 413 for more than the limit, before anything was done."""
    if environ.get(TOO_LARGE) or _declared_length(environ) > MAX_BODY:
        raise RequestEntityTooLarge
    terminated = environ.get("wsgi.input_terminated")
    body: bytes = environ["wsgi.input"].read(MAX_BODY + 1) if terminated else request.get_data()
    if len(body) > MAX_BODY:
        raise RequestEntityTooLarge
    return body


def remember(calling: CallingRequest, problems: Iterable[Problem]) -> None:
    """Let the journal say what was odd about a request that was accepted."""
    found = [{"path": problem.path, "message": problem.message} for problem in problems]
    if found:
        calling.journalled["remarks"] = found
