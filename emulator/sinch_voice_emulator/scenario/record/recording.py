"""What happened on an account, or stands in a file, as a scenario with remarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sinch_voice_emulator.engine.engine import Engine
from sinch_voice_emulator.errors import BadRequest, Conflict
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.clocks import is_virtual
from sinch_voice_emulator.scenario.record import given, happenings, importing, writing
from sinch_voice_emulator.scenario.record.as_calls import scenario_of as told_as_calls
from sinch_voice_emulator.scenario.record.given import Circumstances
from sinch_voice_emulator.scenario.record.happenings import Happening
from sinch_voice_emulator.scenario.record.recorder import Recorder

NAME = "What happened"
EVERYTHING = 10_000_000
"""More entries than a journal has."""

_ADVICE = "have it keep more (--journal-max-entries), or record less at a time"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be told: what came behind a cursor, of one call. ``maker`` made all requests to the REST API, if known."""

    after: str = ""
    call: str = ""
    name: str = ""
    maker: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """A scenario, as the value of a file, and what there is to say about it. ``calls`` is how many it tells of."""

    value: dict[str, Any]
    remarks: tuple[str, ...] = ()
    calls: int = 0

    @property
    def text(self) -> str:
        """The file."""
        return writing.text_of(self.value, "\n".join(self.remarks))


def of_account(runtime: AccountRuntime, wanted: Wanted) -> Recording:
    """What happened on an account.

    Raises ``Conflict`` when nothing did, or when the journal has not all of it any more; ``BadRequest`` for what is no cursor.
    """
    seen = runtime.read(lambda engine, _now: _seen(runtime, engine, wanted.after))
    after = int(wanted.after.partition(":")[2] or 0)
    before = [one for one in seen.happenings if one.sequence <= after]
    within = seen.happenings[len(before) :]
    then = given.at_the_beginning(Circumstances.of(runtime.seed), seen.now, before, within)
    exact = seen.virtual and not any(one.kind == "control.clock" for one in within)
    recorder = Recorder(seen.happenings, then, after=after, call=wanted.call, known=seen.known, exact=exact, maker=wanted.maker)
    try:
        return _told(recorder, wanted, f"account {runtime.name}")
    except BadRequest as refusal:
        raise Conflict(str(refusal)) from None


def of_journal(text: str, source: str, wanted: Wanted) -> Recording:
    """What a journal tells that was exported. Raises ``BadRequest`` that names the entry, and when some are missing."""
    found = happenings.of_text(text, source)
    lost = next((one for one in found if one.kind == "journal.dropped"), None)
    if lost is not None:
        raise BadRequest(f"{source}: the journal was full when it was exported, and its oldest entries are lost; {_ADVICE}")
    key = next((str(one.data.get("application")) for one in found if one.kind == "call.created"), "")
    recorder = Recorder(found, call=wanted.call, known={key: "key"}, exact=False, maker=wanted.maker)
    return _told(recorder, wanted, source)


def of_callbacks(text: str, source: str, name: str = "", *, as_calls: bool = False) -> Recording:
    """Callbacks that were logged elsewhere, one JSON object a line; ``as_calls``: told as calls where that is possible.

    Raises ``BadRequest`` that names the line.
    """
    logged = importing.read(text, source)
    calls = len({one.call for one in logged if one.call})
    if as_calls:
        value, remarks = told_as_calls(logged, name or NAME)
        return Recording(value, (f"Callbacks from {source}, told as calls.", *remarks), calls)
    remark = f"Callbacks from {source}, sent as they were logged."
    return Recording(importing.scenario_of(logged, name or NAME), (remark,), calls)


@dataclass(frozen=True, slots=True)
class _Seen:
    """An account, looked at in one step."""

    happenings: list[Happening]
    now: Circumstances
    virtual: bool
    known: Mapping[str, str]


def _seen(runtime: AccountRuntime, engine: Engine, after: str) -> _Seen:
    page = runtime.journal.read(after, 1)
    if page.reset:
        raise Conflict("the account was reset while it was recorded, and what had happened is gone; record it anew")
    if page.dropped:
        raise Conflict(f"the journal was full and has lost {page.dropped} entries of what is to be told; {_ADVICE}")
    account = runtime.account
    now = Circumstances.of(account)
    if now.credit is not None:
        now = replace(now, credit=now.credit + sum(call.paid for call in engine.state.calls.values() if call.live))
    known = {}
    for application in list(account.applications.values())[:1]:
        known = {application.key: "key"} | ({application.callback.primary: "callback_url"} if application.callback else {})
    return _Seen(happenings.of_entries(runtime.journal.read("", EVERYTHING).entries), now, is_virtual(runtime.clock), known)


def _told(recorder: Recorder, wanted: Wanted, source: str) -> Recording:
    value = recorder.scenario(wanted.name or NAME)
    return Recording(value, (f"Recorded from {source}.", *recorder.remarks()), len(recorder.calls.told))
