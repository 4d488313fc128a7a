"""Stubs from files and from JSON.

The shape is checked against ``openapi/stubs.schema.json`` (files) or ``openapi/control.yaml`` (the control API), which say the
same; what no schema can say is checked here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.stubs.paths import PathPattern
from sinch_voice_emulator.stubs.placeholders import complaint
from sinch_voice_emulator.stubs.values import ABSENT, Answer, Signature, Stub, When

SCHEMA = "stubs.schema.json"

NO_BODY = (204, 205, 304)
FRAMING = ("content-length", "transfer-encoding", "connection", "date")
"""Headers that the server sets itself."""


class StubError(BadRequest):
    """A stub that has the right shape and still makes no sense, with the JSON path of what is wrong in it."""

    def __init__(self, message: str, path: str, nearest: str = "") -> None:
        super().__init__(message)
        self.path = path
        self.nearest = nearest


def read_file(path: str | Path) -> tuple[Stub, ...]:
    """The stubs of a file (YAML, or JSON in ``*.json``). Raises ``DocumentError`` and says where what is wrong."""
    from sinch_voice_emulator import documents

    located = documents.read(path)
    documents.check(located, documents.schema(SCHEMA))
    found = []
    for place, document in enumerate(located.value["stubs"]):
        at = f"$.stubs[{place}]"
        try:
            found.append(stub_from_json(document, at, f"{path}:{located.position(at)[0]}"))
        except StubError as error:
            raise documents.DocumentError(located.sentence(error.path, str(error))) from None
    return tuple(found)


def stub_from_json(document: Mapping[str, Any], path: str = "$", source: str = "") -> Stub:
    """The stub that a document of the right shape describes. ``path`` is where it stands. Raises ``StubError``."""
    given: Mapping[str, Any] = document.get("when", {})
    pattern = _said(lambda: PathPattern(given["path"]), f"{path}.when.path") if "path" in given else None
    when = When(
        method=given.get("method", ""),
        path=pattern,
        query=given.get("query", {}),
        headers=given.get("headers", {}),
        body=given.get("body", ABSENT),
    )
    return Stub(
        when,
        _answer(document["answer"], f"{path}.answer", pattern.names if pattern else ()),
        document,
        name=document.get("name", ""),
        times=document.get("times"),
        enabled=document.get("enabled", True),
        source=source,
    )


def _answer(given: Mapping[str, Any], path: str, names: tuple[str, ...]) -> Answer:
    if "body" in given and "text" in given:
        raise StubError("an answer has a body or a text, not both", f"{path}.text")
    empty = "body" not in given and "text" not in given
    status = given.get("status", 204 if empty else 200)
    if status in NO_BODY and not empty:
        raise StubError(f"an answer of status {status} has no body", f"{path}.status")
    for name, value in given.get("headers", {}).items():
        _check_header(name, value, f"{path}.headers.{name}")
    sign = given.get("sign")
    if given.get("template", True):
        for place, text in _texts(given, path):
            found = complaint(text, names)
            if found is not None:
                raise StubError(found[0], place, found[1])
    return Answer(
        status,
        headers=given.get("headers", {}),
        body=given.get("body", ABSENT),
        text=given.get("text"),
        template=given.get("template", True),
        delay=given.get("delay", 0),
        sign=Signature(sign["path"], sign.get("method", "POST"), sign.get("application", "")) if sign else None,
    )


def _check_header(name: str, value: str, path: str) -> None:
    if not name or not name.isascii() or not all(char.isalnum() or char in "!#$%&'*+-.^_`|~" for char in name):
        raise StubError("this is no name of a header: it has letters, digits and dashes", path)
    if name.lower() in FRAMING:
        raise StubError(f"{name} is set by the server", path)
    if not value.isprintable() or not value.encode("latin-1", "replace").decode("latin-1") == value:
        raise StubError("the value of a header is printable text on one line, in Latin-1", path)


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Every text in an answer with its path, names of members apart."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{place}]")


def _said(make: Callable[[], PathPattern], path: str) -> PathPattern:
    try:
        return make()
    except ValueError as error:
        raise StubError(str(error), path) from None
