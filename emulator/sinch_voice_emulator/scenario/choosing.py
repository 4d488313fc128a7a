"""Which scenarios are run, and with which variables: what people say on a command line or in a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sinch_voice_emulator import documents
from sinch_voice_emulator.errors import BadRequest, NotFound
from sinch_voice_emulator.scenario import library, reading
from sinch_voice_emulator.scenario.model import Scenario
from sinch_voice_emulator.scenario.reading import BadScenario
from sinch_voice_emulator.v1.problems import nearest

_KINDS: Mapping[str, tuple[type, ...]] = {"a number": (int, float), "a list": (list,), "a mapping": (dict,)}
TRUE, FALSE = ("true", "yes", "on"), ("false", "no", "off")


def gathered(names: Iterable[str | Path]) -> list[Scenario]:
    """The scenarios in files, in folders, and those that come with the emulator, by name.

    Raises ``BadScenario`` with everything that is wrong with any of them.
    """
    wrong: list[str] = []
    files: dict[Path, None] = {}
    for name in names:
        try:
            files.update(dict.fromkeys(_files(name)))
        except BadScenario as error:
            wrong += error.problems
    found = []
    for file in files:
        try:
            found.append(reading.read(file))
        except BadScenario as error:
            wrong += error.problems
    if wrong:
        raise BadScenario(list(dict.fromkeys(wrong)))
    return found


def _files(name: str | Path) -> list[Path]:
    path = Path(name)
    if path.exists() or len(path.parts) > 1:
        return reading.files_in([path])
    try:
        return [library.find(str(name))]
    except NotFound as error:
        raise BadScenario([f"{name}: there is no such file or folder, and {error}"]) from None


def tagged(scenarios: Sequence[Scenario], tags: Iterable[str]) -> list[Scenario]:
    """Those with one of the tags at least; all when no tag is named. Raises ``BadRequest`` for a tag that none of them has."""
    wanted = list(tags)
    known = {tag for scenario in scenarios for tag in scenario.tags}
    for tag in wanted:
        if tag not in known:
            raise BadRequest(f"no scenario has the tag {tag!r}; there are: {', '.join(sorted(known)) or 'none'}")
    return [one for one in scenarios if not wanted or set(wanted) & set(one.tags)]


# --- variables ---------------------------------------------------------------------------------------------------------------


def defaults(scenario: Scenario) -> dict[str, Any]:
    """The variables that a scenario has, with a value each: that of the file, else that of the first row that has one."""
    return {**{name: value for row in reversed(scenario.rows) for name, value in row.items()}, **scenario.variables}


def assignments(texts: Iterable[str]) -> dict[str, str]:
    """``NAME=VALUE`` as names and texts. Raises ``BadRequest``."""
    found = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise BadRequest(f"a variable is set as NAME=VALUE, and {text!r} is not that")
        found[name.strip()] = value
    return found


def check_variables(scenarios: Sequence[Scenario], variables: Mapping[str, Any]) -> None:
    """Raise ``BadRequest`` for a variable that no scenario has, and for a value that one of them cannot take."""
    known = {name for scenario in scenarios for name in defaults(scenario)}
    for name in variables:
        if name not in known:
            close = nearest(name, known)
            hint = f"did you mean {close}?" if close else f"there are: {', '.join(sorted(known)) or 'none'}"
            raise BadRequest(f"no scenario that is to run has a variable {name!r} ({hint})")
    for scenario in scenarios:
        variables_for(scenario, variables)


def variables_for(scenario: Scenario, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the variables that the scenario has. A text becomes what the value in the file is: a number, true or false ...

    Raises ``BadRequest`` where it cannot.
    """
    own = defaults(scenario)
    return {name: _like(own[name], value, name, scenario) for name, value in variables.items() if name in own}


def narrowed(scenario: Scenario, variables: Mapping[str, Any]) -> Scenario:
    """The scenario with the rows that are played once variables are set; those that it does not have are left out.

    Where some rows have these values already, it is those; else each row gets them, and rows that are alike then are one.
    """
    own = variables_for(scenario, variables)
    changed = [{name: own.get(name, value) for name, value in row.items()} for row in scenario.rows]
    kept = [row for row, new in zip(scenario.rows, changed, strict=True) if dict(row) == new]
    return replace(scenario, rows=tuple(kept or {repr(sorted(row.items())): row for row in changed}.values()))


def _like(default: Any, value: Any, name: str, scenario: Scenario) -> Any:
    if not isinstance(value, str) or default is None or isinstance(default, str):
        return value
    if isinstance(default, bool):
        folded = value.strip().lower()
        if folded in (*TRUE, *FALSE):
            return folded in TRUE
        raise _unlike(scenario, name, "true or false", value)
    kind, kinds = next((one for one in _KINDS.items() if isinstance(default, one[1])), ("a value", (object,)))
    try:
        found = documents.load(value, f"variable {name}").value
    except documents.DocumentError:
        found = None
    if isinstance(found, kinds) and not isinstance(found, bool):
        return found
    raise _unlike(scenario, name, kind, value)


def _unlike(scenario: Scenario, name: str, kind: str, value: str) -> BadRequest:
    return BadRequest(f"{scenario.source}: the variable {name} should be {kind}, as it is in the file, and {value!r} is not")
