"""Refusals of the Voice API, with the status and code the platform documents for each.

Every function makes one error; nothing here raises. ``message`` goes to the client, ``why`` (longer, optional) into the journal.
"""

from __future__ import annotations

from sinch_voice_emulator.errors import EmulatorError


class ApiError(EmulatorError):
    """An answer other than success: HTTP ``status``, documented ``code``, what the client reads and what the journal adds."""

    def __init__(self, status: int, code: int, message: str, why: str = "") -> None:
        self.status = status
        self.code = code
        self.message = message
        self.why = why
        super().__init__(message)


def invalid_parameters(*names: str, why: str = "") -> ApiError:
    """Values that break a rule; names the parameters, as the platform does: ``Invalid parameters: dtmf``."""
    return ApiError(400, 40001, f"Invalid parameters: {', '.join(names)}", why)


def illegal(message: str, why: str = "") -> ApiError:
    """Values that break a rule that a list of names would not explain."""
    return ApiError(400, 40001, message, why)


def missing(*names: str, why: str = "") -> ApiError:
    """Members that have to be there and are not."""
    return ApiError(400, 40002, f"Missing parameters: {', '.join(names)}", why)


def invalid_request(message: str = "Invalid request", why: str = "") -> ApiError:
    """A request that makes no sense as a whole, or not in the present state."""
    return ApiError(400, 40003, message, why)


def data_missing(why: str = "") -> ApiError:
    """No body, or one that is no JSON."""
    return invalid_request("Request data missing", why)


def illegal_header(message: str, why: str = "") -> ApiError:
    """A header the platform cannot read, ``authorization`` above all."""
    return ApiError(401, 40100, message, why)
