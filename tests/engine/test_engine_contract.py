"""What ``Engine`` promises whatever the calls are: refusals change nothing, forks work, time only moves by deadlines."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest

from playbook import APP, CALLER, DID, OTHER_APP, PHONE, START, Playbook
from sinch_voice_emulator.engine.engine import Engine
from sinch_voice_emulator.engine.inputs import (
    AnswerAccepted,
    AnswerUnusable,
    BeepHeard,
    CallArrived,
    CalloutRequested,
    ConferenceEndRequested,
    HoldChanged,
    Input,
    KeysPressed,
    LegAnswered,
    LegHungUp,
    LegRefused,
    ManagementRequested,
    MuteChanged,
    NetworkLost,
    RecordingDeleted,
    RemovalRequested,
    ReportFiled,
    ScriptReceived,
    Unusable,
    VerdictReached,
    WordsSpoken,
)
from sinch_voice_emulator.engine.timers import TimerKind, Timers
from sinch_voice_emulator.errors import EmulatorError, NotFound
from sinch_voice_emulator.model.account import Account, OwnedNumber
from sinch_voice_emulator.model.call import CalloutKind, CallState, Origin
from sinch_voice_emulator.model.conference import RoomKey
from sinch_voice_emulator.model.party import Party, PartyKind, number, sip
from sinch_voice_emulator.model.phone import Verdict
from sinch_voice_emulator.model.script import Dial, EnterMenu, HangUp, Join, Menu, Park, Proceed, Script
from svaml import CONTINUE, HANGUP, action, connect, do, join, menu, option, run_menu, say

NOWHERE = RoomKey(APP, "euc1", "nowhere")
MENU = run_menu(menu(option("1", "return(one)"), repeats=1))


def a_busy_account() -> Playbook:
    """One call in a menu, one connected, one in a room, one parked."""
    book = Playbook(credit="0.001", blocked=("999",))
    for document in (join("standup"), action("park"), MENU):
        book.phone_calls()
        book.ice(document)
    return book


def refused(call: str) -> list[Input]:
    """Every input that can be refused, refused."""
    did = Party(PartyKind.DID, DID)
    return [
        CallArrived(Origin.PSTN, number(CALLER), Party(PartyKind.DID, "+4911"), CALLER),
        CallArrived(Origin.PSTN, number(CALLER), did, CALLER, application="unknown"),
        CalloutRequested(CalloutKind.SPEECH, APP, "", number(PHONE), DID),
        CalloutRequested(CalloutKind.SPEECH, APP, "", number("+999123"), DID),
        ScriptReceived("d", "unknown", Script()),
        AnswerUnusable("d", "unknown", Unusable.FAILED, ""),
        AnswerAccepted("d", "unknown"),
        ManagementRequested("unknown", APP, "", Script((), HangUp())),
        ManagementRequested(call, OTHER_APP, "", Script((), HangUp())),
        ManagementRequested(call, APP, "use1", Script((), HangUp())),
        ManagementRequested(call, APP, "", Script((), Dial(number(PHONE)))),
        ManagementRequested(call, APP, "", Script((), EnterMenu((Menu("main"),), "main"))),
        MuteChanged(NOWHERE, call, True),
        MuteChanged(RoomKey(APP, "euc1", "standup"), call, True),
        HoldChanged(NOWHERE, call, True),
        RemovalRequested(RoomKey(APP, "euc1", "standup"), call),
        ConferenceEndRequested(NOWHERE),
        ReportFiled("unknown", APP, True),
        ReportFiled(call, OTHER_APP, True),
        RecordingDeleted("unknown", APP),
        LegAnswered(call),
        LegRefused(call),
        LegHungUp(call, 7),
        KeysPressed(call, "x"),
        KeysPressed(call, "1", 7),
        WordsSpoken(call, ""),
        VerdictReached(call, Verdict.HUMAN),
        BeepHeard("unknown"),
        NetworkLost(call, -1),
    ]


@pytest.mark.parametrize("which", range(len(refused(""))))
def test_a_refused_input_changes_nothing(which: int) -> None:
    book = a_busy_account()
    before = copy.deepcopy(book.engine.state)
    with pytest.raises(EmulatorError) as refusal:
        book.engine.handle(refused(book.call)[which], START)
    assert book.engine.state == before
    assert len(str(refusal.value)) > 20


def test_a_call_that_reaches_nobody_is_told_what_there_is() -> None:
    engine = Engine(Account("empty"), "seed")
    with pytest.raises(EmulatorError, match=r"it owns: none\); assign it first"):
        engine.handle(CallArrived(Origin.PSTN, number(CALLER), Party(PartyKind.DID, DID), CALLER), START)


def test_a_copy_made_in_a_menu_is_a_fork_that_works() -> None:
    book = a_busy_account()
    book.wait(1)
    fork = copy.deepcopy(book.engine)
    now = book.clock.now()
    one = book.engine.handle(KeysPressed(book.call, "1"), now)
    other = fork.handle(KeysPressed(book.call, "2"), now)
    assert book.engine.state.calls[book.call].state is CallState.ASKING_INPUT
    assert fork.state.calls[book.call].state is CallState.MENU
    assert one.effects != other.effects
    assert fork.handle(KeysPressed(book.call, "1"), now).effects[-3:] == one.effects[-3:]


def transcript() -> tuple[list[dict[str, object]], Any]:
    """A little of everything, and the journal of it."""
    book = a_busy_account()
    book.account.credit = Decimal(10)
    book.callout("tts", enableAce=True, enableDice=True)
    book.wait(1)
    book.ace(do(say("hello"), then=CONTINUE))
    book.wait(30)
    return book.runtime.journal.canonical(), book.engine.state


def test_the_same_inputs_have_the_same_outcome() -> None:
    assert transcript() == transcript()


def test_an_answer_nobody_waits_for_is_discarded() -> None:
    book = a_busy_account()
    before = copy.deepcopy(book.engine.state)
    for happened in (
        ScriptReceived("old", book.call, Script((), HangUp())),
        AnswerUnusable("old", book.call, Unusable.FAILED, "late"),
        AnswerAccepted("old", book.call),
    ):
        book.engine.handle(happened, START)
        assert book.engine.state == before


# --- robustness towards dialects ----------------------------------------------------------------------------------------------


def submitted(script: Script, origin: str = "callout") -> Playbook:
    """ICE is answered with a script that the Voice API's own rules would not have let through."""
    book = Playbook()
    if origin == "callout":
        book.callout("custom", destination=None, ice="http://backend.test/ice")
    else:
        book.phone_calls()
    asked = book.asked("ice")
    book.runtime.submit(ScriptReceived(asked.delivery.id, book.call, script))
    asked.answers_nothing()
    return book


