"""Conferences: ``callbacks-and-svaml.md`` section 9."""

from __future__ import annotations

import pytest

from playbook import CALLER, OTHER_APP, OTHER_DID, Playbook
from sinch_voice_emulator.engine.inputs import AnswerUnusable, ScriptReceived, Unusable
from sinch_voice_emulator.errors import Conflict, NotFound
from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.script import Script
from svaml import HANGUP, action, detecting, do, join, menu, option, run_menu, say


def joins(book: Playbook, room: str = "standup", caller: str = CALLER, **members: object) -> str:
    """Somebody calls and is put into a room."""
    call = book.phone_calls(caller=caller)
    book.ice(join(room, **members))
    return call


def music(book: Playbook) -> list[tuple[str, str, object]]:
    """Who began or ceased to hear music on hold, in order: what, call, which music."""
    return [
        (entry.kind.removeprefix("moh."), entry.call_id, entry.data["moh"])
        for kind in ("moh.started", "moh.ended")
        for entry in book.journal(kind)
    ]


def test_a_room_begins_with_its_first_participant_and_ends_with_its_last() -> None:
    book = Playbook()
    with pytest.raises(NotFound, match="no conference 'standup' in region euc1"):
        book.room("standup")
    first, second = joins(book), joins(book)
    book.wait(5)
    assert [(member["id"], member["cli"], member["duration"]) for member in book.members("standup")] == [
        (first, CALLER, 5),
        (second, CALLER, 5),
    ]
    book.hangs_up(call=first)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=5, conferenceId="standup", call=first)
    assert len(book.members("standup")) == 1
    book.hangs_up(call=second)
    book.ended("ANSWERED", "CALLERHANGUP", seconds=5, conferenceId="standup", call=second)
    with pytest.raises(NotFound):
        book.room("standup")


def test_a_room_belongs_to_a_region() -> None:
    book = Playbook()
    joins(book)
    book.phone_calls(region="use1")
    book.ice(join("standup"))
    assert len(book.members("standup")) == 1
    assert list(book.room("standup", "use1").participants) == [book.call]
    with pytest.raises(NotFound, match="there is one in euc1, use1"):
        book.room("standup", "sae1")


def test_a_room_belongs_to_an_application() -> None:
    book = Playbook()
    joins(book)
    book.phone_calls(to=OTHER_DID)
    book.ice(join("standup"))
    assert len(book.members("standup")) == 1
    assert list(book.engine.conference(book.room_key("standup", application=OTHER_APP)).participants) == [book.call]


def test_a_label_replaces_the_number_in_the_list() -> None:
    book = Playbook()
    joins(book, cli="Ann at her desk")
    assert [member["cli"] for member in book.members("standup")] == ["Ann at her desk"]


def test_music_is_for_who_is_alone() -> None:
    book = Playbook()
    first = joins(book, moh="music1")
    assert music(book) == [("started", first, "music1")]
    second = joins(book, moh="music2")
    third = joins(book)
    assert music(book) == [("started", first, "music1"), ("ended", first, "music1")]
    book.hangs_up(call=third)
    book.hangs_up(call=first)
    assert music(book) == [("started", first, "music1"), ("started", second, "music2"), ("ended", first, "music1")]


def test_who_joined_without_music_hears_none() -> None:
    book = Playbook()
    first = joins(book)
    second = joins(book, moh="music2")
    book.hangs_up(call=second)
    assert music(book) == []
    assert book.room("standup").participants[first].hears_moh is False


def test_mute_and_hold() -> None:
    book = Playbook()
    call = joins(book)
    book.mute("standup")
    book.hold("standup", moh="music3")
    (member,) = book.members("standup")
    assert (member["muted"], member["onhold"]) == (True, True)
    assert book.room("standup").participants[call].hold_moh == "music3"
    book.mute("standup", False)
    book.hold("standup", False)
    (member,) = book.members("standup")
    assert (member["muted"], member["onhold"]) == (False, False)
    assert book.room("standup").participants[call].hold_moh == ""
    book.silent()


def test_who_is_not_in_the_room_cannot_be_muted_or_removed() -> None:
    book = Playbook()
    joins(book)
    other = joins(book, "elsewhere")
    with pytest.raises(NotFound, match="is not in conference 'standup'"):
        book.mute("standup", call=other)
    with pytest.raises(NotFound, match="is not in conference 'standup'"):
        book.kick("standup", call=other)


def test_everybody_is_kicked() -> None:
    book = Playbook()
    calls = [joins(book), joins(book), joins(book)]
    book.wait(3)
    book.kick_all("standup")
    for call in calls:
        book.ended("ANSWERED", "MANAGERHANGUP", seconds=3, conferenceId="standup", call=call)
    assert book.engine.state.conferences == {}
    with pytest.raises(NotFound):
        book.kick_all("standup")


@pytest.mark.parametrize(
    ("max_digits", "keys", "value"), [(1, "5", "5"), (1, "#", "#"), (3, "123", "123"), (3, "12#", "12"), (3, "#", "")]
)
def test_keys_are_collected(max_digits: int, keys: str, value: str) -> None:
    book = Playbook()
    joins(book, **detecting(max_digits))
    book.presses(keys)
    assert book.state() is CallState.COLLECTING
    asked = book.asked("pie", conferenceId="standup")
    assert asked.body["menuResult"] == {
        "type": "sequence",
        "value": value,
        "menuId": "standup",
        "inputMethod": "dtmf",
        "addToContext": [],
    }
    asked.answers_nothing()
    assert book.state() is CallState.CONFERENCE


def test_keys_end_with_the_gap() -> None:
    book = Playbook()
    joins(book, **detecting(3, 2500))
    book.presses("1")
    book.wait(2.4)
    book.presses("2")
    book.wait(2.4)
    book.silent()
    book.wait(0.1)
    book.pie("sequence", "12", "standup")


