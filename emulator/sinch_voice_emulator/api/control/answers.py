"""Answers of the control API: JSON, and small values as it spells them."""

from __future__ import annotations

import json

from werkzeug.wrappers import Response

from sinch_voice_emulator.v1.problems import Problem


def json_text(value: object) -> str:
    """Compact JSON; what JSON does not know is written as text. Half a surrogate pair is escaped."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), default=str)
    return text


def json_response(value: object, status: int = 200) -> Response:
    """A JSON answer that nobody keeps."""
    return Response(json_text(value), status, mimetype="application/json", headers={"Cache-Control": "no-store"})


def no_content() -> Response:
    """204, without body and content type."""
    response = Response(status=204)
    response.headers.remove("content-type")
    return response


def problem_json(problem: Problem) -> dict[str, object]:
    """A finding, with what it has to say and no more."""
    found: dict[str, object] = {"path": problem.path, "message": problem.message, "severity": problem.severity}
    details = {"expected": problem.expected, "found": problem.found, "nearest": problem.nearest}
    return found | {name: value for name, value in details.items() if value}
