"""Path forms of the documented paths (``rest-api.md`` 1.2)."""

from __future__ import annotations

import pytest

from sinch_voice_emulator.v1.paths import all_forms_of, forms_of


@pytest.mark.parametrize(
    ("method", "path", "also"),
    [
        ("POST", "/calling/v1/callouts", ["/v1/callouts"]),
        ("GET", "/calling/v1/calls/id/{callId}", ["/v1/calls/id/{callId}"]),
        (
            "PATCH",
            "/calling/v1/calls/id/{callId}",
            ["/v1/calls/id/{callId}", "/calling/v1/call/id/{callId}", "/v1/call/id/{callId}"],
        ),
        ("GET", "/v1/configuration/numbers", ["/calling/v1/configuration/numbers"]),
        (
            "GET",
            "/v1/calling/query/number/{number}",
            [
                "/calling/v1/calling/query/number/{number}",
                "/calling/v1/query/number/{number}",
                "/calling/query/number/{number}",
            ],
        ),
    ],
)
def test_the_documented_form_comes_first(method: str, path: str, also: list[str]) -> None:
    assert forms_of(path, method) == (path, *also)


def test_a_form_without_its_name_is_routed_where_its_refusal_is_documented() -> None:
    recording = "/calling/v1/recording/{key}"
    without = ("/calling/v1/recording", "/v1/recording")
    assert all_forms_of(recording, "DELETE") == (*forms_of(recording, "DELETE"), *without)
    assert all_forms_of(recording, "GET") == forms_of(recording, "GET")