@pytest.mark.parametrize("script", [Script((), Join("x")), Script((), EnterMenu((Menu("main"),), "main")), Script((), Park())])
def test_nobody_is_on_the_line_yet(script: Script) -> None:
    book = submitted(script)
    book.ended("FAILED", "GENERALERROR")
    assert any("nobody is on the line yet" in text for text in book.remarks("problem"))


@pytest.mark.parametrize(("origin", "action"), [("callout", Dial()), ("callout", Proceed()), ("phone", Dial())])
def test_there_is_nothing_to_dial(origin: str, action: Dial | Proceed) -> None:
    book = submitted(Script((), action), origin)
    book.ended("FAILED", "GENERALERROR")
    assert any("there is nothing to dial" in text for text in book.remarks("problem"))


def test_an_answer_to_ice_without_an_action_continues_to_nothing() -> None:
    book = submitted(Script(), "phone")
    book.ended("NOANSWER", "MANAGERHANGUP")


def test_a_sip_call_to_a_number_of_the_account_is_dialled_as_that_number() -> None:
    book = Playbook(backend=False)
    book.runtime.submit(CallArrived(Origin.SIP, sip("pbx@x"), Party(PartyKind.DID, DID), "", APP))
    (call,) = book.engine.state.calls.values()
    assert call.legs[1].party == number(DID)


# --- looking up ---------------------------------------------------------------------------------------------------------------


def test_why_a_call_is_not_found() -> None:
    book = a_busy_account()
    for arguments, why in (
        (("unknown",), "there is no call 'unknown'"),
        ((book.call, OTHER_APP), "belongs to another application"),
        ((book.call, APP, "use1"), "lives in region euc1, and was looked for in use1"),
    ):
        with pytest.raises(NotFound, match=why):
            book.engine.call(*arguments)
    assert book.engine.call(book.call, APP.upper(), "euc1").id == book.call


def test_ended_calls_are_bounded() -> None:
    book = Playbook(max_ended_calls=2)
    calls = []
    for _ in range(4):
        calls.append(book.phone_calls())
        book.ice(HANGUP)
        book.ended("NOANSWER", "MANAGERHANGUP")
    book.phone_calls()
    assert list(book.engine.state.calls) == [*calls[2:], book.call]
    assert book.engine.state.forgotten == 2


def test_many_calls_may_end_at_once() -> None:
    book = Playbook(max_ended_calls=1)
    for _ in range(5):
        book.phone_calls()
        book.ice(join("standup"))
    book.kick_all("standup")
    for call in list(book.engine.state.calls):
        book.asked("dice", call=call).answers({})
    book.phone_calls()
    assert len(book.engine.state.calls) == 2


# --- time ---------------------------------------------------------------------------------------------------------------------


def test_guards_do_not_keep_an_account_busy() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(join("standup"))
    assert book.engine.next_deadline(guards=False) is None
    assert book.engine.next_deadline() == START + 14_400_000


def test_what_is_due_fires_at_its_own_instant() -> None:
    book = Playbook()
    book.phone_calls()
    book.ice(connect(PHONE))
    effects = book.engine.fire_due(START + 90_000)
    assert book.engine.state.calls[book.call].answered == START + 1_000
    assert book.engine.fire_due(START + 90_000) == ()
    assert len(effects) > 3


def test_cancelled_timers_do_not_pile_up() -> None:
    timers = Timers()
    for round_number in range(10_000):
        timers.set("a", TimerKind.SILENCE, round_number)
        timers.set("b", TimerKind.MAX_DURATION, round_number)
    assert len(timers.busy) + len(timers.guards) < 300
    assert timers.next() == 9_999
    timers.cancel("a", TimerKind.SILENCE)
    timers.cancel("a", TimerKind.SILENCE)
    timers.cancel_call("b")
    timers.cancel_call("b")
    assert (timers.next(), timers.pop_due(99_999)) == (None, None)


def test_the_owner_of_a_number() -> None:
    account = Account("test", numbers={(DID, "voice"): OwnedNumber(DID, application="gone")})
    assert account.owner_of(DID) is None
    assert account.owns(DID)
