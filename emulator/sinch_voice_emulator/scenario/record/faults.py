"""Faults that fired, as steps. Each is ordered just before what somebody did last, and counts attempts from there on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sinch_voice_emulator.model.instants import Millis
from sinch_voice_emulator.scenario.record.general import Names
from sinch_voice_emulator.scenario.record.happenings import Happening
from sinch_voice_emulator.scenario.record.script import length

_DETAILS = ("copies", "path", "value", "signature", "status")


class Faults:
    """Counts attempts to deliver callbacks since somebody did something last."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._calls: set[str] = set()
        self._known: frozenset[str] = frozenset()
        self._begun: set[str] = set()
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._ordered: Counter[tuple[str, str]] = Counter()

    def after_an_act(self) -> None:
        """Somebody is about to do something."""
        self._known = frozenset(self._calls)
        self._begun.clear()
        self._attempts.clear()
        self._ordered.clear()

    def created(self, call: str) -> None:
        """There is a call."""
        self._calls.add(call)

    def queued(self, one: Happening) -> None:
        """A callback is to be sent."""
        self._begun.add(one.delivery)

    def attempted(self, one: Happening) -> None:
        """One attempt is over."""
        if one.delivery in self._begun:
            event = str(one.data.get("event"))
            self._attempts.update({("", event): 1, (one.call, event): 1})

    def step(self, one: Happening, fault: Mapping[str, Any]) -> dict[str, Any]:
        """The step that has the attempt that comes next for the delivery of ``one`` suffer a fault."""
        event = str(one.data.get("event"))
        meant = one.call if one.call in self._known and one.call in self._names else ""
        nth = self._attempts[meant, event] + 1 - self._ordered[meant, event]
        self._ordered[meant, event] += 1
        which: dict[str, Any] = {"event": event} | ({"call": self._names[meant]} if meant else {})
        which |= {"nth": nth} if nth > 1 else {}
        return {"fault": {"kind": fault["kind"], **which, **{name: item for name, item in fault.items() if name != "kind"}}}


def fired(one: Happening) -> dict[str, Any]:
    """The fault that ``fault.fired`` tells of."""
    fault = {"kind": one.data.get("fault_kind")} | {name: one.data[name] for name in _DETAILS if name in one.data}
    return fault | ({"for": length(int(one.data["milliseconds"]))} if "milliseconds" in one.data else {})


def slow(fault: Mapping[str, Any], timeout: Millis) -> dict[str, Any]:
    """A fault of the recorder's own. A clock that ran faster may have seen a longer time than the platform waits."""
    return {**fault, "for": length(min(fault["for"], timeout - 1))} if "for" in fault else dict(fault)
