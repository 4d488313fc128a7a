"""What variables come to, before a scenario runs: circles, rows that lack one, values that do not fit where they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sinch_voice_emulator.documents import Located
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.scenario import forms
from sinch_voice_emulator.scenario.model import Scenario, Step, all_steps
from sinch_voice_emulator.scenario.variables import BUILT_IN, Scope, uses, worked_out
from sinch_voice_emulator.scenario.words import WORDS

RESERVED = ("calls", "now")
"""Variables that every scenario has and none may set: what they hold changes in the course of it."""

MOST_ROWS = 50
"""Rows that are looked at: further ones are more of the same."""


def check_variables_come_to(scenario: Scenario, located: Located) -> Iterator[str]:
    """A sentence for each variable that comes to nothing, or to what does not fit."""
    yield from _reserved(scenario, located)
    names = list(dict.fromkeys(name for row in scenario.rows for name in row))
    found: dict[str, None] = {}
    for index, row in enumerate(scenario.rows[:MOST_ROWS]):
        for name in names:
            if name not in row and name not in scenario.variables:
                sentence = f"this row has no {name}, which other rows have: give it one, or a value for all under variables"
                found[located.sentence(f"$.rows[{index}]", sentence)] = None
        if circle := circle_of({**scenario.variables, **row}):
            place = f"$.variables.{next((name for name in scenario.variables if name in circle.split()), '')}".rstrip(".")
            found[located.sentence(place, circle)] = None
        else:
            found |= dict.fromkeys(misfits(scenario, row))
    yield from found


def _reserved(scenario: Scenario, located: Located) -> Iterator[str]:
    places = {f"$.variables.{name}": name for name in scenario.variables}
    if isinstance(located.value.get("rows"), dict):
        places |= {f"$.rows.{name}": name for name in located.value["rows"]}
    else:
        places |= {f"$.rows[{index}].{name}": name for index, row in enumerate(scenario.rows) for name in row}
    for place, name in places.items():
        if name in RESERVED:
            yield located.sentence(place, f"every scenario has ${{{name}}} already: call this one otherwise")
    for step in all_steps(scenario.steps):
        body = step.body if isinstance(step.body, dict) else {}
        for name in body if step.word == "remember" else body.get("save", ()):
            if name in RESERVED:
                yield f"{step.place}: {step.place.path}: every scenario has ${{{name}}} already: call this one otherwise"


def circle_of(variables: Mapping[str, Any]) -> str:
    """How variables go in circles; ``""`` when they do not."""
    try:
        worked_out(variables, lambda name: name)
    except BadRequest as error:
        return str(error) if "circles" in str(error) else ""
    return ""


def misfits(scenario: Scenario, values: Mapping[str, Any]) -> Iterator[str]:
    """Steps whose variables are all known beforehand, and in which they do not fit."""
    variables = {name: value for name, value in {**scenario.variables, **values}.items() if _is_known(value)}
    yield from _misfits(scenario.steps, variables)


def _is_known(value: Any) -> bool:
    return not list(uses(value))


def _misfits(steps: tuple[Step, ...], known: Mapping[str, Any]) -> Iterator[str]:
    for step in steps:
        inner: Mapping[str, Any] = known
        if step.word == "include" and isinstance(step.body, dict):
            own = step.body.get("with", {})
            inner = {**known, **own}
            inner = {name: value for name, value in inner.items() if name not in own or _is_known(value)}
        for branch in step.branches.values():
            yield from _misfits(branch, inner)
        used = set(uses(step.body))
        if used and not step.branches and used <= known.keys():
            yield from _misfit(step, known)
        known = _without(known, step)


def _without(known: Mapping[str, Any], step: Step) -> Mapping[str, Any]:
    """What is known after a step: not the variables that it sets."""
    names = {name for one in all_steps([step]) for name in _set_by(one)}
    return {name: value for name, value in known.items() if name not in names}


def _set_by(step: Step) -> Mapping[str, Any]:
    body: Mapping[str, Any] = step.body if isinstance(step.body, dict) else {}
    found: Mapping[str, Any] = body if step.word == "remember" else body.get("save", {})
    return found


def _misfit(step: Step, known: Mapping[str, Any]) -> Iterator[str]:
    try:
        body = Scope(_nothing, known).fill(step.body)
        wrong = forms.problems(step.word, body)
        if not wrong:
            WORDS[step.word].check(body)
    except BadRequest as error:
        wrong = [str(error)]
    if wrong:
        yield f"{step.place}: {step.place.path}: with its variables filled in, {wrong[0]}"


def _nothing(name: str) -> Any:
    assert name in BUILT_IN
    return ""
