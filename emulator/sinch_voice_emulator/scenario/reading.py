"""Scenario files: text to values, checked before anything runs.

A problem is a sentence that begins with ``FILE:LINE:COLUMN: $.path``; all that can be found at once are reported together.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sinch_voice_emulator import documents
from sinch_voice_emulator.documents import DocumentError, Located
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.scenario import forms
from sinch_voice_emulator.scenario.beforehand import check_variables_come_to
from sinch_voice_emulator.scenario.model import Allowed, Place, Scenario, Step
from sinch_voice_emulator.scenario.names import check_names
from sinch_voice_emulator.scenario.vocabulary import check_vocabulary
from sinch_voice_emulator.scenario.words import WORDS
from sinch_voice_emulator.scenario.words.world import (
    check_fault,
    check_phones,
    check_profile,
    check_rates,
    instant_of,
    number_of,
)
from sinch_voice_emulator.v1.wording import path_of

SUFFIXES = (".yaml", ".yml", ".json")
MOST_ROWS = 10_000
_GIVEN = {"phones": check_phones, "profile": check_profile, "rates": check_rates}


class BadScenario(BadRequest):
    """A file that is no scenario. ``problems`` has a sentence for each thing that is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read(path: str | Path) -> Scenario:
    """The scenario in a file. Raises ``BadScenario``."""
    try:
        return _scenario(documents.read(path), Path(path).parent)
    except DocumentError as error:
        raise BadScenario([str(error)]) from None


def load(text: str, source: str = "scenario", folder: str | Path = ".") -> Scenario:
    """The scenario in a text; ``include`` looks in ``folder``. Raises ``BadScenario``."""
    try:
        return _scenario(documents.load(text, source), Path(folder))
    except DocumentError as error:
        raise BadScenario([str(error)]) from None


def of_value(value: Any, source: str = "scenario", folder: str | Path = ".") -> Scenario:
    """The scenario in a value that was parsed already. Raises ``BadScenario``."""
    return _scenario(Located(value, source, {}, {}), Path(folder))


def files_in(paths: Iterable[str | Path]) -> list[Path]:
    """Scenario files: those named, and those in the folders named, in order of their names. Raises ``BadScenario``.

    Files whose name begins with ``_`` are parts for ``include`` and are taken only when they are named themselves; so are
    those whose name, or that of a folder they are in, begins with a dot.
    """
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if _is_scenario(one.relative_to(path)))
            if not inside:
                raise BadScenario([f"{path}: there is no scenario in this folder (files that end in {', '.join(SUFFIXES)})"])
            found += inside
        elif path.exists():
            found.append(path)
        else:
            raise BadScenario([f"{path}: there is no such file or folder"])
    return list(dict.fromkeys(found))


