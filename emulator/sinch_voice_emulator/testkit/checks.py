"""What a test must not leave behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.testkit.expectations import folded
from sinch_voice_emulator.testkit.failures import bullets, message
from sinch_voice_emulator.testkit.reporting import Reporter, line_of
from sinch_voice_emulator.testkit.watch import Watch


@dataclass
class Leftovers:
    """What is forgiven, and what is found at the end."""

    open_allowed: bool = False
    expected: list[str] = field(default_factory=list)

    def expect_problem(self, text: str) -> None:
        """Forgive problems that contain ``text``; miss them when there are none."""
        self.expected.append(text)

    def found(self, account: AccountRuntime, watch: Watch, started: Sequence[str], reporter: Reporter) -> list[str]:
        """Everything that is wrong, a paragraph each."""
        problems = [entry for entry in watch.problems() if not self._forgiven(entry)]
        wrong = [self._of_backend(problems, reporter), self._missed(watch), self._open(account, started, reporter)]
        return [one for one in [*wrong, self._unanswered(account, watch)] if one]

    def _forgiven(self, entry: Entry) -> bool:
        return any(folded(text) in folded(line_of(entry)) for text in self.expected)

    def _of_backend(self, problems: Sequence[Entry], reporter: Reporter) -> str:
        if not problems:
            return ""
        first = bullets("The backend did something wrong:", [line_of(entry) for entry in problems])
        advice = 'If this is meant: sinch_voice.expect_problem("part of the sentence").'
        calls = list(dict.fromkeys(entry.call_id for entry in problems))
        return message(first, advice, reporter.raised_notes(), reporter.ladders(calls))

    def _missed(self, watch: Watch) -> str:
        said = [folded(line_of(entry)) for entry in (*watch.problems(), *watch.failed())]
        missed = [text for text in self.expected if not any(folded(text) in one for one in said)]
        return bullets("Problems were expected that did not happen:", [text or "any" for text in missed])

    def _open(self, account: AccountRuntime, started: Sequence[str], reporter: Reporter) -> str:
        if self.open_allowed:
            return ""
        calls = account.engine.state.calls
        still = [call for call_id in started if (call := calls.get(call_id)) is not None and call.live]
        if not still:
            return ""
        first = bullets("Calls are still open:", [f"{call.id} is {call.state.value}" for call in still])
        advice = "Hang up, or say sinch_voice.expect_open() if they may stay open."
        return message(first, advice, reporter.ladders([call.id for call in still]))

    def _unanswered(self, account: AccountRuntime, watch: Watch) -> str:
        waiting = account.open_work()
        failed = [entry for entry in watch.failed() if entry.severity == "warning" and not self._forgiven(entry)]
        return bullets("Callbacks got no answer:", [*waiting, *(line_of(entry) for entry in failed)])
