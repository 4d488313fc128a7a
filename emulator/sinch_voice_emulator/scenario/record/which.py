"""Which calls a recording tells of, under which names, and what it leaves out."""

from __future__ import annotations

from collections.abc import Sequence

from sinch_voice_emulator.errors import NotFound
from sinch_voice_emulator.scenario.record.happenings import Happening
from sinch_voice_emulator.scenario.record.requests import Requests


class Calls:
    """The calls of a recording that begins behind ``after``: those that began since, or ``only`` one and what came of it."""

    def __init__(self, happenings: Sequence[Happening], requests: Requests, after: int, only: str) -> None:
        self.turned_back = _turned_back(happenings)
        """Legs (call and number) that dialled a number of the account itself, by the call that came of it."""
        began = [one.call for one in happenings if one.kind == "call.created" and one.sequence > after]
        self.told = self._family(only, began, requests) if only else began
        """The calls that are told, in order."""
        self.others = {one.call for one in happenings if one.kind.startswith(("call.", "leg."))} - set(self.told)
        """The calls that are not."""
        self.earlier = len({one.call for one in happenings if one.sequence > after and one.call in self.others} - set(began))
        """How many had begun before."""
        if only and only not in self.told:
            raise NotFound(f"no call {only} began while this was recorded; calls that did: {', '.join(began[-5:]) or 'none'}")

    def names(self) -> dict[str, str]:
        """Names of the calls that are told, by id."""
        if len(self.told) == 1:
            return {self.told[0]: "call"}
        return {call: f"call_{number}" for number, call in enumerate(self.told, 1)}

    def _family(self, only: str, began: Sequence[str], requests: Requests) -> list[str]:
        """One call, those it dialled, and those that the backend placed while it handled callbacks of these and no others."""
        found: list[str] = []
        for call in began:
            dialled_by, _ = self.turned_back.get(call, ("", 0))
            placed_for = requests.placed_for.get(call, frozenset())
            if call == only or dialled_by in found or (placed_for and placed_for <= set(found)):
                found.append(call)
        return found


def _turned_back(happenings: Sequence[Happening]) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    dialled: dict[tuple[str, int], str] = {}
    for before, one in zip((None, *happenings), happenings, strict=False):
        if one.kind == "leg.dialled":
            dialled[one.call, one.leg] = one.party
        elif one.kind == "call.created" and before is not None and before.kind == "leg.ringing" and before.call != one.call:
            place = (before.call, before.leg)
            if one.data.get("origin") == "pstn" and one.instant == before.instant and dialled.get(place) == one.party:
                found[one.call] = place
    return found
