"""Faults as people order them."""

from __future__ import annotations

from typing import Any

import pytest

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.runtime.delivery_faults import DeliveryFault, FaultKind, altered
from sinch_voice_emulator.runtime.fault_orders import fault_of


def test_an_order_in_words() -> None:
    assert fault_of("drop", {}) == DeliveryFault(FaultKind.DROP)
    assert fault_of("slow_answer", {"event": "pie", "nth": 2.0, "count": None, "milliseconds": 300}) == DeliveryFault(
        FaultKind.SLOW_ANSWER, EventKind.INPUT, nth=2, count=None, milliseconds=300
    )
    assert fault_of("bad-signature", {"signature": "wrong_key", "event": None}).signature == "wrong-key"
    assert fault_of("alter", {"path": "cookies[0].key", "value": None, "chance": 1, "call": "x"}).value is None


@pytest.mark.parametrize(
    ("kind", "details", "says", "member"),
    [
        ("dorp", {}, r"the network can fail by drop, delay.*, not 'dorp' \(did you mean drop\?\)", "kind"),
        (None, {}, "the network can fail by .*, not None", "kind"),
        ("drop", {"event": "icee"}, r"the event of a fault is one of ice, .*, not 'icee' \(did you mean ice\?\)", "event"),
        ("drop", {"status": 300}, "status means nothing to a fault of kind drop, which takes no details", "status"),
        ("reset", {"milliseconds": 5}, "milliseconds means nothing to a fault of kind reset", "milliseconds"),
        ("status", {"copies": 2}, "copies means nothing to a fault of kind status, which takes status", "copies"),
        ("drop", {"call": 5}, "the call of a fault is a call or its id, not 5", "call"),
        ("drop", {"count": "3"}, "count of a fault is a whole number, not '3'", "count"),
        ("drop", {"nth": 1.5}, "nth of a fault is a whole number, not 1.5", "nth"),
        ("drop", {"nth": float("nan")}, "nth of a fault is a whole number, not nan", "nth"),
        ("drop", {"nth": True}, "nth of a fault is a whole number, not True", "nth"),
        ("drop", {"chance": "half"}, "chance of a fault is a number, more than 0 and at most 1, not 'half'", "chance"),
        ("drop", {"chance": 2}, "the chance of a fault is more than 0 and at most 1, not 2", None),
        ("alter", {}, "alter needs the path of a member", None),
        ("alter", {"path": "$"}, "alter needs the path of a member", None),
        ("alter", {"path": 3}, "path of a fault is a text such as", "path"),
        ("alter", {"path": "a..b[x]"}, "a path looks like menuResult.value", None),
        (
            "bad-signature",
            {"signature": "forged"},
            "a signature is bad in one of these ways: wrong-key,.*not 'forged'",
            "signature",
        ),
        ("delay", {"milliseconds": 0}, "takes more than 0 milliseconds", None),
    ],
)
def test_an_order_that_makes_no_sense(kind: Any, details: dict[str, Any], says: str, member: str | None) -> None:
    with pytest.raises(BadRequest, match=says) as refusal:
        fault_of(kind, details)
    assert refusal.value.below == (f".{member}" if member else "")


def test_items_of_lists_are_altered() -> None:
    assert altered(b'{"cookies":[{"key":"a"}]}', "$.cookies[0].key", "b") == b'{"cookies":[{"key":"b"}]}'
    assert altered(b'{"cookies":[]}', "cookies[3].key", "b") == b'{"cookies":[]}', "an item that cannot be is not made"
