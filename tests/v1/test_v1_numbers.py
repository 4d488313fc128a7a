"""The number look-up: every way to write a number, what is no number, and the account's own prices."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.money import RateTable
from sinch_voice_emulator.v1.errors import ApiError
from sinch_voice_emulator.v1.numbers import normalise, query
from v1.test_v1_views import EXAMPLES

ACCOUNT = Account("test", rates=RateTable("USD", {"": Decimal("0.185"), "46": Decimal("0.0368")}), blocked=("33",))


@pytest.mark.parametrize(
    ("text", "country", "kind", "normal"),
    [
        ("+46730170101", "SE", "Mobile", "+46730170101"),
        ("+46(0)73-017-0101", "SE", "Mobile", "+46730170101"),
        ("0046 73 017 01 01", "SE", "Mobile", "+46730170101"),
        ("46.730.170.101", "SE", "Mobile", "+46730170101"),
        ("+46 8 123 456 78", "SE", "Fixed", "+46812345678"),
        ("+12015555555", "US", "Fixed", "+12015555555"),
        ("+1 800 234 5678", "US", "Other", "+18002345678"),
        ("+979 123 456 789", "", "Other", "+979123456789"),
        ("+800 1234 5678", "", "Other", "+80012345678"),
        (f"{' ' * 200_000}+46 730 170 101{' ' * 200_000}", "SE", "Mobile", "+46730170101"),
        ("+14151112223333", "US", "Unknown", "+14151112223333"),
        ("+141511122233334", "US", "Unknown", "+141511122233334"),
        ("+331234567489", "FR", "Unknown", "+331234567489"),
    ],
)
def test_a_number(text: str, country: str, kind: str, normal: str) -> None:
    amount = 0.0368 if normal.startswith("+46") else 0.185
    assert query(text, ACCOUNT) == {
        "number": {
            "countryId": country,
            "numberType": kind,
            "normalizedNumber": normal,
            "restricted": normal.startswith("+33"),
            "rate": {"currencyId": "USD", "amount": amount},
        }
    }


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if "query_number" in name])
def test_example(name: str) -> None:
    """Country, kind and rate of some examples are invented; the number and the members are not."""
    example = EXAMPLES[name]
    text = example["path"].rpartition("/")[2]
    if example["status"] == 200:
        found = query(text, ACCOUNT)["number"]
        assert isinstance(found, dict)
        assert found["normalizedNumber"] == example["response"]["number"]["normalizedNumber"]
        assert list(found) == list(example["response"]["number"])
    else:
        with pytest.raises(ApiError) as caught:
            query(text, ACCOUNT)
        assert (caught.value.code, caught.value.message) == (40001, example["response"]["message"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hello", "is not written like a phone number"),
        ("+1800FLOWERS", "is not written like a phone number"),
        ("+46+73", "is not written like a phone number"),
        ("", "is not written like a phone number"),
        ("(0)", "is not written like a phone number"),
        ("+", "is not written like a phone number"),
        ("+999123456789", "is no phone number"),
        ("1" * 300, "is no phone number"),
        (f"{' ' * 200_000}1x", "is not written like a phone number"),
        ("+12345678", "too short for a number of country code 1"),
        ("+4670123", "too short for a number of country code 46"),
        ("+1", "is no phone number"),
        ("+4712345678901234", "more than 15 digits"),
    ],
)
def test_what_is_no_number(text: str, why: str) -> None:
    with pytest.raises(ApiError) as caught:
        query(text, ACCOUNT)
    error = caught.value
    assert (error.status, error.code, error.message) == (400, 40001, "Invalid number specified")
    assert why in error.why


@given(st.text(alphabet=st.sampled_from("0123456789 +-().x\u0663")))
def test_whatever_is_normalised_stays_as_it_is(text: str) -> None:
    try:
        normal = normalise(text)
    except ApiError:
        return
    assert normal[0] == "+"
    assert normal[1:].isdecimal()
    assert normalise(normal) == normal


def test_the_library_is_imported_late() -> None:
    code = "import sys, sinch_voice_emulator.v1.numbers; sys.exit('phonenumbers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
