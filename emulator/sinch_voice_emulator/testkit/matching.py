"""Comparing what came with what was expected, field by field.

A field is named by its path: ``event``, ``menuResult.value``, ``cookies[0].key``; in keyword arguments two underscores stand
for the dot. What is expected of it is a value, ``...`` (it is there, whatever it says), ``None`` (it is not there), a compiled
regular expression, a predicate, an object of which every member given has to match, or a list of as many items.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sinch_voice_emulator.v1.problems import nearest

MISSING = object()
"""What a field that is not there holds."""

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True, repr=False)
class Predicate:
    """A condition that says what it is: ``a number from 1 to 3``."""

    says: str
    accepts: Callable[[Any], bool]

    def __call__(self, found: Any) -> bool:
        return self.accepts(found)

    def __repr__(self) -> str:
        return self.says


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as expected."""

    path: str
    expected: object
    found: object
    hint: str = ""

    def lines(self) -> list[str]:
        """The difference in two or three lines, one above the other."""
        rows = [f"{self.path}", f"    expected  {spelt(self.expected)}", f"    found     {spelt(self.found)}"]
        return [*rows, f"    {self.hint}"] if self.hint else rows


def differences(document: object, expected: Mapping[str, object]) -> list[Difference]:
    """Every expected field that ``document`` does not have as expected, in the order given."""
    found = []
    for name, wanted in expected.items():
        found += list(_compare(dotted(name), wanted, at(document, dotted(name)), document))
    return found


def dotted(name: str) -> str:
    """The path that a keyword argument stands for."""
    return name.replace("__", ".")


def at(document: object, path: str) -> object:
    """What stands at a path; ``MISSING`` when nothing does."""
    place: Any = document
    for name, index in _STEP.findall(path):
        if name and isinstance(place, Mapping):
            place = place.get(name, MISSING)
        elif index and isinstance(place, list) and int(index) < len(place):
            place = place[int(index)]
        else:
            return MISSING
    return place


def matches(wanted: object, found: object) -> bool:
    """Whether a value is as expected."""
    return not list(_compare("", wanted, found, None))


def spelt(value: object) -> str:
    """A value, or an expectation, for people."""
    if value is MISSING:
        return "nothing"
    if value is ...:
        return "anything"
    if value is None:
        return "nothing"
    if isinstance(value, re.Pattern):
        return f"something like /{value.pattern}/"
    if isinstance(value, Predicate):
        return value.says
    if callable(value):
        return f"something that {getattr(value, '__name__', 'the predicate')} accepts"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name!r}: {spelt(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(spelt, value)) + "]"
    return repr(value)


def _compare(path: str, wanted: object, found: object, document: object) -> Iterator[Difference]:
    if isinstance(wanted, Mapping):
        if not isinstance(found, Mapping):
            yield Difference(path, wanted, found, _hint(path, found, document))
            return
        for name, inner in wanted.items():
            yield from _compare(f"{path}.{name}", inner, found.get(name, MISSING), document)
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for index, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from _compare(f"{path}[{index}]", one, other, document)
    elif not _accepts(wanted, found):
        yield Difference(path, wanted, found, _hint(path, found, document))


def _accepts(wanted: object, found: object) -> bool:
    if wanted is None:
        return found is MISSING or found is None
    if found is MISSING:
        return False
    if wanted is ...:
        return True
    if isinstance(wanted, re.Pattern):
        return isinstance(found, str) and wanted.search(found) is not None
    if callable(wanted) and not isinstance(wanted, type):
        predicate: Callable[[object], object] = wanted
        return bool(predicate(found))
    return wanted == found and isinstance(wanted, bool) is isinstance(found, bool)


def _hint(path: str, found: object, document: object) -> str:
    """For a field that is not there: what it may have been meant to be called."""
    if found is not MISSING or not isinstance(document, Mapping):
        return ""
    parent, _, last = path.rpartition(".")
    place = at(document, parent) if parent else document
    names = list(place) if isinstance(place, Mapping) else []
    close = nearest(last, names)
    return f"did you mean {close}?" if close else f"there are: {', '.join(map(str, names))}" if names else ""
