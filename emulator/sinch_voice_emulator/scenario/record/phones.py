"""How phones have to be for a recording to be played again: they ring until told, and a machine is the machine it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.scenario.record.happenings import Happening
from sinch_voice_emulator.scenario.record.script import length

MANUAL = "manual"


@dataclass(slots=True)
class _Leg:
    """A phone that was dialled, and how it was."""

    address: str
    dialled: Instant
    answered: Instant | None = None
    behaviour: Any = MANUAL


class Phones:
    """Phones by address as they are in the beginning, and those that change behind a leg that was dialled."""

    def __init__(self, happenings: Sequence[Happening]) -> None:
        self._legs: dict[tuple[str, int], _Leg] = {}
        for one in happenings:
            if one.kind == "leg.dialled":
                self._legs[one.call, one.leg] = _Leg(one.party, one.instant)
            elif (one.call, one.leg) in self._legs:
                _learn(self._legs[one.call, one.leg], one)
        self.dialled = Counter(leg.address for leg in self._legs.values())
        """How often each address was dialled."""
        self.given: dict[str, Any] = {}
        self._changes: dict[tuple[str, int], dict[str, Any]] = {}
        self._order()

    @property
    def users(self) -> list[str]:
        """Names of app users among them."""
        return sorted({address.removeprefix("user:") for address in self.given if address.startswith("user:")})

    def change(self, call: str, leg: int) -> dict[str, Any]:
        """How phones have to be from now on, once this leg was dialled; ``{}``: as they are."""
        return self._changes.get((call, leg), {})

    def _order(self) -> None:
        now: dict[str, Any] = {}
        latest: dict[str, tuple[str, int]] = {}
        for place, leg in self._legs.items():
            if leg.address not in now:
                self.given[leg.address] = now[leg.address] = leg.behaviour
            elif not _does(now[leg.address], leg.behaviour):
                self._changes.setdefault(latest[leg.address], {})[leg.address] = leg.behaviour
                now[leg.address] = leg.behaviour
            latest[leg.address] = place


def _learn(leg: _Leg, one: Happening) -> None:
    if one.kind == "leg.answered":
        leg.answered = one.instant
    elif one.kind == "leg.ended" and one.data.get("why") == "no answer":
        leg.behaviour = {"on_ring": "rings-out", "rings_for": length(one.instant - leg.dialled)}
    elif one.kind == "amd.result" and leg.answered is not None:
        reason = str(one.data.get("reason", "")).lower()
        _hear(leg, verdict=one.data.get("status"), reason=reason, verdict_after=length(one.instant - leg.answered))
    elif one.kind == "amd.beep" and leg.answered is not None:
        known = isinstance(leg.behaviour, dict)
        _hear(leg, **({} if known else {"verdict": "machine"}), beep_after=length(one.instant - leg.answered))


def _hear(leg: _Leg, **answerer: Any) -> None:
    """Answering machine detection heard this."""
    before: dict[str, Any] = leg.behaviour if isinstance(leg.behaviour, dict) else {"on_ring": MANUAL}
    heard = {name: value for name, value in answerer.items() if value}
    leg.behaviour = {**before, "answerer": {**before.get("answerer", {}), **heard}}


def _does(now: Any, wanted: Any) -> bool:
    """Whether a phone that is like ``now`` does what is wanted: who answers matters only where somebody listens for it."""
    return bool(now == wanted or (wanted == MANUAL and isinstance(now, dict) and now.get("on_ring") == MANUAL))
