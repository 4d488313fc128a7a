"""Which requests to the REST API somebody has to make again, and when.

A request that came while the backend was handling a callback is the backend's own: it will make it again by itself. The others
are an operator's; and so is a request of a kind that the same client also makes at other times, since it then only happened to
come while a callback was under way. A request stands in the journal behind what it caused, and says what came before it
(``after``).
"""

from __future__ import annotations

from collections.abc import Sequence

from sinch_voice_emulator.scenario.record.happenings import CONCLUDED, Happening

OPERATOR, BACKEND = "operator", "backend"
MAKERS = (OPERATOR, BACKEND)
"""Who makes requests, where that is known."""


class Requests:
    """Requests by the position of what they caused. ``maker`` makes all of them; ``""``: it is to be found out."""

    def __init__(self, happenings: Sequence[Happening], maker: str = "") -> None:
        self.own: list[int] = []
        """Positions of those that the backend made."""
        self.ordered: set[str] = set()
        """Calls that an operator had placed."""
        self.placed_for: dict[str, frozenset[str]] = {}
        """Calls that the backend had placed, each with the calls whose callbacks it was handling."""
        self._at: dict[int, list[int]] = {}
        handled = _handled(happenings)
        found = {index: _beginning(happenings, index) for index, one in enumerate(happenings) if one.kind == "api.request"}
        usual = {_kind(happenings[index]) for index, first in found.items() if not handled[first]}
        for index, first in found.items():
            one = happenings[index]
            placed = {new.call for new in happenings[first:index] if _created_by(new, one)}
            if maker == BACKEND or (not maker and handled[first] and _kind(one) not in usual):
                self.own.append(index)
                self.placed_for |= dict.fromkeys(placed, handled[first])
            else:
                self._at.setdefault(first, []).append(index)
                self.ordered |= placed

    def before(self, position: int) -> list[int]:
        """Positions of an operator's requests that have to be made before the entry at ``position`` can happen."""
        return self._at.get(position, [])


def _kind(request: Happening) -> tuple[str, str]:
    """The client and what it asks for."""
    return request.agent, str(request.data.get("operation"))


def _created_by(one: Happening, request: Happening) -> bool:
    return one.kind == "call.created" and one.call == request.call and one.data.get("origin") == "server"


def _beginning(happenings: Sequence[Happening], index: int) -> int:
    """The position of the first entry after the request at ``index`` had come."""
    after = happenings[index].data.get("after")
    first = index
    while isinstance(after, int) and first > 0 and happenings[first - 1].sequence > after:
        first -= 1
    return first


def _handled(happenings: Sequence[Happening]) -> list[frozenset[str]]:
    """For each position, the calls whose callbacks are with the backend just before it."""
    found: list[frozenset[str]] = []
    waiting: dict[str, str] = {}
    calls: frozenset[str] = frozenset()
    for one in happenings:
        found.append(calls)
        if one.kind == "callback.queued":
            waiting[one.delivery] = one.call
        elif one.kind in CONCLUDED and one.delivery in waiting:
            del waiting[one.delivery]
        else:
            continue
        calls = frozenset(waiting.values())
    return found
