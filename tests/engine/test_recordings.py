"""Recordings: ``callbacks-and-svaml.md`` section 10, and the order around the end of a call (3.8)."""

from __future__ import annotations

from typing import Any

import pytest

from playbook import APP, PHONE, Playbook
from sinch_voice_emulator.engine.inputs import RecordingDeleted
from sinch_voice_emulator.errors import BadRequest, NotFound
from svaml import ANSWER, CONTINUE, HANGUP, action, connect, connect_app, do, join, say

STOP = {"name": "stopRecording"}
TRANSCRIBED = {
    "destinationUrl": "azure://acme/voice/call.mp3",
    "credentials": "key",
    "transcriptionOptions": {"enabled": True, "locale": "en-GB"},
}


def record(**options: Any) -> dict[str, Any]:
    """An instruction."""
    return {"name": "startRecording", "options": options} if options else {"name": "startRecording"}


def lengths(book: Playbook) -> list[int | None]:
    """Milliseconds of each recording; ``None`` for one that runs."""
    return [one.ended - one.started if one.ended else None for one in book.engine.state.recordings.values()]


def test_a_recording_covers_what_comes_after_it() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(do(ANSWER, say("x" * 100), record(), say("y" * 50), STOP, say("z" * 100), then=HANGUP))
    book.wait(15)
    book.told("recording_finished", destination=None)
    told = book.told("recording_available")
    assert told["destination"] == f"sdrive://20260301120006_{APP}_{book.call}.mp3"
    assert lengths(book) == [3_000]
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=15)
    book.silent()


def test_the_order_around_the_end_of_a_call() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(do(ANSWER, record(**TRANSCRIBED), then=connect(PHONE)))
    book.wait(1)
    book.ace(CONTINUE)
    book.hangs_up()
    book.told("recording_finished")
    book.ended("ANSWERED", "CALLERHANGUP", seconds=1, debit=0.0175)
    book.told("recording_available", destination="azure://acme/voice/call.mp3")
    book.told("transcription_available", destination="azure://acme/voice/call-transcript.json")
    book.silent()


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("s3://bucket", "s3://bucket/20260301120000_{app}_{call}.wav"),
        ("s3://bucket/folder/", "s3://bucket/folder/20260301120000_{app}_{call}.wav"),
        ("s3://bucket/folder/mine.wav", "s3://bucket/folder/mine.wav"),
        ("s3://my.bucket", "s3://my.bucket/20260301120000_{app}_{call}.wav"),
        ("sdrive://folder/mine.wav", "sdrive://mine.wav"),
        ("sdrive://", "sdrive://20260301120000_{app}_{call}.wav"),
    ],
)
def test_names(given: str, made: str) -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(do(ANSWER, record(destinationUrl=given, format="WAV", credentials="a:b:c"), then=HANGUP))
    (recording,) = book.engine.state.recordings.values()
    expected = made.format(app=APP, call=book.call)
    assert (recording.destination, recording.key) == (expected, expected.rsplit("/", 1)[-1])
    assert recording.in_platform_storage is given.startswith("sdrive")


def test_a_file_of_the_same_name_is_overwritten_but_not_while_it_is_written() -> None:
    book = Playbook()
    steps = do(ANSWER, record(destinationUrl="sdrive://same.wav"), then=join("x"))
    first = book.phone_calls()
    book.ice(steps)
    book.phone_calls()
    book.ice(steps)
    assert list(book.engine.state.recordings) == ["same.wav", "same-2.wav"]
    book.hangs_up(call=first)
    book.phone_calls()
    book.ice(steps)
    assert list(book.engine.state.recordings) == ["same.wav", "same-2.wav"]
    assert book.engine.state.recordings["same.wav"].call_id == book.call
    assert book.engine.state.calls[first].recorded == ()


def test_a_call_that_is_forgotten_takes_no_file_of_another_call_along() -> None:
    book = Playbook(max_ended_calls=1)
    for _ in range(2):
        book.phone_calls()
        book.ice(do(ANSWER, record(destinationUrl="sdrive://same.wav"), then=HANGUP))
    (second,) = book.engine.state.recordings.values()
    assert second.call_id == book.call
    book.wait(1)
    assert list(book.engine.state.calls) == [book.call]
    assert list(book.engine.state.recordings) == ["same.wav"]


def test_two_files_without_an_ending() -> None:
    book = Playbook()
    for _ in range(2):
        book.phone_calls()
        book.ice(do(ANSWER, record(destinationUrl="sdrive://same"), then=join("x")))
    assert list(book.engine.state.recordings) == ["same", "same-2"]


def test_a_second_recording_of_a_call_is_ignored() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(do(ANSWER, record(), record(), then=HANGUP))
    assert len(book.engine.state.recordings) == 1
    assert any("is being recorded already" in text for text in book.remarks("warning"))


def test_stopping_what_does_not_run() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(do(STOP, then=HANGUP))
    book.ended("NOANSWER", "MANAGERHANGUP")


