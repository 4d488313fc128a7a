"""What is to happen: one module's worth of kinds, each of them an expectation of the Python API."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.instants import SECOND
from sinch_voice_emulator.scenario.following import followed
from sinch_voice_emulator.scenario.gathering import Gathering
from sinch_voice_emulator.scenario.looks import (
    Begun,
    Callout,
    Cookies,
    JournalSays,
    Members,
    Recorded,
    Reported,
    Told,
    TurnedBack,
)
from sinch_voice_emulator.scenario.matchers import expected, expected_members
from sinch_voice_emulator.scenario.model import Step
from sinch_voice_emulator.scenario.stage import Awaiting, Branch, Fork, Mismatch, Play
from sinch_voice_emulator.scenario.words.requests import answer_differences, judged, saved
from sinch_voice_emulator.scenario.words.word import Word
from sinch_voice_emulator.scenario.words.world import within_of
from sinch_voice_emulator.testkit.addresses import listed, party_of
from sinch_voice_emulator.testkit.expectations import Expectation, share
from sinch_voice_emulator.testkit.values import Callback
from sinch_voice_emulator.v1.durations import duration_from_json

Look: TypeAlias = Callable[[Branch, Mapping[str, Any]], tuple[Expectation[Any], tuple[str, ...]]]

WITHIN = 300 * SECOND
"""How long something is waited for unless the step says otherwise: in virtual time a long wait costs nothing."""

_GOES_WITH: Mapping[str, tuple[str, ...]] = {
    "callback": ("with", "answer", "status", "attempts", "save", "call"),
    "heard": ("by", "call"),
    "dialled": ("cli", "call"),
    "ringing": ("cli",),
    "state": ("call",),
    "ended": ("call",),
    "told": ("call",),
    "conference": ("participants", "count"),
    "recording": ("call",),
    "cookies": ("call",),
    "report": ("call",),
    "callout": ("to", "cli", "as", "save"),
    "journal": ("with", "call", "save"),
    "problem": (),
}
"""The kinds of expectations, and what each can be narrowed by besides ``within``."""


def kind_of(body: Mapping[str, Any]) -> str:
    """Which kind ``body`` is. Raises ``BadRequest`` when it is none, several, or narrowed by what does not go with it."""
    kinds = [name for name in _GOES_WITH if name in body]
    if len(kinds) != 1:
        said = f"but says {listed(kinds)}" if kinds else "but says none"
        raise BadRequest(f"expect should say one of {', '.join(_GOES_WITH)}, {said}")
    [kind] = kinds
    for name in body:
        if name not in (kind, "within", *_GOES_WITH[kind]):
            fits = [one for one, names in _GOES_WITH.items() if name in names]
            raise BadRequest(f"{name} does not go with {kind}; it goes with {listed(fits)}")
    return kind


def awaited(branch: Branch, body: Mapping[str, Any], step: Step) -> Play[None]:
    """Wait for one expectation, and compare what came."""
    kind = kind_of(body)
    if "call" in body and not branch.stage.is_named(body["call"]):
        yield Awaiting(Begun(branch.stage, body["call"]), within_of(body, WITHIN))
    approval = branch.stage.approval
    if approval is not None:
        found = yield from followed(branch, body, kind, _LOOKS[kind], step, approval, WITHIN)
    else:
        wanted, calls = _LOOKS[kind](branch, body)
        if branch.gathering is not None:
            movable = not body.keys() & {"answer", "status", "attempts", "save"}
            share(wanted, partial(branch.gathering.place, movable=movable))
        found = yield Awaiting(wanted, within_of(body, WITHIN), calls)
    if found is None:
        return
    if kind == "callback":
        if approval is None:
            _compare(body, found)
        saved(branch, body.get("save", {}), found.body)
    elif kind == "callout":
        branch.placed(found, body.get("as"))
        saved(branch, body.get("save", {}), {"callId": found})
    elif kind == "journal":
        saved(branch, body.get("save", {}), dict(found.data))


def _compare(body: Mapping[str, Any], found: Callback) -> None:
    judged(f"the backend answered {found.event} otherwise:", answer_differences(body, found), found.answer)
    if "attempts" in body and found.attempts != body["attempts"]:
        raise Mismatch(f"{found.event} was sent {found.attempts} times, not {body['attempts']}")


def check(body: Mapping[str, Any]) -> None:
    """What can be said of an expectation before anything runs."""
    if kind_of(body) in ("dialled", "ringing"):
        party_of(body.get("dialled") or body["ringing"])
    for name in ("with", "cookies", "report", "ended", "recording"):
        expected_members(name, body.get(name))
    expected(body.get("answer"))
    _text(body.get("heard", ""))


def _text(value: Any) -> str | re.Pattern[str]:
    found: str | re.Pattern[str] = expected(value)
    return found


# --- kinds -------------------------------------------------------------------------------------------------------------------


def _callback(branch: Branch, body: Mapping[str, Any]) -> tuple[Expectation[Any], tuple[str, ...]]:
    call = branch.call(body.get("call"))
    return call.awaiting_callback(body["callback"], expected(body.get("with", {}))), (call.id,)


def _heard(branch: Branch, body: Mapping[str, Any]) -> tuple[Expectation[Any], tuple[str, ...]]:
    call, by = branch.call(body.get("call")), body.get("by")
    return call.awaiting_prompt(_text(body["heard"]), branch.leg(call, by), by or "the call"), (call.id,)


def _dialled(branch: Branch, body: Mapping[str, Any]) -> tuple[Expectation[Any], tuple[str, ...]]:
    call = branch.call(body.get("call"))
    return call.awaiting_dial(body["dialled"].removeprefix("user:"), body.get("cli")), (call.id,)


def _ringing(branch: Branch, body: Mapping[str, Any]) -> tuple[Expectation[Any], tuple[str, ...]]:
    return branch.stage.phone(body["ringing"]).awaiting_ring(body.get("cli")), ()


def _state(branch: Branch, body: Mapping[str, Any]) -> tuple[Expectation[Any], tuple[str, ...]]:
    call = branch.call(body.get("call"))
    return call.awaiting_state(body["state"]), (call.id,)


def _ended(branch: Branch, body: Mapping[str, Any]) -> tuple[Expectation[Any], tuple[str, ...]]:
    call = branch.call(body.get("call"))
    facts = {} if body["ended"] is True else expected(body["ended"])
    return call.awaiting_end(facts), (call.id,)


def _told(branch: Branch, body: Mapping[str, Any]) -> tuple[Expectation[Any], tuple[str, ...]]:
    call = branch.call(body.get("call"))
    return Told(call, body["told"]), (call.id,)


def _conference(branch: Branch, body: Mapping[str, Any]) -> tuple[Expectation[Any], tuple[str, ...]]:
    return Members(branch.stage, body["conference"], tuple(body.get("participants", ())), body.get("count")), ()


def _recording(branch: Branch, body: Mapping[str, Any]) -> tuple[Expectation[Any], tuple[str, ...]]:
    facts = {} if body["recording"] is True else expected(body["recording"])
    call = None if "conference" in facts else branch.call(body.get("call"))
    return Recorded(branch.voice, call, facts), (() if call is None else (call.id,))


def _cookies(branch: Branch, body: Mapping[str, Any]) -> tuple[Expectation[Any], tuple[str, ...]]:
    call = branch.call(body.get("call"))
    return Cookies(call, expected(body["cookies"])), (call.id,)


def _report(branch: Branch, body: Mapping[str, Any]) -> tuple[Expectation[Any], tuple[str, ...]]:
    call = branch.call(body.get("call"))
    return Reported(call, expected(body["report"])), (call.id,)


def _callout(branch: Branch, body: Mapping[str, Any]) -> tuple[Expectation[Any], tuple[str, ...]]:
    if body["callout"] == "inbound":
        return TurnedBack(branch.stage, body.get("to")), ()
    method = None if body["callout"] == "any" else body["callout"]
    return Callout(branch.stage, body.get("to"), method, body.get("cli")), ()


def _journal(branch: Branch, body: Mapping[str, Any]) -> tuple[Expectation[Any], tuple[str, ...]]:
    call = branch.call(body["call"]).id if "call" in body else ""
    return JournalSays(branch.stage, body["journal"], expected(body.get("with", {})), call), ()


def _problem(branch: Branch, body: Mapping[str, Any]) -> tuple[Expectation[Any], tuple[str, ...]]:
    return JournalSays(branch.stage, "", {}, "", problem=body["problem"]), ()


_LOOKS: Mapping[str, Look] = {
    "callback": _callback,
    "heard": _heard,
    "dialled": _dialled,
    "ringing": _ringing,
    "state": _state,
    "ended": _ended,
    "told": _told,
    "conference": _conference,
    "recording": _recording,
    "cookies": _cookies,
    "report": _report,
    "callout": _callout,
    "journal": _journal,
    "problem": _problem,
}


# --- words -------------------------------------------------------------------------------------------------------------------


def _expect(branch: Branch, body: Any, step: Step) -> Play[None]:
    yield from awaited(branch, body, step)


def _expect_all(branch: Branch, _body: Any, step: Step) -> Play[None]:
    yield Fork(branch, step.branches, gathering=Gathering())


def _nothing_more(branch: Branch, body: Any, _step: Step) -> Play[None]:
    if branch.stage.approval is not None and branch.stage.approval.changed:
        return
    yield from branch.voice.nothing_more(duration_from_json(body, "nothing_more") / 1000, {})


def _together(branch: Branch, _body: Any, step: Step) -> Play[None]:
    yield Fork(branch, step.branches)


def _include(branch: Branch, body: Any, step: Step) -> Play[None]:
    values = body.get("with", {}) if isinstance(body, dict) else {}
    yield Fork(branch, step.branches, values)


def _check_length(body: Any) -> None:
    if not duration_from_json(body, "nothing_more"):
        raise BadRequest("nothing_more should be a length of time of more than nothing")


WORDS = (
    Word("expect", _expect, check),
    Word("expect_all", _expect_all),
    Word("nothing_more", _nothing_more, _check_length),
    Word("together", _together),
    Word("include", _include),
)
