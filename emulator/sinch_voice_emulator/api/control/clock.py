"""Whose clock it is: look at it, set its mode, advance it, have it stand still."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.answers import json_response, no_content
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.errors import ControlRefusal, error_response
from sinch_voice_emulator.api.control.journal import entry_json, filter_from
from sinch_voice_emulator.api.control.nearness import shortfall
from sinch_voice_emulator.engine.engine import Engine
from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.model.instants import HOUR, SECOND, Instant, Millis
from sinch_voice_emulator.runtime import deferred
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.advancing import Advance, Advanced, Goal, Stop, waiting_on_guards
from sinch_voice_emulator.runtime.clocks import AccountClock
from sinch_voice_emulator.v1.values import iso_millis

DEFAULT_WITHIN: Millis = 24 * HOUR
DEFAULT_TIMEOUT = 30.0
MOST_SHOWN = 1_000


def clock_json(runtime: AccountRuntime) -> dict[str, object]:
    """A clock: what it says, who moves it, what is still under way, and what comes next."""
    clock = clock_of(runtime)

    def view(engine: Engine, now: Instant) -> dict[str, object]:
        deadline = runtime.next_deadline()
        return {
            "mode": clock.mode,
            "speed": clock.speed,
            "time": iso_millis(now),
            "settled": runtime.settled,
            "open": runtime.open_work()[:MOST_SHOWN],
            "idle": runtime.settled and runtime.next_deadline(guards=False) is None,
            "nextDeadline": None if deadline is None else iso_millis(deadline),
            "waitingOnGuards": waiting_on_guards(engine)[:MOST_SHOWN],
            "holds": [{"id": name, "reason": reason} for name, reason in runtime.open.holds.items()],
        }

    return runtime.read(view)


def clock_of(runtime: AccountRuntime) -> AccountClock:
    """The clock of an account, if it is one that can be set."""
    if not isinstance(runtime.clock, AccountClock):
        raise Conflict(f"the clock of account {runtime.name} is not in the hands of this emulator")
    return runtime.clock


def get_clock(control: ControlRequest) -> Response:
    """The clock."""
    return json_response(clock_json(control.runtime))


def put_clock(control: ControlRequest) -> Response:
    """Change mode and speed from now on; before the first call also the time itself."""
    runtime, body = control.runtime, control.body
    clock = clock_of(runtime)
    if runtime.driven_by_hand:
        raise Conflict(f"account {runtime.name} is in the hands of a test, which moves its clock itself")
    start = instant_from(body["time"]) if "time" in body else None
    if start is not None and not runtime.start_at(start):
        raise Conflict("the time can be set only before the first call; reset the account, or advance its clock")
    clock.change(body.get("mode"), body.get("speed"))
    runtime.note("control.clock", dict(body))
    return json_response(clock_json(runtime))


def instant_from(text: str, path: str = "$.time") -> Instant:
    """A time as text; one without a zone is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ControlRefusal(f"time should look like 2026-03-01T12:00:00Z, not {text[:60]!r}", path=path) from None
    found = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    return round((found - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * SECOND)


def advance_clock(control: ControlRequest) -> Response:
    """Move the clock, and answer where it stands and why."""
    runtime, body = control.runtime, control.body
    goal, timeout, since = goal_from(body), body.get("timeout", DEFAULT_TIMEOUT), runtime.journal.cursor
    runtime.fire_due()

    def answer(done: Advanced) -> Response:
        shown: dict[str, object] = {"stopped": done.stop.value, "message": shortfall(runtime, goal, timeout, done)}
        shown |= {"movedMs": done.moved, "since": since}
        shown["entry"] = None if done.entry is None else entry_json(done.entry)
        return json_response(shown | clock_json(runtime), 202 if done.stop is Stop.OPEN else 200)

    advance = Advance(
        runtime,
        goal,
        timeout=timeout,
        quiet=control.emulator.settings.quiet_window_ms / 1000,
        answer=answer,
        refuse=error_response,
    )
    return deferred.defer(control.environ, advance)


def goal_from(body: dict[str, Any]) -> Goal:
    """How far to move; exactly one of ``seconds``, ``milliseconds`` and ``until`` says so."""
    given = [name for name in ("seconds", "milliseconds", "until") if name in body]
    if len(given) != 1:
        what = f"not {' and '.join(given)}" if given else "and there is none of them"
        raise ControlRefusal(f"say how far with exactly one of seconds, milliseconds and until, {what}", path="$")
    if given != ["until"]:
        if "within" in body:
            raise ControlRefusal("within goes with until: it is the most time that passes", path="$.within")
        return Goal(round(body["seconds"] * SECOND) if "seconds" in body else body["milliseconds"])
    limited = "within" in body
    within = round(body["within"] * SECOND) if limited else DEFAULT_WITHIN
    until = body["until"]
    if until == "idle":
        return Goal(within, idle=True)
    return Goal(within, wanted=filter_from(until, "$.until.kind"), after=until.get("after", ""), in_vain=limited)


def hold_clock(control: ControlRequest) -> Response:
    """Have time stand still until the hold is released."""
    reason = control.body.get("reason", "")
    return json_response({"id": control.runtime.hold(reason), "reason": reason}, 201)


def release_clock(control: ControlRequest, hold: str) -> Response:
    """Let time move again, as far as this hold goes."""
    control.runtime.release(hold)
    return no_content()


HANDLERS: dict[str, Handler] = {
    "getClock": get_clock,
    "putClock": put_clock,
    "advanceClock": advance_clock,
    "holdClock": hold_clock,
    "releaseClock": release_clock,
}
