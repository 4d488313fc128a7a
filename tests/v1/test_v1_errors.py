"""Every documented refusal has its status, code and text."""

from __future__ import annotations

import pytest

from sinch_voice_emulator.v1 import errors
from sinch_voice_emulator.v1.errors import ApiError


@pytest.mark.parametrize(
    ("error", "status", "code", "message"),
    [
        (errors.invalid_parameters("dtmf", "cli"), 400, 40001, "Invalid parameters: dtmf, cli"),
        (errors.illegal("No."), 400, 40001, "No."),
        (errors.missing("url"), 400, 40002, "Bad request: url missing"),
        (errors.invalid_request(), 400, 40003, "Invalid request"),
        (errors.data_missing(), 400, 40003, "Request data missing"),
        (errors.invalid_application_key(), 400, 40003, "Invalid Application Key"),
        (errors.missing_plus(), 400, 40005, "Phone number missing leading plus sign"),
        (errors.numbers_not_updated(), 400, 40001, "Unable to update numbers"),
        (errors.invalid_number_specified(), 400, 40001, "Invalid number specified"),
        (errors.no_credentials(), 401, 40100, "Authorization required"),
        (errors.illegal_header("No."), 401, 40100, "No."),
        (errors.not_enough_credit(), 402, 40200, "Not enough credit"),
        (errors.destination_forbidden(), 403, 40300, "Resource destination is forbidden"),
        (errors.call_not_found(), 404, 40400, "Call not found"),
        (errors.conference_not_found("x"), 404, 40400, "No such ongoing conference 'x' in the application's context"),
        (errors.recording_not_found(), 404, 40400, "Recording not found"),
        (errors.resource_not_found(), 404, 40400, "Requested resource not found"),
        (errors.by_status(405, "Method not allowed"), 405, 40500, "Method not allowed"),
        (errors.too_many_requests(), 429, 42900, "The number of requests has exceeded capacity"),
        (errors.internal_error(), 500, 50000, "General error; try submitting request again"),
    ],
)
def test_refusals(error: ApiError, status: int, code: int, message: str) -> None:
    assert (error.status, error.code, error.message, str(error)) == (status, code, message, message)
    assert error.why == ""


def test_the_reason_is_kept_for_the_journal() -> None:
    assert errors.call_not_found("it ended a minute ago").why == "it ended a minute ago"
