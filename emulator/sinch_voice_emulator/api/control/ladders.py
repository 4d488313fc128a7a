"""What happened, as text for people: the ladder of one call, or of an account's latest calls."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.engine.effects import Severity
from sinch_voice_emulator.ladder import Ladder, render
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.journal import Entry, Filter

EVERYTHING = 10_000_000
"""More entries than a journal has."""


def get_ladder(control: ControlRequest) -> Response:
    """The latest calls, and what went wrong outside of calls."""
    return text_response(account_ladder(control.runtime, control.query["limit"]) or "There has been no call.")


def get_call_ladder(control: ControlRequest, call: str) -> Response:
    """One call."""
    entries = control.runtime.journal.read("", EVERYTHING, Filter(call_id=call)).entries
    if not entries:
        control.runtime.read(lambda engine, _now: engine.call(call))
    return text_response(render(entries))


def account_ladder(runtime: AccountRuntime, most: int, only: Iterable[str] | None = None) -> str:
    """The ladders of the latest calls (of ``only`` these), at most ``most`` of them, oldest first."""
    calls: dict[str, list[Entry]] = {}
    entries = runtime.journal.read("", EVERYTHING).entries
    for entry in entries:
        calls.setdefault(entry.call_id, []).append(entry)
    elsewhere = calls.pop("", [])
    wanted = [call for call in calls if only is None or call in set(only)]
    left_out = len(wanted) - most
    shown = [f"({left_out} earlier calls are not shown)"] if left_out > 0 else []
    shown += [render(calls[call]) for call in wanted[-most:]]
    shown += _elsewhere(elsewhere, entries[0].instant) if entries else []
    return "\n\n".join(shown)


def _elsewhere(entries: Iterable[Entry], start: int) -> list[str]:
    """What is not well and belongs to no call, such as a request of the Calling API that was not let in."""
    ladder = Ladder()
    ladder.start = start
    rows = [row for entry in entries if entry.severity is not Severity.INFO for row in ladder.lines(entry)]
    return ["\n".join(["Outside of calls", *rows])] if rows else []


def text_response(text: str) -> Response:
    """Plain text that nobody keeps."""
    return Response(f"{text}\n", mimetype="text/plain", headers={"Cache-Control": "no-store"})


HANDLERS: dict[str, Handler] = {"getLadder": get_ladder, "getCallLadder": get_call_ladder}
