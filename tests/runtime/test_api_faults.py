"""Failures of the Calling API that a test ordered."""

from __future__ import annotations

import pytest

from sinch_voice_emulator.errors import BadRequest, LimitReached
from sinch_voice_emulator.runtime.api_faults import MAX_FAULTS, ApiFault, ApiFaults

TARGET = "/calling/v1/callouts"


def faults(**more: object) -> ApiFaults:
    """A store with one order."""
    found = ApiFaults()
    found.add(ApiFault(**({"id": "", "status": 503} | more)))  # type: ignore[arg-type]
    return found


def test_nothing_fails_by_itself() -> None:
    assert ApiFaults().match("placeCallout", TARGET, "key") is None


def test_an_order_is_used_up() -> None:
    found = faults(times=2)
    errors = [found.match("placeCallout", TARGET, "key") for _ in range(3)]
    assert [error.status if error else None for error in errors] == [503, 503, None]
    assert found.all() == ()


def test_the_oldest_order_comes_first() -> None:
    found = faults()
    found.add(ApiFault("", 429))
    errors = [found.match("getCall", TARGET, "") for _ in range(2)]
    assert [error.status if error else None for error in errors] == [503, 429]


@pytest.mark.parametrize(
    ("more", "hit"),
    [
        ({}, True),
        ({"operation": "PLACEcallout"}, True),
        ({"operation": "getCall"}, False),
        ({"application": "KEY"}, True),
        ({"application": "other"}, False),
        ({"method": "post"}, True),
        ({"method": "GET"}, False),
        ({"path": "/calling"}, True),
        ({"path": "/euc1/calling"}, False),
        ({"path": "/calling/v1/conf"}, False),
    ],
)
def test_which_requests_are_meant(more: dict[str, object], hit: bool) -> None:
    assert (faults(**more).match("placeCallout", TARGET, "key") is not None) is hit


def test_a_region_before_the_path_does_not_matter() -> None:
    assert faults(path="/calling/").match("placeCallout", f"/use1{TARGET}", "key") is not None
    assert faults(path="/use1/").match("placeCallout", f"/use1{TARGET}", "key") is not None
    assert faults(path="/calling/").match("placeCallout", f"/other{TARGET}", "key") is None


@pytest.mark.parametrize(
    ("status", "code"), [(402, 40200), (403, 40300), (429, 42900), (500, 50000), (503, 50300), (599, 59900)]
)
def test_the_platforms_own_words(status: int, code: int) -> None:
    error = ApiFault("7", status).error()
    assert (error.status, error.code, error.why) == (status, code, "a test ordered this failure (api fault 7)")
    own = ApiFault("7", status, code=0, message="no").error()
    assert (own.code, own.message) == (0, "no")


def test_bounds() -> None:
    found = ApiFaults()
    for status, times in ((200, 1), (600, 1), (500, 0)):
        with pytest.raises(BadRequest):
            found.add(ApiFault("", status, times))
    ids = [found.add(ApiFault("", 500)).id for _ in range(MAX_FAULTS)]
    assert len(set(ids)) == MAX_FAULTS
    with pytest.raises(LimitReached):
        found.add(ApiFault("", 500))
    assert found.clear() == MAX_FAULTS
    assert found.clear() == 0
