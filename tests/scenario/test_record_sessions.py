"""Sessions in real time over HTTP become recordings that pass in virtual time, as often as they are played."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from flask import Flask

from scenario.backends.service import Line, Site
from scenario.served_site import served
from scenario.sessions import SESSIONS, Session, line
from sinch_voice_emulator.scenario import reading, running
from sinch_voice_emulator.scenario.record import recording
from sinch_voice_emulator.scenario.record.recording import Recording, Wanted
from sinch_voice_emulator.testkit import SinchVoice

TIMES = 20


@pytest.fixture(scope="module")
def voice() -> Iterator[SinchVoice]:
    """One account, reset before each run."""
    with SinchVoice(seed="sessions") as found:
        yield found
        found.reset()


def record(session: Session) -> Recording:
    """Do it, and record it."""
    with served(session.backend, **session.settings) as person:
        session.script(person)
        person.rests()
        return recording.of_account(person.emulator.account(), Wanted(name="A session"))


def why(voice: SinchVoice, found: Recording, backend: Callable[[Site], Flask]) -> str:
    """Why a replay failed; ``""`` when it did not."""
    voice.reset()
    voice.deliver_to(backend(Site(voice.url, voice.key, voice.secret, voice.number)))
    return voice.work(running.playing(voice, reading.load(found.text, "session.yaml"), {}, {})).why


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_replays_green_many_times_and_tells_another_backend(voice: SinchVoice, name: str) -> None:
    session = SESSIONS[name]
    found = record(session)
    assert {why(voice, found, session.quick) for _ in range(TIMES)} == {""}, found.text
    assert why(voice, found, partial(line, Line)) != ""
