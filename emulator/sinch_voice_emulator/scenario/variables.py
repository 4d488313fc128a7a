"""Variables: ``${name}`` in any text of a scenario. ``${answer.callId}`` looks into a value, ``$${`` is a plain ``${``.

What a variable holds may use others too: ``line: "${number}"``. That is worked out once, before the first step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.testkit.matching import MISSING, at
from sinch_voice_emulator.v1.problems import nearest

_USE = re.compile(r"\$\$\{|\$\{\s*([^{}]*?)\s*\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

BUILT_IN = ("number", "numbers", "key", "secret", "url", "callback_url", "now", "calls")
"""Variables that every scenario has: the account's first number and all of them, the application's key and secret, the base URL
of the REST API, where callbacks go, the account's time, and the calls by name (``${calls.alice.id}``)."""


class Undefined(BadRequest):
    """A variable that nobody has set."""


class Scope:
    """Variables, the innermost last. ``built_in`` finds those that every scenario has."""

    def __init__(self, built_in: Callable[[str], Any], *layers: Mapping[str, Any]) -> None:
        self._built_in = built_in
        self._layers: list[dict[str, Any]] = [dict(layer) for layer in layers] or [{}]

    def inner(self, values: Mapping[str, Any]) -> Scope:
        """A scope within this one; what it sets is seen here too, except ``values``."""
        scope = Scope(self._built_in)
        scope._layers = [*self._layers, dict(values)]
        return scope

    def set(self, name: str, value: object) -> None:
        """Set a variable for the rest of the scenario."""
        self._layers[0][name] = value
        for layer in self._layers[1:]:
            layer.pop(name, None)

    def __getitem__(self, path: str) -> Any:
        name, _, _ = path.partition(".")
        found = self._find(name.partition("[")[0])
        rest = path[len(name.partition("[")[0]) :].lstrip(".")
        value = at(found, rest) if rest else found
        if value is MISSING:
            raise Undefined(f"${{{path}}} does not exist: {name} is {found!r}")
        return value

    def _find(self, name: str) -> Any:
        for layer in reversed(self._layers):
            if name in layer:
                return layer[name]
        if name in BUILT_IN:
            return self._built_in(name)
        raise Undefined(undefined(name, self.names()))

    def names(self) -> list[str]:
        """Every variable there is."""
        return [*dict.fromkeys([name for layer in self._layers for name in layer] + list(BUILT_IN))]

    def fill(self, value: Any) -> Any:
        """``value`` with every use replaced. A text that is one use alone becomes what the variable holds."""
        if isinstance(value, str):
            return self._filled(value)
        if isinstance(value, Mapping):
            return {self._as_key(name): self.fill(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        return value

    def _as_key(self, name: str) -> str:
        return str(self._filled(name))

    def _filled(self, text: str) -> Any:
        if "${" not in text:
            return text
        alone = _USE.fullmatch(text)
        if alone is not None and alone[1] is not None:
            return self[alone[1]]
        return _USE.sub(lambda use: "${" if use[1] is None else str(self[use[1]]), text)


def worked_out(variables: Mapping[str, Any], built_in: Callable[[str], Any]) -> dict[str, Any]:
    """``variables`` with the variables in their own values replaced. Raises ``BadRequest`` when they go in circles."""
    done: dict[str, Any] = {}
    open_now: list[str] = []

    def find(name: str) -> Any:
        if name not in variables:
            return built_in(name)
        if name in open_now:
            raise BadRequest(f"variables go in circles: {' uses '.join([*open_now[open_now.index(name) :], name])}")
        if name not in done:
            open_now.append(name)
            done[name] = _Finder(find, variables).fill(variables[name])
            open_now.pop()
        return done[name]

    return {name: find(name) for name in variables}


class _Finder(Scope):
    """A scope of nothing but what ``find`` finds."""

    def __init__(self, find: Callable[[str], Any], variables: Mapping[str, Any]) -> None:
        super().__init__(find, variables)

    def _find(self, name: str) -> Any:
        if name not in self.names():
            raise Undefined(undefined(name, self.names()))
        return self._built_in(name)


def undefined(name: str, known: list[str]) -> str:
    """A sentence about a variable that nobody has set."""
    close = nearest(name, known)
    hint = f"did you mean {close}?" if close else f"there are: {', '.join(known)}"
    return f"there is no variable {name!r} ({hint})"


def uses(value: Any) -> Iterator[str]:
    """The name of every variable that ``value`` uses; what is no name is given as it is written."""
    if isinstance(value, str):
        for use in _USE.finditer(value):
            if use[1] is not None:
                name = _NAME.match(use[1])
                yield name[0] if name else use[1]
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from uses(name)
            yield from uses(item)
    elif isinstance(value, list):
        for item in value:
            yield from uses(item)


def used_calls(value: Any) -> Iterator[str]:
    """The name of every call of which ``value`` uses something: ``${calls.anna.id}``."""
    if isinstance(value, str):
        for use in _USE.finditer(value):
            if use[1] is not None and use[1].startswith("calls."):
                yield use[1].split(".")[1]
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from used_calls(name)
            yield from used_calls(item)
    elif isinstance(value, list):
        for item in value:
            yield from used_calls(item)
