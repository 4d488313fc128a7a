"""What is routed is documented, and what is documented is routed: the Voice API and the control API alike."""

from __future__ import annotations

import pytest

from sinch_voice_emulator.api.app import create_app
from sinch_voice_emulator.api.control import forms_of as control_forms
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.v1 import spec
from sinch_voice_emulator.v1.paths import all_forms_of

ADDED = {"HEAD", "OPTIONS"}
"""Methods that come with every route and that no document lists."""
CATCH_ALL = {"/_emulator", "/_emulator/<path:rest>"}
"""Where the control API says that there is nothing."""


@pytest.fixture(scope="module")
def routed() -> set[tuple[str, str]]:
    """Every address and method that the application serves, both spelt as in the documents."""
    rules = create_app(Emulator()).url_map.iter_rules()
    return {
        (method, rule.rule.rstrip("/").replace("<", "{").replace(">", "}"))
        for rule in rules
        for method in (rule.methods or set()) - ADDED
        if rule.rule.rstrip("/") not in CATCH_ALL
    }


def documented() -> set[tuple[str, str]]:
    voice = {(one.method, form) for one in spec.voice().operations() for form in all_forms_of(one.path, one.method)}
    return voice | {(one.method, form) for one in spec.control().operations() for form in control_forms(one.path)}


def test_everything_routed_is_documented(routed: set[tuple[str, str]]) -> None:
    assert routed - documented() == set()


def test_everything_documented_is_routed(routed: set[tuple[str, str]]) -> None:
    assert documented() - routed == set()


def test_every_row_of_the_endpoint_table_is_there(routed: set[tuple[str, str]]) -> None:
    """The table of ``rest-api.md`` section 0, written out."""
    table = """
        GET /v1/configuration/numbers
        POST /v1/configuration/numbers
        DELETE /v1/configuration/numbers
        GET /v1/configuration/callbacks/applications/{applicationkey}
        POST /v1/configuration/callbacks/applications/{applicationkey}
        GET /v1/calling/query/number/{number}
        PATCH /calling/v1/calls/id/{callId}
        PATCH /calling/v1/calls/id/{callId}/leg/{callLeg}
        GET /calling/v1/calls/id/{callId}
        GET /calling/v1/conferences/id/{conferenceId}
        PATCH /calling/v1/conferences/id/{conferenceId}/{callId}
        DELETE /calling/v1/conferences/id/{conferenceId}/{callId}
        DELETE /calling/v1/conferences/id/{conferenceId}
        POST /calling/v1/callouts
        GET /calling/v1/recording
        GET /calling/v1/recording/{key}
        DELETE /calling/v1/recording/{key}
        POST /calling/v1/callreport/callId/{callId}
    """
    rows = {(row.split()[0], row.split()[1]) for row in table.strip().splitlines()}
    assert rows <= routed
    assert rows == {(one.method, one.path) for one in spec.voice().operations()}
