"""How a test fails: what was expected, what came closest, what happened on the phone."""

from __future__ import annotations

from collections.abc import Sequence


class ExpectationFailed(AssertionError):
    """Something that a test expected did not happen, or something it did not expect did.

    ``why`` says so without the ladders that the whole message ends with.
    """

    def __init__(self, text: str, why: str = "") -> None:
        super().__init__(text)
        self.why = why or text


ExpectationFailed.__module__ = "sinch_voice_emulator"


def message(sentence: str, *parts: str) -> str:
    """A message of several parts: the sentence, the nearest miss, notes, the ladder. Empty parts are left out."""
    return "\n\n".join(part for part in (sentence, *parts) if part)


def bullets(title: str, lines: Sequence[str]) -> str:
    """A titled list, or nothing when there are no lines."""
    return "\n".join([title, *(f"  * {line}" for line in lines)]) if lines else ""
