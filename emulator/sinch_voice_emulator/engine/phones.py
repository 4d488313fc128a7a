"""Which behaviour a dialled address has.

In order: what the account configured for that address; numbers that carry behaviour; app users, who are registered or
unknown; an ordinary phone. Numbers that carry behaviour are the platform's old on-prem test numbers
(``callbacks-and-svaml.md`` section 8.3), compared after normalisation exactly as dialled there, and numbers under ``+1 000``,
an area code that cannot exist, laid out for tests: ``+1000555``, two digits that say what happens and two that say how.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.instants import MINUTE, SECOND
from sinch_voice_emulator.model.party import Party, PartyKind
from sinch_voice_emulator.model.phone import DEFAULT_PHONE, MACHINE, Answerer, OnRing, PhoneBehaviour, Reaction, Verdict

TEST_NUMBER_RING = 7_500
PROMPT_OF_TEST_NUMBER = 2 * SECOND
RESERVED_PREFIX = "+1000555"


def _talks(prompts: int) -> PhoneBehaviour:
    return PhoneBehaviour(rings_for=TEST_NUMBER_RING, hangs_up_after=prompts * PROMPT_OF_TEST_NUMBER)


def _refuses(how: OnRing, rings_for: int) -> PhoneBehaviour:
    return PhoneBehaviour(on_ring=how, rings_for=rings_for)


TEST_NUMBERS: dict[str, PhoneBehaviour] = {
    "+46000000000": _talks(1),
    **{f"+46000000000{prompts}": _talks(prompts) for prompts in range(1, 10)},
    "+4600000000010": PhoneBehaviour(rings_for=TEST_NUMBER_RING, hangs_up_after=2 * MINUTE),
    "+4600000000020": replace(_talks(10), hangs_up_on_key="0"),
    "+4600000000030": _refuses(OnRing.DECLINES, 0),
    "+4600000000031": _refuses(OnRing.DECLINES, TEST_NUMBER_RING),
    "+4600000000040": _refuses(OnRing.RINGS_OUT, 45 * SECOND),
    "+4600000000050": _refuses(OnRing.UNREACHABLE, 0),
    "+4600000000051": _refuses(OnRing.UNREACHABLE, TEST_NUMBER_RING),
}

_ANSWERERS = {
    0: MACHINE,
    1: replace(MACHINE, beep_after=None),
    2: Answerer(Verdict.NOT_SURE, "initialsilence", 5 * SECOND),
    3: Answerer(Verdict.HANG_UP, "n/a", SECOND),
    4: Answerer(Verdict.HUMAN, "longgreeting", 3 * SECOND),
}
_FAILURES = {0: OnRing.UNREACHABLE, 1: OnRing.BLOCKED, 2: OnRing.FAILS}
_KEYS = {**{digit: str(digit) for digit in range(10)}, 10: "*", 11: "#"}


def _reserved(what: int, how: int) -> PhoneBehaviour | None:
    simple = {
        1: PhoneBehaviour(rings_for=how * SECOND),
        2: _refuses(OnRing.BUSY, SECOND),
        3: _refuses(OnRing.DECLINES, SECOND),
        4: _refuses(OnRing.NEVER_ANSWERS, SECOND),
        5: PhoneBehaviour(hangs_up_after=how * SECOND),
        9: _refuses(OnRing.MANUAL, SECOND),
    }
    if what in simple:
        return simple[what]
    if what == 6 and how in _ANSWERERS:
        return PhoneBehaviour(answerer=_ANSWERERS[how])
    if what == 7 and how in _FAILURES:
        return _refuses(_FAILURES[how], SECOND)
    if what == 8 and how in _KEYS:
        return PhoneBehaviour(reactions=(Reaction(presses=_KEYS[how], times=1_000),))
    return None


@lru_cache(maxsize=4_096)
def behaviour_of_number(number: str) -> PhoneBehaviour | None:
    """The behaviour a normalised number carries in itself, or ``None``."""
    if (found := TEST_NUMBERS.get(number)) is not None:
        return found
    rest = number.removeprefix(RESERVED_PREFIX)
    if rest == number or len(rest) != 4:
        return None
    return _reserved(int(rest[:2]), int(rest[2:]))


def is_free(party: Party) -> bool:
    """Whether calls to this number cost nothing: the old test numbers do not (``rest-api.md`` section 4.6)."""
    return party.endpoint in TEST_NUMBERS


def behaviour_of(account: Account, party: Party) -> PhoneBehaviour:
    """How the phone at ``party`` behaves when it is called."""
    if (configured := account.phones.get(party)) is not None:
        return configured
    if party.kind is PartyKind.USERNAME and party.endpoint not in account.users:
        return PhoneBehaviour(on_ring=OnRing.UNKNOWN, rings_for=0)
    if party.kind is PartyKind.STREAM:
        return PhoneBehaviour(rings_for=0)
    return behaviour_of_number(party.endpoint) or DEFAULT_PHONE
