"""Every failure of the control API in its one shape: ``{"error": {"message": ...}}``, with path, nearest name and problems."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.wrappers import Response

from sinch_voice_emulator import errors
from sinch_voice_emulator.api.control.answers import json_response, problem_json
from sinch_voice_emulator.v1.errors import ApiError
from sinch_voice_emulator.v1.problems import Problem

MAX_BODY = 1024 * 1024
"""Bytes a request may carry; more is answered with 413."""

_STATUS: tuple[tuple[type[errors.EmulatorError], int], ...] = (
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.LimitReached, 409),
    (errors.Refused, 403),
)
_SENTENCES = {
    404: "there is nothing at this address; docs/control-api.md lists what there is",
    413: f"the body is too large: at most {MAX_BODY} bytes are read",
    415: "the body must be JSON: send it with the header Content-Type: application/json",
    416: "the file has no such range of bytes",
}

log = logging.getLogger(__name__)


class ControlRefusal(errors.BadRequest):
    """A refusal with a status of its own, a JSON path and what was probably meant."""

    def __init__(self, message: str, *, status: int = 400, path: str = "", nearest: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.path = path
        self.nearest = nearest


class InvalidBody(errors.BadRequest):
    """A body (or query) that breaks its schema. ``problems`` is not empty; the first one speaks for all."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].message)
        self.problems = tuple(problems)


def error_response(error: Exception) -> Response:
    """What a client of the control API is told of an error, whatever raised it."""
    if isinstance(error, InvalidBody):
        first = error.problems[0]
        return shaped(400, first.message, path=first.path, nearest=first.nearest, problems=error.problems)
    if isinstance(error, ControlRefusal):
        return shaped(error.status, str(error), path=error.path, nearest=error.nearest)
    if isinstance(error, ApiError):
        return shaped(error.status, error.why or error.message)
    if isinstance(error, errors.EmulatorError):
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 400)
        return shaped(status, str(error))
    if isinstance(error, HTTPException):
        return _http(error)
    log.error("a control request failed in a way nobody foresaw", exc_info=error)
    return shaped(500, "this is a fault of the emulator; its log says more")


def shaped(status: int, message: str, *, path: str = "", nearest: str = "", problems: Sequence[Problem] = ()) -> Response:
    """An error answer. ``message`` is one sentence."""
    error: dict[str, object] = {"message": message}
    if path:
        error["path"] = path
    if nearest:
        error["nearest"] = nearest
    if problems:
        error["problems"] = [problem_json(problem) for problem in problems]
    response = json_response({"error": error}, status)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="sinch-voice-emulator"'
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 400
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        response = shaped(405, f"this address takes {allowed or 'no method at all'}")
        response.headers["Allow"] = allowed
        return response
    return shaped(status, _SENTENCES.get(status, f"the request cannot be read: {error.name.lower()}"))


def too_large() -> HTTPException:
    """The body is larger than allowed."""
    return RequestEntityTooLarge()


def not_json() -> HTTPException:
    """The body does not say that it is JSON."""
    return UnsupportedMediaType()
