"""Expectations that scenarios have beyond those of the Python API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.scenario.stage import Stage
from sinch_voice_emulator.testkit import arrivals
from sinch_voice_emulator.testkit.addresses import same_number
from sinch_voice_emulator.testkit.calls import CallSteps
from sinch_voice_emulator.testkit.conferences import ConferenceSteps, InConference
from sinch_voice_emulator.testkit.core import VoiceSteps
from sinch_voice_emulator.testkit.expectations import diff_lines, folded
from sinch_voice_emulator.testkit.matching import differences, spelt
from sinch_voice_emulator.testkit.reporting import line_of


class _Facts:
    """Something about a call that is to be so."""

    def __init__(self, call: CallSteps, what: str, fields: Mapping[str, Any]) -> None:
        wanted = ", ".join(f"{name} {spelt(value)}" for name, value in fields.items())
        self.sentence = f"{what} to be {wanted or 'there'}"
        self._call = call
        self._fields = fields

    def facts(self) -> Mapping[str, Any] | None:
        """What it is now; ``None`` while there is nothing."""
        raise NotImplementedError

    def look(self) -> Mapping[str, Any] | None:
        facts = self.facts()
        return None if facts is None or differences(facts, self._fields) else facts

    def hopeless(self) -> str:
        return "" if self._call.live else f"the call has ended ({self._call.result} / {self._call.reason})"

    def near(self) -> str:
        facts = self.facts()
        return "\n".join(["It is:", *diff_lines(differences(facts, self._fields))]) if facts is not None else "There is none."


class Cookies(_Facts):
    """The cookies of a call."""

    def __init__(self, call: CallSteps, fields: Mapping[str, Any]) -> None:
        super().__init__(call, "the cookies of the call were", fields)

    def facts(self) -> Mapping[str, Any]:
        return self._call.cookies


class Reported(_Facts):
    """The backend's own verdict on a call."""

    def __init__(self, call: CallSteps, fields: Mapping[str, Any]) -> None:
        super().__init__(call, "the backend's report was", fields)

    def facts(self) -> Mapping[str, Any] | None:
        report = self._call.report
        return None if report is None else {"success": report[0], "details": report[1]}

    def hopeless(self) -> str:
        return ""


class Told:
    """What the backend was told of a call, in order."""

    def __init__(self, call: CallSteps, events: list[str]) -> None:
        self.sentence = f"the backend was to be told {_listed(events)} of the call, and nothing else"
        self._call = call
        self._events = events

    def look(self) -> list[str] | None:
        return self._events if self._told() == self._events else None

    def hopeless(self) -> str:
        if self._told() != self._events[: len(self._told())]:
            return "it was told otherwise"
        return "" if self._call.live else f"the call has ended ({self._call.result} / {self._call.reason})"

    def near(self) -> str:
        return f"The backend was told {_listed(self._told())}."

    def _told(self) -> list[str]:
        return [one.event for one in self._call.callbacks]


def _listed(events: list[str]) -> str:
    return ", ".join(events) or "nothing"


class Recorded:
    """A recording of a call, or of a conference when ``facts`` names one."""

    def __init__(self, voice: VoiceSteps, call: CallSteps | None, facts: Mapping[str, Any]) -> None:
        wanted = ", ".join(f"{name} {spelt(value)}" for name, value in facts.items())
        self.sentence = "a recording was to be made" + (f": {wanted}" if wanted else "")
        self._voice = voice
        self._call = call
        self._facts = facts

    def _all(self) -> list[dict[str, Any]]:
        return [
            {
                "finished": one.finished,
                "seconds": one.seconds,
                "destination": one.destination,
                "conference": one.conference,
            }
            for one in self._voice.recordings
            if self._call is None or one.call == self._call.id
        ]

    def look(self) -> dict[str, Any] | None:
        return next((one for one in self._all() if not differences(one, self._facts)), None)

    def hopeless(self) -> str:
        return ""

    def near(self) -> str:
        found = self._all()
        if not found:
            return "Nothing was recorded."
        closest = min(found, key=lambda one: len(differences(one, self._facts)))
        return "\n".join(["Closest:", *diff_lines(differences(closest, self._facts))])


