"""The one gate through which every answer and every callback of these tests goes: it has to be as the document says."""

from __future__ import annotations

import functools
import json
from typing import Any

import jsonschema_rs
from werkzeug.routing import Map, Rule

from api_client import Answer
from sinch_voice_emulator.v1 import spec
from sinch_voice_emulator.v1.paths import forms_of
from sinch_voice_emulator.v1.spec import Operation, Spec


@functools.cache
def _routes() -> Map:
    """Every documented address, made from the document alone."""
    rules = [
        Rule(path.replace("{", "<").replace("}", ">"), endpoint=operation.id, methods=[operation.method], strict_slashes=False)
        for operation in spec.voice().operations()
        for path in forms_of(operation.path, operation.method)
    ]
    return Map(rules, merge_slashes=False)


def operation_at(method: str, path: str) -> Operation:
    """The documented operation that a request addresses."""
    endpoint, _ = _routes().bind("").match(path.partition("?")[0], method=method)
    return operation_named(str(endpoint))


def operation_named(name: str) -> Operation:
    """An operation by its id."""
    return next(operation for operation in spec.voice().operations() if operation.id == name)


def documented_answers(operation: Operation) -> dict[str, Any]:
    """The answers of an operation by status or ``default``, references resolved."""
    return {status: resolved(answer) for status, answer in operation.definition["responses"].items()}


def resolved(value: Any) -> Any:
    """What a reference into the document stands for."""
    if "$ref" not in value:
        return value
    found: Any = spec.voice().document
    for step in value["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def conforms(operation: Operation, answer: Answer) -> None:
    """Check an answer: its status is documented (or an error), and content type and body are those of that status."""
    documented = documented_answers(operation)
    status = str(answer.status_code)
    assert status in documented or answer.status_code >= 400, f"{operation.id} answered {status}: {answer.text}"
    content = documented.get(status, documented.get("default", {})).get("content", {})
    assert "location" not in answer.headers
    if not content:
        assert answer.data == b""
        assert "content-type" not in answer.headers
        return
    assert answer.mimetype in content, answer.mimetype
    if answer.mimetype == "application/json":
        body = json.loads(answer.data)
        schema = content["application/json"]["schema"]
        assert violations(spec.voice(), schema, body) == [], body
    if answer.status_code >= 400:
        assert json.loads(answer.data)["errorCode"] // 100 == answer.status_code


def callback_conforms(event: dict[str, Any]) -> None:
    """Check a callback's body against its webhook."""
    webhook = spec.voice().document["webhooks"][event["event"]]["post"]
    schema = webhook["requestBody"]["content"]["application/json"]["schema"]
    assert violations(spec.voice(), schema, event) == [], event


def violations(document: Spec, schema: dict[str, Any], value: object) -> list[str]:
    """What is wrong with ``value`` by a schema that stands anywhere in the document."""
    errors = _validator(document, json.dumps(schema)).iter_errors(value)
    return [f"{error.instance_path}: {error.message}" for error in errors]


@functools.cache
def _validator(document: Spec, schema: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({**json.loads(schema), "components": document.document["components"]})