def _is_scenario(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return path.suffix.lower() in SUFFIXES and not hidden and not path.name.startswith("_")


def _scenario(located: Located, folder: Path) -> Scenario:
    wrong = documents.problems(located, forms.schema())
    if wrong:
        raise BadScenario(wrong)
    value = located.value
    reader = _Reader(folder)
    reader.given(located, value.get("given", {}))
    steps = reader.steps(located, value["steps"], ("steps",), "")
    allowed = value.get("allow", {})
    scenario = Scenario(
        name=value["name"],
        source=located.source,
        steps=steps,
        teaches=value.get("teaches", ""),
        tags=tuple(value.get("tags", ())),
        variables=value.get("variables", {}),
        rows=_rows(value.get("rows"), located),
        given=value.get("given", {}),
        recorded=bool(value.get("recorded", False)),
        allowed=Allowed(tuple(allowed.get("problems", ())), bool(allowed.get("open_calls", False))),
    )
    wrong = [*reader.wrong, *check_names(scenario, located), *check_vocabulary(scenario)]
    wrong += check_variables_come_to(scenario, located)
    if wrong:
        raise BadScenario(wrong)
    return scenario


def _rows(value: Any, located: Located) -> tuple[Mapping[str, Any], ...]:
    if value is None:
        return ({},)
    if isinstance(value, list):
        return tuple(value)
    names, lists = list(value), list(value.values())
    count = 1
    for items in lists:
        count *= len(items)
    if count > MOST_ROWS:
        raise BadScenario([located.sentence("$.rows", f"these are {count} combinations; the most is {MOST_ROWS}")])
    return tuple(dict(zip(names, combination, strict=True)) for combination in itertools.product(*lists))


class _Reader:
    """Steps of one scenario and of the files it includes. ``wrong`` collects what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.wrong: list[str] = []
        self._folder = folder
        self._open: list[Path] = []

    def given(self, located: Located, given: Mapping[str, Any]) -> None:
        for name, check in _GIVEN.items():
            if name in given and not _has_variables(given[name]):
                self._check(located, f"$.given.{name}", check, given[name])
        if "start" in given and not _has_variables(given["start"]):
            self._check(located, "$.given.start", instant_of, given["start"])
        for index, number in enumerate(given.get("numbers", ())):
            if not _has_variables(number):
                self._check(located, f"$.given.numbers[{index}]", number_of, number)
        for index, fault in enumerate(given.get("faults", ())):
            if not _has_variables(fault):
                self._check(located, f"$.given.faults[{index}]", check_fault, fault)

    def steps(self, located: Located, values: list[Any], path: tuple[str | int, ...], number: str) -> tuple[Step, ...]:
        found = []
        for index, value in enumerate(values):
            [(word, body)] = value.items()
            own = f"{number}{index + 1}"
            found.append(self._step(located, word, body, (*path, index, word), own))
        return tuple(found)

    def _step(self, located: Located, word: str, body: Any, path: tuple[str | int, ...], number: str) -> Step:
        line, column = located.key_position(path)
        place = Place(located.source, line, column, path_of(path))
        branches: dict[str, tuple[Step, ...]] = {}
        if word == "together":
            lists = body.items() if isinstance(body, dict) else enumerate(body)
            for place_in_order, (key, steps) in enumerate(lists, 1):
                branches[str(key)] = self.steps(located, steps, (*path, key), f"{number}.{place_in_order}.")
            return Step(word, None, place, number, branches)
        if word == "expect_all":
            for index, one in enumerate(body):
                inner = self._step(located, "expect", one, (*path, index), f"{number}.{index + 1}")
                branches[str(index)] = (inner,)
            return Step(word, None, place, number, branches)
        if word == "include":
            return Step(word, body, place, number, {"included": self._included(located, path, body, number)})
        if not _has_variables(body):
            self._check(located, path, WORDS[word].check, body)
        return Step(word, body, place, number)

    def _included(self, located: Located, path: tuple[str | int, ...], body: Any, number: str) -> tuple[Step, ...]:
        name = body["file"] if isinstance(body, dict) else body
        file = (self._open[-1].parent if self._open else self._folder) / name
        if file.resolve() in (one.resolve() for one in self._open) or len(self._open) > 20:
            self.wrong.append(located.sentence(path, f"{name} includes itself"))
            return ()
        try:
            inner = documents.read(file)
        except DocumentError as error:
            self.wrong.append(located.sentence(path, str(error)))
            return ()
        wrong = documents.problems(inner, _part())
        self.wrong += wrong
        if wrong:
            return ()
        values = inner.value["steps"] if isinstance(inner.value, dict) else inner.value
        self._open.append(file)
        try:
            return self.steps(inner, values, ("steps",) if isinstance(inner.value, dict) else (), f"{number}.")
        finally:
            self._open.pop()

    def _check(self, located: Located, path: Any, check: Any, body: Any) -> None:
        try:
            check(body)
        except BadRequest as error:
            self.wrong.append(located.sentence(path, str(error)))


def _has_variables(value: Any) -> bool:
    if isinstance(value, str):
        return "${" in value
    if isinstance(value, Mapping):
        return any(_has_variables(one) for pair in value.items() for one in pair)
    return isinstance(value, list) and any(map(_has_variables, value))


def _part() -> dict[str, Any]:
    whole = forms.schema()
    return {"anyOf": [{"$ref": "#/$defs/steps"}, {**whole, "required": ["steps"]}], "$defs": whole["$defs"]}
