"""Which triggers mean something in which state.

A call is in exactly one state. Everything that can happen to it from outside is a trigger; the table below says for every
pair what becomes of it:

* ``ACT``: there is a rule, and it changes something;
* ``IGNORE``: it may well happen, means nothing here, and is written down;
* absent: it cannot happen, or nobody may ask for it now. Whoever tries is told state and trigger, and nothing changes.

Management requests (PATCH) that are refused become ``400 / 40003`` on the wire. A hang-up request is the one that always
wins; the others need a call that is doing something of its own, not one that waits for a callback or a ringing phone.
Hanging up a call that has ended is normal: both sides put the receiver down.

Answers to callbacks are not here: they are recognised by the delivery they answer, and a call waits for at most one. Nor are
conference commands: they look for the participant in the room.
"""

from __future__ import annotations

from enum import Enum, StrEnum

from sinch_voice_emulator.errors import IllegalTransition
from sinch_voice_emulator.model.call import CallState


class Trigger(StrEnum):
    """What can be done to a call from outside."""

    LEG_ANSWERED = "answering the phone"
    LEG_REFUSED = "refusing the call"
    HUNG_UP = "hanging up"
    KEYS = "pressing keys"
    WORDS = "speaking"
    VERDICT = "an answering machine verdict"
    BEEP = "an answering machine beep"
    NETWORK_LOST = "losing the network"
    HANGUP_REQUESTED = "a hang-up request"
    SCRIPT_REQUESTED = "a management request"


class Rule(Enum):
    """What becomes of a trigger."""

    ACT = "act"
    IGNORE = "ignore"


_S = CallState
_T = Trigger
_LIVE: tuple[CallState, ...] = tuple(state for state in CallState if state is not _S.ENDED)
_LISTENING: tuple[CallState, ...] = (
    _S.ASKING_ANSWERED,
    _S.EXECUTING,
    _S.CONNECTED,
    _S.MENU,
    _S.ASKING_INPUT,
    _S.CONFERENCE,
    _S.COLLECTING,
    _S.PARKED,
)
_MANAGEABLE: tuple[CallState, ...] = (
    _S.EXECUTING,
    _S.CONNECTED,
    _S.MENU,
    _S.CONFERENCE,
    _S.COLLECTING,
    _S.PARKED,
    _S.STREAMING,
)
_TAKES_KEYS: tuple[CallState, ...] = (_S.EXECUTING, _S.MENU, _S.CONFERENCE, _S.COLLECTING)


def _table() -> dict[tuple[CallState, Trigger], Rule]:
    act, ignore = Rule.ACT, Rule.IGNORE
    table = {
        (_S.DIALLING, _T.LEG_ANSWERED): act,
        (_S.DIALLING, _T.LEG_REFUSED): act,
        (_S.DETECTING, _T.VERDICT): act,
        (_S.MENU, _T.WORDS): act,
        (_S.ENDED, _T.HUNG_UP): ignore,
        (_S.ENDED, _T.NETWORK_LOST): ignore,
    }
    state: CallState
    for state in _LIVE:
        table |= {(state, trigger): act for trigger in (_T.HUNG_UP, _T.NETWORK_LOST, _T.HANGUP_REQUESTED)}
        if state is not _S.ASKING_INCOMING:
            table |= {(state, trigger): ignore for trigger in (_T.KEYS, _T.WORDS, _T.BEEP)} | table
    for state in _LISTENING:
        table |= {(state, trigger): act for trigger in (_T.VERDICT, _T.BEEP)}
    for state in _TAKES_KEYS:
        table[state, _T.KEYS] = act
    for state in _MANAGEABLE:
        table[state, _T.SCRIPT_REQUESTED] = act
    return table


TABLE = _table()

_ADVICE = {
    _T.LEG_ANSWERED: "only a phone that rings can be answered",
    _T.LEG_REFUSED: "only a phone that rings can refuse",
    _T.SCRIPT_REQUESTED: "wait for the call to be connected, parked, in a menu or in a conference, or hang it up",
    _T.VERDICT: "nobody is listening for an answering machine",
    _T.BEEP: "nobody has answered yet",
    _T.KEYS: "nobody has answered yet",
    _T.WORDS: "nobody has answered yet",
}


def rule(state: CallState, trigger: Trigger) -> Rule:
    """What becomes of ``trigger`` in ``state``; raises ``IllegalTransition`` naming both when there is no rule."""
    found = TABLE.get((state, trigger))
    if found is None:
        advice = "the call is over" if state is CallState.ENDED else _ADVICE[trigger]
        raise IllegalTransition(state.value, trigger.value, advice)
    return found
