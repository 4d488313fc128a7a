"""The scenarios of the library: each runs against its sample backend, and each says what it teaches."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from scenario.backends.manifest import BACKENDS
from scenario.backends.service import Json, Line, create_app
from scenario.library_site import FILES, FOLDER, RUNS, SCENARIOS, play, title
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.scenario.model import Step
from sinch_voice_emulator.scenario.variables import uses
from sinch_voice_emulator.testkit.opening import make_emulator

CALL_TYPES = {"app-to-app", "app-to-phone", "conference", "custom-callout", "phone-to-app", "phone-to-phone", "sip", "tts"}
OUTCOMES = {"happy", "failure"}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """One emulator for all of them; each run has an account of its own."""
    found = make_emulator()
    found.start()
    yield found
    found.stop()


@pytest.mark.parametrize(("name", "row"), RUNS, ids=[title(name, row) for name, row in RUNS])
def test_a_scenario_of_the_library(emulator: Emulator, name: str, row: int) -> None:
    outcome = play(emulator, name, row)
    assert outcome.passed, outcome.text()


class SaysNothing(Line):
    """Answers every event, and says nothing."""

    def ice(self, _event: Json) -> Json:
        return {}

    ace = pie = ice


@pytest.mark.parametrize("name", FILES)
def test_a_backend_that_says_nothing_will_do_only_where_any_will(emulator: Emulator, name: str) -> None:
    rows = range(len(SCENARIOS[name].rows))
    passed = [play(emulator, name, row, lambda site: create_app(SaysNothing(site))).passed for row in rows]
    any_will_do = FILES[name].read_text().splitlines()[1].startswith("# Any backend ")
    assert all(passed) == any_will_do


def test_each_file_has_a_backend_and_each_backend_a_file() -> None:
    assert set(BACKENDS) == set(FILES)
    assert {path.suffix for path in FOLDER.iterdir() if not path.name.startswith((".", "_"))} == {".yaml"}


def test_no_two_teach_or_are_called_the_same() -> None:
    for said in ([one.name for one in SCENARIOS.values()], [one.teaches for one in SCENARIOS.values()]):
        assert [text for text, count in Counter(said).items() if count > 1] == []


def test_the_page_names_every_kind_of_file() -> None:
    table = (FOLDER.parent / "docs" / "scenarios.md").read_text().partition("| their names begin with |")[2]
    kinds = tuple(re.findall(r"`([a-z-]+-)`", table))
    assert [name for name in FILES if not name.startswith(kinds)] == []
    assert [kind for kind in kinds if not any(name.startswith(kind) for name in FILES)] == []


@pytest.mark.parametrize("name", FILES)
def test_what_a_file_says_about_itself(name: str) -> None:
    scenario = SCENARIOS[name]
    assert 20 <= len(scenario.teaches) <= 140, "teaches is one line"
    assert len(scenario.name) <= 70
    assert len(OUTCOMES & set(scenario.tags)) == 1, f"one tag of {OUTCOMES}"
    assert (CALL_TYPES | {"any"}) & set(scenario.tags), f"any, or a tag of {CALL_TYPES}"
    first, second, *_ = FILES[name].read_text().splitlines()
    assert first == "# yaml-language-server: $schema=../openapi/scenario.schema.json"
    assert second.startswith(("# The backend ", "# Any backend ")), "what the backend has to do for the scenario to pass"


@pytest.mark.parametrize("name", FILES)
def test_no_variable_is_there_for_nothing(name: str) -> None:
    scenario = SCENARIOS[name]
    bodies = [scenario.given, scenario.variables, list(scenario.rows), *(step.body for step in _every_step(name))]
    used = {variable for body in bodies for variable in uses(body)}
    declared = set(scenario.variables) | {variable for row in scenario.rows for variable in row}
    assert declared <= used


def _every_step(name: str) -> list[Step]:
    found: list[Step] = []
    todo = list(SCENARIOS[name].steps)
    while todo:
        step = todo.pop()
        found.append(step)
        for branch in step.branches.values():
            todo += branch
    return found
