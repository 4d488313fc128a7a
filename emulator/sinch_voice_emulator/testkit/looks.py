"""Looking at an account without changing anything."""

from __future__ import annotations

from datetime import datetime

from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.errors import Conflict, NotFound
from sinch_voice_emulator.model.conference import RoomKey
from sinch_voice_emulator.model.delivery import Delivery, DeliveryState
from sinch_voice_emulator.model.instants import SECOND, Instant
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.canonical import canonical
from sinch_voice_emulator.runtime.journal import Entry, Filter
from sinch_voice_emulator.runtime.kinds import check_kind
from sinch_voice_emulator.testkit.addresses import listed
from sinch_voice_emulator.testkit.reporting import Reporter
from sinch_voice_emulator.testkit.values import Callback, Heard, RecordingView, moment
from sinch_voice_emulator.testkit.watch import Watch


class Looks:
    """What a test can look at on the account as a whole."""

    emulator: Emulator
    runtime: AccountRuntime
    watch: Watch

    @property
    def reporter(self) -> Reporter:
        """Writes failures."""
        raise NotImplementedError

    def feel(self) -> None:
        """Let what frozen time was ticked by pass before somebody looks."""
        raise NotImplementedError

    @property
    def key(self) -> str:
        """The key of the account's first application."""
        return next(iter(self.runtime.account.applications.values())).key

    @property
    def secret(self) -> str:
        """The secret of the account's first application."""
        return next(iter(self.runtime.account.applications.values())).secret

    @property
    def url(self) -> str:
        """The base URL of the REST API. Asking for it starts the server, on a free port."""
        self.emulator.start()
        return self.emulator.url

    @property
    def numbers(self) -> list[str]:
        """The numbers the account owns, in E.164."""
        return [number for number, capability in self.runtime.account.numbers if capability == "voice"]

    @property
    def number(self) -> str:
        """The first number the account owns."""
        if not self.numbers:
            raise NotFound(f"account {self.runtime.name} owns no number; configure one, or name the number that is called")
        return self.numbers[0]

    @property
    def instant(self) -> Instant:
        """The account's time in milliseconds since 1970."""
        self.feel()
        return self.runtime.clock.now()

    @property
    def now(self) -> datetime:
        """The account's time."""
        return moment(self.instant)

    @property
    def journal(self) -> list[Entry]:
        """Everything that happened since the account began or was reset, oldest first."""
        self.feel()
        return list(self.runtime.journal.read(limit=10_000_000).entries)

    def entries(self, kind: str = "", call: str = "", after: str = "") -> list[Entry]:
        """Journal entries whose kind begins with ``kind`` (``"leg."``), of one call, or after a ``cursor``.

        Raises ``Conflict`` for a cursor from before a reset.
        """
        check_kind(kind)
        self.feel()
        page = self.runtime.journal.read(after, 10_000_000, Filter(call_id=call, kinds=(kind,) if kind else ()))
        if page.reset:
            raise Conflict(
                f"cursor {after} is from before the account was reset, and what it pointed at is gone; take a new one: "
                "sinch_voice.cursor"
            )
        return list(page.entries)

    def canonical(self) -> list[dict[str, object]]:
        """The journal as JSON values that are the same in every run of a test: no wall-clock facts, no port, no epoch."""
        entries = canonical(self.entries(), self.emulator.public_url)
        return [entry | {"epoch": 1} for entry in entries if entry["kind"] != "account.reset"]

    @property
    def cursor(self) -> str:
        """Where the journal stands; ``entries(after=cursor)`` reads on from here."""
        self.feel()
        return self.runtime.journal.cursor

    @property
    def prompts(self) -> list[Heard]:
        """Every prompt that somebody heard, in order."""
        return [Heard.of(entry) for entry in self.entries("prompt.started")]

    @property
    def callbacks(self) -> list[Callback]:
        """Everything the backend was told, in order, retries apart."""
        self.feel()
        return [Callback.of(delivery) for delivery in self.runtime.deliveries.values() if self.was_told(delivery)]

    def was_told(self, delivery: Delivery) -> bool:
        """Whether a callback has left, as far as a test is concerned: one that waits in a queue, or is held back, has not."""
        waits = delivery.state in (DeliveryState.HELD, DeliveryState.QUEUED)
        return not waits and delivery.id not in self.runtime.open.held_back

    @property
    def recordings(self) -> list[RecordingView]:
        """Every recording there is."""
        self.feel()
        return [
            RecordingView(
                one.key,
                one.call_id,
                one.conference,
                ((one.ended or self.instant) - one.started) / SECOND,
                one.ended is not None,
                one.destination,
            )
            for one in self.runtime.engine.state.recordings.values()
        ]

    def ladder(self, call: str = "") -> str:
        """What happened on a call, or on every call, as lines of text."""
        self.feel()
        return self.reporter.ladders((call,) if call else self._call_ids())

    def _call_ids(self) -> list[str]:
        return [entry.call_id for entry in self.watch.created()]

    def _known(self, call_id: str) -> str:
        """A call id that exists. Raises ``NotFound`` with those there are."""
        if call_id not in self.runtime.engine.state.calls:
            there = listed(self._call_ids()[-5:])
            raise NotFound(f"there is no call {call_id!r} on account {self.runtime.name}; the latest calls: {there}")
        return call_id

    def _room(self, name: str, region: str, application: str) -> RoomKey:
        return RoomKey(application or self.key, region or self.runtime.account.region, name)
