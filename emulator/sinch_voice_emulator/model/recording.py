"""Recordings: what was captured and for how long. The sound itself is made when somebody reads it."""

from __future__ import annotations

from dataclasses import dataclass

from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.model.script import RecordingOptions


@dataclass(slots=True)
class Recording:
    """One recording of a call, or of a conference when ``conference`` is set.

    ``key`` is the file's name; ``destination`` the storage URI completed with it. ``ended`` is ``None`` while it runs.
    """

    key: str
    call_id: str
    application: str
    region: str
    options: RecordingOptions
    destination: str
    started: Instant
    conference: str = ""
    ended: Instant | None = None

    @property
    def in_platform_storage(self) -> bool:
        """Whether the platform itself keeps the file (no destination, or ``sdrive://``) and its REST API can list it."""
        return self.options.destination == "" or self.options.destination.lower().startswith("sdrive://")
