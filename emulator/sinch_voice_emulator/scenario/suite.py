"""Many runs of scenarios against one backend: which there are, side by side where asked, and what they came to.

Every run has an account of its own, a twin of the one that is configured (``twins``), so that runs do not see each other's
calls while the backend keeps its one key and its one address. A request of the backend that could be any of several runs'
counts for none of them: each of these runs is played again, by itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sinch_voice_emulator.emulator import DEFAULT_ACCOUNT, Emulator
from sinch_voice_emulator.errors import BadRequest, EmulatorError, NotFound
from sinch_voice_emulator.runtime.clocks import real_monotonic
from sinch_voice_emulator.scenario.choosing import narrowed, variables_for
from sinch_voice_emulator.scenario.model import Scenario, Step, titled
from sinch_voice_emulator.scenario.running import Outcome, playing
from sinch_voice_emulator.scenario.variables import Scope
from sinch_voice_emulator.testkit.backends import Target, hosted
from sinch_voice_emulator.testkit.opening import START
from sinch_voice_emulator.testkit.voice import SinchVoice

MOST_JOBS = 64
ALONE = "alone"
"""What a run claims beside which no other is played."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """One row of a scenario, to be played. ``number`` counts the runs of a suite from 1."""

    number: int
    scenario: Scenario
    row: Mapping[str, Any]

    @property
    def title(self) -> str:
        """Its name."""
        return titled(self.scenario, self.row)


@dataclass(frozen=True, slots=True)
class Played:
    """A run and what came of it. ``seconds`` are the wall clock's; ``ladders`` are there for a failure, or on request."""

    run: Run
    outcome: Outcome
    seconds: float
    ladders: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a suite came to: runs that were played, in order of their numbers, and those that were not.

    ``stopped`` says why some were not: ``""``, or ``"failed"`` (told to stop at a failure), ``"interrupted"``, ``"timeout"``.
    """

    played: tuple[Played, ...]
    left_out: tuple[Run, ...]
    seconds: float
    stopped: str = ""

    @property
    def failed(self) -> tuple[Played, ...]:
        """The runs that failed."""
        return tuple(one for one in self.played if not one.outcome.passed)

    @property
    def passed(self) -> bool:
        """Whether every run was played and none failed."""
        return not self.failed and not self.left_out


@dataclass(frozen=True, slots=True)
class Plan:
    """How to play. ``variables`` are set where a scenario has them; ``speed`` plays in real time, so many times as fast.

    ``account`` is the one that runs are twins of. Ids of calls are made from ``seed``: the same one gives the same ids.
    ``path`` is that of the callback route of an app in this process. ``ladders``: draw the calls of runs that passed, too.
    """

    variables: Mapping[str, Any] = field(default_factory=dict)
    jobs: int = 1
    fail_fast: bool = False
    speed: float | None = None
    account: str = DEFAULT_ACCOUNT
    seed: str = ""
    path: str = ""
    ladders: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.jobs <= MOST_JOBS:
            raise BadRequest(f"the number of runs side by side is from 1 to {MOST_JOBS}, not {self.jobs}")


def runs_of(scenarios: Iterable[Scenario]) -> list[Run]:
    """Every row of every scenario."""
    pairs = ((scenario, row) for scenario in scenarios for row in scenario.rows)
    return [Run(number, scenario, row) for number, (scenario, row) in enumerate(pairs, 1)]


class Suite:
    """Runs to be played against one backend. ``target`` is where callbacks go; ``None`` leaves them where the account says.

    ``on_played`` is told of each run as it is over, one at a time, in whatever thread.
    """

    def __init__(
        self,
        emulator: Emulator,
        scenarios: Iterable[Scenario],
        target: Target | None = None,
        plan: Plan | None = None,
        on_played: Callable[[Played], None] = lambda _played: None,
    ) -> None:
        self._emulator = emulator
        self._target = target
        self._plan = plan or Plan()
        self.runs = runs_of(narrowed(scenario, self._plan.variables) for scenario in scenarios)
        self._on_played = on_played
        self._turns = _Turns(self.runs, self._plan.variables)
        self._played: list[Played] = []
        self._faults: list[BaseException] = []
        self._begun = real_monotonic()

    def run(self) -> Report:
        """Play them all; one at a time in this thread, so that a backend in this process sees the transactions of a test."""
        jobs = min(self._plan.jobs, len(self.runs))
        with hosted(self._target) as target:
            if jobs <= 1:
                self._work(target)
            else:
                self._side_by_side(jobs, target)
        return self.report()

    def stop(self, why: str) -> None:
        """Begin no other run. May be called from any thread."""
        self._turns.stop(why)

    def report(self) -> Report:
        """What was played by now; runs that are under way count as left out."""
        played = tuple(sorted(self._played, key=lambda one: one.run.number))
        numbers = {one.run.number for one in played}
        left_out = tuple(run for run in self.runs if run.number not in numbers)
        return Report(played, left_out, real_monotonic() - self._begun, self._turns.stopped if left_out else "")

    def _side_by_side(self, jobs: int, target: Target | None) -> None:
        assert self._emulator.wsgi_app is not None, "made here, before several runs want it at once"
        workers = [threading.Thread(target=self._guarded, args=(target,), daemon=True) for _ in range(jobs)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if self._faults:
            raise self._faults[0]

    def _guarded(self, target: Target | None) -> None:
        try:
            self._work(target)
        except BaseException as fault:
            self._faults.append(fault)
            self.stop("interrupted")

    def _work(self, target: Target | None) -> None:
        for run in self._turns:
            begun = real_monotonic()
            outcome, ladders, mixed_up = self._play(run, target)
            with self._turns.over(run, again=mixed_up) as final:
                if not final:
                    continue
                if self._plan.fail_fast and not outcome.passed:
                    self.stop("failed")
                self._played.append(Played(run, outcome, real_monotonic() - begun, ladders))
                self._on_played(self._played[-1])

    def _play(self, run: Run, target: Target | None) -> tuple[Outcome, str, bool]:
        """Play it; what came of it, its calls, and whether a request may have been that of another run."""
        plan = self._plan
        try:
            variables = variables_for(run.scenario, plan.variables)
            with _voice(self._emulator, run, plan) as voice:
                if target is not None:
                    voice.deliver_to(target, plan.path)
                outcome = voice.work(playing(voice, run.scenario, run.row, variables))
                ladders = outcome.ladders or (voice.ladder() if plan.ladders else "")
                return outcome, ladders, self._emulator.twins.mixed_up(voice.runtime)
        except Exception as fault:
            if self._turns.stopped != "interrupted":
                log.exception("%s could not be played", run.title)
            why = str(fault) if isinstance(fault, EmulatorError) else f"this is a fault of the emulator: {fault!r}"
            return Outcome(run.scenario, run.row, why, None, "", 0.0, 0), "", False


@contextmanager
def account_for(emulator: Emulator, scenario: Scenario) -> Iterator[SinchVoice]:
    """An account for one scenario, with the keys and the backend of the default one."""
    with _voice(emulator, Run(1, scenario, {}), Plan()) as voice:
        yield voice


@contextmanager
def _voice(emulator: Emulator, run: Run, plan: Plan) -> Iterator[SinchVoice]:
    """An account for one run."""
    twin = emulator.create_twin(plan.account, takes_callouts=run.scenario.takes_callouts)
    seed = f"{plan.seed}|{run.number}|{run.scenario.name}"
    try:
        if plan.speed is None:
            voice = SinchVoice(emulator, twin.name, start=START, seed=seed)
        else:
            voice = SinchVoice(emulator, twin.name, clock="real", speed=plan.speed, start=START, seed=seed)
        try:
            yield voice
        finally:
            voice.close()
    finally:
        with suppress(NotFound):
            emulator.delete_account(twin.name)


class _Turns:
    """Whose turn it is. Two runs between which a request of the backend could not be told to belong never go on at once.

    A run that awaits callouts goes on by itself: any other run might surprise it with one.
    """

    def __init__(self, runs: Iterable[Run], variables: Mapping[str, Any]) -> None:
        self._waiting = {run.number: (run, _claims(run, variables)) for run in runs}
        self._claimed: dict[int, frozenset[str]] = {}
        self._changed = threading.Condition()
        self.stopped = ""

    def __iter__(self) -> Iterator[Run]:
        while (run := self._next()) is not None:
            yield run

    def stop(self, why: str) -> None:
        """Nobody's, from now on."""
        with self._changed:
            self.stopped = self.stopped or why
            self._changed.notify_all()

    @contextmanager
    def over(self, run: Run, *, again: bool) -> Iterator[bool]:
        """A run is over, for good unless it is to be played ``again``; what is done about that is done one at a time."""
        with self._changed:
            try:
                yield not again
            finally:
                if again:
                    self._waiting[run.number] = (run, frozenset({ALONE}))
                del self._claimed[run.number]
                self._changed.notify_all()

    def _next(self) -> Run | None:
        with self._changed:
            while self._waiting and not self.stopped:
                taken = {claim for claims in self._claimed.values() for claim in claims}
                free = next((pair for pair in self._waiting.values() if _free(pair[1], taken, bool(self._claimed))), None)
                if free is not None:
                    run, claims = free
                    del self._waiting[run.number]
                    self._claimed[run.number] = claims
                    return run
                self._changed.wait()
            return None


def _free(claims: frozenset[str], taken: set[str], busy: bool) -> bool:
    """Whether a run with these claims can begin now."""
    return not busy if ALONE in claims else ALONE not in taken and not claims & taken


def _claims(run: Run, variables: Mapping[str, Any]) -> frozenset[str]:
    """What requests of the backend may speak of without naming a call: callouts, and conferences by name."""
    scope = Scope(lambda name: f"${{{name}}}", {**run.scenario.variables, **run.row, **variables})
    rooms = {f"conference {_filled(scope, name)}" for name in _conferences(run.scenario.steps)}
    return frozenset(rooms | ({ALONE} if run.scenario.takes_callouts else set()))


def _conferences(steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        if step.word == "expect" and "conference" in step.body:
            yield str(step.body["conference"])
        for inner in step.branches.values():
            yield from _conferences(inner)


def _filled(scope: Scope, text: str) -> str:
    try:
        return str(scope.fill(text))
    except BadRequest:
        return text
