"""Every failure of the Calling and configuration API in its one shape (``rest-api.md`` section 3.1)."""

from __future__ import annotations

import json
import logging

from flask import Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from sinch_voice_emulator import errors
from sinch_voice_emulator.v1 import errors as v1
from sinch_voice_emulator.v1.errors import ApiError

log = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024
"""Bytes a request may carry; more is answered with 413."""


def translated(error: Exception) -> ApiError:
    """What a client is told of an error, whatever raised it."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, errors.EmulatorError):
        return _refused(error)
    if isinstance(error, HTTPException):
        return _http(error)
    log.error("a request failed in a way nobody foresaw", exc_info=error)
    return v1.internal_error(f"{type(error).__name__}: {error}")


def _refused(error: errors.EmulatorError) -> ApiError:
    why = str(error)
    if isinstance(error, errors.NoCredit):
        return v1.not_enough_credit(why)
    if isinstance(error, errors.DestinationForbidden):
        return v1.destination_forbidden(why)
    if isinstance(error, errors.NotFound):
        return v1.call_not_found(why)
    if isinstance(error, errors.LimitReached):
        return v1.too_many_requests(why)
    return v1.invalid_request(why=why)


def _http(error: HTTPException) -> ApiError:
    if isinstance(error, NotFound):
        return v1.resource_not_found("no operation has this address")
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return v1.by_status(405, "Method not allowed", f"this address takes {allowed}")
    if isinstance(error, RequestEntityTooLarge):
        return v1.by_status(413, f"Request body too large: the limit is {MAX_BODY} bytes")
    return v1.by_status(error.code or 400, error.name)


def response_to(error: ApiError, reference: str) -> Response:
    """The answer. ``reference`` is a GUID that the journal has too."""
    body = {"errorCode": error.code, "message": error.message, "reference": reference}
    response = Response(json.dumps(body, separators=(",", ":")), status=error.status, mimetype="application/json")
    if error.status == 429:
        response.headers["Retry-After"] = "1"
    return response
