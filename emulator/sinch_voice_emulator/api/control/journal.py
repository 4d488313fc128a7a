"""The journal over HTTP: pages with a cursor, long polls, an event stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.answers import json_response, json_text
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.errors import ControlRefusal, error_response
from sinch_voice_emulator.engine.effects import Severity
from sinch_voice_emulator.errors import BadRequest, EmulatorError, NotFound
from sinch_voice_emulator.runtime import deferred
from sinch_voice_emulator.runtime.canonical import canonical
from sinch_voice_emulator.runtime.journal import Entry, Filter, Page
from sinch_voice_emulator.runtime.kinds import KINDS, check_kind
from sinch_voice_emulator.v1 import jsontext
from sinch_voice_emulator.v1.problems import nearest
from sinch_voice_emulator.v1.values import iso_millis

if TYPE_CHECKING:
    from sinch_voice_emulator.runtime.account import AccountRuntime

CHUNK = 200
"""How many entries an event stream sends at once."""
EVERYTHING = 10_000_000


def entry_json(entry: Entry) -> dict[str, object]:
    """An entry with its cursor, its time as text and what only the wall clock knows."""
    shown = entry.canonical() | {"cursor": entry.cursor, "time": iso_millis(entry.instant)}
    if entry.wall is not None:
        shown["wall"] = dict(entry.wall)
    return shown


def page_json(page: Page) -> dict[str, object]:
    """A page of the journal."""
    return _page(page, [entry_json(entry) for entry in page.entries])


def _page(page: Page, entries: Sequence[Mapping[str, object]]) -> dict[str, object]:
    return {"entries": entries, "next": page.next_cursor, "reset": page.reset, "dropped": page.dropped}


def wanted(control: ControlRequest) -> Filter:
    """Which entries a request asks for in its query."""
    query = dict(control.query)
    if "data" in query:
        query["data"] = _object(query["data"])
    return filter_from(query, "?kind")


def filter_from(given: Mapping[str, Any], where: str) -> Filter:
    """Which entries are meant by members (or parameters) ``call``, ``kind``, ``severity``, ``leg``, ``text`` and ``data``.

    ``where`` the kind stands, should there be no such kind.
    """
    kinds = given.get("kind", ())
    kinds = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    for kind in kinds:
        _check_kind(kind, where)
    return Filter(
        call_id=given.get("call", ""),
        kinds=kinds,
        severity=Severity(given.get("severity", "info")),
        leg=given.get("leg", 0),
        text=given.get("text", ""),
        data=given.get("data"),
    )


def _check_kind(kind: str, where: str) -> None:
    try:
        check_kind(kind)
    except BadRequest as refusal:
        raise ControlRefusal(str(refusal), path=where, nearest=nearest(kind, KINDS)) from None


def _object(text: str) -> dict[str, Any]:
    """The parameter ``data``: an object as JSON text."""
    try:
        value = jsontext.parse(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ControlRefusal(f'data should be a JSON object such as {{"event":"pie"}}, not {text[:60]!r}', path="?data")
    return value


# --- pages ------------------------------------------------------------------------------------------------------------------


def read_journal(control: ControlRequest) -> Response:
    """A page, at once or, with ``wait``, as soon as it has anything to say."""
    runtime = control.runtime
    runtime.fire_due()
    poll = JournalPoll(runtime, control.query.get("after", ""), control.query["limit"], wanted(control), control.query["wait"])
    if not poll.timeout:
        return poll.expired()
    return deferred.defer(control.environ, poll)


def read_canonical(control: ControlRequest) -> Response:
    """A page without what differs between two runs of one test."""
    runtime = control.runtime
    page = runtime.journal.read(control.query.get("after", ""), control.query["limit"], wanted(control))
    known = {entry.sequence for entry in page.entries}
    every = canonical(runtime.journal.read("", EVERYTHING).entries, control.emulator.public_url)
    return json_response(_page(page, [entry for entry in every if entry["sequence"] in known]))


class JournalPoll:
    """Waits for an entry behind a cursor, a reset, or the news that entries were dropped."""

    def __init__(self, runtime: AccountRuntime, after: str, limit: int, wanted: Filter, timeout: float) -> None:
        self.timeout = timeout
        self._runtime = runtime
        self._after = after
        self._limit = limit
        self._wanted = wanted

    def ready(self) -> Response | None:
        """The page, unless it is empty."""
        try:
            page = self._read()
        except EmulatorError as error:
            return error_response(error)
        if page.entries or page.reset or page.dropped:
            return json_response(page_json(page))
        self._after = page.next_cursor
        return None

    def expired(self) -> Response:
        """The page, whatever it holds."""
        try:
            return json_response(page_json(self._read()))
        except EmulatorError as error:
            return error_response(error)

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """After every step of the account there may be something."""
        return self._runtime.wake.subscribe(wake)

    def _read(self) -> Page:
        return _read(self._runtime, self._after, self._limit, self._wanted)


def _read(runtime: AccountRuntime, after: str, limit: int, wanted: Filter) -> Page:
    """A page; raises ``NotFound`` once the account is deleted, so that nobody waits for what cannot come."""
    if runtime.closed:
        raise NotFound(f"account {runtime.name} was deleted")
    return runtime.journal.read(after, limit, wanted)


# --- event stream -----------------------------------------------------------------------------------------------------------


def stream_journal(control: ControlRequest) -> Response:
    """Entries as Server-Sent Events, from a cursor on (``Last-Event-ID`` beats ``after``), until the client leaves."""
    runtime = control.runtime
    runtime.fire_due()
    after = control.headers.get("Last-Event-ID") or control.query.get("after", "")
    runtime.journal.read(after, 1)
    return deferred.stream(control.environ, JournalStream(runtime, after, wanted(control)))


class JournalStream:
    """The journal as an event stream. Each entry is a message whose id is its cursor.

    ``reset``: the account was reset and what follows is its new life; ``dropped``: entries were lost before they could be
    sent; ``end``: the account was deleted.
    """

    headers = {  # noqa: RUF012 (the protocol has it as an attribute; nobody changes it)
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
    }
    heartbeat = b": nothing happened\n\n"

    def __init__(self, runtime: AccountRuntime, after: str, wanted: Filter) -> None:
        self._runtime = runtime
        self._after = after
        self._wanted = wanted
        self._opened = False
        self._over = False

    def next_chunks(self) -> list[bytes] | None:
        """What was written since the last time; a comment first, so that the client knows that it is connected."""
        if self._over:
            return None
        chunks = [] if self._opened else [b": connected\n\n"]
        self._opened = True
        try:
            page = _read(self._runtime, self._after, CHUNK, self._wanted)
        except EmulatorError as error:
            self._over = True
            return [*chunks, _event("end", "", {"message": str(error)})]
        self._after = page.next_cursor
        if page.reset:
            chunks.append(_event("reset", f"{self._runtime.journal.epoch}:0", {"next": page.next_cursor}))
        if page.dropped:
            chunks.append(_event("dropped", "", {"dropped": page.dropped}))
        chunks += [_event("", entry.cursor, entry_json(entry)) for entry in page.entries]
        return chunks

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """After every step of the account there may be something."""
        return self._runtime.wake.subscribe(wake)


def _event(name: str, cursor: str, data: dict[str, object]) -> bytes:
    head = (f"event: {name}\n" if name else "") + (f"id: {cursor}\n" if cursor else "")
    return f"{head}data: {json_text(data)}\n\n".encode()


HANDLERS: dict[str, Handler] = {
    "readJournal": read_journal,
    "readCanonicalJournal": read_canonical,
    "streamJournal": stream_journal,
}
