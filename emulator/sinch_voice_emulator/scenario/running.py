"""One run of a scenario on an account: what is given, the steps, and what must not be left behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sinch_voice_emulator.errors import BadRequest, EmulatorError
from sinch_voice_emulator.model.instants import SECOND
from sinch_voice_emulator.scenario.advice import in_words_of_files
from sinch_voice_emulator.scenario.beforehand import circle_of, misfits
from sinch_voice_emulator.scenario.model import Scenario, Step, titled
from sinch_voice_emulator.scenario.playing import Player, StepFailed
from sinch_voice_emulator.scenario.stage import Approval, Plays, Stage
from sinch_voice_emulator.scenario.words import world
from sinch_voice_emulator.testkit.core import VoiceSteps
from sinch_voice_emulator.testkit.opening import beginning

ALLOW_PROBLEM = "If this is meant, expect it (expect: { problem: ... }) or allow it (allow: { problems: [...] })."
ALLOW_OPEN = "Hang up, or say that they may stay: allow: { open_calls: true }."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run came to. ``why`` is ``""`` when it passed; ``step`` is the step that failed, ``None`` for the end.

    ``ladders`` shows what happened on the calls; ``seconds`` is account time.
    """

    scenario: Scenario
    row: Mapping[str, Any]
    why: str
    step: Step | None
    ladders: str
    seconds: float
    steps: int

    @property
    def passed(self) -> bool:
        """Whether everything was as the scenario says."""
        return not self.why

    @property
    def title(self) -> str:
        """The name of the run."""
        return titled(self.scenario, self.row)

    @property
    def where(self) -> str:
        """Where it failed: ``file:line:column``; the file alone when it was at the end."""
        return str(self.step.place) if self.step is not None else self.scenario.source

    def text(self) -> str:
        """The failure for people: the step, why, what happened on the calls."""
        if self.passed:
            return f"{self.title}: passed"
        at = "at the end" if self.step is None else f"step {self.step.number} ({self.step.word})"
        return "\n\n".join(part for part in (f"{self.where}: {at}: {self.why}", self.ladders) if part)


def playing(
    voice: VoiceSteps,
    scenario: Scenario,
    row: Mapping[str, Any],
    variables: Mapping[str, Any],
    progress: Callable[[Step], None] = lambda _step: None,
    approval: Approval | None = None,
) -> Plays[Outcome]:
    """Play one row of a scenario on an account on which nothing has happened yet.

    ``variables`` win over those of the file. With ``approval``, answers that differ are collected and fail nothing. Raises
    ``BadRequest`` for a variable that the scenario does not have.
    """
    check_variables(scenario, variables)
    row = {name: variables.get(name, value) for name, value in row.items()}
    stage = Stage(voice, {**scenario.variables, **row, **variables})
    stage.approval = approval
    begun = voice.instant
    count = 0

    def counted(step: Step) -> None:
        nonlocal count
        count += 1
        progress(step)

    failed: StepFailed | None = None
    why = ""
    try:
        _given(stage, scenario)
        begun = voice.instant
        yield from Player(stage, counted).play(scenario.steps)
        why = yield from _ending(voice)
    except StepFailed as failure:
        failed, why = failure, failure.why
    except EmulatorError as failure:
        why = str(failure)
    why = in_words_of_files(why)
    ladders = voice.ladder() if why else ""
    step = failed.step if failed is not None else None
    return Outcome(scenario, row, why, step, ladders, (voice.instant - begun) / SECOND, count)


def variables_of(scenario: Scenario) -> set[str]:
    """The names of the variables that a scenario has."""
    return {*scenario.variables, *(name for row in scenario.rows for name in row)}


def check_variables(scenario: Scenario, variables: Mapping[str, Any]) -> None:
    """Raise ``BadRequest`` when a variable is set that the scenario does not have."""
    known = variables_of(scenario)
    for name in variables:
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise BadRequest(f"{scenario.source}: the scenario has no variable {name!r}; it has: {there}")
    if variables:
        given = ", ".join(variables)
        for row in scenario.rows:
            values = {**row, **variables}
            circle = circle_of({**scenario.variables, **values})
            wrong = [f"{scenario.source}: {circle}"] if circle else list(misfits(scenario, values))
            if wrong:
                raise BadRequest(f"{wrong[0]} (variables set for this run: {given})")


def _given(stage: Stage, scenario: Scenario) -> None:
    """Set up the account."""
    given = stage.scope.fill(dict(scenario.given))
    voice = stage.voice
    voice.leftovers.allowed += scenario.allowed.problems
    voice.leftovers.meant, voice.leftovers.may_stay = ALLOW_PROBLEM, ALLOW_OPEN
    voice.leftovers.open_allowed = voice.leftovers.open_allowed or scenario.allowed.open_calls
    if "start" in given and not voice.runtime.start_at(beginning(world.instant_of(given["start"]))):
        raise BadRequest("given.start needs an account on which nothing has happened yet; reset it first")
    if "profile" in given:
        world.put_profile(stage, given["profile"])
    if "rates" in given:
        world.put_rates(stage, given["rates"])
    if "credit" in given:
        voice.set_credit(given["credit"])
    world.put_numbers(stage, given.get("numbers", []))
    world.put_users(stage, given.get("users", []))
    world.put_phones(stage, given.get("phones", {}))
    for fault in given.get("faults", ()):
        world.put_fault(stage, fault)


def _ending(voice: VoiceSteps) -> Plays[str]:
    """What is wrong at the end; ``""`` when nothing is."""
    yield from voice.driver.settle()
    everything = [entry.call_id for entry in voice.watch.created()]
    wrong, _ = voice.leftovers.wrong(voice.runtime, voice.watch, everything)
    return "\n\n".join([*wrong, *filter(None, [voice.reporter.raised_notes()])]) if wrong else ""
