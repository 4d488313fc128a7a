"""What the journal says about deliveries."""

from __future__ import annotations

from sinch_voice_emulator.engine.effects import Note, Severity
from sinch_voice_emulator.model.delivery import Attempt, Delivery
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.runtime.journal import Journal
from sinch_voice_emulator.runtime.ports import Answer, Failure, Interpretation

ANSWER_BYTES = 64 * 1024
"""How much of an answer the journal shows; the delivery keeps all of it."""

_WALL_HEADERS = ("authorization", "x-timestamp")


def _about(delivery: Delivery) -> dict[str, object]:
    return {"delivery": delivery.id, "event": delivery.event.value}


def queued(journal: Journal, now: Instant, delivery: Delivery) -> None:
    """A callback is to be sent. ``body`` is the text of what every attempt sends."""
    data = _about(delivery) | {"url": delivery.target.primary, "body": delivery.body.decode(errors="replace")}
    journal.append(now, "callback.queued", data, call_id=delivery.call_id)


def attempted(journal: Journal, now: Instant, delivery: Delivery, attempt: Attempt) -> None:
    """One try was made: its URL, the one that was called instead if so, and the status of the answer or why there was none."""
    outcome: dict[str, object] = {"status": attempt.status} if not attempt.error else {"error": attempt.error}
    wall: dict[str, object] = {name: value for name, value in attempt.request_headers if name in _WALL_HEADERS}
    wall["milliseconds"] = round(attempt.wall_ms, 3)
    place = {"url": attempt.url} | ({"sentTo": attempt.sent_to} if attempt.sent_to else {})
    data = _about(delivery) | place | outcome
    journal.append(now, "callback.attempted", data, call_id=delivery.call_id, wall=wall)


def is_success(answer: Answer | Failure) -> bool:
    """Whether a backend answered with a status of success, whatever it said."""
    return isinstance(answer, Answer) and 200 <= answer.status < 300


def recorded(journal: Journal, now: Instant, delivery: Delivery, answer: Answer | Failure) -> None:
    """The answer to a callback that was sent by hand: kept, and not acted on."""
    delivery.notice = "recorded"
    kind = "callback.answered" if is_success(answer) else "callback.failed"
    journal.append(now, kind, _outcome(delivery, answer), call_id=delivery.call_id)


def concluded(
    journal: Journal, now: Instant, delivery: Delivery, answer: Answer | Failure, means: Interpretation, ordered: bool = False
) -> None:
    """The last try is over: what was answered, what that means, and every finding in the document.

    When there is no document the outcome itself is what was found; otherwise findings carry the severity. An outcome that a
    test ``ordered`` is not the backend's fault.
    """
    delivery.notice = means.word
    data = _outcome(delivery, answer)
    kind = "callback.answered" if is_success(answer) else "callback.failed"
    no_document = means.word == "failed" or not is_success(answer)
    if no_document and means.problems:
        data["problem"] = means.problems[0].message
    severity = means.severity if (no_document or not means.problems) and not ordered else Severity.INFO
    journal.append(now, kind, data, call_id=delivery.call_id, severity=severity)
    for problem in () if no_document else means.problems:
        finding = _about(delivery) | {"path": problem.path, "message": problem.message}
        finding |= {"expected": problem.expected, "found": problem.found, "nearest": problem.nearest}
        severity = Severity.PROBLEM if problem.severity == "error" else Severity.WARNING
        journal.append(now, "svaml.problem", finding, call_id=delivery.call_id, severity=severity)


def discarded(journal: Journal, now: Instant, delivery: Delivery, why: str) -> None:
    """An answer came that nobody waits for any more."""
    delivery.notice = "discarded"
    journal.append(now, "callback.discarded", _about(delivery) | {"why": why}, call_id=delivery.call_id)


def too_late(journal: Journal, now: Instant, delivery: Delivery, answer: str, why: str) -> None:
    """An answer came after the one that counts."""
    data = _about(delivery) | {"answer": answer, "why": why}
    journal.append(now, "callback.discarded", data, call_id=delivery.call_id)


def noted(journal: Journal, now: Instant, note: Note) -> None:
    """What the engine says."""
    journal.append(
        now,
        note.kind,
        note.data,
        call_id=note.call_id,
        leg=note.leg,
        severity=note.severity,
        basis=note.basis,
    )


def _outcome(delivery: Delivery, answer: Answer | Failure) -> dict[str, object]:
    data = _about(delivery) | {"word": delivery.notice}
    if isinstance(answer, Failure):
        return data | {"error": answer.sentence}
    return data | {"status": answer.status, "body": answer.body[:ANSWER_BYTES].decode(errors="replace")}
