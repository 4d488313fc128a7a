"""Patterns of paths: ``/calling/v1/calls/id/{callId}``, where a name in braces stands for any one segment."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = re.compile(r"\{([^{}]*)\}")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class PathPattern:
    """A path with placeholders. A slash at the end makes no difference. Raises ``ValueError`` with what would be right."""

    __slots__ = ("_pattern", "names", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        pieces = _NAME.split(text.rstrip("/"))
        self.names = tuple(pieces[1::2])
        for name in self.names:
            if not _IDENTIFIER.fullmatch(name):
                raise ValueError(f"{{{name}}} must be a name of letters and digits in braces, such as {{callId}}")
            if self.names.count(name) > 1:
                raise ValueError(f"{{{name}}} stands there twice")
        if any(len(_NAME.findall(segment)) > 1 for segment in text.split("/")):
            raise ValueError("a segment has one name in braces at most")
        for piece in pieces[0::2]:
            if "{" in piece or "}" in piece:
                raise ValueError("a brace has no partner; a name in braces, such as {callId}, stands for one segment")
            if "?" in piece:
                raise ValueError("a query does not belong in a path: put it into query")
        parts = [re.escape(piece) if place % 2 == 0 else f"(?P<{piece}>[^/]+)" for place, piece in enumerate(pieces)]
        self._pattern = re.compile("".join(parts) + "/?")

    def match(self, path: str) -> Mapping[str, str] | None:
        """What the names stand for in ``path``, or ``None`` when it does not fit."""
        found = self._pattern.fullmatch(path)
        return found.groupdict() if found else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PathPattern) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"PathPattern({self.text!r})"
