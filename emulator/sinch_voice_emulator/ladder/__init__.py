"""Journal entries of one call as a readable ladder."""

from sinch_voice_emulator.ladder.render import Ladder, render, told

__all__ = ["Ladder", "render", "told"]
