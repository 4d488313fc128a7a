"""What a test waits for: how to find it, when to give up early, and what came closest when it did not come."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from sinch_voice_emulator.ladder.svaml import quoted
from sinch_voice_emulator.model.call import Call
from sinch_voice_emulator.model.delivery import DeliveryState
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.testkit.addresses import same_number
from sinch_voice_emulator.testkit.matching import Difference, differences, dotted, spelt
from sinch_voice_emulator.testkit.values import Callback, Dialled, Heard, moment

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Text = str | re.Pattern[str]

CONCLUDED = (DeliveryState.ANSWERED, DeliveryState.FAILED, DeliveryState.DROPPED)


class Expectation(Protocol[T_co]):
    """Something that is to happen."""

    sentence: str
    """What was expected, as the beginning of a sentence: ``the call was to hear "Hello"``."""

    def look(self) -> T_co | None:
        """What was waited for, if it is there."""
        ...

    def hopeless(self) -> str:
        """Why it cannot come any more; ``""`` as long as it can."""
        ...

    def near(self) -> str:
        """What came closest, with its differences."""
        ...


class Followed(Protocol):
    """A call as expectations see it."""

    def model(self) -> Call:
        """The call itself."""
        ...

    def entries(self) -> Sequence[Entry]:
        """Its journal entries."""
        ...

    def callback(self, entry: Entry) -> Callback:
        """The callback that an entry ``callback.queued`` is about."""
        ...

    def when(self, entry: Entry) -> str:
        """Seconds since the call began, as in the ladder."""
        ...


class Cursor:
    """How far an expectation of one kind has read; what was matched once is not matched again."""

    __slots__ = ("position",)

    def __init__(self) -> None:
        self.position = 0

    def next(self, entries: Sequence[Entry], kind: str) -> int | None:
        """Where the next entry of a kind stands, without going there."""
        return next((at for at in range(self.position, len(entries)) if entries[at].kind == kind), None)

    def find(self, entries: Sequence[Entry], take: Callable[[Entry], T | None]) -> T | None:
        """The first entry from here on that ``take`` makes something of; the cursor moves behind it."""
        for index in range(self.position, len(entries)):
            found = take(entries[index])
            if found is not None:
                self.position = index + 1
                return found
        return None


class _OfCall(Generic[T]):
    """An expectation that scans the entries of one call."""

    kind = ""

    def __init__(self, call: Followed, cursor: Cursor, sentence: str) -> None:
        self.sentence = sentence
        self._call = call
        self._cursor = cursor

    def look(self) -> T | None:
        return self._cursor.find(self._call.entries(), self._take)

    def reading(self, place: Callable[[Cursor], Cursor]) -> None:
        """Read from what ``place`` makes of the cursor."""
        self._cursor = place(self._cursor)

    @property
    def behind(self) -> int:
        """How many entries of the call there are up to the one that was matched."""
        return self._cursor.position

    def hopeless(self) -> str:
        call = self._call.model()
        return "" if call.live else f"the call has ended ({call.result.value} / {call.reason.value})"

    def _take(self, entry: Entry) -> T | None:
        raise NotImplementedError

    def _all(self) -> list[tuple[int, Entry]]:
        return [(at, entry) for at, entry in enumerate(self._call.entries()) if entry.kind == self.kind]

    def _when(self, at: int, entry: Entry) -> str:
        matched = ", which an earlier expectation has matched" if at < self._cursor.position else ""
        return f"at {self._call.when(entry)}{matched}"


def share(wanted: Expectation[object], place: Callable[[Cursor], Cursor]) -> None:
    """Have an expectation that scans the entries of a call share them with others."""
    if isinstance(wanted, _OfCall):
        wanted.reading(place)


def behind(wanted: Expectation[object]) -> int | None:
    """How many entries of its call an expectation has behind it that was met; ``None`` when it is not about an entry."""
    return wanted.behind if isinstance(wanted, _OfCall) else None


class PromptHeard(_OfCall[Heard]):
    """A prompt with a text, on any leg or on one."""

    kind = "prompt.started"

    def __init__(self, call: Followed, cursor: Cursor, text: Text, who: str = "the call", leg: int = 0) -> None:
        super().__init__(call, cursor, f"{who} was to hear {spelt_text(text)}")
        self._text = text
        self._leg = leg

    def _take(self, entry: Entry) -> Heard | None:
        if entry.kind != self.kind or self._leg not in (0, entry.leg):
            return None
        heard = Heard.of(entry)
        return heard if contains(heard.text, self._text) else None

    def near(self) -> str:
        heard = [(at, entry, Heard.of(entry).text) for at, entry in self._all()]
        if not heard:
            return "Nothing was played on this call."
        wanted = self._text if isinstance(self._text, str) else self._text.pattern
        at, entry, text = max(heard, key=lambda one: likeness(wanted, one[2]))
        leg = f", leg {entry.leg}" if self._leg not in (0, entry.leg) else ""
        return "\n".join(["Closest:", f"  {quoted(text)} was heard {self._when(at, entry)}{leg}", *_apart(wanted, text)])


class CallbackSent(_OfCall[Callback]):
    """A callback of an event with certain fields, answered or failed."""

    kind = "callback.queued"

    def __init__(self, call: Followed, cursor: Cursor, event: str, fields: Mapping[str, object]) -> None:
        wanted = ", ".join(f"{dotted(name)} {spelt(value)}" for name, value in fields.items())
        super().__init__(call, cursor, f"the backend was to be told {event}" + (f" with {wanted}" if wanted else ""))
        self._event = event
        self._fields = fields

    def _take(self, entry: Entry) -> Callback | None:
        if entry.kind != self.kind or entry.data["event"] != self._event:
            return None
        callback = self._call.callback(entry)
        if callback.delivery.state not in CONCLUDED or differences(callback.body, self._fields):
            return None
        return callback

    def hopeless(self) -> str:
        coming = any(self._call.callback(entry).delivery.state not in CONCLUDED for _, entry in self._all())
        return "" if coming else super().hopeless()

    def near(self) -> str:
        told = self._all()
        same = [(at, entry) for at, entry in told if entry.data["event"] == self._event]
        if not same:
            events = ", ".join(str(entry.data["event"]) for _, entry in told)
            return f"The backend was told {events or 'nothing'}."
        compared = [(differences(self._call.callback(entry).body, self._fields), at, entry) for at, entry in same]
        apart, at, entry = min(compared, key=lambda one: len(one[0]))
        return "\n".join(["Closest:", f"  {self._event} {self._when(at, entry)}", *diff_lines(apart)])


class PartyDialled(_OfCall[Dialled]):
    """A party that was dialled, with a CLI."""

    kind = "leg.dialled"

    def __init__(self, call: Followed, cursor: Cursor, number: str, cli: str | None) -> None:
        shown = f" with CLI {cli or 'private'}" if cli is not None else ""
        super().__init__(call, cursor, f"the call was to dial {number}{shown}")
        self._number = number
        self._cli = cli

    def _take(self, entry: Entry) -> Dialled | None:
        if entry.kind != self.kind:
            return None
        dialled = dialled_of(entry)
        fits = same_number(dialled.party, self._number) and self._cli_fits(dialled.cli)
        return dialled if fits else None

    def _cli_fits(self, shown: str) -> bool:
        return self._cli is None or same_number(shown, self._cli or "private")

    def near(self) -> str:
        dialled = [(at, entry, dialled_of(entry)) for at, entry in self._all()]
        if not dialled:
            return "Nobody was dialled on this call."
        at, entry, closest = max(dialled, key=lambda one: likeness(self._number, one[2].party))
        apart = []
        if not same_number(closest.party, self._number):
            apart.append(Difference("number", self._number, closest.party))
        if not self._cli_fits(closest.cli):
            apart.append(Difference("cli", self._cli or "private", closest.cli))
        lines = ["Closest:", f"  {closest.party} with CLI {closest.cli}, dialled {self._when(at, entry)}"]
        return "\n".join([*lines, *diff_lines(apart)])


class CallIs:
    """A call that ends, or comes into a state, as described by ``fields`` of ``facts``."""

    def __init__(
        self, call: Followed, sentence: str, fields: Mapping[str, object], facts: Callable[[Call], Mapping[str, object]]
    ) -> None:
        numbers = [f"{name} {spelt(fields[name])}" for name in ("duration", "debit") if name in fields]
        with_or_and = " and " if {"result", "reason"} & fields.keys() else " with "
        self.sentence = sentence + (with_or_and + " and ".join(numbers) if numbers else "")
        self._call = call
        self._fields = fields
        self._facts = facts

    def look(self) -> Call | None:
        call = self._call.model()
        return None if differences(self._facts(call), self._fields) else call

    def hopeless(self) -> str:
        call = self._call.model()
        otherwise = " otherwise" if self._fields.get("state") == "ended" else ""
        return "" if call.live else f"the call has ended{otherwise} ({call.result.value} / {call.reason.value})"

    def near(self) -> str:
        return "\n".join(["The call is:", *diff_lines(differences(self._facts(self._call.model()), self._fields))])


def dialled_of(entry: Entry) -> Dialled:
    """What an entry ``leg.dialled`` says."""
    to, headers = entry.data["to"], entry.data.get("headers")
    endpoint = str(to["endpoint"]) if isinstance(to, Mapping) else ""
    shown = {str(name): str(value) for name, value in headers.items()} if isinstance(headers, Mapping) else {}
    return Dialled(endpoint, str(entry.data["cli"]), moment(entry.instant), entry.leg, entry.call_id, shown)


def contains(said: str, wanted: Text) -> bool:
    """Whether a text has a part, whatever the case and the spaces, or matches a pattern."""
    if isinstance(wanted, re.Pattern):
        return wanted.search(said) is not None
    return folded(wanted) in folded(said)


def folded(text: str) -> str:
    """A text as it is compared."""
    return " ".join(text.split()).casefold()


def likeness(one: str, other: str) -> float:
    """How much two texts resemble each other, 0.0 to 1.0."""
    return difflib.SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False).ratio()


def spelt_text(text: Text) -> str:
    """A text or pattern for a sentence."""
    return f"something like /{text.pattern}/" if isinstance(text, re.Pattern) else quoted(text)


def diff_lines(apart: Sequence[Difference]) -> list[str]:
    """Differences below one another, indented."""
    return [f"    {line}" for one in apart for line in one.lines()]


def _apart(wanted: str, found: str) -> list[str]:
    if folded(wanted) in folded(found):
        return []
    return diff_lines([Difference("text", wanted, found)])
