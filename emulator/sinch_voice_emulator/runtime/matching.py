"""Comparing what is in the journal with what somebody waits for: plain JSON on both sides.

Of an object every member that is given has to fit, of a list every element that is given has to be among those found,
anything else has to be equal; ``null`` means that nothing is there. Where text is found and an object or a list is wanted, the
text is read as JSON, so that the body of a callback can be compared member by member.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MISSING = object()
"""What a member that is not there holds."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place at which something else was found than expected. ``found`` is ``MISSING`` where there is nothing."""

    path: str
    expected: object
    found: object


def differences(wanted: object, found: object, path: str = "$") -> list[Difference]:
    """Every place at which ``found`` is not as ``wanted``, in the order of ``wanted``."""
    return list(_compare(wanted, found, path))


def fits(wanted: object, found: object) -> bool:
    """Whether ``found`` is as ``wanted``."""
    return next(_compare(wanted, found, "$"), None) is None


def has_text(value: object, text: str) -> bool:
    """Whether some text in a JSON value contains ``text``, whatever the case and the spaces."""
    wanted = folded(text)
    return any(wanted in folded(one) for one in texts(value))


def texts(value: object) -> Iterator[str]:
    """Every text in a JSON value, names of members apart."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from texts(inner)


def folded(text: str) -> str:
    """A text as it is compared."""
    return " ".join(text.split()).casefold()


def _compare(wanted: object, found: object, path: str) -> Iterator[Difference]:
    if isinstance(wanted, Mapping | list) and isinstance(found, str):
        found = _read(found)
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for name, inner in wanted.items():
            yield from _compare(inner, found.get(name, MISSING), f"{path}.{name}")
    elif isinstance(wanted, list) and isinstance(found, list | tuple):
        for place, inner in enumerate(wanted):
            if not any(fits(inner, one) for one in found):
                yield Difference(f"{path}[{place}]", inner, found)
    elif not _equal(wanted, found):
        yield Difference(path, wanted, found)


def _equal(wanted: object, found: object) -> bool:
    if wanted is None:
        return found is None or found is MISSING
    return wanted == found and isinstance(wanted, bool) == isinstance(found, bool)


def _read(text: str) -> Any:
    """The JSON value of a text, or the text itself where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
