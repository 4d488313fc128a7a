"""What a scenario expects of a value, as something the Python API compares with.

A value is itself; an object is compared by the members that are given; a list item by item. An object with one member that
begins with ``$`` is a matcher: ``$any``, ``$absent``, ``$matches`` (a regular expression), ``$one_of``, ``$contains`` (part of
a text, or an item of a list), ``$between`` (two numbers, both included).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.testkit.matching import Predicate, matches
from sinch_voice_emulator.v1.problems import nearest


def expected(value: Any) -> Any:
    """``value`` as the Python API takes it. Raises ``BadRequest`` for a matcher that is none."""
    if isinstance(value, Mapping):
        if any(str(name).startswith("$") for name in value):
            return _matcher(value)
        return {name: expected(item) for name, item in value.items()}
    if isinstance(value, list):
        return [expected(item) for item in value]
    return value


def expected_members(what: str, value: Any) -> Any:
    """``value`` where it says what is expected of members. Raises ``BadRequest``, also for a matcher in their place."""
    if isinstance(value, Mapping) and (matcher := next((name for name in value if str(name).startswith("$")), None)):
        raise BadRequest(f"{what} has members such as {{ name: {{ {matcher}: ... }} }}; {matcher} cannot stand for all of them")
    return expected(value)


def _matcher(value: Mapping[str, Any]) -> Any:
    if len(value) != 1:
        raise BadRequest(f"a matcher stands alone, but there are: {', '.join(value)}")
    [(name, given)] = value.items()
    make = _MATCHERS.get(name)
    if make is None:
        close = nearest(name, _MATCHERS)
        hint = f"did you mean {close}?" if close else f"there are: {', '.join(_MATCHERS)}"
        raise BadRequest(f"there is no matcher {name!r} ({hint})")
    return make(given)


def _pattern(given: Any) -> re.Pattern[str]:
    try:
        return re.compile(str(given))
    except re.error as error:
        raise BadRequest(f"$matches takes a regular expression, and {given!r} is none: {error}") from None


def _yes(name: str, result: Any) -> Callable[[Any], Any]:
    def make(given: Any) -> Any:
        if given is not True:
            raise BadRequest(f"{name} takes true, not {given!r}")
        return result

    return make


def _one_of(given: Any) -> Predicate:
    if not isinstance(given, list) or not given:
        raise BadRequest(f"$one_of takes a list of values, not {given!r}")
    choices = [expected(item) for item in given]
    return Predicate(f"one of {given!r}", lambda found: any(matches(choice, found) for choice in choices))


def _contains(given: Any) -> Predicate:
    item = expected(given)

    def accepts(found: Any) -> bool:
        if isinstance(found, str):
            return isinstance(given, str) and given.casefold() in found.casefold()
        return isinstance(found, list) and any(matches(item, one) for one in found)

    return Predicate(f"something that contains {given!r}", accepts)


def _between(given: Any) -> Predicate:
    numbers = isinstance(given, list) and len(given) == 2 and all(_is_number(one) for one in given)
    if not numbers:
        raise BadRequest(f"$between takes two numbers such as [1, 3], not {given!r}")
    low, high = given
    return Predicate(f"a number from {low} to {high}", lambda found: _is_number(found) and low <= found <= high)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_MATCHERS: Mapping[str, Callable[[Any], Any]] = {
    "$any": _yes("$any", ...),
    "$absent": _yes("$absent", None),
    "$matches": _pattern,
    "$one_of": _one_of,
    "$contains": _contains,
    "$between": _between,
}
