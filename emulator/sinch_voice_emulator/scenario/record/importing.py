"""Callbacks that a production backend has logged, one JSON object a line, as a scenario.

A line is the body of a callback, or an object that holds it in one of ``body``, ``request``, ``payload``, ``event`` or
``callback`` (as an object or as text), perhaps with the backend's answer in ``answer``, ``response`` or ``svaml`` and the time
in ``time``, ``timestamp``, ``received`` or ``@timestamp``. What a log tells for certain is what the backend was sent, so each
line is fired at the backend as it was, in order and with the time that passed. ``as_calls`` tells more, and knows less.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.scenario.record.script import length

EVENTS = ("ice", "ace", "pie", "dice", "notify")
_BODIES = ("body", "request", "payload", "callback", "event")
_ANSWERS = ("answer", "response", "svaml")
_TIMES = ("time", "received", "receivedAt", "@timestamp", "timestamp")
_CALL_IDS = ("callid", "callId")
_LEFT_OUT = ("callResourceUrl", "timestamp", "applicationKey")


@dataclass(frozen=True, slots=True)
class Logged:
    """One callback of the log. ``answer`` is ``...`` when the log does not tell it."""

    body: dict[str, Any]
    answer: Any
    time: datetime | None

    @property
    def call(self) -> str:
        """The id of the call; ``""`` when there is none."""
        return next((str(self.body[name]) for name in _CALL_IDS if name in self.body), "")


def read(text: str, source: str) -> list[Logged]:
    """The callbacks in a log. Raises ``BadRequest`` that names the line."""
    found = [_logged(line, f"{source}:{number}") for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not found:
        raise BadRequest(
            f"{source}: there are no callbacks in it; write one JSON object a line, such as the body of each callback"
        )
    return found


def scenario_of(logged: list[Logged], name: str) -> dict[str, Any]:
    """The scenario, as the value of a file."""
    ids = list(dict.fromkeys(one.call for one in logged if one.call))
    sender = Sender({call: "call" if len(ids) == 1 else f"call_{number}" for number, call in enumerate(ids, 1)})
    steps = [step for one in logged for step in sender.steps(one)]
    found: dict[str, Any] = {"name": name, "recorded": True}
    if ids:
        found["variables"] = sender.variables
    return found | {"steps": steps}


class Sender:
    """Sends callbacks again as they were logged. ``names`` are variables by the ids of calls."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.variables = {variable: call for call, variable in names.items()}
        self._names = names
        self._now: datetime | None = None

    def steps(self, one: Logged) -> list[dict[str, Any]]:
        """The time that passed, and the callback."""
        waits: list[dict[str, Any]] = []
        if one.time is not None and self._now is not None and one.time > self._now:
            waits.append({"wait": length(round((one.time - self._now).total_seconds() * 1000))})
        self._now = one.time if one.time is not None else self._now
        return [*waits, {"fire": _fire(one, self._names)}]


def _fire(one: Logged, names: Mapping[str, str]) -> dict[str, Any]:
    fields = {name: item for name, item in one.body.items() if name not in ("event", *_LEFT_OUT) and item is not None}
    step: dict[str, Any] = {"event": str(one.body["event"]).lower(), "with": _named(fields, names)}
    if one.answer is not ...:
        step["expect"] = {"answer": _named(one.answer, names)}
    return step


def _named(value: Any, names: Mapping[str, str]) -> Any:
    """A value in which ids of calls are variables, so that another run may give them others."""
    if isinstance(value, str):
        text = value.replace("${", "$${")
        for call, name in names.items():
            text = text.replace(call, f"${{{name}}}")
        return text
    if isinstance(value, Mapping):
        return {str(name): _named(item, names) for name, item in value.items()}
    return [_named(item, names) for item in value] if isinstance(value, list) else value


def _logged(line: str, where: str) -> Logged:
    value = _object(line, where)
    if value is None:
        raise BadRequest(f"{where}: should be a JSON object, such as the body of a callback")
    body = value if _is_callback(value) else next((found for name in _BODIES if (found := _inner(value, name, where))), None)
    if body is None:
        raise BadRequest(
            f"{where}: is no callback: it has no event (one of {', '.join(EVENTS)}), and holds none in {', '.join(_BODIES)}"
        )
    answer: Any = ...
    if body is not value:
        given = next((name for name in _ANSWERS if name in value), None)
        answer = ... if given is None else _parsed(value[given])
    stamp = next((value[name] for name in _TIMES if isinstance(value.get(name), str)), body.get("timestamp"))
    return Logged(body, answer, _time(stamp, where))


def _object(text: str, where: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise BadRequest(f"{where}: is not JSON: {error}") from None
    return value if isinstance(value, dict) else None


def _is_callback(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("event"), str) and value["event"].lower() in EVENTS


def _inner(value: Mapping[str, Any], name: str, where: str) -> dict[str, Any] | None:
    inner = value.get(name)
    if isinstance(inner, str) and inner.lstrip().startswith("{"):
        inner = _object(inner, f"{where}: {name}")
    return inner if isinstance(inner, dict) and _is_callback(inner) else None


def _parsed(answer: Any) -> Any:
    if not isinstance(answer, str):
        return answer
    try:
        return json.loads(answer) if answer.strip() else None
    except ValueError:
        return answer


def _time(stamp: Any, where: str) -> datetime | None:
    if not isinstance(stamp, str):
        return None
    try:
        found = datetime.fromisoformat(stamp)
    except ValueError:
        raise BadRequest(f"{where}: the time should be an instant such as 2026-03-01T12:00:00Z, but is {stamp!r}") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
