"""``{{ request.body.ttsCallout.destination.endpoint }}``: values of the request put into the answer. Nothing is executed.

A text that is one placeholder and nothing else becomes the value itself, of whatever type; among other text a value is
written out. What is not there is ``null``, and nothing among other text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sinch_voice_emulator.stubs.values import ABSENT, Request
from sinch_voice_emulator.v1.problems import nearest

ROOTS = ("request", "path", "count", "now", "id")
PARTS = ("method", "path", "query", "headers", "body")

_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_EXPRESSION = re.compile(r"([^\s.:{}]+(?:\.[^\s.:{}]+)*)(?::0([1-9][0-9]?))?")


@dataclass(frozen=True, slots=True)
class Occasion:
    """What placeholders can name: the request, the names of the path, how many times the stub has answered by now, the time.

    ``now`` is the account's, in ISO 8601; ``make_id`` gives a new GUID, asked for at most once.
    """

    request: Request
    captured: Mapping[str, str]
    count: int
    now: str
    make_id: Callable[[], str]


class Filling:
    """Fills in texts for one occasion."""

    def __init__(self, occasion: Occasion) -> None:
        self._occasion = occasion
        self._id = ""

    def value(self, template: object) -> Any:
        """A JSON value with the placeholders in its texts filled in; names of members stay as they are."""
        if isinstance(template, str):
            whole = _PLACEHOLDER.fullmatch(template)
            if whole is not None and "}}" not in whole[1]:
                return self._found(whole[1])
            return self.text(template)
        if isinstance(template, Mapping):
            return {name: self.value(inner) for name, inner in template.items()}
        return [self.value(inner) for inner in template] if isinstance(template, list) else template

    def text(self, template: str) -> str:
        """A text with its placeholders written out."""
        return _PLACEHOLDER.sub(lambda found: _written(self._found(found[1])), template)

    def _found(self, expression: str) -> Any:
        parsed = _EXPRESSION.fullmatch(expression.strip())
        assert parsed is not None, "checked when the stub was read"
        root, *names = parsed[1].split(".")
        value = self._root(root, names)
        return str(value).zfill(int(parsed[2])) if parsed[2] else value

    def _root(self, root: str, names: list[str]) -> Any:
        occasion = self._occasion
        if root == "request":
            return _within(getattr(occasion.request, names[0]), names[1:])
        if root == "path":
            return occasion.captured.get(names[0])
        if root == "id":
            self._id = self._id or occasion.make_id()
            return self._id
        return occasion.count if root == "count" else occasion.now


def _within(value: object, names: list[str]) -> Any:
    """The member of a member of ``value``; ``None`` when there is none."""
    for name in names:
        if isinstance(value, Mapping):
            value = value.get(name, value.get(name.lower()))
        elif isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return None if value is ABSENT else value


def _written(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


# --- checking ----------------------------------------------------------------------------------------------------------------


def complaint(text: str, names: Collection[str]) -> tuple[str, str] | None:
    """What is wrong with the placeholders of a text, and the nearest right word; ``names`` are those of the path."""
    for expression in _PLACEHOLDER.findall(text):
        found = _complaint(expression.strip(), names)
        if found is not None:
            message, near = found
            return f"{{{{ {expression.strip()} }}}}: {message}" + (f" (did you mean {near}?)" if near else ""), near
    rest = _PLACEHOLDER.sub("", text)
    if "{{" in rest or "}}" in rest:
        return "{{ or }} has no partner; a placeholder is such as {{ request.body.method }}", ""
    return None


def _complaint(expression: str, names: Collection[str]) -> tuple[str, str] | None:
    parsed = _EXPRESSION.fullmatch(expression)
    if parsed is None:
        return "a placeholder is a name such as request.body.method, or count:06 for six digits", ""
    root, *rest = parsed[1].split(".")
    if root not in ROOTS:
        return f"there is no {root}; a placeholder begins with {', '.join(ROOTS)}", nearest(root, ROOTS)
    if root == "request":
        if not rest or rest[0] not in PARTS:
            given = rest[0] if rest else "nothing"
            return f"a request has {', '.join(PARTS)}, but not {given}", nearest(given, PARTS)
        return None
    if root == "path":
        if len(rest) != 1 or rest[0] not in names:
            has = f"the names of the path are {', '.join(names)}" if names else "the path has no name in braces"
            return has, nearest(".".join(rest), names)
        return None
    return (f"{root} has no parts", root) if rest else None
