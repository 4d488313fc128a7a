"""Faults of the network as people order them: what each kind takes, and what is wrong with an order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.runtime.delivery_faults import SIGNATURES, DeliveryFault, FaultKind
from sinch_voice_emulator.v1.problems import nearest

TAKES: Mapping[FaultKind, frozenset[str]] = {
    FaultKind.DELAY: frozenset({"milliseconds"}),
    FaultKind.SLOW_ANSWER: frozenset({"milliseconds"}),
    FaultKind.REORDER: frozenset({"milliseconds"}),
    FaultKind.DUPLICATE: frozenset({"copies"}),
    FaultKind.ALTER: frozenset({"path", "value"}),
    FaultKind.BAD_SIGNATURE: frozenset({"signature"}),
    FaultKind.STATUS: frozenset({"status"}),
}
"""The details that mean something to a kind; other kinds take none."""
DETAILS = frozenset[str]().union(*TAKES.values())


def fault_of(kind: object, details: Mapping[str, Any]) -> DeliveryFault:
    """The order that these words describe, in the names of ``DeliveryFault``. Raises ``BadRequest``."""
    chosen = FaultKind(_one_of("kind", _hyphened(kind), FaultKind, "the network can fail by"))
    takes = TAKES.get(chosen, frozenset())
    for name in details:
        if name in DETAILS and name not in takes:
            says = f"takes {', '.join(sorted(takes))}" if takes else "takes no details"
            raise BadRequest(f"{name} means nothing to a fault of kind {chosen.value}, which {says}").at(f".{name}")
    fault = DeliveryFault(chosen, **{name: _READ[name](name, value) for name, value in details.items()})
    fault.check()
    return fault


def _hyphened(word: object) -> object:
    return word.replace("_", "-") if isinstance(word, str) else word


def _one_of(name: str, value: object, words: Any, says: str) -> str:
    known = [str(word) for word in words]
    if isinstance(value, str) and value in known:
        return value
    near = nearest(value, known) if isinstance(value, str) else ""
    hint = f" (did you mean {near}?)" if near else ""
    raise BadRequest(f"{says} {', '.join(known)}, not {value!r}{hint}").at(f".{name}")


def _event(name: str, value: object) -> EventKind | None:
    return None if value is None else EventKind(_one_of(name, value, EventKind, "the event of a fault is one of"))


def _call(name: str, value: object) -> str:
    """The id of a call, or a handle that has one."""
    found = getattr(value, "id", value)
    if not isinstance(found, str):
        raise BadRequest(f"the call of a fault is a call or its id, not {value!r}").at(f".{name}")
    return found


def _whole(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise BadRequest(f"{name} of a fault is a whole number, not {value!r}").at(f".{name}")
    return int(value)


def _count(name: str, value: object) -> int | None:
    return None if value is None else _whole(name, value)


def _chance(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise BadRequest(f"{name} of a fault is a number, more than 0 and at most 1, not {value!r}").at(f".{name}")
    return value


def _path(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadRequest(f"{name} of a fault is a text such as $.to.endpoint, not {value!r}").at(f".{name}")
    return value


def _signature(name: str, value: object) -> str:
    return _one_of(name, _hyphened(value), SIGNATURES, "a signature is bad in one of these ways:")


_READ: Mapping[str, Callable[[str, object], Any]] = {
    "event": _event,
    "call": _call,
    "nth": _whole,
    "count": _count,
    "chance": _chance,
    "milliseconds": _whole,
    "copies": _whole,
    "path": _path,
    "value": lambda _name, value: value,
    "signature": _signature,
    "status": _whole,
}
