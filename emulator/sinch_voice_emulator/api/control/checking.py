"""Checks of requests against ``openapi/control.yaml``, with sentences that name the place and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from sinch_voice_emulator.api.control.errors import ControlRefusal, InvalidBody
from sinch_voice_emulator.v1 import spec
from sinch_voice_emulator.v1.problems import Problem, error, nearest
from sinch_voice_emulator.v1.spec import Operation
from sinch_voice_emulator.v1.wording import describe, path_of, problem_of, quoted

TRUE = ("true", "1", "yes")
FALSE = ("false", "0", "no")


def body_component(operation: Operation) -> str:
    """The name of the component a request body has to satisfy; ``""`` when the operation takes none."""
    content = operation.definition.get("requestBody", {}).get("content", {}).get("application/json")
    return content["schema"]["$ref"].rpartition("/")[2] if content else ""


def check_body(component: str, value: object) -> None:
    """Raise ``InvalidBody`` when ``value`` is not a ``component``."""
    control = spec.control()
    if control.is_valid(component, value):
        return
    found = [problem for finding in control.explain(component, value) for problem in _problems(finding)]
    found.sort(key=lambda problem: problem.found != "nothing")
    raise InvalidBody(found or [error("$", "the body is not what this operation takes")])


def _problems(finding: Any) -> Iterator[Problem]:
    """A finding of the validator as problems: each surplus member is one of its own, with the name it comes nearest to."""
    if finding.validator != "additionalProperties":
        yield problem_of(finding)
        return
    known = list(finding.schema.get("properties", ()))
    path = path_of(finding.absolute_path)
    for name in finding.instance:
        if name not in known:
            near = nearest(name, known)
            hint = f" (did you mean {near}?)" if near else ""
            message = f"there is no member {quoted(name)[1:-1]} here{hint}"
            yield error(f"{path}.{name}", message, expected=f"one of {', '.join(known)}", found=name, nearest=near)


# --- query ----------------------------------------------------------------------------------------------------------------


def check_query(operation: Operation, given: MultiDict[str, str]) -> dict[str, Any]:
    """The query parameters of a request by name, as their types; those not given have their defaults or are missing."""
    known = {one["name"]: one["schema"] for one in _parameters(operation) if one["in"] == "query"}
    for name in given:
        if name not in known:
            near = nearest(name, known)
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            hint = f" (did you mean {near}?)" if near else ""
            raise ControlRefusal(
                f"there is no query parameter {name[:60]!r} here{hint}; {takes}", path=f"?{name[:60]}", nearest=near
            )
    values: dict[str, Any] = {}
    for name, schema in known.items():
        if name in given:
            values[name] = _value(name, schema, given.getlist(name))
        elif "default" in schema:
            values[name] = schema["default"]
    return values


def _parameters(operation: Operation) -> Iterator[Mapping[str, Any]]:
    document = spec.control().document
    for one in operation.definition.get("parameters", ()):
        yield document["components"]["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one


def _value(name: str, schema: Mapping[str, Any], texts: list[str]) -> Any:
    if schema.get("type") == "array":
        return [_scalar(name, schema["items"], part) for text in texts for part in text.split(",") if part]
    return _scalar(name, schema, texts[-1])


def _scalar(name: str, schema: Mapping[str, Any], text: str) -> Any:
    """One value; raises ``ControlRefusal`` with what would be right."""
    kind = schema.get("type", "string")
    if kind == "boolean":
        if text.lower() in TRUE + FALSE:
            return text.lower() in TRUE
        raise _wrong(name, "true or false", text)
    if kind == "string":
        choices = schema.get("enum")
        if choices and text not in choices:
            near = nearest(text, choices)
            raise _wrong(name, f"one of {', '.join(choices)}", text, near)
        return text
    least, most = schema["minimum"], schema["maximum"]
    expected = f"{'a whole number' if kind == 'integer' else 'a number'} between {least} and {most}"
    number: int | float
    try:
        number = int(text) if kind == "integer" else float(text)
    except ValueError:
        raise _wrong(name, expected, text) from None
    if not (least <= number <= most):
        raise _wrong(name, expected, text)
    return number


def _wrong(name: str, expected: str, found: str, near: str = "") -> ControlRefusal:
    hint = f" (did you mean {near}?)" if near else ""
    return ControlRefusal(f"{name} should be {expected}, but is {describe(found)}{hint}", path=f"?{name}", nearest=near)
