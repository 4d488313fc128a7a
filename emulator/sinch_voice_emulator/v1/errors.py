"""Refusals of the Voice API, with the status and code the platform documents for each.

Every function makes one error; nothing here raises. ``message`` goes to the client, ``why`` (longer, optional) to the journal.
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
    return ApiError(400, 40002, f"Bad request: {', '.join(names)} missing", why)


def invalid_request(message: str = "Invalid request", why: str = "") -> ApiError:
    """A request that makes no sense as a whole, or not in the present state."""
    return ApiError(400, 40003, message, why)


def data_missing(why: str = "") -> ApiError:
    """No body, or one that is no JSON."""
    return invalid_request("Request data missing", why)


def illegal_header(message: str, why: str = "") -> ApiError:
    """A header the platform cannot read, ``authorization`` above all."""
    return ApiError(401, 40100, message, why)


def no_credentials() -> ApiError:
    """No ``authorization`` header at all."""
    return ApiError(401, 40100, "Authorization required")


def not_enough_credit(why: str = "") -> ApiError:
    """The account cannot pay for the call."""
    return ApiError(402, 40200, "Not enough credit", why)


def destination_forbidden(why: str = "") -> ApiError:
    """The account may not call there."""
    return ApiError(403, 40300, "Resource destination is forbidden", why)


def call_not_found(why: str = "") -> ApiError:
    """No such call for this application in this region, or it has ended."""
    return ApiError(404, 40400, "Call not found", why)


def conference_not_found(name: str, why: str = "") -> ApiError:
    """No conference of that name goes on."""
    return ApiError(404, 40400, f"No such ongoing conference '{name}' in the application's context", why)


def recording_not_found(why: str = "") -> ApiError:
    """No such recording."""
    return ApiError(404, 40400, "Recording not found", why)


def no_key_specified() -> ApiError:
    """A request for one recording that names none."""
    return ApiError(400, 40002, "No key specified")


def resource_not_found(why: str = "") -> ApiError:
    """An address the API does not have."""
    return ApiError(404, 40400, "Requested resource not found", why)


def invalid_application_key(why: str = "") -> ApiError:
    """A configuration request for an application the account does not have."""
    return invalid_request("Invalid Application Key", why)


def numbers_not_updated(why: str = "") -> ApiError:
    """Numbers that are not there, not the account's, or not assigned."""
    return illegal("Unable to update numbers", why)


def invalid_number_specified(why: str = "") -> ApiError:
    """A number look-up of something that is no number."""
    return illegal("Invalid number specified", why)


def missing_plus(why: str = "") -> ApiError:
    """A number without its plus, where the account insists on it."""
    return ApiError(400, 40005, "Phone number missing leading plus sign", why)


def by_status(status: int, message: str, why: str = "") -> ApiError:
    """Anything the platform documents no code for: a hundred times the HTTP status."""
    return ApiError(status, status * 100, message, why)


def too_many_requests(why: str = "") -> ApiError:
    """More requests a second than the account may make."""
    return ApiError(429, 42900, "The number of requests has exceeded capacity", why)


def internal_error(why: str = "") -> ApiError:
    """The platform's fault (only when a test orders it)."""
    return ApiError(500, 50000, "General error; try submitting request again", why)
