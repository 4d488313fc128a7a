"""What a test must not leave behind: problems, callbacks without an answer, calls that are still open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.answers import json_response
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.deliveries import CONCLUDED
from sinch_voice_emulator.api.control.hints import hints
from sinch_voice_emulator.api.control.ladders import EVERYTHING, account_ladder
from sinch_voice_emulator.engine.effects import Severity
from sinch_voice_emulator.ladder import told
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.journal import Entry, Filter
from sinch_voice_emulator.runtime.matching import has_text

MOST_LADDERS = 5
TITLES = {
    "problems": "Something went wrong:",
    "missed": "Problems were expected that did not happen:",
    "unanswered": "Callbacks got no answer:",
    "open": "Calls are still open:",
}
"""What a report says above each list, in order."""


def check_account(control: ControlRequest) -> Response:
    """Whether everything went well since the account began or was reset."""
    return json_response(found(control.runtime, control.body))


def found(runtime: AccountRuntime, forgiven: Mapping[str, Any]) -> dict[str, object]:
    """What is wrong, a sentence each, and all of it as a report with the ladders of the calls concerned.

    ``forgiven`` may have ``problems``, parts of the sentences that are expected, and ``open``, whether calls may go on.
    """
    expected: list[str] = forgiven.get("problems", [])
    journal = runtime.journal
    told_of = journal.read("", EVERYTHING, Filter(severity=Severity.PROBLEM)).entries
    failed = journal.read("", EVERYTHING, Filter(kinds=("callback.failed",))).entries
    problems = [entry for entry in told_of if not _is_among(entry, expected)]
    unanswered = [entry for entry in failed if entry.severity is Severity.WARNING and not _is_among(entry, expected)]
    concerned = {entry.call_id for entry in (*problems, *unanswered)} | _waiting(runtime)
    still = {} if forgiven.get("open") else {call: state for call, state in _live(runtime).items() if call not in concerned}
    sentences: dict[str, list[str]] = {
        "problems": [*_lost(runtime), *map(told, problems)],
        "missed": [text for text in expected if not any(has_text(told(entry), text) for entry in (*told_of, *failed))],
        "unanswered": [*runtime.open_work(), *map(told, unanswered)],
        "open": [f"call {call} is {state}" for call, state in still.items()],
    }
    passed = not any(sentences.values())
    ladders = account_ladder(runtime, MOST_LADDERS, concerned | set(still))
    report = "" if passed else _report(sentences, "\n".join(hints(runtime)), ladders)
    return {"passed": passed, **sentences, "report": report}


def _is_among(entry: Entry, expected: list[str]) -> bool:
    return any(has_text(told(entry), text) for text in expected)


def _waiting(runtime: AccountRuntime) -> set[str]:
    """Calls with a callback that is still under way."""
    return {one.call_id for one in list(runtime.deliveries.values()) if one.state not in CONCLUDED}


def _live(runtime: AccountRuntime) -> dict[str, str]:
    """Calls that go on, and what they are doing."""
    return runtime.read(lambda engine, _now: {call.id: call.state.value for call in engine.state.calls.values() if call.live})


def _lost(runtime: AccountRuntime) -> list[str]:
    dropped = runtime.journal.dropped
    if not dropped:
        return []
    return [f"the journal was full and has lost {dropped} entries, so nothing is certain; raise --journal-max-entries"]


def _report(sentences: Mapping[str, list[str]], *more: str) -> str:
    wrong = [(title, sentences[name]) for name, title in TITLES.items() if sentences[name]]
    blocks = ["\n".join([title, *(f"  * {one}" for one in those)]) for title, those in wrong]
    return "\n\n".join([*blocks, *filter(None, more)])


HANDLERS: dict[str, Handler] = {"checkAccount": check_account}
