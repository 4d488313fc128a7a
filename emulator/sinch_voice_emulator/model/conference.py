"""Conference rooms and who is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.model.script import ToneOptions


class RoomKey(NamedTuple):
    """Rooms are scoped by application and region: the same name in two regions is two rooms."""

    application: str
    region: str
    name: str


@dataclass(slots=True)
class Participant:
    """One call in a room. ``digits`` are keys collected so far in ``detect`` mode."""

    call_id: str
    label: str
    joined: Instant
    tones: ToneOptions
    moh: str = ""
    muted: bool = False
    on_hold: bool = False
    hold_moh: str = ""
    hears_moh: bool = False
    digits: str = ""


@dataclass(slots=True)
class Conference:
    """A room, from the first participant's arrival to the last one's departure. Participants in order of arrival."""

    key: RoomKey
    created: Instant
    participants: dict[str, Participant] = field(default_factory=dict)
    recording: str | None = None
