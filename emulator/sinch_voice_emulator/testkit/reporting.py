"""Writing down why a test fails."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from sinch_voice_emulator.errors import Conflict, EmulatorError, IllegalTransition
from sinch_voice_emulator.ladder import render
from sinch_voice_emulator.ladder.lines import KINDS, anything
from sinch_voice_emulator.model.delivery import Attempt
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.runtime.refusals import WANTS_TOKEN, wants_token
from sinch_voice_emulator.runtime.virtual import NotSettled, TimedOut
from sinch_voice_emulator.testkit.backends import Backend, InProcess
from sinch_voice_emulator.testkit.failures import ExpectationFailed, bullets, message
from sinch_voice_emulator.testkit.watch import Watch

if TYPE_CHECKING:
    from sinch_voice_emulator.testkit.expectations import Expectation

HINTS = {
    401: "{url} answered 401: does the app know the key and the secret of the account (sinch_voice.key, sinch_voice.secret)?",
    403: "{url} answered 403: does the app know the key and the secret of the account (sinch_voice.key, sinch_voice.secret)?",
    404: 'The app has no route {path}: name its callback route, such as deliver_to(app, path="/voice").',
    405: 'The app takes no POST at {path}: name its callback route, such as deliver_to(app, path="/voice").',
}
MOST_LADDERS = 5
MOST_LINES = 120
_PACKAGE = str(Path(__file__).resolve().parent.parent)


class Reporter:
    """Knows what happened, and what the backend raised."""

    def __init__(self, account: AccountRuntime, watch: Watch, backends: Sequence[Backend]) -> None:
        self._account = account
        self._watch = watch
        self._backends = backends

    def failed(self, wanted: Expectation[Any], within: float, late: TimedOut | None, calls: Sequence[str]) -> ExpectationFailed:
        """An expectation that was not met: in time, or at all where ``late`` is ``None``."""
        ladders = self.ladders(calls or self._every_call())
        failure = ExpectationFailed(message(self.unmet(wanted, within, late), ladders))
        failure.__cause__ = self.latest_raised()
        return failure

    def unmet(self, wanted: Expectation[Any], within: float, late: TimedOut | None) -> str:
        """Why an expectation was not met and what came closest, without the ladders."""
        sentence = wanted.sentence[0].upper() + wanted.sentence[1:]
        if late is None:
            first, standing = f"{sentence}, but {wanted.hopeless()}.", ""
        else:
            first, standing = f"{sentence} within {within:g} s, and that did not happen.", _standing(late)
        return message(first, wanted.near(), standing, self.raised_notes())

    def refused(self, refusal: Conflict) -> Conflict:
        """An action that is not possible now: with what to do instead, and with what the backend raised."""
        said = str(refusal)
        if isinstance(refusal, IllegalTransition):
            said += f"; {self._instead()}"
        refusal.args = (message(said, self.raised_notes()),)
        return refusal

    def unsettled(self, refusal: NotSettled) -> NotSettled:
        """What is open, with what to do about it."""
        holds = any(one.startswith("hold ") for one in refusal.open)
        advice = "whoever has taken it calls release() when the work is done; " if holds else ""
        said = f"{refusal}; {advice}sinch_voice.patience = 10 waits longer"
        refusal.args = (message(said, self.raised_notes()),)
        return refusal

    def _instead(self) -> str:
        """What to do in place of something that a call is not ready for."""
        calls = self._account.engine.state.calls.values()
        doomed = [f"call {call.id} is about to end ({call.doom.value})" for call in calls if call.live and call.doom]
        return "; ".join(doomed) or 'wait until it can: call.expect_prompt("...") or call.expect_state("in a menu")'

    def story(self, told: str = "") -> str:
        """What the backend raised, unless ``told`` says so already, and the ladders of every call."""
        notes = self.raised_notes()
        return message("" if notes in told else notes, self.ladders(self._every_call()))

    def never_so(self, within: float, late: TimedOut) -> ExpectationFailed:
        """A condition of the test's own that did not come true."""
        first = f"What run_until waited for did not come true within {within:g} s."
        return ExpectationFailed(message(first, _standing(late), self.raised_notes(), self.ladders(self._every_call())))

    def _every_call(self) -> list[str]:
        return [entry.call_id for entry in self._watch.created()]

    def more_happened(self, entries: Sequence[Entry]) -> ExpectationFailed:
        """Something that no expectation has matched."""
        lines = [line_of(entry) for entry in entries]
        calls = dict.fromkeys(entry.call_id for entry in entries)
        first = bullets("Nothing more was to happen, but this did:", lines)
        why = message(first, self.raised_notes())
        return ExpectationFailed(message(why, self.ladders(list(calls))), why)

    def ladders(self, calls: Iterable[str]) -> str:
        """The ladders of some calls, one below the other."""
        wanted = [call for call in calls if call]
        shown = [self._ladder(call) for call in wanted[-MOST_LADDERS:]]
        left_out = len(wanted) - len(shown)
        note = [f"({left_out} earlier calls are not shown)"] if left_out else []
        return "\n\n".join(note + shown)

    def raised_notes(self) -> str:
        """What backends in this process raised, a sentence each."""
        notes = [
            f"{type(fault).__name__} while it handled {delivery.event.value}: {fault}{_where(fault)}"
            for one in self._backends
            if isinstance(one, InProcess)
            for delivery, fault in one.raised
        ]
        return message(bullets("The backend raised:", notes), *self._hints())

    def _hints(self) -> list[str]:
        """What usually is behind the statuses that the backend answered."""
        attempts = [attempt for delivery in self._account.deliveries.values() for attempt in delivery.attempts]
        last = {hint: attempt for attempt in attempts if (hint := _hint(attempt))}
        hints = [
            hint.format(url=attempt.url, status=attempt.status, path=urlsplit(attempt.url).path)
            for hint, attempt in last.items()
        ]
        return hints + self._late() + ([] if self.latest_raised() is not None else self._errors())

    def _late(self) -> list[str]:
        """That an app in this process was not given all the time it takes."""
        late = [exchange for one in self._backends if isinstance(one, InProcess) for exchange in one.late]
        return [
            f"The app took too long to answer {exchange.delivery.event.value}: the callback timeout is "
            f"{exchange.timeout / 1000:g} s of wall-clock time: set_profile(callback_timeout=...) gives it more."
            for exchange in late[-1:]
        ]

    def _errors(self) -> list[str]:
        """What the backend said with its last answer of 500 or more, where that is a text and not a page."""
        failed = [
            f"{attempt.url} answered {attempt.status} to {delivery.event.value}: {text}"
            for delivery in self._account.deliveries.values()
            for attempt in delivery.attempts
            if (attempt.status or 0) >= 500 and (text := _excerpt(attempt.response_body))
        ]
        return failed[-1:]

    def latest_raised(self) -> Exception | None:
        """What a backend in this process raised last."""
        faults = [fault for one in self._backends if isinstance(one, InProcess) for _, fault in one.raised]
        return faults[-1] if faults else None

    def _ladder(self, call: str) -> str:
        try:
            lines = render(self._watch.of(call)).splitlines()
        except EmulatorError as refusal:
            return f"Call {call}: {refusal}"
        if len(lines) > MOST_LINES:
            lines = [lines[0], f"    ({len(lines) - MOST_LINES} lines are not shown)", *lines[-MOST_LINES + 2 :]]
        return "\n".join(lines)


