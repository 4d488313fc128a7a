"""When things would have happened had the backend answered at once, as it does where time is virtual.

In real time a backend takes a while for each answer, and its call is late by as much from then on. Played again, the call is
not. So what people do is timed by their own call: by its instants less all that the backend has held it up.

An answer is waited for in earnest where something happened on the call meanwhile, such as a caller who gave up while the
backend still thought. Then the answer has to be as slow again, which a fault brings about.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sinch_voice_emulator.model.instants import Instant, Millis
from sinch_voice_emulator.scenario.record.happenings import CONCLUDED, Happening
from sinch_voice_emulator.scenario.record.requests import Requests

_AWAITED = ("ice", "ace", "pie")
"""Events on whose answer a call waits."""

_MEANWHILE = ("keys.pressed", "words.spoken", "leg.answered", "leg.ended", "call.ended", "amd.result", "amd.beep")
_TOGETHER = ("leg.answered", "call.answered", "leg.ended", "call.ended")
"""What happens to calls that are joined at the same instant."""

_TAKES_TIME = ("slow-answer", "delay", "reorder")


@dataclass(slots=True)
class _Exchange:
    """A callback that is with the backend. ``ordered`` is how much of its time faults took; ``None``: all of it.

    ``late`` is by how much the call was late when it was sent.
    """

    call: str
    event: str
    since: Instant
    late: Millis
    ordered: Millis | None = 0
    disturbed: bool = False


class Pace:
    """The pace of a journal. ``made_up`` are deliveries that no call waits for; ``requests`` tells those of an operator."""

    def __init__(self, happenings: Sequence[Happening], made_up: Container[str], requests: Requests) -> None:
        self.requested: dict[int, Instant] = {}
        """For each request of an operator, by its position, when it would have been made: one after the other."""
        self.at: list[Instant] = []
        """For each entry, when it would have happened."""
        self.slow: dict[str, dict[str, Any]] = {}
        """Faults that make an answer as slow as it was, by delivery."""
        self.longer: dict[str, Millis] = {}
        """By how much calls have lasted longer."""
        self._made_up = made_up
        self._ordered = requests.ordered
        self._late: dict[str, Millis] = {}
        self._answered: dict[str, Millis] = {}
        self._free: dict[str, Instant] = {}
        """From when on the callbacks of calls may leave, since one goes after the other."""
        self._cause: tuple[Instant, Instant] = (0, 0)
        """When something was done last, and when it would have been."""
        self._last: Instant = 0
        """When the last request would have been made."""
        self._recent: Millis = 0
        self._open: dict[str, _Exchange] = {}
        for position, one in enumerate(happenings):
            for index in requests.before(position):
                self._make(index, happenings[index], one.instant)
            self._take(one)

    def _make(self, index: int, request: Happening, instant: Instant) -> None:
        """An operator makes a request, as early as the call that it is about, and after the request before."""
        self._last = max(instant - self._late.get(request.call, self._recent), self._last)
        self.requested[index] = self._last
        self._cause = instant, self._last

    def _take(self, one: Happening) -> None:
        if one.kind == "call.created":
            self._late[one.call] = self._late_from_the_start(one)
        elif one.kind == "callback.queued" and one.delivery not in self._made_up:
            late = self._late.get(one.call, self._recent)
            self._open[one.delivery] = _Exchange(one.call, str(one.data.get("event")), one.instant, late)
        elif one.kind == "fault.fired" and one.delivery in self._open:
            _order(self._open[one.delivery], one.data)
        elif one.kind in _MEANWHILE:
            self._disturb(one)
        if one.call in self._late:
            self._keep_up(one)
            self._recent = self._late[one.call]
        if one.kind in CONCLUDED and one.delivery in self._open:
            self._conclude(self._open.pop(one.delivery), one)
            return
        if one.kind == "call.answered":
            self._answered[one.call] = self._recent
        elif one.kind == "call.ended":
            self.longer[one.call] = self._recent - self._answered.get(one.call, self._recent)
        self.at.append(one.instant - self._recent)
        if one.kind in _MEANWHILE:
            self._cause = one.instant, self.at[-1]

    def _keep_up(self, one: Happening) -> None:
        """What happens on one call because of what was done on another cannot come before that."""
        instant, at = self._cause
        if one.kind in _TOGETHER and one.instant == instant:
            self._late[one.call] = min(self._late[one.call], instant - at)

    def _late_from_the_start(self, created: Happening) -> Millis:
        """A call that the backend has placed while it handled a callback begins as early as that was sent."""
        if created.data.get("origin") == "server" and created.call not in self._ordered and self._open:
            handled = list(self._open.values())[-1]
            return created.instant - handled.since + self._late.get(handled.call, 0)
        instant, at = self._cause
        return instant - at if created.call in self._ordered and created.instant == instant else self._recent

    def _disturb(self, one: Happening) -> None:
        for exchange in self._open.values():
            if exchange.call == one.call and exchange.event in _AWAITED and one.instant > exchange.since:
                exchange.disturbed = True

    def _conclude(self, exchange: _Exchange, one: Happening) -> None:
        """The backend has answered, which it would have done as soon as it was asked."""
        took = one.instant - exchange.since
        in_vain = "did not answer within" in str(one.data.get("error", ""))
        if exchange.disturbed and exchange.ordered == 0:
            self.slow[one.delivery] = {"kind": "drop"} if in_vain else {"kind": "slow-answer", "for": took}
        if exchange.ordered is None or one.delivery in self.slow or in_vain:
            at = one.instant - self._recent
        else:
            at = exchange.since + exchange.ordered - exchange.late
            if exchange.event in _AWAITED and exchange.call in self._late and exchange.call not in self.longer:
                self._late[exchange.call] += max(0, took - exchange.ordered)
                self._recent = self._late[exchange.call]
        self._free[exchange.call] = max(at, self._free.get(exchange.call, at))
        self.at.append(self._free[exchange.call])


def _order(exchange: _Exchange, fault: Mapping[str, Any]) -> None:
    if fault.get("fault_kind") == "drop":
        exchange.ordered = None
    elif exchange.ordered is not None and fault.get("fault_kind") in _TAKES_TIME:
        exchange.ordered += int(fault.get("milliseconds", 0))
