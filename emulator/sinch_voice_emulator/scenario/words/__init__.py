"""Every word of the scenario language."""

from collections.abc import Mapping

from sinch_voice_emulator.scenario.words import calling, expecting, requests, world
from sinch_voice_emulator.scenario.words.word import Word

__all__ = ["WORDS", "Word"]

WORDS: Mapping[str, Word] = {word.name: word for word in (*calling.WORDS, *requests.WORDS, *world.WORDS, *expecting.WORDS)}