class Said(Protocol):
    """An entry of the journal, or something that looks like one."""

    @property
    def kind(self) -> str: ...

    @property
    def leg(self) -> int: ...

    @property
    def data(self) -> Mapping[str, object]: ...


def line_of(entry: Said) -> str:
    """An entry as the ladder tells it: who, what."""
    said = KINDS.get(entry.kind, anything)(entry.kind, entry.data, f"leg {entry.leg}" if entry.leg else "call")
    return entry.kind if said is None else " ".join(said)


def _hint(attempt: Attempt) -> str:
    """What usually is behind the answer to an attempt; ``""`` when nothing is to be said about it."""
    return WANTS_TOKEN if wants_token(attempt) else HINTS.get(attempt.status or 0, "")


def _excerpt(body: bytes) -> str:
    """The beginning of an answer in one line; nothing of a page."""
    text = " ".join(body[:400].decode(errors="replace").split())
    return "" if text.startswith("<") else text[:200]


def _where(fault: Exception) -> str:
    """The line that raised, in the test's code rather than in ours."""
    every = traceback.extract_tb(fault.__traceback__)
    frames = [frame for frame in every if not frame.filename.startswith(_PACKAGE)] or every
    return f" ({frames[-1].filename}:{frames[-1].lineno}, in {frames[-1].name})" if frames else ""


def _standing(late: TimedOut) -> str:
    happening = "; ".join(late.going_on) or "no call is live"
    due = "nothing is due" if late.deadline is None else f"the next deadline is {(late.deadline - late.now) / 1000:g} s away"
    advice = f"{late.advice[0].upper()}{late.advice[1:]}." if late.advice else ""
    if "manual" in advice:
        advice = "The clock is manual: advance(...) moves it."
    return f"By then: {happening}; {due}." + (f" {advice}" if advice else "")
