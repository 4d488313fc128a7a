"""Conferences as a test looks at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.conference import RoomKey
from sinch_voice_emulator.testkit.addresses import listed, same_number
from sinch_voice_emulator.testkit.calls import WITHIN, CallSteps
from sinch_voice_emulator.testkit.steps import Steps, Worker, awaits, waits
from sinch_voice_emulator.testkit.values import Member, RecordingView

if TYPE_CHECKING:
    from sinch_voice_emulator.testkit.core import VoiceSteps

Who = str | CallSteps


class ConferenceSteps:
    """One conference by name, whether or not anybody is in it yet."""

    def __init__(self, voice: VoiceSteps, key: RoomKey) -> None:
        self.name = key.name
        self._key = key
        self._voice = voice

    def __repr__(self) -> str:
        return f"<conference {self.name}: {listed(one.label for one in self.participants)}>"

    @property
    def worker(self) -> Worker:
        """Who runs its steps."""
        return self._voice

    @property
    def exists(self) -> bool:
        """Whether anybody is in it."""
        return bool(self.participants)

    @property
    def participants(self) -> list[Member]:
        """Who is in it, in order of arrival."""
        self._voice.feel()
        room = self._voice.runtime.engine.state.conferences.get(self._key)
        members = room.participants.values() if room is not None else ()
        return [Member(one.call_id, one.label, one.muted, one.on_hold, one.hears_moh) for one in members]

    @property
    def _was_there(self) -> bool:
        """Whether anybody has ever been in it."""
        return self.name in self._others()

    def _others(self) -> list[str]:
        """Every conference that anybody has ever been in."""
        return list(dict.fromkeys(str(entry.data["conference"]) for entry in self._voice.entries("conference.joined")))

    @property
    def recordings(self) -> list[RecordingView]:
        """What was recorded of it."""
        return [one for one in self._voice.recordings if one.conference == self.name]

    def __contains__(self, who: Who) -> bool:
        return any(_is(one, who) for one in self.participants)

    def __getitem__(self, who: Who) -> Member:
        """A participant, by call, call id, label or number."""
        for one in self.participants:
            if _is(one, who):
                return one
        there = listed(one.label for one in self.participants)
        raise BadRequest(f"{who} is not in conference {self.name}; there are: {there}")

    def _expect_participants(self, *who: Who, count: int | None = None, within: float = WITHIN) -> Steps[list[Member]]:
        """Wait until exactly these are in it (calls, labels or numbers, in any order), or so many; none: until it is empty.

        Empty is what somebody has been in; ``count=0`` is also true of a conference that never was.
        """
        return (yield from self._voice.expecting(InConference(self, who, count), within, *(_calls(who))))


class Conference(ConferenceSteps):
    """A conference in a test."""

    expect_participants = waits(ConferenceSteps._expect_participants)


class AsyncConference(ConferenceSteps):
    """A conference in an asynchronous test: the same, awaited."""

    expect_participants = awaits(ConferenceSteps._expect_participants)


class InConference:
    """The right people in a conference."""

    def __init__(self, conference: ConferenceSteps, who: tuple[Who, ...], count: int | None) -> None:
        self._conference = conference
        self._who = who
        self._count = len(who) if count is None else count
        self._has_to_have_been = not who and count is None
        expected = listed(map(_name, who)) if who or count is None else f"{count} participants"
        self.sentence = f"in conference {conference.name} there were to be: {expected}"

    def look(self) -> list[Member] | None:
        there = self._conference.participants
        if self._never_was():
            return None
        fits = len(there) == self._count and all(any(_is(one, who) for one in there) for who in self._who)
        return there if fits else None

    def _never_was(self) -> bool:
        return self._has_to_have_been and not self._conference._was_there

    def hopeless(self) -> str:
        return ""

    def near(self) -> str:
        there = self._conference.participants
        if self._never_was():
            return f"Nobody was ever in it. Conferences so far: {listed(self._conference._others())}"
        missing = [_name(who) for who in self._who if not any(_is(one, who) for one in there)]
        extra = [one.label or one.call for one in there if self._who and not any(_is(one, who) for who in self._who)]
        lines = [f"There are: {listed(one.label or one.call for one in there)}"]
        lines += [f"  missing: {listed(missing)}"] if missing else []
        lines += [f"  not expected: {listed(extra)}"] if extra else []
        return "\n".join(lines)


def _is(member: Member, who: Who) -> bool:
    if isinstance(who, CallSteps):
        return member.call == who.id
    return who in (member.call, member.label) or same_number(member.label, who)


def _name(who: Who) -> str:
    return who if isinstance(who, str) else who.model().cli or who.id


def _calls(who: tuple[Who, ...]) -> list[str]:
    return [one.id for one in who if isinstance(one, CallSteps)]
