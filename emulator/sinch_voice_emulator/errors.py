"""Errors that say whose fault it is and what to answer.

Every refusal the emulator makes on purpose is an ``EmulatorError``. Its message is one sentence that says what was wrong and
what would be right. The layers above decide how it is spelt on the wire; nothing else may reach a client.
"""

from __future__ import annotations


class EmulatorError(Exception):
    """Base of every deliberate refusal."""


class BadRequest(EmulatorError):
    """The caller's fault: what was asked makes no sense, whatever the state.

    ``below`` says which part of the value that was read is wrong, as the end of a JSON path: ``.answerer.verdict``.
    """

    below: str = ""

    def at(self, step: str) -> BadRequest:
        """This refusal, as seen from the value that holds the wrong part by ``step`` (``.name``, ``[0]``)."""
        self.below = step + self.below
        return self


class NotFound(EmulatorError):
    """The caller named something that does not exist (any more, here, or for this application)."""


class Conflict(EmulatorError):
    """The caller's timing: what was asked makes sense, but not in the present state."""


class IllegalTransition(Conflict):
    """A trigger reached a call in a state that has no rule for it; names both."""

    def __init__(self, state: str, trigger: str, advice: str = "") -> None:
        self.state = state
        self.trigger = trigger
        super().__init__(f"{trigger} is not possible while the call is {state}" + (f": {advice}" if advice else ""))


class LimitReached(EmulatorError):
    """A bound of the emulator was reached; the message names the bound and how to raise it."""


class Refused(EmulatorError):
    """The platform's own rules forbid it, however well it was asked."""


class NoCredit(Refused):
    """The account cannot pay for the call."""


class DestinationForbidden(Refused):
    """The account may not call that destination."""
