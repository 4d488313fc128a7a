"""What a test must not leave behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.testkit.expectations import folded
from sinch_voice_emulator.testkit.failures import bullets
from sinch_voice_emulator.testkit.reporting import Reporter, line_of
from sinch_voice_emulator.testkit.watch import Watch

MEANT = 'If this is meant: sinch_voice.expect_problem("part of the sentence").'
MAY_STAY = "Hang up, or say sinch_voice.expect_open() if they may stay open."


@dataclass
class Leftovers:
    """What is forgiven, and what is found at the end."""

    open_allowed: bool = False
    meant: str = MEANT
    may_stay: str = MAY_STAY
    expected: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    """Texts of problems that are forgiven, and not missed."""

    def expect_problem(self, text: str) -> None:
        """Forgive problems that contain ``text``; miss them when there are none."""
        self.expected.append(text)

    def found(self, account: AccountRuntime, watch: Watch, started: Sequence[str], reporter: Reporter) -> list[str]:
        """Everything that is wrong, a paragraph each, and the ladders of the calls concerned; empty when nothing is."""
        wrong, concerned = self.wrong(account, watch, started)
        if wrong:
            wrong += [reporter.raised_notes(), reporter.ladders(concerned)]
        return [one for one in wrong if one]

    def wrong(self, account: AccountRuntime, watch: Watch, started: Sequence[str]) -> tuple[list[str], list[str]]:
        """Everything that is wrong, a paragraph each, and the calls concerned."""
        problems = [entry for entry in watch.problems() if not self._forgiven(entry)]
        failed = [entry for entry in watch.failed() if entry.severity == "warning" and not self._forgiven(entry)]
        concerned = [entry.call_id for entry in (*problems, *failed)]
        still = [] if self.open_allowed else [call for call in self._open(account, started) if call not in concerned]
        states = account.engine.state.calls
        wrong = [
            _advised(bullets("The backend did something wrong:", [line_of(entry) for entry in problems]), self.meant),
            bullets("Problems were expected that did not happen:", self._missed(watch)),
            bullets("Callbacks got no answer:", [*account.open_work(), *(line_of(entry) for entry in failed)]),
            _advised(
                bullets("Calls are still open:", [f"{call} is {states[call].state.value}" for call in still]), self.may_stay
            ),
        ]
        return [one for one in wrong if one], list(dict.fromkeys([*concerned, *still]))

    def _forgiven(self, entry: Entry) -> bool:
        return any(folded(text) in folded(line_of(entry)) for text in (*self.expected, *self.allowed))

    def _missed(self, watch: Watch) -> list[str]:
        said = [folded(line_of(entry)) for entry in (*watch.problems(), *watch.failed())]
        return [text or "any" for text in self.expected if not any(folded(text) in one for one in said)]

    def _open(self, account: AccountRuntime, started: Sequence[str]) -> list[str]:
        calls = account.engine.state.calls
        return [call.id for call_id in started if (call := calls.get(call_id)) is not None and call.live]


def _advised(text: str, advice: str) -> str:
    return f"{text}\n{advice}" if text else ""
