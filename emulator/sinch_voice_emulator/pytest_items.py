"""What can be known of a test: what its marker and the ini options say, checked, and which of its fixtures may act late."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, NoReturn

import pytest

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.profile import BehaviourProfile
from sinch_voice_emulator.runtime.clocks import MODES
from sinch_voice_emulator.testkit.opening import beginning
from sinch_voice_emulator.v1.problems import nearest
from sinch_voice_emulator.v1.profile_json import profile_from_json

MARK = "@pytest.mark.sinch_voice"
OWN = ("clock", "start", "problems", "open", "check")
"""What the marker takes besides the switches of the behaviour profile."""


@dataclass(frozen=True, slots=True)
class Marked:
    """How the account of a test begins and behaves, and what may be found at its end."""

    clock: Any
    start: datetime
    problems: tuple[str, ...]
    open: bool
    check: bool
    switches: Mapping[str, Any]


def marked(item: pytest.Item) -> Marked:
    """What the markers of a test say, the closest one first, and below them the ini options. Fails it where they are wrong."""
    said = _said(item)
    return Marked(
        clock=_clock(*_marker_or_ini(item, said, "clock")),
        start=_start(*_marker_or_ini(item, said, "start")),
        problems=_texts(said.get("problems", ())),
        open=_flag("open", said.get("open", False)),
        check=_flag("check", said.get("check", True)),
        switches=_switches({name: value for name, value in said.items() if name not in OWN}),
    )


def _said(item: pytest.Item) -> dict[str, Any]:
    """The members of every marker, by name."""
    known = (*OWN, *(one.name for one in fields(BehaviourProfile)))
    said: dict[str, Any] = {}
    for mark in reversed(list(item.iter_markers("sinch_voice"))):
        for value in mark.args:
            example = f"clock={value!r}" if value in MODES else 'clock="manual"'
            _wrong(f"{MARK}({value!r}): say what it is by name, such as {example}")
        for name in mark.kwargs:
            if name not in known:
                takes = f"it takes {', '.join(OWN)} and the switches of the behaviour profile"
                _wrong(f"{MARK}: there is no {name}{_did_you_mean(name, known)}; {takes}")
        said |= mark.kwargs
    return said


def _marker_or_ini(item: pytest.Item, said: Mapping[str, Any], name: str) -> tuple[str, Any]:
    """Where a value comes from, and the value."""
    if name in said:
        return f"{MARK}: {name}", said[name]
    return f"sinch_voice_{name} in the ini file", item.config.getini(f"sinch_voice_{name}")


def _clock(what: str, given: object) -> object:
    if given not in MODES:
        _wrong(f"{what} should be one of {', '.join(MODES)}, but is {given!r}{_did_you_mean(given, MODES)}")
    return given


def _start(what: str, given: object) -> datetime:
    """An instant; one without a zone is UTC. Without any it is the instant that time is frozen at, or where tests begin."""
    if given is None or given == "":
        return datetime.fromtimestamp(beginning(None) / 1000, UTC)
    found = datetime.now(UTC) if given == "now" else given
    if isinstance(found, str):
        try:
            found = datetime.fromisoformat(found)
        except ValueError:
            found = None
    if not isinstance(found, datetime):
        _wrong(f'{what} should be an instant such as "2026-03-01T12:00:00Z", "now" or a datetime, but is {given!r}')
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _texts(given: object) -> tuple[str, ...]:
    """Parts of sentences; a single one may stand alone."""
    texts: tuple[Any, ...] = (given,)
    if isinstance(given, Iterable) and not isinstance(given, str):
        texts = tuple(given)
    if not all(isinstance(text, str) for text in texts):
        _wrong(f"{MARK}: problems should be a list of texts, but is {given!r}")
    return texts


def _flag(name: str, given: object) -> bool:
    if not isinstance(given, bool):
        _wrong(f"{MARK}: {name} should be True or False, but is {given!r}")
    return given


def _switches(given: Mapping[str, Any]) -> dict[str, Any]:
    """Switches of the behaviour profile, checked."""
    if not given:
        return {}
    try:
        profile = profile_from_json(given)
    except BadRequest as refusal:
        _wrong(f"{MARK}: {refusal}")
    return {name: getattr(profile, name) for name in given}


def _did_you_mean(given: object, known: Iterable[str]) -> str:
    near = nearest(given, known) if isinstance(given, str) else ""
    return f" (did you mean {near}?)" if near else ""


def _wrong(sentence: str) -> NoReturn:
    pytest.fail(sentence, pytrace=False)


# --- fixtures --------------------------------------------------------------------------------------------------------------

VOICES = {"sinch_voice", "async_sinch_voice"}


def may_act_late(item: pytest.Item) -> bool:
    """Whether a fixture that uses the voice of the test has something to do when its body is over: hang up, perhaps.

    pytest has no public way to ask. Where this one is gone the answer is yes, and the test is checked late.
    """
    known = getattr(item, "_fixtureinfo", None)
    if known is None or "request" in known.argnames:
        return True
    fixtures = {name: those[-1] for name, those in known.name2fixturedefs.items() if those}
    ending = [name for name, fixture in fixtures.items() if name not in VOICES and _has_an_end(fixture)]
    return any(_uses_a_voice(name, fixtures, set()) for name in ending)


def _has_an_end(fixture: Any) -> bool:
    """Whether a fixture has a part behind its ``yield``, or may have given pytest a finalizer."""
    yields = inspect.isgeneratorfunction(fixture.func) or inspect.isasyncgenfunction(fixture.func)
    return yields or "request" in fixture.argnames


def _uses_a_voice(name: str, fixtures: Mapping[str, Any], seen: set[str]) -> bool:
    """Whether a fixture asks for the voice: by its parameters or theirs, or by what its body looks up."""
    if name in VOICES or name in seen or name not in fixtures:
        return name in VOICES
    seen.add(name)
    fixture = fixtures[name]
    return _looks_fixtures_up(fixture.func) or any(_uses_a_voice(one, fixtures, seen) for one in fixture.argnames)


def _looks_fixtures_up(function: Any) -> bool:
    """Whether a function calls ``getfixturevalue``. What is installed as a package knows nothing of a voice."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code is not None and "getfixturevalue" in code.co_names and "-packages" not in code.co_filename
