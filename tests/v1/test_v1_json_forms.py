"""Phones, profiles, prices and lengths of time as JSON: what is read, what is refused and how that is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.money import DEFAULT_RATES, RateTable
from sinch_voice_emulator.model.phone import (
    DEFAULT_PHONE,
    HUMAN,
    MACHINE,
    Answerer,
    OnRing,
    PhoneBehaviour,
    Reaction,
    Verdict,
)
from sinch_voice_emulator.model.profile import DOCUMENTED, OBSERVED, PRESETS, STRICT, BehaviourProfile
from sinch_voice_emulator.v1.durations import duration_from_json, duration_to_json
from sinch_voice_emulator.v1.phones_json import behaviour_from_json, behaviour_to_json
from sinch_voice_emulator.v1.profile_json import profile_from_json, profile_to_json
from sinch_voice_emulator.v1.rates_json import rates_from_json, rates_to_json

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


# --- lengths of time --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "length"),
    [
        (0, 0),
        (3, 3000),
        (0.25, 250),
        ("3s", 3000),
        (" 250 MS ", 250),
        ("1.5s", 1500),
        ("2m", 120_000),
        ("1h", 3_600_000),
    ],
)
def test_lengths_of_time(value: object, length: int) -> None:
    assert duration_from_json(value, "it") == length


@pytest.mark.parametrize(
    "value", [-1, "-1s", "3", "soon", "3 days", None, True, [], float("nan"), float("inf"), 10**400, "9" * 400 + "s", "400000h"]
)
def test_what_is_no_length_of_time(value: object) -> None:
    with pytest.raises(BadRequest, match=r'^ringsFor should be seconds as a number or a text such as "3s"'):
        duration_from_json(value, "ringsFor")


def test_lengths_of_time_are_shown_in_seconds() -> None:
    assert [duration_to_json(length) for length in (None, 0, 2000, 1250)] == [None, 0, 2, 1.25]
    assert isinstance(duration_to_json(2000), int)


# --- phones -----------------------------------------------------------------------------------------------------------------

EVERYTHING = PhoneBehaviour(
    OnRing.RINGS_OUT,
    1500,
    Answerer(Verdict.NOT_SURE, "initialsilence", 1000, 2000),
    30_000,
    10_000,
    "#",
    (Reaction("press one", 250, "1w"[:1], "yes", True, 3), Reaction(presses="*#0")),
)


@pytest.mark.parametrize("behaviour", [DEFAULT_PHONE, EVERYTHING, PhoneBehaviour(answerer=MACHINE)])
def test_a_behaviour_survives_json(behaviour: PhoneBehaviour) -> None:
    assert behaviour_from_json(behaviour_to_json(behaviour)) == behaviour


def test_a_behaviour_in_full() -> None:
    assert behaviour_to_json(EVERYTHING) == {
        "onRing": "rings-out",
        "ringsFor": 1.5,
        "answerer": {"verdict": "notsure", "reason": "initialsilence", "verdictAfter": 1, "beepAfter": 2},
        "hangsUpAfter": 30,
        "givesUpAfter": 10,
        "hangsUpOnKey": "#",
        "reactions": [
            {"hears": "press one", "after": 0.25, "presses": "1", "says": "yes", "hangsUp": True, "times": 3},
            {"hears": "", "after": None, "presses": "*#0", "says": "", "hangsUp": False, "times": 1},
        ],
    }


@pytest.mark.parametrize(
    ("value", "behaviour"),
    [
        ({}, DEFAULT_PHONE),
        ("busy", PhoneBehaviour(OnRing.BUSY)),
        ("neverAnswers", PhoneBehaviour(OnRing.NEVER_ANSWERS)),
        ({"on-ring": "NEVER_ANSWERS", "rings_for": "250ms"}, PhoneBehaviour(OnRing.NEVER_ANSWERS, 250)),
        ({"answerer": "human"}, PhoneBehaviour(answerer=HUMAN)),
        ({"answerer": "machine"}, PhoneBehaviour(answerer=MACHINE)),
        ({"answerer": "not-sure"}, PhoneBehaviour(answerer=Answerer(Verdict.NOT_SURE))),
        ({"answerer": {"verdict": "hangup"}}, PhoneBehaviour(answerer=Answerer(Verdict.HANG_UP))),
        ({"hangsUpAfter": None}, DEFAULT_PHONE),
        ({"hangsUpOnKey": 0}, PhoneBehaviour(hangs_up_on_key="0")),
        (
            {"reactions": [{"presses": 12, "after": "end"}]},
            PhoneBehaviour(reactions=(Reaction(presses="12"),)),
        ),
    ],
)
def test_ways_to_write_a_behaviour(value: object, behaviour: PhoneBehaviour) -> None:
    assert behaviour_from_json(value) == behaviour


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (None, "behaviour should be an object with members such as onRing"),
        ("anwers", "behaviour should be one of answers, busy,"),
        ({"onRing": 5}, "behaviour.onRing should be one of answers, busy, declines, never-answers, rings-out"),
        ({"ringFor": 1}, "behaviour has no member 'ringFor'; did you mean ringsFor?"),
        ({"zzz": 1}, "behaviour has no member 'zzz'. Members: onRing"),
        ({"ringsFor": "x"}, "behaviour.ringsFor should be seconds"),
        ({"answerer": "robot"}, "behaviour.answerer should be one of human, machine, notsure, hangup"),
        ({"answerer": {"reason": "boredom"}}, "behaviour.answerer.reason should be one of n/a, longgreeting"),
        ({"answerer": 5}, "behaviour.answerer should be an object"),
        ({"hangsUpOnKey": "12"}, "behaviour.hangsUpOnKey should be one key"),
        ({"hangsUpOnKey": True}, "behaviour.hangsUpOnKey should be keys out of"),
        ({"reactions": {}}, "behaviour.reactions should be a list"),
        ({"reactions": [{}]}, "behaviour.reactions[0] does nothing"),
        ({"reactions": [{"presses": "1"}, {"presses": "A"}]}, "behaviour.reactions[1].presses should be keys"),
        ({"reactions": [{"says": 1}]}, "behaviour.reactions[0].says should be text"),
        ({"reactions": [{"hangsUp": "yes"}]}, "behaviour.reactions[0].hangsUp should be true or false"),
        ({"reactions": [{"says": "x", "times": 0}]}, "behaviour.reactions[0].times should be a whole number from 1"),
        ({"reactions": [{"says": "x", "times": True}]}, "behaviour.reactions[0].times should be a whole number"),
    ],
)
def test_what_is_no_behaviour(value: object, complaint: str) -> None:
    with pytest.raises(BadRequest) as caught:
        behaviour_from_json(value)
    assert str(caught.value).startswith(complaint)


@given(ANYTHING)
def test_no_behaviour_breaks_the_reader(value: object) -> None:
    try:
        behaviour = behaviour_from_json(value)
    except BadRequest:
        return
    assert behaviour_from_json(behaviour_to_json(behaviour)) == behaviour


# --- profiles ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PRESETS.values(), ids=list(PRESETS))
def test_a_profile_survives_json(profile: BehaviourProfile) -> None:
    shown = profile_to_json(profile)
    assert list(shown) == [field.name for field in fields(BehaviourProfile)]
    assert profile_from_json(shown) == profile
    assert profile_from_json({}, profile) == profile


@pytest.mark.parametrize(
    ("value", "changes"),
    [
        ({"callback_timeout": 250}, {"callback_timeout": 250}),
        ({"callback-timeout": "3s"}, {"callback_timeout": 3000}),
        ({"timestamp_window": None}, {"timestamp_window": None}),
        ({"timestamp_window": "none"}, {"timestamp_window": None}),
        ({"requests_per_second": " None "}, {"requests_per_second": None}),
        ({"timestamp_window": 1000}, {"timestamp_window": 1000}),
        ({"requests_per_second": 5}, {"requests_per_second": 5}),
        ({"requests_per_second": None}, {"requests_per_second": None}),
        ({"patch_status": 200}, {"patch_status": 200}),
        ({"DECLINED_REASON": "cancel"}, {"declined_reason": "CANCEL"}),
        ({"prompt_scale": 2}, {"prompt_scale": 2.0}),
        ({"cli_with_plus": True}, {"cli_with_plus": True}),
    ],
)
def test_switches(value: dict[str, object], changes: dict[str, Any]) -> None:
    found = profile_from_json(value)
    assert found == replace(OBSERVED, **changes)
    assert [type(getattr(found, name)) for name in changes] == [type(expected) for expected in changes.values()]


def test_presets() -> None:
    assert profile_from_json("strict") == STRICT
    assert profile_from_json({"preset": "Documented", "validator": "strict"}) == replace(DOCUMENTED, validator="strict")


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (5, "the profile should be an object of switches, or one of observed, documented, strict"),
        ("lax", "the preset should be one of observed, documented, strict, but is 'lax'"),
        ({"preset": None}, "the preset should be one of"),
        ({"callback_timeuot": 1}, "there is no switch 'callback_timeuot'; did you mean callback_timeout?"),
        ({"x": 1}, "there is no switch 'x'; there are: callback_content_type,"),
        ({"callback_timeout": None}, "callback_timeout should be milliseconds as a number or a text"),
        ({"callback_timeout": "none"}, "callback_timeout should be milliseconds as a number or a text"),
        (
            {"validator": "lenientt"},
            "validator should be one of 'lenient', 'strict', but is 'lenientt'; did you mean 'lenient'?",
        ),
        ({"patch_status": 201}, "patch_status should be one of 204, 200, but is 201"),
        ({"patch_status": "204"}, "patch_status should be one of 204, 200, but is '204'"),
        ({"patch_status": 204.0}, "patch_status should be one of"),
        ({"cli_with_plus": 1}, "cli_with_plus should be true or false, but is 1"),
        ({"redelivery_attempts": -1}, "redelivery_attempts should be a whole number from 0, but is -1"),
        ({"redelivery_attempts": True}, "redelivery_attempts should be a whole number from 0"),
        ({"redelivery_attempts": 1.5}, "redelivery_attempts should be a whole number from 0"),
        ({"prompt_scale": float("nan")}, "prompt_scale should be a number from 0"),
        ({"prompt_scale": 10**400}, "prompt_scale should be a number from 0"),
    ],
)
def test_what_is_no_profile(value: object, complaint: str) -> None:
    with pytest.raises(BadRequest) as caught:
        profile_from_json(value)
    assert str(caught.value).startswith(complaint)


@given(st.sampled_from([field.name for field in fields(BehaviourProfile)]), ANYTHING)
def test_no_switch_breaks_the_reader(name: str, value: object) -> None:
    try:
        profile = profile_from_json({name: value})
    except BadRequest:
        return
    assert profile_from_json(profile_to_json(profile)) == profile


# --- prices -----------------------------------------------------------------------------------------------------------------


def test_prices_survive_json() -> None:
    assert rates_from_json(rates_to_json(DEFAULT_RATES)) == DEFAULT_RATES
    assert rates_to_json(RateTable("EUR", {"46": Decimal("0.0175")})) == {"currency": "EUR", "perMinute": {"46": 0.0175}}


def test_what_is_left_out_stays() -> None:
    base = RateTable("USD", {"1": Decimal(1)})
    assert rates_from_json({}, base) == base
    assert rates_from_json({"currency": "sek"}, base) == RateTable("SEK", base.per_minute)
    found = rates_from_json({"per-minute": {" +46": "0.10", "": 0.5, "47": Decimal(2)}}, base)
    assert found == RateTable("USD", {"46": Decimal("0.10"), "": Decimal("0.5"), "47": Decimal(2)})


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ([], "the rates should be an object with currency and perMinute"),
        ({"curency": "EUR"}, "the rates have no member 'curency'; did you mean currency?"),
        ({"zzz": 1}, "the rates have no member 'zzz' Members: currency, perMinute"),
        ({"currency": "EURO"}, "currency should be three letters such as EUR, but is 'EURO'"),
        ({"currency": 978}, "currency should be three letters"),
        ({"perMinute": 0.1}, "perMinute should be an object such as"),
        ({"perMinute": {"Sweden": 1}}, "the prefix 'Sweden' should be the first digits of numbers"),
        ({"perMinute": {"46": "cheap"}}, "the price for '46' should be a number such as 0.0175, but is 'cheap'"),
        ({"perMinute": {"46": -1}}, "the price for '46' should be a number"),
        ({"perMinute": {"46": True}}, "the price for '46' should be a number"),
        ({"perMinute": {"46": None}}, "the price for '46' should be a number"),
        ({"perMinute": {"46": float("nan")}}, "the price for '46' should be a number"),
        ({"perMinute": {"46": "1e99999"}}, "the price for '46' should be a number"),
    ],
)
def test_what_are_no_prices(value: object, complaint: str) -> None:
    with pytest.raises(BadRequest) as caught:
        rates_from_json(value)
    assert str(caught.value).startswith(complaint)


@given(st.dictionaries(st.sampled_from(["currency", "perMinute"]), ANYTHING))
def test_no_prices_break_the_reader(value: object) -> None:
    try:
        rates = rates_from_json(value)
    except BadRequest:
        return
    assert rates.currency.isalpha()


@pytest.mark.parametrize(
    ("read", "value", "below"),
    [
        (behaviour_from_json, 5, ""),
        (behaviour_from_json, "explodes", ""),
        (behaviour_from_json, {"on-ring": "explodes"}, ".on-ring"),
        (behaviour_from_json, {"colour": 1}, ".colour"),
        (behaviour_from_json, {"answerer": {"verdictAfter": "soon"}}, ".answerer.verdictAfter"),
        (behaviour_from_json, {"reactions": [{"presses": "1"}, {"presses": "1", "times": 0}]}, ".reactions[1].times"),
        (behaviour_from_json, {"reactions": [{}]}, ".reactions[0]"),
        (profile_from_json, [], ""),
        (profile_from_json, "lax", ""),
        (profile_from_json, {"preset": "lax"}, ".preset"),
        (profile_from_json, {"patch-status": 201}, ".patch-status"),
        (profile_from_json, {"colour": 1}, ".colour"),
        (rates_from_json, {"currency": 1}, ".currency"),
        (rates_from_json, {"perMinute": {"x": 1}}, ".perMinute"),
        (rates_from_json, {"colour": 1}, ".colour"),
    ],
)
def test_a_refusal_says_which_part_is_wrong(read: Callable[[object], object], value: object, below: str) -> None:
    with pytest.raises(BadRequest) as caught:
        read(value)
    assert caught.value.below == below
