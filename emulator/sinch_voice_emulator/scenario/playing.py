"""Playing a scenario: its branches side by side, each up to where it waits; then time passes until one of them can go on.

No branch waits by itself. All that wait are looked at together, and the account's time moves on to whatever ends the first of
their waits, so that things that go on at once in a scenario go on at once on the account.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sinch_voice_emulator.errors import BadRequest, EmulatorError
from sinch_voice_emulator.model.instants import SECOND, Instant
from sinch_voice_emulator.runtime.exchanges import Exchange
from sinch_voice_emulator.runtime.virtual import Breath, TimedOut
from sinch_voice_emulator.scenario import forms
from sinch_voice_emulator.scenario.model import Step
from sinch_voice_emulator.scenario.stage import Awaiting, Branch, Fork, Mismatch, Pause, Play, Plays, Stage
from sinch_voice_emulator.scenario.words import WORDS
from sinch_voice_emulator.testkit.expectations import behind
from sinch_voice_emulator.testkit.failures import ExpectationFailed

_NOTHING = object()


class StepFailed(Exception):
    """A step did not come true. ``why`` says what was expected and what came closest, without ladders."""

    def __init__(self, step: Step, why: str) -> None:
        super().__init__(why)
        self.step = step
        self.why = why


@dataclass(eq=False, slots=True)
class _Track:
    """A branch under way. ``reply`` is what it is sent next; ``waits`` is what it waits for, ``None`` when it can go on."""

    play: Play[None]
    step: Step
    parent: _Track | None = None
    waits: Awaiting | Pause | Fork | None = None
    until: Instant = 0
    reply: Any = None
    begun: bool = False
    children: int = 0
    now: list[Step] = field(default_factory=list)


class Player:
    """Plays the steps of one run. ``progress`` is told each step as it begins."""

    def __init__(self, stage: Stage, progress: Callable[[Step], None] = lambda _step: None) -> None:
        self._stage = stage
        self._progress = progress
        self._tracks: list[_Track] = []

    def play(self, steps: tuple[Step, ...]) -> Plays[None]:
        """Play to the end. Raises ``StepFailed``."""
        if not steps:
            return
        self._begin(Branch(self._stage, self._stage.scope), steps, None)
        while self._tracks:
            ready = next((track for track in self._tracks if track.waits is None), None)
            if ready is not None:
                yield from self._go_on(ready)
            else:
                yield from self._wait()

    # --- branches ------------------------------------------------------------------------------------------

    def _begin(self, branch: Branch, steps: tuple[Step, ...], parent: _Track | None) -> None:
        now: list[Step] = []
        self._tracks.append(_Track(self._steps(branch, steps, now), steps[0], parent, now=now))

    def _steps(self, branch: Branch, steps: tuple[Step, ...], now: list[Step]) -> Play[None]:
        for step in steps:
            now[:] = [step]
            self._progress(step)
            body = branch.scope.fill(step.body)
            if body != step.body:
                judge(step, body)
            yield from WORDS[step.word].play(branch, body, step)

    def _go_on(self, track: _Track) -> Plays[None]:
        try:
            wait = track.play.send(track.reply) if track.begun else next(track.play)
            track.begun, track.reply = True, None
            while isinstance(wait, Exchange | Breath):
                try:
                    reply = yield wait
                except Exception as fault:
                    wait = track.play.throw(fault)
                else:
                    wait = track.play.send(reply)
            self._suspend(track, wait)
        except StopIteration:
            self._finish(track)
        except (EmulatorError, ExpectationFailed, Mismatch) as failure:
            raise StepFailed(track.now[0], failure.why if isinstance(failure, ExpectationFailed) else str(failure)) from failure

    def _suspend(self, track: _Track, wait: Awaiting | Pause | Fork) -> None:
        if isinstance(wait, Fork):
            self._fork(track, wait)
            return
        length = wait.within if isinstance(wait, Awaiting) else wait.length
        track.waits = wait
        track.until = self._stage.voice.instant + (_EVER if length is None else length)

    def _fork(self, track: _Track, fork: Fork) -> None:
        lists = [steps for steps in fork.branches.values() if steps]
        track.children = len(lists)
        track.waits = fork if lists else None
        scope = fork.branch.scope.inner(fork.values) if fork.values else fork.branch.scope
        for steps in lists:
            branch = Branch(self._stage, scope, fork.branch, only_child=len(lists) == 1)
            branch.gathering = fork.gathering
            self._begin(branch, steps, track)

    def _finish(self, track: _Track) -> None:
        self._tracks.remove(track)
        parent = track.parent
        if parent is not None:
            parent.children -= 1
            if parent.children == 0:
                parent.waits = None

    # --- waiting ------------------------------------------------------------------------------------------

    def _wait(self) -> Plays[None]:
        """Let time pass until one of those that wait can go on."""
        voice = self._stage.voice
        waiting = [track for track in self._tracks if isinstance(track.waits, Awaiting | Pause)]
        limit = min(track.until for track in waiting) - voice.instant
        late: TimedOut | None = None
        try:
            found = yield from voice.driver.run_until(lambda: self._over(waiting), max(0, limit))
            assert found is not None
            track, what = found
        except TimedOut as out:
            late = out
            track = min(waiting, key=lambda one: one.until)
            what = _NOTHING
        except EmulatorError as failure:
            raise StepFailed(waiting[0].now[0], str(failure)) from failure
        wait = track.waits
        if isinstance(wait, Awaiting):
            approval = self._stage.approval
            if what is _NOTHING and wait.missable and approval is not None:
                approval.missed.append((track.now[0], wait.wanted.sentence))
                what = None
            elif what is _NOTHING:
                why = voice.reporter.unmet(wait.wanted, wait.within / SECOND, late)
                raise StepFailed(track.now[0], why)
            voice.noticed(*wait.calls, behind=behind(wait.wanted))
            track.reply = what
        track.waits = None

    def _over(self, waiting: list[_Track]) -> tuple[_Track, Any] | None:
        voice = self._stage.voice
        for track in waiting:
            wait = track.waits
            if isinstance(wait, Awaiting):
                found = wait.wanted.look()
                if found is not None:
                    return track, found
                if wait.wanted.hopeless() and voice.runtime.settled:
                    return track, _NOTHING
            elif isinstance(wait, Pause) and wait.length is None and self._idle():
                return track, None
        return None

    def _idle(self) -> bool:
        runtime = self._stage.voice.runtime
        return runtime.settled and runtime.next_deadline(guards=False) is None


_EVER = 366 * 24 * 3600 * SECOND


def judge(step: Step, body: Any) -> None:
    """Check a body once more after variables were filled in. Raises ``BadRequest``."""
    wrong = forms.problems(step.word, body)
    if wrong:
        raise BadRequest(f"with its variables filled in, {wrong[0]}")
    WORDS[step.word].check(body)