def test_the_account_may_have_recording_switched_off() -> None:
    book = Playbook(recording=False)
    book.phone_calls()
    book.ice(do(ANSWER, record(), then=join("x", record=True)))
    assert book.engine.state.recordings == {}
    assert len([text for text in book.remarks("warning") if "switched off" in text]) == 2


def test_nobody_may_want_to_be_told() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(do(ANSWER, record(notificationEvents=False), then=HANGUP))
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=0)
    book.silent()


def test_nobody_can_be_told() -> None:
    book = Playbook(backend=False)
    book.sip_calls(PHONE)
    book.wait(1)
    book.patch(do(record()))
    book.hangs_up()
    book.ended("ANSWERED", "CALLERHANGUP", seconds=0, dice=False)
    assert len(book.engine.state.recordings) == 1


def test_recording_from_the_answer_on() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(connect(PHONE, record=True))
    book.wait(1)
    assert lengths(book) == [None]
    book.ace(CONTINUE)


def test_recording_from_continue_on() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(connect(PHONE))
    book.wait(1)
    book.ace(action("continue", record=True, recordingOptions={"format": "wav"}))
    assert [key[-4:] for key in book.engine.state.recordings] == [".wav"]


def test_recording_by_patch() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(join("standup"))
    book.patch(action("startRecording", recordingOptions={"destinationUrl": "s3://b/x.mp3", "credentials": "a:b:c"}))
    book.wait(3)
    book.patch(action("stopRecording"))
    book.told("recording_finished", conferenceId="standup")
    book.told("recording_available", destination="s3://b/x.mp3", conferenceId="standup")
    assert lengths(book) == [3_000]


@pytest.mark.parametrize(("on_action", "number"), [(False, 0), (True, 1)])
def test_a_call_to_an_app_is_recorded_by_its_action_only(on_action: bool, number: int) -> None:
    book = Playbook()
    book.phone_calls()
    more = {"record": True} if on_action else {}
    book.ice(do(record(), then=connect_app("bob", **more)))
    book.wait(1)
    assert len(book.engine.state.recordings) == number
    assert any("ignored with connectMxp" in text for text in book.remarks("warning"))


def test_a_conference_is_recorded_until_the_last_leaves() -> None:
    book = Playbook()
    first = book.phone_calls()
    book.ice(join("standup", record=True))
    second = book.phone_calls()
    book.ice(join("standup", record=True))
    book.wait(10)
    book.hangs_up(call=first)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=10, call=first)
    book.silent()
    book.wait(10)
    book.hangs_up(call=second)
    book.told("recording_finished", call=second, conferenceId="standup")
    book.ended("ANSWERED", "CALLERHANGUP", seconds=20, call=second)
    book.told("recording_available", call=second, conferenceId="standup")
    assert lengths(book) == [20_000]


def test_a_call_and_its_conference_recorded_at_the_same_moment() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(do(ANSWER, record(), then=join("standup", record=True)))
    assert len(book.engine.state.recordings) == 2
    book.hangs_up()
    assert lengths(book) == [0, 0]


def test_a_conference_outlives_the_memory_of_who_had_it_recorded() -> None:
    book = Playbook(max_ended_calls=0)
    first = book.phone_calls()
    book.ice(join("standup", record=True))
    second = book.phone_calls()
    book.ice(join("standup"))
    book.hangs_up(call=first)
    book.mute("standup", call=second)
    assert first not in book.engine.state.calls
    assert lengths(book) == [None]
    book.hangs_up(call=second)
    book.phone_calls()
    assert book.engine.state.recordings == {}


def test_who_had_a_conference_recorded_and_went_on_keeps_the_file() -> None:
    book = Playbook(max_ended_calls=0)
    first = book.phone_calls()
    book.ice(join("standup", record=True))
    last = book.phone_calls()
    book.ice(join("standup"))
    book.patch(action("park"), call=first)
    book.patch(join("elsewhere"), call=first)
    book.hangs_up(call=last)
    book.mute("elsewhere", call=first)
    assert last not in book.engine.state.calls
    assert lengths(book) == [0]
    book.hangs_up(call=first)
    book.phone_calls()
    assert book.engine.state.recordings == {}


def test_deleting() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(do(ANSWER, record(destinationUrl="sdrive://a.mp3"), then=join("x")))
    with pytest.raises(BadRequest, match="still running"):
        book.runtime.submit(RecordingDeleted("a.mp3", APP))
    book.hangs_up()
    for key, application in (("b.mp3", APP), ("a.mp3", "other")):
        with pytest.raises(NotFound, match="there is no recording"):
            book.runtime.submit(RecordingDeleted(key, application))
    book.runtime.submit(RecordingDeleted("a.mp3", APP))
    assert book.engine.state.recordings == {}


def test_a_deleted_recording_does_not_trouble_the_end_of_its_call() -> None:
    book = Playbook(max_ended_calls=0)
    book.phone_calls()
    book.ice(do(ANSWER, record(destinationUrl="sdrive://a.mp3"), STOP, then=join("x")))
    book.runtime.submit(RecordingDeleted("a.mp3", APP))
    book.hangs_up()
    book.phone_calls()
    assert (book.engine.state.recordings, book.engine.state.forgotten) == ({}, 1)
