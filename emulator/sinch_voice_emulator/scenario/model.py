"""What a scenario file says, as frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: ``file:line:column``, and its path in the document."""

    source: str
    line: int
    column: int
    path: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a word and what it needs. ``number`` counts as people do: ``3``, and ``3.2`` within branches or an include.

    ``branches`` are the steps inside ``together`` (one list each), ``include`` and ``expect_all``.
    """

    word: str
    body: Any
    place: Place
    number: str
    branches: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is no failure at the end of a scenario."""

    problems: tuple[str, ...] = ()
    open_calls: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """One file. ``rows`` has one mapping of variables for each run, at least one."""

    name: str
    source: str
    steps: tuple[Step, ...]
    teaches: str = ""
    tags: tuple[str, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[Mapping[str, Any], ...] = ({},)
    given: Mapping[str, Any] = field(default_factory=dict)
    allowed: Allowed = Allowed()
    recorded: bool = False
    """Whether it was recorded: answers then have all their members, and a replay compares them whole."""

    @property
    def takes_callouts(self) -> bool:
        """Whether the backend is to place calls of its own: requests that name no call then belong to this scenario."""
        return any(_takes_callouts(step) for step in self.steps)


def all_steps(steps: Iterable[Step]) -> Iterator[Step]:
    """Steps, and those within them."""
    for step in steps:
        yield step
        for inner in step.branches.values():
            yield from all_steps(inner)


def titled(scenario: Scenario, row: Mapping[str, Any]) -> str:
    """The name of one run: that of the scenario, and what its row says."""
    if not row:
        return scenario.name
    return f"{scenario.name} [{', '.join(f'{name}={value}' for name, value in row.items())}]"


def _takes_callouts(step: Step) -> bool:
    if step.word == "expect" and "callout" in step.body:
        return True
    return any(_takes_callouts(inner) for steps in step.branches.values() for inner in steps)
