"""Which requests to the REST API somebody has to make again, and when.

A request that came while the backend was handling a callback is the backend's own: it will make it again by itself. The others
are an operator's. A request stands in the journal behind what it caused, and says what came before it (``after``).
"""

from __future__ import annotations

from collections.abc import Sequence

from sinch_voice_emulator.scenario.record.happenings import Happening

_OVER = ("callback.answered", "callback.failed", "callback.discarded")


class Requests:
    """The requests of an operator, by the position of what they caused."""

    def __init__(self, happenings: Sequence[Happening]) -> None:
        self._at: dict[int, list[Happening]] = {}
        self._created: set[str] = set()
        for index, one in enumerate(happenings):
            if one.kind == "api.request":
                first = _beginning(happenings, index)
                if not _with_the_backend(happenings[:first]):
                    self._at.setdefault(first, []).append(one)
                    self._created |= {new.call for new in happenings[first:index] if _created_by(new, one)}

    def before(self, index: int) -> list[Happening]:
        """Requests to be made before the entry at ``index`` can happen."""
        return self._at.get(index, [])

    def creates(self, call: str) -> bool:
        """Whether a request of the operator brought this call about."""
        return call in self._created


def _created_by(one: Happening, request: Happening) -> bool:
    return one.kind == "call.created" and one.call == request.call and one.data.get("origin") == "server"


def _beginning(happenings: Sequence[Happening], index: int) -> int:
    """The position of the first entry after the request at ``index`` had come."""
    after = happenings[index].data.get("after")
    first = index
    while isinstance(after, int) and first > 0 and happenings[first - 1].sequence > after:
        first -= 1
    return first


def _with_the_backend(before: Sequence[Happening]) -> bool:
    """Whether a callback is with the backend behind these entries."""
    waiting: set[str] = set()
    for one in before:
        if one.kind == "callback.queued":
            waiting.add(str(one.data.get("delivery")))
        elif one.kind in _OVER:
            waiting.discard(str(one.data.get("delivery")))
    return bool(waiting)
