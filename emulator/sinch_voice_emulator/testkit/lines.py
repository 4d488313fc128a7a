"""The legs of one telephone on every call of an account, and which of them is meant when a test says what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.model.call import Call, Leg, LegState
from sinch_voice_emulator.model.party import Party
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.testkit.addresses import listed, same_phone, spelt
from sinch_voice_emulator.testkit.expectations import Cursor, dialled_of

if TYPE_CHECKING:
    from sinch_voice_emulator.testkit.core import VoiceSteps


@dataclass(frozen=True, slots=True)
class Place:
    """One leg: the id of its call and its number there."""

    call: str
    leg: int


class Line:
    """What every handle of one telephone shares: its legs, what was matched, which leg was waited for last."""

    def __init__(self, voice: VoiceSteps, party: Party) -> None:
        self.party = party
        self.placed: list[str] = []
        self.prompts: dict[str, Cursor] = {}
        self.matched: set[Place] = set()
        """Rings that an expectation has matched."""
        self.meant: Place | None = None
        """The leg that was waited for last: of several that could be meant it is the one."""
        self._voice = voice
        self._epoch = voice.runtime.epoch
        self._ringing = _Kept(self.dials, lambda entry: self._is(entry, is_rung))
        self._present = _Kept(self.dials, lambda entry: self._is(entry, is_present))

    # --- legs ----------------------------------------------------------------------------------------------------------------

    def dials(self) -> Sequence[Entry]:
        """The entries ``leg.dialled`` of this telephone. Raises ``Conflict`` when the account was reset since."""
        if self._epoch != self._voice.runtime.epoch:
            raise Conflict(
                f"phone {spelt(self.party)} is from before the account was reset, and nothing is left of it; "
                "ask for it again: sinch_voice.phone(...)"
            )
        return self._voice.watch.dialled(self.party.endpoint)

    def at(self, place: Place) -> tuple[Call, Leg] | None:
        """A leg of this telephone; ``None`` when the call is so old that it was forgotten, or somebody else is meant."""
        call = self._calls.get(place.call)
        if call is None or len(call.legs) < place.leg:
            return None
        leg = call.legs[place.leg - 1]
        return (call, leg) if same_phone(leg.party, self.party) else None

    def latest(self) -> Iterator[tuple[Call, Leg]]:
        """Its legs, latest first: those on which it was dialled, then those it placed."""
        for entry in reversed(self.dials()):
            found = self.at(place_of(entry))
            if found is not None:
                yield found
        yield from self._placing(reversed(self.placed))

    def rings(self) -> list[tuple[Entry, Place]]:
        """Where it rings now, oldest first."""
        return [(entry, place_of(entry)) for entry in self._ringing.all()]

    def present(self) -> list[tuple[Call, Leg]]:
        """Its legs that are not down, oldest first."""
        dialled = (self.at(place_of(entry)) for entry in self._present.all())
        placed = self._placing(call_id for call_id in self.placed if call_id in self._calls)
        return [one for one in (*placed, *dialled) if one is not None and is_present(*one)]

    @property
    def _calls(self) -> Mapping[str, Call]:
        return self._voice.runtime.engine.state.calls

    def _placing(self, calls: Iterator[str]) -> Iterator[tuple[Call, Leg]]:
        for call_id in calls:
            call = self._calls.get(call_id)
            if call is not None:
                yield call, call.legs[0]

    def _is(self, entry: Entry, so: Callable[[Call, Leg], bool]) -> bool:
        found = self.at(place_of(entry))
        return found is not None and so(*found)

    # --- which one is meant ---------------------------------------------------------------------------------------------------

    def only(self, found: Sequence[tuple[Call, Leg]], refusal: str) -> tuple[Call, Leg]:
        """The one of several legs that is meant: the only one, or that which was waited for last.

        Raises ``Conflict`` that names all of them.
        """
        if len(found) == 1:
            return found[0]
        waited_for = [one for one in found if Place(one[0].id, one[1].number) == self.meant]
        if waited_for:
            return waited_for[0]
        calls = listed(f"{call.id} (CLI {leg.cli or call.cli or 'private'})" for call, leg in found)
        if is_rung(*found[0]):
            cli = found[0][1].cli or "private"
            advice = (
                f'take one with expect_ringing(cli="{cli}"), or each in turn with expect_ringing(), and act on what it returns'
            )
            raise Conflict(f"{refusal}: it rings for {len(found)} calls: {calls}; {advice}")
        legs = {leg.number for _, leg in found}
        leg = f"leg={found[0][1].number}" if len(legs) == 1 else "leg=..."
        advice = f"act on the call that is meant, such as call.hang_up({leg}), or on what expect_ringing() returned for it"
        raise Conflict(f"{refusal}: it is on {len(found)} calls: {calls}; {advice}")

    def why_not(self, wanted: LegState, last: tuple[Call, Leg] | None, where: str = "a call") -> str:
        """Why it has no leg in a state, and what to do instead."""
        if last is None:
            created = self._voice.watch.created()
            others = dict.fromkeys(party for call in created for party in self._dialled_on(call.call_id))
            return f"it is on no call and was never dialled (dialled so far: {listed(others)}); wait with expect_ringing()"
        call, leg = last
        if leg.state is LegState.DOWN:
            return f"it is not on {where} any more ({leg.why_ended})"
        if wanted is LegState.UP:
            return "it still rings; answer() it first" if leg.number != call.near else "nobody has answered its call yet"
        return "it does not ring: it is on a call already" if leg.state is LegState.UP else "it does not ring: it is calling"

    def _dialled_on(self, call_id: str) -> list[str]:
        return [dialled_of(entry).party for entry in self._voice.watch.of(call_id) if entry.kind == "leg.dialled"]


class _Kept:
    """Entries that are so, of a growing list, where what is not so any more will never be so again: each is read once."""

    def __init__(self, entries: Callable[[], Sequence[Entry]], keeps: Callable[[Entry], bool]) -> None:
        self._entries = entries
        self._keeps = keeps
        self._read = 0
        self._kept: list[Entry] = []

    def all(self) -> list[Entry]:
        """Those that are so now, oldest first."""
        entries = self._entries()
        self._kept += entries[self._read :]
        self._read = len(entries)
        self._kept = [entry for entry in self._kept if self._keeps(entry)]
        return self._kept


def place_of(entry: Entry) -> Place:
    """The leg that an entry is about."""
    return Place(entry.call_id, entry.leg)


def is_rung(call: Call, leg: Leg) -> bool:
    """Whether a phone that was dialled rings; a caller who waits for an answer hears ringing and does not ring."""
    return leg.state is LegState.RINGING and leg.number != call.near


def is_present(_call: Call, leg: Leg) -> bool:
    """Whether a phone has not left the call."""
    return leg.state is not LegState.DOWN
