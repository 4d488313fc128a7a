"""What a call costs, and whether the account can pay for it."""

from __future__ import annotations

from decimal import Decimal

from sinch_voice_emulator.engine import phones
from sinch_voice_emulator.engine.moves import End
from sinch_voice_emulator.engine.state import Turn
from sinch_voice_emulator.engine.timers import TimerKind
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.call import Call, LegRole, Reason
from sinch_voice_emulator.model.instants import MINUTE
from sinch_voice_emulator.model.money import FREE, bill
from sinch_voice_emulator.model.party import Party


def price_of(account: Account, party: Party) -> Decimal:
    """A minute to ``party``."""
    return FREE if phones.is_free(party) else account.rates.rate(party)


def dial(turn: Turn, call: Call, party: Party) -> None:
    """The call is for ``party`` now. Its price counts at once, unless somebody dialled before is being paid for."""
    call.billed = party
    if not _is_chargeable(call):
        call.rate = price_of(turn.account, party)


def can_afford(account: Account, price: Decimal) -> bool:
    """Whether the credit, where there is a limit, pays for a minute at this price."""
    return account.credit is None or price == FREE or account.credit >= price


def can_call(account: Account, party: Party) -> bool:
    """Whether the credit, where there is a limit, pays for a first minute to ``party``."""
    return account.credit is None or can_afford(account, price_of(account, party))


def connected(turn: Turn, call: Call, party: Party) -> None:
    """``party`` picked up: its price applies, and the first minute is paid."""
    call.rate = price_of(turn.account, party)
    _pay(turn, call)


def _pay(turn: Turn, call: Call) -> None:
    """Pay for a minute, where credit is limited; the next is due in a minute."""
    account = turn.account
    if account.credit is None or call.rate == FREE:
        return
    account.credit -= call.rate
    call.paid += call.rate
    turn.after(call, TimerKind.CREDIT, MINUTE)


def next_minute(turn: Turn, call: Call) -> None:
    """Pay for the next minute, or end the call because nobody can."""
    if not can_afford(turn.account, call.rate):
        return turn.then(End(call, Reason.NOCREDITPARTNER))
    return _pay(turn, call)


def settle(turn: Turn, call: Call) -> None:
    """Write the bill of a call that has just ended, from its first answer on, and settle it with what was paid already.

    A call that nobody took who was dialled costs nothing, however long its caller was on the line.
    """
    call.debit = bill(call.rate, call.length(turn.now)) if _is_chargeable(call) else FREE
    if turn.account.credit is not None:
        turn.account.credit += call.paid - call.debit


def _is_chargeable(call: Call) -> bool:
    return any(leg.role is LegRole.CALLEE and leg.answered is not None for leg in call.legs)