class Members:
    """Who is in a conference: calls by their names, which may be given later, or numbers."""

    def __init__(self, stage: Stage, name: str, who: tuple[str, ...], count: int | None) -> None:
        self._stage = stage
        self._room = ConferenceSteps(stage.voice, stage.voice._room(name, "", ""))
        self._who = who
        self._count = count
        self.sentence = InConference(self._room, who, count).sentence

    def _wanted(self) -> InConference:
        stage = self._stage
        who = tuple(stage.call_id(one) if stage.is_named(one) else one for one in self._who)
        return InConference(self._room, who, self._count)

    def look(self) -> object:
        return self._wanted().look()

    def hopeless(self) -> str:
        return ""

    def near(self) -> str:
        return self._wanted().near()


class Begun:
    """A call of this name, which another branch begins."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.sentence = f"another branch was to begin call {name!r}"
        self._stage = stage
        self._name = name

    def look(self) -> str | None:
        return self._stage.call_id(self._name) if self._stage.is_named(self._name) else None

    def hopeless(self) -> str:
        return ""

    def near(self) -> str:
        return "No branch has begun it."


class Callout(arrivals.CalloutPlaced):
    """A call that the backend places; each is matched once."""

    def __init__(self, stage: Stage, to: str | None, method: str | None, cli: str | None) -> None:
        super().__init__(stage.voice.watch, 0, to, method, cli)
        self._matched = stage.matched

    def look(self) -> str | None:
        while (found := super().look()) is not None:
            if found not in self._matched:
                self._matched.add(found)
                return found
        self.position = 0
        return None


class TurnedBack:
    """A call that came about because a number of the account was dialled; each is matched once."""

    def __init__(self, stage: Stage, to: str | None) -> None:
        self.sentence = f"a call to {to or 'a number of the account'} was to come of dialling it"
        self._stage = stage
        self._to = to

    def look(self) -> str | None:
        found = next((call for call, to in self._candidates() if self._to is None or same_number(to, self._to)), None)
        if found is not None:
            self._stage.matched.add(found)
        return found

    def _candidates(self) -> list[tuple[str, str]]:
        created = [entry for entry in self._stage.voice.watch.created() if entry.data["origin"] == "pstn"]
        known = self._stage.placed | self._stage.matched
        parties = [(entry.call_id, entry.data.get("to")) for entry in created if entry.call_id not in known]
        return [(call, str(to["endpoint"])) for call, to in parties if isinstance(to, Mapping)]

    def hopeless(self) -> str:
        return ""

    def near(self) -> str:
        numbers = [to for _, to in self._candidates()]
        advice = "there is none unless the switch dialling_own_number is inbound-call"
        return f"There are such calls to {', '.join(numbers)}." if numbers else f"There is no such call; {advice}."


class JournalSays:
    """An entry of the journal of a kind, with certain data; or one that is a problem of the backend's."""

    def __init__(self, stage: Stage, kind: str, data: Mapping[str, Any], call: str, problem: str | None = None) -> None:
        wanted = ", ".join(f"{name} {spelt(value)}" for name, value in data.items())
        self.sentence = f"the journal was to have an entry {kind}" + (f" with {wanted}" if wanted else "")
        if problem is not None:
            self.sentence = f"the backend was to do something wrong: {problem}"
        self._stage = stage
        self._kind, self._data, self._call, self._problem = kind, data, call, problem

    def _candidates(self) -> list[Entry]:
        if self._problem is not None:
            watch = self._stage.voice.watch
            return [*watch.problems(), *watch.failed()]
        return self._stage.voice.entries(self._kind, self._call)

    def look(self) -> Entry | None:
        for entry in self._candidates():
            if entry.sequence not in self._stage.told and self._fits(entry):
                self._stage.told.add(entry.sequence)
                if self._problem is not None:
                    self._stage.voice.expect_problem(line_of(entry))
                return entry
        return None

    def _fits(self, entry: Entry) -> bool:
        if self._problem is not None:
            return folded(self._problem) in folded(line_of(entry))
        return not differences(dict(entry.data), self._data)

    def hopeless(self) -> str:
        return ""

    def near(self) -> str:
        found = self._candidates()
        if not found:
            return "There is no such entry."
        if self._problem is not None:
            return "\n".join(["The backend did this:", *(f"  {line_of(entry)}" for entry in found)])
        closest = min(found, key=lambda entry: len(differences(dict(entry.data), self._data)))
        apart = diff_lines(differences(dict(closest.data), self._data))
        return "\n".join(["Closest:", f"  {line_of(closest)}", *apart])
