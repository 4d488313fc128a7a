"""Why a clock that was advanced stopped short of what it was to reach: what came closest, and what was going on."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator

from sinch_voice_emulator.api.control.hints import hints
from sinch_voice_emulator.ladder import told
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.advancing import Advanced, Goal, Stop
from sinch_voice_emulator.runtime.journal import Entry, Filter
from sinch_voice_emulator.runtime.matching import MISSING, Difference, differences, has_text, texts
from sinch_voice_emulator.runtime.virtual import going_on

CANDIDATES = 200
"""How many of the latest entries of the kind are compared."""
LONGEST = 500
IN_A_HANDLER = "Time waits for the answer to a callback: its handler cannot advance it, and has to return first."
EVERYTHING = 10_000_000


def shortfall(runtime: AccountRuntime, goal: Goal, timeout: float, done: Advanced) -> str:
    """A few lines on why it stopped short; ``""`` when it did not."""
    if done.stop is Stop.OPEN:
        lines = [f"After {timeout:g} s of the wall clock something was still under way:", *_bullets(runtime.open_work())]
        return "\n".join([*lines, IN_A_HANDLER] if runtime.open.outbox.in_flight else lines)
    if done.stop is not Stop.LIMIT:
        return ""
    passed = f" within {goal.milliseconds / 1000:g} s" if done.moved >= goal.milliseconds else ", and nothing more is due"
    if goal.wanted is None:
        return "\n".join([f"The account did not become idle{passed}.", _by_then(runtime)])
    lines = [f"Nothing of {_described(goal.wanted)} came into the journal{passed}."]
    return "\n".join([*lines, *_closest(runtime, goal.after, goal.wanted), _by_then(runtime), *hints(runtime)])


def _described(wanted: Filter) -> str:
    """A filter in words."""
    parts = [
        f"kind {' or '.join(wanted.kinds)}" if wanted.kinds else "any kind",
        f"of call {wanted.call_id}" if wanted.call_id else "",
        f"about leg {wanted.leg}" if wanted.leg else "",
        f"with the text {_spelt(wanted.text)}" if wanted.text else "",
        f"with data like {_spelt(wanted.data)}" if wanted.data is not None else "",
        f"as bad as a {wanted.severity.value}" if wanted.severity.value != "info" else "",
    ]
    return " ".join(filter(None, parts))


def _closest(runtime: AccountRuntime, after: str, wanted: Filter) -> Iterator[str]:
    """The entry of that kind that comes closest, and where it differs."""
    if not wanted.kinds:
        return
    alike = Filter(call_id=wanted.call_id, kinds=wanted.kinds, leg=wanted.leg)
    entries = runtime.journal.read("", EVERYTHING, alike).entries[-CANDIDATES:]
    if not entries:
        yield f"There is no entry of that kind{' about this call' if wanted.call_id else ''} at all."
        return
    apart, entry = min(((_apart(wanted, one), one) for one in entries), key=lambda pair: _distance(*pair))
    seen = f", which lies before the cursor {after}" if after and entry.sequence <= int(after.partition(":")[2]) else ""
    yield f"Closest: {told(entry)}{seen}"
    for one in apart:
        yield f"  {one.path}: expected {_spelt(one.expected)}, found {_spelt(one.found)}"


def _apart(wanted: Filter, entry: Entry) -> list[Difference]:
    found = [] if wanted.data is None else differences(wanted.data, entry.data)
    if wanted.text and not has_text(entry.data, wanted.text):
        said = max(texts(entry.data), key=lambda text: _likeness(wanted.text, text), default=MISSING)
        found.append(Difference("text", wanted.text, said))
    return found


def _distance(apart: list[Difference], entry: Entry) -> tuple[int, float, int]:
    """Fewest differences first, then the greatest likeness, then the latest."""
    unlike = sum(1.0 - _likeness(_spelt(one.expected), _spelt(one.found)) for one in apart)
    return len(apart), round(unlike, 3), -entry.sequence


def _likeness(one: str, other: str) -> float:
    pair = one[:LONGEST].casefold(), other[:LONGEST].casefold()
    return difflib.SequenceMatcher(None, *pair, autojunk=False).ratio()


def _by_then(runtime: AccountRuntime) -> str:
    happening = "; ".join(going_on(runtime)) or "no call is live"
    deadline = runtime.next_deadline()
    due = "nothing is due"
    if deadline is not None:
        due = f"the next deadline is {(deadline - runtime.clock.now()) / 1000:g} s away"
    return f"By then: {happening}; {due}."


def _bullets(lines: list[str]) -> list[str]:
    return [f"  * {line}" for line in lines]


def _spelt(value: object) -> str:
    if value is MISSING:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
