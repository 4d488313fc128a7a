"""A scenario as part of a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sinch_voice_emulator.errors import NotFound
from sinch_voice_emulator.testkit.failures import ExpectationFailed
from sinch_voice_emulator.testkit.steps import Steps

if TYPE_CHECKING:
    from sinch_voice_emulator.scenario.model import Scenario
    from sinch_voice_emulator.scenario.running import Outcome
    from sinch_voice_emulator.testkit.core import VoiceSteps


def run_scenario(voice: VoiceSteps, scenario: str | Path | Mapping[str, Any], /, **variables: Any) -> Steps[list[Outcome]]:
    """Run a scenario: a file, the name of one that ships with the emulator, or its content as a mapping; every row of it.

    Each row has an account of its own, set up as the test's is now; what it does there is not seen by the test's.

    ``variables`` replace those of the file; where some rows have these values, it is those that are played. Raises
    ``ExpectationFailed`` with the step, what came closest and the ladders, and ``BadRequest`` for a file that is no scenario.
    """
    from sinch_voice_emulator.scenario import choosing, library, reading, running

    if isinstance(scenario, Mapping):
        read = reading.of_value(scenario)
    else:
        path = Path(scenario)
        read = reading.read(path if path.suffix or path.exists() else library.find(str(scenario)))
    running.check_variables(read, variables)
    own = choosing.variables_for(read, variables)
    outcomes = []
    for row in choosing.narrowed(read, variables).rows:
        with _own_account(voice, read) as stage:
            outcome = yield from running.playing(stage, read, row, own)
        if not outcome.passed:
            raise ExpectationFailed(outcome.text())
        outcomes.append(outcome)
    return outcomes


@contextmanager
def _own_account(voice: VoiceSteps, scenario: Scenario) -> Iterator[VoiceSteps]:
    """A twin of the account of a test, with the same backends, at the same instant."""
    from sinch_voice_emulator.testkit.core import VoiceSteps

    clock = voice.clock
    twin = voice.emulator.create_twin(voice.runtime.name, takes_callouts=scenario.takes_callouts)
    try:
        own = VoiceSteps(voice.emulator, twin.name, clock=clock.mode, speed=clock.speed, start=voice.now, seed=twin.name)
        own._backends = voice._backends
        for fault, _ in voice.runtime.faults.all():
            twin.faults.add(fault)
        try:
            yield own
        finally:
            own._backends = {}
            own._close()
    finally:
        with suppress(NotFound):
            voice.emulator.delete_account(twin.name)
