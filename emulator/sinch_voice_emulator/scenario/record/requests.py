"""Which requests to the REST API somebody has to make again, and when.

A request that came while the backend was handling a callback is the backend's own: it will make it again by itself. The others
are an operator's. A request stands in the journal behind what it caused, so the place where it belongs is looked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from sinch_voice_emulator.scenario.record.happenings import Happening

NEARLY_AT_ONCE = 100
"""Milliseconds between what a request caused and its answer, at most."""

_CAUSES = frozenset(
    [
        "keys.pressed",
        "words.spoken",
        "callback.attempted",
        "callback.answered",
        "callback.failed",
        "api.request",
        "control.fire",
    ]
)
"""Entries behind which something else begins."""


class Requests:
    """The requests of an operator, by the position of what they caused."""

    def __init__(self, happenings: Sequence[Happening]) -> None:
        self._at: dict[int, list[Happening]] = {}
        self._created: set[str] = set()
        for index, one in enumerate(happenings):
            if one.kind == "api.request" and not _from_the_backend(happenings, index):
                self._place(happenings, index)

    def before(self, index: int) -> list[Happening]:
        """Requests to be made before the entry at ``index`` can happen."""
        return self._at.get(index, [])

    def creates(self, call: str) -> bool:
        """Whether a request of the operator brought this call about."""
        return call in self._created

    def _place(self, happenings: Sequence[Happening], index: int) -> None:
        request = happenings[index]
        first = _beginning(happenings, index)
        if first < index and happenings[first].kind == "call.created":
            self._created.add(request.call)
        self._at.setdefault(first, []).append(request)


def _from_the_backend(happenings: Sequence[Happening], index: int) -> bool:
    """Whether a callback was with the backend when the request at ``index`` came."""
    open_deliveries: set[str] = set()
    for one in happenings[: _beginning(happenings, index)]:
        if one.kind == "callback.queued":
            open_deliveries.add(str(one.data.get("delivery")))
        elif one.kind in ("callback.answered", "callback.failed", "callback.discarded"):
            open_deliveries.discard(str(one.data.get("delivery")))
    return bool(open_deliveries)


def _beginning(happenings: Sequence[Happening], index: int) -> int:
    """Where the effects of the request at ``index`` begin; ``index`` itself when it had none."""
    request = happenings[index]
    if request.data.get("method") == "GET":
        return index
    first = index
    while first > 0 and _follows(happenings[first - 1], request):
        first -= 1
        if happenings[first].kind == "call.created":
            break
    return first


def _follows(one: Happening, request: Happening) -> bool:
    """Whether an entry may be an effect of a request that stands behind it."""
    if one.kind in _CAUSES or request.instant - one.instant > NEARLY_AT_ONCE:
        return False
    if one.kind == "call.created":
        return one.call == request.call and one.data.get("origin") == "server"
    if one.kind == "callback.queued":
        return one.call == request.call and one.data.get("event") in ("dice", "notify")
    return True
