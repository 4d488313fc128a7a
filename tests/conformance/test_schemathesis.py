"""Generated requests, right and wrong, to every operation: no server error, and no answer outside the document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from conformance.scene import ROOM, Scene
from sinch_voice_emulator.settings import DEFAULT_KEY
from sinch_voice_emulator.v1 import spec

EXAMPLES = 25
DOCUMENT = "/openapi.json"
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
OPERATIONS = [(one.id, one.method, one.path) for one in spec.voice().operations()]
Environ = dict[str, Any]


def serving_its_document(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The application, and beside it the document, which is where the generator looks for it."""
    text = json.dumps(spec.voice().document).encode()

    def both(environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != DOCUMENT:
            return app(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [text]

    return both


def known(scene: Scene, path: str, name: str) -> str:
    """Something that exists, for a parameter of a path."""
    return {
        "callId": scene.member if "/conferences/" in path else scene.call,
        "callLeg": "both",
        "conferenceId": ROOM,
        "key": scene.recording,
        "applicationkey": DEFAULT_KEY,
        "number": "+46701234567",
    }[name]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
@pytest.mark.parametrize(("name", "method", "path"), OPERATIONS, ids=[name for name, _, _ in OPERATIONS])
def test_generated_requests(name: str, method: str, path: str, mode: GenerationMode) -> None:
    scene = Scene()
    app = serving_its_document(scene.api.client.application)
    operation = schemathesis.openapi.from_wsgi(DOCUMENT, app)[path][method]
    assert operation.definition.raw["operationId"] == name

    @given(case=operation.as_strategy(generation_mode=mode), exists=st.booleans())
    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def ask(case: Any, exists: bool) -> None:
        if exists:
            case.path_parameters = {parameter: known(scene, path, parameter) for parameter in case.path_parameters or {}}
        response = case.call(headers=scene.api.headers())
        case.validate_response(response, checks=CHECKS)
        assert response.status_code != 401

    ask()


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        ("500 Oops", "application/json", b"{}"),
        ("200 OK", "text/html", b"{}"),
        ("200 OK", "application/json", b'{"callid":"x"}'),
    ],
)
def test_the_checks_notice(status: str, kind: str, body: bytes) -> None:
    def wrong(_environ: Environ, start_response: Any) -> Iterable[bytes]:
        start_response(status, [("Content-Type", kind)])
        return [body]

    operation = schemathesis.openapi.from_wsgi(DOCUMENT, serving_its_document(wrong))["/calling/v1/callouts"]["POST"]
    case = operation.Case(body={"method": "ttsCallout"}, media_type="application/json")
    with pytest.raises(FailureGroup):
        case.validate_response(case.call(), checks=CHECKS)
