"""A stub: which requests it is for, what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sinch_voice_emulator.runtime.matching import fits
from sinch_voice_emulator.stubs.paths import PathPattern

ABSENT = object()
"""The body of a request or of an answer that has none."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a stub sees of a request.

    Names of headers are in lower case. ``body`` is JSON, text where it is no JSON, or ``ABSENT``.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: object = ABSENT


@dataclass(frozen=True, slots=True)
class When:
    """Which requests are meant. ``""``, ``None`` and empty mappings mean any; a value of ``None`` means not there."""

    method: str = ""
    path: PathPattern | None = None
    query: Mapping[str, str | None] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: object = ABSENT

    def fits(self, request: Request) -> Mapping[str, str] | None:
        """What the placeholders of the path stand for, or ``None`` when the request is not meant."""
        if self.method not in ("", request.method):
            return None
        captured = self.path.match(request.path) if self.path is not None else {}
        if captured is None:
            return None
        if any(request.query.get(name) != value for name, value in self.query.items()):
            return None
        if any(request.headers.get(name.lower()) != value for name, value in self.headers.items()):
            return None
        if self.body is not ABSENT and not fits(self.body, None if request.body is ABSENT else request.body):
            return None
        return captured


@dataclass(frozen=True, slots=True)
class Signature:
    """The callback that an answer poses as. ``application`` is a key, ``""`` the account's first."""

    path: str
    method: str = "POST"
    application: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered. At most one of ``body`` (JSON) and ``text`` is given; ``delay`` is milliseconds of the wall clock."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = ABSENT
    text: str | None = None
    template: bool = True
    delay: int = 0
    sign: Signature | None = None


@dataclass(frozen=True, slots=True)
class Stub:
    """One canned answer.

    ``times`` is how many requests it answers, ``None`` for all. ``source`` is the file and line it was read from, ``""`` for
    one of the control API; ``document`` is how it was written.
    """

    when: When
    answer: Answer
    document: Mapping[str, Any]
    name: str = ""
    times: int | None = None
    enabled: bool = True
    source: str = ""
