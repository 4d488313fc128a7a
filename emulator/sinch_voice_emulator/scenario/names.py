"""What the names in a scenario stand for, before it runs: variables that nobody sets, calls that are not there yet.

Branches that go on side by side see what was there before them and what each sets itself; after them, all of it is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sinch_voice_emulator.documents import Located
from sinch_voice_emulator.scenario.hangups import after_the_end
from sinch_voice_emulator.scenario.model import Scenario, Step, all_steps
from sinch_voice_emulator.scenario.variables import BUILT_IN, undefined, used_calls, uses
from sinch_voice_emulator.v1.problems import nearest

BEGINS_A_CALL = ("incoming_call", "sip_call", "app_call")
NEEDS_A_CALL = ("press", "say", "hang_up", "lose_network", "detect", "beep", "redeliver")
KINDS_WITH_A_CALL = ("callback", "heard", "dialled", "state", "ended", "told", "cookies", "report")


class _Known:
    """What there is by now."""

    def __init__(
        self, variables: set[str], calls: set[str], any_call: bool = False, values: Mapping[str, Any] | None = None
    ) -> None:
        self.variables = variables
        self.calls = calls
        self.any_call = any_call
        self.others: set[str] = set()
        """Calls that branches beside this one begin: an expectation waits for them."""
        self.values: dict[str, Any] = dict(values or {})

    def copy(self) -> _Known:
        copied = _Known(set(self.variables), set(self.calls), self.any_call, self.values)
        copied.others = set(self.others)
        return copied

    def may_be(self, name: str, *, later: bool = False) -> bool:
        """Whether there may be a call of this name: one that is there (or, ``later``, will be), or whose name varies."""
        calls = self.calls | self.others if later else self.calls
        return name in calls or any("${" in one for one in calls)

    def add(self, other: _Known) -> None:
        self.variables |= other.variables
        self.calls |= other.calls
        self.any_call = self.any_call or other.any_call


def check_names(scenario: Scenario, located: Located) -> Iterator[str]:
    """A sentence for each name that stands for nothing, and each call that is taken for there before it is."""
    variables = set(scenario.variables) | set(BUILT_IN) | {name for row in scenario.rows for name in row}
    for where, value in (("given", scenario.given), ("variables", scenario.variables), ("rows", list(scenario.rows))):
        for name in dict.fromkeys(uses(value)):
            if name not in variables:
                yield located.sentence(f"$.{where}", undefined(name, sorted(variables)))
    yield from _steps(scenario.steps, _Known(variables, set()))
    yield from _participants(scenario)
    yield from after_the_end(scenario.steps)


def _participants(scenario: Scenario) -> Iterator[str]:
    """Names in a conference that are nearly those of calls."""
    steps = list(all_steps(scenario.steps))
    calls = {step.body["as"] for step in steps if isinstance(step.body, dict) and isinstance(step.body.get("as"), str)}
    for step in steps:
        for one in step.body.get("participants", ()) if step.word == "expect" and isinstance(step.body, dict) else ():
            close = nearest(one, calls) if isinstance(one, str) and one not in calls and one.isidentifier() else ""
            if close:
                yield f"{step.place}: {step.place.path}.participants: there is no call {one!r} (did you mean {close}?)"


def _steps(steps: tuple[Step, ...], known: _Known) -> Iterator[str]:
    for step in steps:
        yield from _own(step, known)
        if step.word == "include":
            yield from _include(step, known)
        elif step.branches:
            yield from _branches(step, known)


def _include(step: Step, known: _Known) -> Iterator[str]:
    extra = step.body.get("with", {}) if isinstance(step.body, dict) else {}
    inner = known.copy()
    inner.variables |= set(extra)
    inner.values |= extra
    for included in step.branches.values():
        used = {name for one in all_steps(included) for name in uses(one.body)}
        for name in extra:
            if name not in used and included:
                close = nearest(name, used)
                hint = f"did you mean {close}?" if close else f"it uses: {', '.join(sorted(used)) or 'none'}"
                yield f"{step.place}: {step.place.path}.with.{name}: the file has no use for a variable {name!r} ({hint})"
        yield from _steps(included, inner)
    inner.values = known.values
    known.add(inner)


def _branches(step: Step, known: _Known) -> Iterator[str]:
    copies: list[_Known] = []
    begun = [_calls_of(steps, known) if step.word == "together" else set() for steps in step.branches.values()]
    yield from _named_twice(step, begun)
    for steps in step.branches.values():
        copies.append(known.copy())
        for others in begun:
            copies[-1].others |= others
        yield from _in_branch(steps, copies[-1], step.word)
    for one in copies:
        known.add(one)


def _calls_of(steps: tuple[Step, ...], known: _Known) -> set[str]:
    """Names of the calls that begin in a branch of ``together``: the others may speak of them."""
    found = _Known(set(), set(), values=known.values)
    for step in steps:
        if step.word == "include":
            extra = step.body.get("with", {}) if isinstance(step.body, dict) else {}
            inside = _Known(set(), set(), values={**known.values, **extra})
            found.calls |= {name for inner in step.branches.values() for name in _calls_of(inner, inside)}
            continue
        _begin(step, step.body if isinstance(step.body, dict) else {}, found)
        for inner in step.branches.values():
            found.calls |= _calls_of(inner, known)
    return found.calls


def _named_twice(step: Step, begun: list[set[str]]) -> Iterator[str]:
    names = [name for calls in begun for name in calls]
    for name in sorted({name for name in names if names.count(name) > 1 and "${" not in name}):
        yield _sentence(step, f"two branches begin a call named {name!r}: give them names of their own")


def _in_branch(steps: tuple[Step, ...], known: _Known, word: str) -> Iterator[str]:
    if word == "together":
        for step in steps:
            if step.word == "nothing_more":
                yield _sentence(
                    step, "nothing_more cannot stand in one branch of together: other branches are there to do more"
                )
    yield from _steps(steps, known)


def _own(step: Step, known: _Known) -> Iterator[str]:
    """What is wrong with a step itself; what it begins is known afterwards."""
    for name in dict.fromkeys(uses(step.body)):
        if name not in known.variables:
            yield _sentence(step, undefined(name, sorted(known.variables)))
    for name in dict.fromkeys(used_calls(step.body)):
        if not known.may_be(name, later=True):
            close = nearest(name, known.calls)
            there = f"did you mean {close}?" if close else f"there are: {', '.join(sorted(known.calls)) or 'none'}"
            yield _sentence(step, f"there is no call {name!r} by then ({there})")
    body = step.body if isinstance(step.body, dict) else {}
    named = body.get("call")
    if isinstance(named, str) and "${" not in named and not known.may_be(named, later=step.word == "expect"):
        close = nearest(named, known.calls)
        there = f"did you mean {close}?" if close else f"there are: {', '.join(sorted(known.calls)) or 'none'}"
        yield _sentence(step, f"there is no call {named!r} by then ({there})")
    elif named is None and not known.any_call and _needs_a_call(step, body):
        yield _sentence(
            step, f"{step.word} is about a call, and there is none by then: begin one (incoming_call ...) or expect a callout"
        )
    _begin(step, body, known)


def _needs_a_call(step: Step, body: dict[str, Any]) -> bool:
    if step.word == "expect":
        return any(kind in body for kind in KINDS_WITH_A_CALL)
    return step.word in NEEDS_A_CALL


def _begin(step: Step, body: dict[str, Any], known: _Known) -> None:
    begins = step.word in BEGINS_A_CALL or (step.word == "expect" and "callout" in body)
    if begins or (step.word == "request" and body.get("method") == "POST"):
        known.any_call = True
    if isinstance(body.get("as"), str):
        known.calls.add(_filled(body["as"], known.values))
    known.variables.update(body.get("save", ()))
    if step.word == "remember":
        known.variables.update(step.body)


def _filled(name: str, values: Mapping[str, Any]) -> str:
    """The name of a call, with what an include sets its variables to."""
    for variable, value in values.items():
        if isinstance(value, str):
            name = name.replace(f"${{{variable}}}", value)
    return name


def _sentence(step: Step, message: str) -> str:
    return f"{step.place}: {step.place.path}: {message}"
