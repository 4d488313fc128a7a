"""What the journal says about deliveries."""

from __future__ import annotations

from sinch_voice_emulator.engine.effects import Severity
from sinch_voice_emulator.engine.inputs import AnswerUnusable, Unusable
from sinch_voice_emulator.model.delivery import Attempt, Delivery, EventKind
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.runtime.journal import Journal
from sinch_voice_emulator.runtime.ports import Answer, Failure, Understood

ANSWER_BYTES = 64 * 1024
"""How much of an answer the journal shows; the delivery keeps all of it."""

_ASKING = (EventKind.INCOMING, EventKind.ANSWERED, EventKind.INPUT)
_EMPTY = {EventKind.INCOMING: Severity.PROBLEM, EventKind.INPUT: Severity.WARNING}
_WALL_HEADERS = ("authorization", "x-timestamp")


def _about(delivery: Delivery) -> dict[str, object]:
    return {"delivery": delivery.id, "event": delivery.event.value}


def queued(journal: Journal, now: Instant, delivery: Delivery) -> None:
    """A callback is to be sent. ``body`` is the text of what every attempt sends."""
    data = _about(delivery) | {"url": delivery.target.primary, "body": delivery.body.decode(errors="replace")}
    journal.append(now, "callback.queued", data, call_id=delivery.call_id)


def attempted(journal: Journal, now: Instant, delivery: Delivery, attempt: Attempt) -> None:
    """One try was made: its URL, and the status of the answer or why there was none."""
    outcome: dict[str, object] = {"status": attempt.status} if not attempt.error else {"error": attempt.error}
    wall: dict[str, object] = {name: value for name, value in attempt.request_headers if name in _WALL_HEADERS}
    wall["milliseconds"] = round(attempt.wall_ms, 3)
    data = _about(delivery) | {"url": attempt.url} | outcome
    journal.append(now, "callback.attempted", data, call_id=delivery.call_id, wall=wall)


def concluded(journal: Journal, now: Instant, delivery: Delivery, answer: Answer | Failure, understood: Understood) -> None:
    """The last try is over: what was answered, what that means, and every finding in it."""
    delivery.notice = understood.word
    data = _about(delivery) | {"word": understood.word}
    unusable = next((input for input in understood.inputs if isinstance(input, AnswerUnusable)), None)
    if unusable is not None:
        data["problem"] = unusable.problem
    if isinstance(answer, Failure):
        kind = "callback.failed"
        data["error"] = answer.error
    else:
        kind = "callback.answered"
        data |= {"status": answer.status, "body": answer.body[:ANSWER_BYTES].decode(errors="replace")}
    severity = _severity(delivery.event, answer, unusable, explained=bool(understood.problems))
    journal.append(now, kind, data, call_id=delivery.call_id, severity=severity)
    for problem in understood.problems:
        finding = _about(delivery) | {"path": problem.path, "message": problem.message}
        finding |= {"expected": problem.expected, "found": problem.found, "nearest": problem.nearest}
        severity = Severity.PROBLEM if problem.severity == "error" else Severity.WARNING
        journal.append(now, "svaml.problem", finding, call_id=delivery.call_id, severity=severity)


def discarded(journal: Journal, now: Instant, delivery: Delivery, why: str) -> None:
    """An answer came that nobody waits for any more."""
    delivery.notice = "discarded"
    journal.append(now, "callback.discarded", _about(delivery) | {"why": why}, call_id=delivery.call_id)


def _severity(event: EventKind, answer: Answer | Failure, unusable: AnswerUnusable | None, *, explained: bool) -> Severity:
    """How bad an outcome is: table "Unusable answers" of the defaults. What findings explain is not counted twice."""
    if unusable is None:
        return Severity.WARNING if isinstance(answer, Failure) else Severity.INFO
    if unusable.kind is Unusable.EMPTY:
        return _EMPTY.get(event, Severity.INFO)
    if explained:
        return Severity.INFO
    return Severity.PROBLEM if event in _ASKING else Severity.WARNING
