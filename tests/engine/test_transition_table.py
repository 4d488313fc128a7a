"""Every state and every trigger: what happens is exactly what ``engine/tables.py`` says."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from playbook import APP, PHONE, Playbook
from sinch_voice_emulator.engine.effects import Note
from sinch_voice_emulator.engine.inputs import (
    BeepHeard,
    Input,
    KeysPressed,
    LegAnswered,
    LegHungUp,
    LegRefused,
    ManagementRequested,
    NetworkLost,
    VerdictReached,
    WordsSpoken,
)
from sinch_voice_emulator.engine.tables import TABLE, Rule, Trigger, rule
from sinch_voice_emulator.errors import IllegalTransition, NotFound
from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.phone import MACHINE, PhoneBehaviour, Verdict
from sinch_voice_emulator.model.script import HangUp, Play, Prompt, PromptKind, Script
from svaml import ANSWER, CONTINUE, HANGUP, action, connect, detecting, do, join, menu, option, run_menu, say

MENU = run_menu(menu(option("1", "return(one)")), enableVoice=True, locale="en-US")


def asking_incoming() -> Playbook:
    book = Playbook()
    book.phone_calls()
    return book


def dialling() -> Playbook:
    book = asking_incoming()
    book.ice(do(ANSWER, then=connect(PHONE)))
    return book


def detecting_machine() -> Playbook:
    book = asking_incoming()
    book.ice(connect(PHONE, amd={"enabled": True}))
    book.wait(1)
    return book


def asking_answered() -> Playbook:
    """A callout whose party is examined meanwhile: what follows in every state that can come after this one."""
    book = Playbook(phones={PHONE: PhoneBehaviour(answerer=MACHINE)})
    book.callout("custom", destination=None, ice=connect(PHONE, amd={"enabled": True, "async": True}))
    book.wait(1)
    return book


def after_answer(document: dict[str, object]) -> Playbook:
    book = asking_answered()
    book.ace(document)
    return book


def asking_input() -> Playbook:
    book = after_answer(MENU)
    book.presses("1")
    return book


def collecting() -> Playbook:
    book = after_answer(join("standup", **detecting(4)))
    book.presses("1")
    return book


def parked() -> Playbook:
    book = after_answer(CONTINUE)
    book.patch(action("park"))
    return book


def streaming() -> Playbook:
    book = asking_incoming()
    book.ice(action("connectStream", destination={"type": "Websocket", "endpoint": "wss://bot.test"}))
    book.wait(0)
    return book


def ended() -> Playbook:
    book = asking_incoming()
    book.ice(HANGUP)
    return book


BUILT: dict[CallState, Callable[[], Playbook]] = {
    CallState.ASKING_INCOMING: asking_incoming,
    CallState.EXECUTING: lambda: after_answer(do(say("x" * 500), then=action("hangup", barge=True))),
    CallState.DIALLING: dialling,
    CallState.DETECTING: detecting_machine,
    CallState.ASKING_ANSWERED: asking_answered,
    CallState.CONNECTED: lambda: after_answer(CONTINUE),
    CallState.MENU: lambda: after_answer(MENU),
    CallState.ASKING_INPUT: asking_input,
    CallState.CONFERENCE: lambda: after_answer(join("standup", **detecting(4))),
    CallState.COLLECTING: collecting,
    CallState.PARKED: parked,
    CallState.STREAMING: streaming,
    CallState.ENDED: ended,
}

HELLO = Play((Prompt(PromptKind.SPEECH, "hello"),))
MADE: dict[Trigger, Callable[[str], Input]] = {
    Trigger.LEG_ANSWERED: LegAnswered,
    Trigger.LEG_REFUSED: LegRefused,
    Trigger.HUNG_UP: LegHungUp,
    Trigger.KEYS: lambda call: KeysPressed(call, "2"),
    Trigger.WORDS: lambda call: WordsSpoken(call, "one"),
    Trigger.VERDICT: lambda call: VerdictReached(call, Verdict.HUMAN),
    Trigger.BEEP: BeepHeard,
    Trigger.NETWORK_LOST: NetworkLost,
    Trigger.HANGUP_REQUESTED: lambda call: ManagementRequested(call, APP, "", Script((), HangUp())),
    Trigger.SCRIPT_REQUESTED: lambda call: ManagementRequested(call, APP, "", Script((HELLO,))),
}


@pytest.mark.parametrize("state", CallState, ids=lambda state: state.name)
@pytest.mark.parametrize("trigger", Trigger, ids=lambda trigger: trigger.name)
def test_every_state_and_trigger(state: CallState, trigger: Trigger) -> None:
    book = BUILT[state]()
    assert book.state() is state
    before, happened, now = copy.deepcopy(book.engine.state), MADE[trigger](book.call), book.clock.now()
    expected = TABLE.get((state, trigger))
    if expected is None:
        with pytest.raises((IllegalTransition, NotFound)) as refused:
            book.engine.handle(happened, now)
        if isinstance(refused.value, IllegalTransition):
            assert (refused.value.state, refused.value.trigger) == (state.value, trigger.value)
            assert state.value in str(refused.value)
            assert trigger.value in str(refused.value)
        else:
            assert (state, "has ended" in str(refused.value)) == (CallState.ENDED, True)
        assert book.engine.state == before
        return
    effects = book.engine.handle(happened, now).effects
    assert any(isinstance(effect, Note) for effect in effects)
    if expected is Rule.IGNORE:
        assert all(isinstance(effect, Note) for effect in effects)
        assert book.engine.state == before
    else:
        assert book.engine.state != before


def test_a_refusal_says_what_would_be_right() -> None:
    with pytest.raises(
        IllegalTransition, match=r"^answering the phone is not possible while the call is connected: only a phone"
    ):
        rule(CallState.CONNECTED, Trigger.LEG_ANSWERED)
    with pytest.raises(IllegalTransition, match=r"while the call is ended: the call is over$"):
        rule(CallState.ENDED, Trigger.KEYS)
    assert str(IllegalTransition("parked", "singing")) == "singing is not possible while the call is parked"
