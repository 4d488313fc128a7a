"""Numbers, addresses, prices and ids."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_emulator.model.account import Account, Application, OwnedNumber
from sinch_voice_emulator.model.call import Call, Leg, LegRole, Origin
from sinch_voice_emulator.model.ids import IdSource, guid
from sinch_voice_emulator.model.money import DEFAULT_RATES, FREE, RateTable, bill, started_minutes, whole_seconds
from sinch_voice_emulator.model.party import Party, PartyKind, normalise_number, normalise_sip, number, sip, username
from sinch_voice_emulator.model.phone import DEFAULT_PHONE


@pytest.mark.parametrize(
    ("text", "normal"),
    [("+46 (70) 123-45", "+467012345"), ("467012345", "+467012345"), ("", ""), ("private", ""), ("٤٦", "")],
)
def test_numbers_are_their_digits(text: str, normal: str) -> None:
    assert normalise_number(text) == normal


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (" sip:Bob@PBX.test;transport=tls ", "Bob@pbx.test"),
        ("sips:Bob@PBX.test:5061", "Bob@pbx.test:5061"),
        ("SIP:bob@a@B", "bob@a@b"),
        ("PBX.test", "pbx.test"),
    ],
)
def test_sip_addresses(text: str, normal: str) -> None:
    assert normalise_sip(text) == normal
    assert sip(text) == Party(PartyKind.SIP, normal)


def test_the_longest_prefix_sets_the_price() -> None:
    rates = RateTable("EUR", {"1": Decimal(1), "1202": Decimal(2)})
    assert [rates.rate(number(text)) for text in ("+12025", "+13", "+46")] == [Decimal(2), Decimal(1), FREE]
    assert DEFAULT_RATES.rate(number("+999")) == Decimal("0.0210")
    assert {DEFAULT_RATES.rate(party) for party in (None, username("x"), sip("a@b"))} == {FREE}


@pytest.mark.parametrize(("millis", "minutes"), [(0, 0), (999, 0), (1_000, 1), (60_000, 1), (60_999, 1), (61_000, 2)])
def test_started_minutes(millis: int, minutes: int) -> None:
    assert started_minutes(millis) == minutes
    assert bill(Decimal("0.1758"), millis) == Decimal("0.1758") * minutes


@given(st.integers(0, 10**8), st.decimals(0, 10, places=4))
def test_bills_add_up(millis: int, rate: Decimal) -> None:
    assert bill(rate, millis) == rate * -(-whole_seconds(millis) // 60)


def test_ids_look_random_and_are_not() -> None:
    source = IdSource("seed")
    ids = [source.next("call"), source.next("delivery"), source.next("call")]
    assert len(set(ids)) == 3
    assert ids == [guid("seed|call|1"), guid("seed|delivery|1"), guid("seed|call|2")]
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one) for one in ids)
    assert IdSource("other").next("call") != ids[0]


def test_an_account_knows_its_own() -> None:
    account = Account("test", blocked=("46",))
    account.add_application(Application("KEY", "old"))
    account.add_application(Application("key", "new"))
    assert [one.secret for one in account.applications.values()] == ["new"]
    account.numbers["+1", "voice"] = OwnedNumber("+1", application="Key")
    account.numbers["+2", "voice"] = OwnedNumber("+2")
    assert account.owner_of("+1") is account.application("KEY")
    assert account.owner_of("+2") is None
    assert account.owner_of("+3") is None
    assert (account.owns("+2"), account.owns("+3")) == (True, False)
    assert account.is_blocked(number("+4670"))
    assert not account.is_blocked(number("+1"))
    assert not account.is_blocked(username("46"))


def a_call(origin: Origin, dialled: Party | None, *legs: Party) -> Call:
    call = Call("id", "app", "euc1", origin, 0, dialled=dialled)
    roles = [LegRole.CALLEE] if origin is Origin.SERVER else [LegRole.CALLER, LegRole.CALLEE]
    for index, party in enumerate(legs):
        call.legs.append(Leg(index + 1, roles[min(index, len(roles) - 1)], party, "", DEFAULT_PHONE, 0))
    return call


@pytest.mark.parametrize(
    ("call", "data_only"),
    [
        (a_call(Origin.APP, username("bob"), username("ann")), True),
        (a_call(Origin.APP, Party(PartyKind.CONFERENCE, "x"), username("ann")), True),
        (a_call(Origin.APP, number("+1"), username("ann")), False),
        (a_call(Origin.APP, number("+1"), username("ann"), username("bob")), True),
        (a_call(Origin.APP, username("bob"), username("ann"), number("+1")), False),
        (a_call(Origin.PSTN, Party(PartyKind.DID, "+1"), number("+2"), username("bob")), False),
        (a_call(Origin.SERVER, username("bob"), username("bob")), True),
        (a_call(Origin.SERVER, None), False),
    ],
)
def test_calls_between_apps_only(call: Call, data_only: bool) -> None:
    assert call.is_data_only is data_only


def test_how_long_a_call_lasts() -> None:
    call = a_call(Origin.SERVER, None)
    assert (call.live, call.leg(0), call.length(50)) == (True, None, 0)
    call.answered = 10
    assert call.length(50) == 40
    call.ended = 30
    assert call.length(50) == 20
