"""What an answer to a callback, or the lack of one, means: an input for the engine and what the journal says about it.

The table "Unusable answers to a callback" of the project's defaults decides; ``callbacks-and-svaml.md`` sections 1.2, 1.3 and 4
give the reasons. The content type of an answer is ignored: official backends send ``text/html``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from sinch_voice_emulator.engine.effects import Severity
from sinch_voice_emulator.engine.inputs import (
    AnswerAccepted,
    AnswerUnusable,
    Headers,
    Input,
    ReportFiled,
    ScriptReceived,
    Unusable,
)
from sinch_voice_emulator.model.call import Call, CallState
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.profile import BehaviourProfile
from sinch_voice_emulator.model.script import Report
from sinch_voice_emulator.v1 import jsontext
from sinch_voice_emulator.v1.problems import Problem, error, warning
from sinch_voice_emulator.v1.svaml import Context, Event, Judgement, judge

_ASKING: dict[EventKind, Event] = {EventKind.INCOMING: "ice", EventKind.ANSWERED: "ace", EventKind.INPUT: "pie"}
_EMPTY_IS = {EventKind.INCOMING: Severity.PROBLEM, EventKind.ANSWERED: Severity.INFO, EventKind.INPUT: Severity.WARNING}
_EMPTY_MEANS = {
    EventKind.INCOMING: "the answer to ICE is empty, so nobody says what to do with the call; answer with SVAML",
    EventKind.ANSWERED: "the answer to ACE is empty, so the call continues",
    EventKind.INPUT: "the answer to PIE is empty, so the call is hung up; answer with SVAML",
}


class FailureKind(StrEnum):
    """In what way a backend could not be asked."""

    TIMEOUT = "timeout"
    REFUSED = "refused"
    TLS = "tls"
    ADDRESS = "address"
    """The address is not one that callbacks may go to, or cannot be resolved."""
    BROKEN = "broken"
    """The connection was lost, or what came back was no HTTP, or too large."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a backend answered, whatever the status."""

    status: int
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why no answer came; ``sentence`` tells a person."""

    kind: FailureKind
    sentence: str


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What an answer means. ``word`` is ``script``, ``empty``, ``failed``, ``illegal`` or ``accepted``.

    ``severity`` is how bad the journal should find it; ``problems`` are the reasons. ``extra`` inputs follow ``input``: the
    backend's own verdict in its answer to DICE.
    """

    input: Input
    problems: tuple[Problem, ...]
    word: str
    severity: Severity = Severity.INFO
    extra: tuple[Input, ...] = ()

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Everything for the engine, in order."""
        return (self.input, *self.extra)


class _Failed(Exception):
    """There is no answer to speak of; the text is a sentence."""


class _NotJson(_Failed):
    """A good answer whose body is not a JSON text."""


def interpret(
    event: EventKind, delivery_id: str, call: Call, profile: BehaviourProfile, answer: Answer | Failure
) -> Interpretation:
    """What the answer to the callback ``event`` means for ``call`` as it is now. Never raises."""
    asking = _ASKING.get(event)
    if asking is None:
        return _told(event, delivery_id, call, profile, answer)
    if event is EventKind.INPUT and call.state is CallState.COLLECTING:
        return _keys_told(delivery_id, call, answer)
    try:
        document = _document(answer)
    except _Failed as failure:
        return _unusable(delivery_id, call, Unusable.FAILED, error("$", str(failure), expected="SVAML as JSON"))
    judgement = judge(document, Context.of(call, asking, profile))
    if judgement.empty:
        return _empty(event, delivery_id, call)
    return _judged(delivery_id, call, judgement)


# --- events that ask --------------------------------------------------------------------------------------------------------


def _judged(delivery_id: str, call: Call, judgement: Judgement) -> Interpretation:
    if judgement.script is None:
        return _unusable(delivery_id, call, Unusable.ILLEGAL, *judgement.errors, *_warnings(judgement))
    severity = Severity.WARNING if judgement.problems else Severity.INFO
    received = ScriptReceived(delivery_id, call.id, judgement.script)
    return Interpretation(received, judgement.problems, "script", severity)


def _warnings(judgement: Judgement) -> tuple[Problem, ...]:
    return tuple(problem for problem in judgement.problems if problem.severity == "warning")


def _unusable(delivery_id: str, call: Call, kind: Unusable, *problems: Problem) -> Interpretation:
    """The first problem is the sentence the engine passes on."""
    unusable = AnswerUnusable(delivery_id, call.id, kind, problems[0].message)
    return Interpretation(unusable, problems, kind.value, Severity.PROBLEM)


def _empty(event: EventKind, delivery_id: str, call: Call) -> Interpretation:
    sentence, severity = _EMPTY_MEANS[event], _EMPTY_IS[event]
    make = error if severity is Severity.PROBLEM else warning
    problems = () if severity is Severity.INFO else (make("$", sentence, expected="SVAML", found="nothing"),)
    return Interpretation(AnswerUnusable(delivery_id, call.id, Unusable.EMPTY, sentence), problems, "empty", severity)


# --- events that only tell ----------------------------------------------------------------------------------------------------


def _told(
    event: EventKind, delivery_id: str, call: Call, profile: BehaviourProfile, answer: Answer | Failure
) -> Interpretation:
    """DICE and Notify: nothing in the answer matters, but for ``ReportCallStatus`` in the one to DICE.

    Backends answer with all sorts of bodies, so only instructions, which somebody meant, are worth a warning.
    """
    try:
        document = _document(answer)
    except _NotJson:
        return _accepted(delivery_id, call)
    except _Failed as failure:
        return _accepted(delivery_id, call, f"{failure}; the call is not affected")
    if event is EventKind.NOTICE:
        return _accepted(delivery_id, call)
    judgement = judge(document, Context.of(call, "dice", profile))
    steps = judgement.script.steps if judgement.script is not None else ()
    reports = tuple(
        ReportFiled(call.id, call.application, step.success, step.details) for step in steps if isinstance(step, Report)
    )
    problems = tuple(problem for problem in _warnings(judgement) if problem.path.lower().startswith("$.instructions"))
    severity = Severity.WARNING if problems else Severity.INFO
    return Interpretation(AnswerAccepted(delivery_id, call.id), problems, "accepted", severity, reports)


def _keys_told(delivery_id: str, call: Call, answer: Answer | Failure) -> Interpretation:
    """PIE about keys in a conference: a plain 200 is expected and nothing is acted on."""
    try:
        document = _document(answer)
    except _NotJson:
        return _accepted(delivery_id, call)
    except _Failed as failure:
        return _accepted(delivery_id, call, f"{failure}; the participant goes back into the conference")
    if isinstance(document, dict) and any(name.lower() in ("action", "instructions") for name in document):
        return _accepted(delivery_id, call, "SVAML in the answer to keys in a conference is ignored; use PATCH calls instead")
    return _accepted(delivery_id, call)


def _accepted(delivery_id: str, call: Call, but: str = "") -> Interpretation:
    problems = (warning("$", but),) if but else ()
    severity = Severity.WARNING if but else Severity.INFO
    return Interpretation(AnswerAccepted(delivery_id, call.id), problems, "accepted", severity)


# --- the answer itself --------------------------------------------------------------------------------------------------------


def _document(answer: Answer | Failure) -> object:
    """The JSON document in an answer, ``None`` when its body is empty. Raises ``_Failed``."""
    if isinstance(answer, Failure):
        raise _Failed(answer.sentence)
    if not 200 <= answer.status < 300:
        more = "; redirects are not followed" if 300 <= answer.status < 400 else ""
        raise _Failed(f"the backend answered with status {answer.status} where 200 is expected{more}")
    body = answer.body.removeprefix(b"\xef\xbb\xbf").strip()
    if not body:
        return None
    try:
        return jsontext.parse(body)
    except ValueError as problem:
        start = body[:40].decode("utf-8", "replace")
        raise _NotJson(f"the backend's answer is not JSON ({_reason(problem)}); it begins with {start!r}") from None


def _reason(problem: ValueError) -> str:
    if isinstance(problem, json.JSONDecodeError):
        return f"{problem.msg} at character {problem.pos + 1}"
    return "not UTF-8" if isinstance(problem, UnicodeError) else str(problem)