def test_the_gap_is_three_seconds() -> None:
    book = Playbook()
    joins(book, conferenceDtmfOptions={"mode": "detect", "maxDigits": 2})
    book.presses("1")
    book.wait(2.999)
    book.silent()
    book.wait(0.001)
    book.pie("sequence", "1", "standup")


@pytest.mark.parametrize("answer", ["script", "failure", "garbage", "engine script", "engine failure"])
def test_whatever_keys_are_answered_the_participant_goes_back(answer: str) -> None:
    book = Playbook()
    joins(book, **detecting())
    book.presses("5")
    asked = book.asked("pie")
    book.presses("6")
    assert any("key 6 is lost" in text for text in book.remarks("info"))
    if answer == "script":
        asked.answers(HANGUP)
    elif answer == "failure":
        asked.fails()
    elif answer == "engine script":
        book.runtime.submit(ScriptReceived(asked.delivery.id, book.call, Script()))
        asked.answers_nothing()
    elif answer == "engine failure":
        book.runtime.submit(AnswerUnusable(asked.delivery.id, book.call, Unusable.FAILED, "nobody answered"))
        asked.answers_nothing()
    else:
        asked.answers_bytes(b"OK")
    assert book.state() is CallState.CONFERENCE
    book.presses("6")
    book.pie("sequence", "6", "standup")


def test_nobody_can_be_told_of_keys() -> None:
    book = Playbook()
    joins(book, **detecting())
    book.account.applications.clear()
    book.presses("5")
    assert book.state() is CallState.CONFERENCE
    assert any("nobody is told of the keys 5" in text for text in book.remarks("warning"))


def test_keys_are_forwarded_or_ignored() -> None:
    book = Playbook()
    joins(book, conferenceDtmfOptions={"mode": "forward"})
    second = joins(book)
    first = next(iter(book.room("standup").participants))
    book.presses("1", call=first)
    book.presses("2", call=second)
    assert [(entry.call_id, entry.data) for entry in book.journal("tones.forwarded")] == [(first, {"tones": "1", "to": 1})]
    book.silent()


def test_leaving_while_keys_are_collected() -> None:
    book = Playbook()
    joins(book, **detecting(3))
    book.presses("1")
    book.hangs_up()
    book.ended("ANSWERED", "CALLERHANGUP", seconds=0, conferenceId="standup")
    book.wait(10)
    book.silent()


def test_leaving_while_keys_are_told() -> None:
    book = Playbook()
    joins(book, **detecting())
    book.presses("1")
    asked = book.asked("pie")
    book.hangs_up()
    asked.answers_nothing()
    book.ended("ANSWERED", "CALLERHANGUP", seconds=0, conferenceId="standup")


def test_being_kicked_while_keys_are_told() -> None:
    book = Playbook()
    joins(book, **detecting())
    book.presses("1")
    asked = book.asked("pie")
    book.kick("standup")
    asked.answers_nothing()
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=0, conferenceId="standup")


def test_patch_while_keys_are_told() -> None:
    book = Playbook()
    joins(book, **detecting())
    book.presses("1")
    asked = book.asked("pie")
    with pytest.raises(Conflict, match="has not answered the keys"):
        book.patch(do(say("hi")))
    book.patch(do(say("bye"), then=HANGUP))
    asked.answers_nothing()
    book.ended("ANSWERED", "MANAGERHANGUP", seconds=0, conferenceId="standup")


def test_a_message_interrupts_collecting() -> None:
    book = Playbook()
    joins(book, **detecting(3))
    book.presses("1")
    book.patch(do(say("x" * 100)))
    book.wait(6)
    assert book.state() is CallState.COLLECTING
    book.presses("2")
    book.wait(3)
    book.pie("sequence", "12", "standup")


def test_a_message_to_a_participant_reaches_nobody_else() -> None:
    book = Playbook()
    call = joins(book)
    joins(book)
    book.patch(do(say("Your time is up")), leg="both", call=call)
    book.heard("Your time is up", leg=1)
    assert [entry.call_id for entry in book.journal("prompt.started")] == [call]
    book.wait(1)
    assert book.state(call) is CallState.CONFERENCE


def test_moving_from_room_to_room() -> None:
    book = Playbook()
    joins(book)
    mover = joins(book)
    book.patch(action("park"))
    book.patch(join("elsewhere"))
    assert [member["id"] for member in book.members("elsewhere")] == [mover]
    assert mover not in book.room("standup").participants
    book.hangs_up()
    book.ended("ANSWERED", "CALLERHANGUP", seconds=0, conferenceId="elsewhere")


def test_joining_the_same_room_again_keeps_it() -> None:
    book = Playbook()
    call = joins(book, record=True)
    book.patch(run_menu(menu(option("1", "return(x)"))))
    book.presses("1")
    book.pie("return", "x", answer=join("standup", cli="again"))
    assert [member["cli"] for member in book.members("standup")] == ["again"]
    assert book.room("standup").recording is not None
    assert list(book.room("standup").participants) == [call]


def test_a_participant_may_stay_only_so_long() -> None:
    book = Playbook()
    book.callout("conference", maxDuration=20, enableDice=True)
    book.wait(21)
    book.ended("ANSWERED", "TIMEOUT", seconds=20, debit=0.0175, conferenceId="standup")


def test_who_was_connected_and_joins_leaves_the_other_party() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(action("connectPstn", number="+46701234567"))
    book.wait(1)
    book.ace(join("standup"))
    assert [(entry.leg, entry.data["why"]) for entry in book.journal("leg.ended")] == [(2, "replaced")]
    assert book.state() is CallState.CONFERENCE
