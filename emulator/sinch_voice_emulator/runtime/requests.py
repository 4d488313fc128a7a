"""Open requests of the Calling API: what they cause leaves only after they have been answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sinch_voice_emulator.model.delivery import Delivery


@dataclass(slots=True, eq=False)
class OpenRequest:
    """One request that has not been answered yet. ``held`` are the deliveries it caused, in order of issue."""

    epoch: int
    on_close: Callable[[OpenRequest], None]
    held: list[Delivery] = field(default_factory=list)
    closed: bool = False
    after: int = 0
    """The last journal entry before it."""

    def close(self) -> None:
        """To be called once the response has left: lets go what was held. Calling it again does nothing."""
        self.on_close(self)
