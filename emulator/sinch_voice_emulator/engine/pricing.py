"""What a call costs, and whether the account can pay for it."""

from __future__ import annotations

from sinch_voice_emulator.engine import phones
from sinch_voice_emulator.engine.moves import End
from sinch_voice_emulator.engine.state import Turn
from sinch_voice_emulator.engine.timers import TimerKind
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.call import Call, Reason
from sinch_voice_emulator.model.instants import MINUTE
from sinch_voice_emulator.model.money import FREE, bill
from sinch_voice_emulator.model.party import Party


def apply_rate(turn: Turn, call: Call, party: Party) -> None:
    """From now on the call is billed as one to ``party``."""
    call.billed = party
    call.rate = FREE if phones.is_free(party) else turn.account.rates.rate(party)


def can_afford(account: Account, call: Call) -> bool:
    """Whether the credit, where there is a limit, pays for one more minute of the call."""
    return account.credit is None or call.rate == FREE or account.credit >= call.rate


def start_meter(turn: Turn, call: Call) -> None:
    """Pay for the first minute of an answered call, where credit is limited; the next is due in a minute."""
    account = turn.account
    if account.credit is None or call.rate == FREE:
        return
    account.credit -= call.rate
    turn.after(call, TimerKind.CREDIT, MINUTE)


def next_minute(turn: Turn, call: Call) -> None:
    """Pay for the next minute, or end the call because nobody can."""
    if not can_afford(turn.account, call):
        return turn.then(End(call, Reason.NOCREDITPARTNER))
    return start_meter(turn, call)


def settle(turn: Turn, call: Call) -> None:
    """Write the bill of a call that has just ended."""
    call.debit = bill(call.rate, call.length(turn.now))
