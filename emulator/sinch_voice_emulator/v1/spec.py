"""The OpenAPI documents: the one source of what requests, SVAML, answers and callbacks may look like.

Whether a value is valid is decided by a compiled validator; only when it is not are the findings worked out by a slower one
that says where and why. Both are kept per component.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from sinch_voice_emulator.v1.problems import Problem
from sinch_voice_emulator.v1.wording import problem_of

PACKAGE = Path(__file__).resolve().parent.parent
FOLDERS = (PACKAGE.parent.parent / "openapi", PACKAGE / "openapi")
"""Where the documents are: beside the sources in a checkout, inside the package when installed."""

VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of an API: what it is called and where it is found. ``path`` has its parameters in braces."""

    id: str
    method: str
    path: str
    summary: str
    definition: Mapping[str, Any]


class Spec:
    """One OpenAPI document and the validators made from its components."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.components: dict[str, Any] = document["components"]["schemas"]
        self._is_valid: dict[str, Callable[[object], bool]] = {}
        self._explainers: dict[str, Any] = {}
        self.shapes: dict[str, Any] = {}
        """Compiled forms of components, kept for ``canonical``."""

    def schema(self, name: str) -> dict[str, Any]:
        """The component of this name; ``KeyError`` when there is none."""
        component: dict[str, Any] = self.components[name]
        return component

    def resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """``schema``, or what it refers to, overlaid with the keywords that stand beside the reference."""
        while "$ref" in schema:
            target = self.components[schema["$ref"].rpartition("/")[2]]
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
        return schema

    def is_valid(self, name: str, value: object) -> bool:
        """Whether ``value`` (plain JSON) satisfies the component ``name``."""
        check = self._is_valid.get(name)
        if check is None:
            check = self._is_valid[name] = jsonschema_rs.Draft202012Validator(self._rooted(name)).is_valid
        return check(value)

    def problems(self, name: str, value: object) -> list[Problem]:
        """What is wrong with ``value`` as a component ``name``: missing members first; empty when it is valid."""
        if self.is_valid(name, value):
            return []
        found = [problem_of(error) for error in self.explain(name, value)]
        return sorted(found, key=lambda problem: problem.found != "nothing")

    def explain(self, name: str, value: object) -> Iterator[Any]:
        """The raw findings of the explaining validator."""
        explainer = self._explainers.get(name)
        if explainer is None:
            explainer = self._explainers[name] = _explaining_validator()(self._rooted(name))
        findings: Iterator[Any] = explainer.iter_errors(value)
        return findings

    def operations(self) -> list[Operation]:
        """Every operation in document order."""
        return [
            Operation(definition["operationId"], verb.upper(), path, definition.get("summary", ""), definition)
            for path, item in self.document["paths"].items()
            for verb, definition in item.items()
            if verb in VERBS
        ]

    def _rooted(self, name: str) -> dict[str, Any]:
        return {"$ref": f"#/components/schemas/{name}", "components": self.document["components"]}


@functools.cache
def _explaining_validator() -> Any:
    """The draft 2020-12 validator of ``jsonschema``, loaded late, with patterns as ECMA-262 has them."""
    import jsonschema

    def pattern(_validator: object, pattern: str, instance: object, _schema: object) -> Iterator[Any]:
        if isinstance(instance, str) and not _ecma(pattern).search(instance):
            yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")

    extend: Callable[..., Any] = jsonschema.validators.extend
    return extend(jsonschema.Draft202012Validator, {"pattern": pattern})


@functools.cache
def _ecma(pattern: str) -> re.Pattern[str]:
    """Python's ``$`` also matches before a line break at the end; that of JSON Schema does not."""
    return re.compile(pattern.replace("$", r"\Z"))


def load(name: str) -> Spec:
    """Read and parse one of the documents (``voice.yaml``)."""
    for folder in FOLDERS:
        path = folder / name
        if path.is_file():
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            return Spec(yaml.load(path.read_text(encoding="utf-8"), loader))
    raise FileNotFoundError(f"{name} is neither in {FOLDERS[0]} nor in {FOLDERS[1]}")


@functools.cache
def voice() -> Spec:
    """The Voice API with its callbacks and SVAML, read once."""
    return load("voice.yaml")


@functools.cache
def control() -> Spec:
    """The emulator's own control API, read once."""
    return load("control.yaml")
