"""What a test forgives the backend, and what it does not."""

from __future__ import annotations

from sinch_voice_emulator.runtime.delivery_faults import DeliveryFault
from sinch_voice_emulator.testkit.checks import Leftovers
from sinch_voice_emulator.testkit.configuring import Configuring
from sinch_voice_emulator.testkit.failures import ExpectationFailed


class Judging(Configuring):
    """What is wrong, by now or at the end."""

    _leftovers: Leftovers
    _started: list[str]

    def _ordered(self, fault: DeliveryFault) -> DeliveryFault:
        if fault.chance == 1:
            self._leftovers.ordered.add(fault.id)
        return fault

    def expect_problem(self, text: str = "") -> None:
        """Say that the backend will do something wrong: the test does not fail on it, and fails when it does not happen."""
        self._leftovers.expect_problem(text)

    def expect_open(self) -> None:
        """Say that calls may still be open when the test ends."""
        self._leftovers.open_allowed = True

    @property
    def leftovers(self) -> Leftovers:
        """What is forgiven at the end, and what is found."""
        return self._leftovers

    def problems(self) -> list[str]:
        """What is wrong by now, as ``verify`` would say it, a paragraph each; empty when nothing is."""
        self.feel()
        return self._leftovers.found(self.runtime, self.watch, self._started, self.reporter)

    def verify(self) -> None:
        """Raise ``ExpectationFailed`` for what the backend did wrong, calls left open, callbacks that nobody answered."""
        __tracebackhide__ = True
        wrong = self.problems()
        if wrong:
            self._leftovers.told(self.watch)
            raise ExpectationFailed("\n\n".join(wrong))
