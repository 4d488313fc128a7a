"""When things would have happened had the backend answered at once; and the waits and faults that come of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sinch_voice_emulator.scenario.record.faults import Faults, fired
from sinch_voice_emulator.scenario.record.general import Names
from sinch_voice_emulator.scenario.record.happenings import Happening
from sinch_voice_emulator.scenario.record.pace import Pace
from sinch_voice_emulator.scenario.record.phones import Phones
from sinch_voice_emulator.scenario.record.requests import Requests
from sinch_voice_emulator.scenario.record.script import Script

NOBODY = Requests([])


def one(instant: int, kind: str, call: str = "a", leg: int = 0, **data: Any) -> Happening:
    return Happening(instant, call, leg, kind, data)


def asked(instant: int, event: str, call: str = "a", delivery: str = "") -> Happening:
    return one(instant, "callback.queued", call, event=event, delivery=delivery or f"{call} {event}")


def told(instant: int, event: str, call: str = "a", kind: str = "callback.answered", **data: Any) -> Happening:
    return one(instant, kind, call, event=event, delivery=f"{call} {event}", **data)


def begun(call: str = "a", instant: int = 0, origin: str = "pstn") -> Happening:
    return one(instant, "call.created", call, origin=origin)


def test_a_call_is_late_by_what_the_backend_took() -> None:
    journal = [begun(), asked(0, "ice"), told(300, "ice"), one(800, "keys.pressed"), asked(800, "pie"), told(900, "pie")]
    pace = Pace([*journal, one(2000, "call.ended"), asked(2000, "dice"), told(2100, "dice")], (), NOBODY)
    assert pace.at == [0, 0, 0, 500, 500, 500, 1600, 1600, 1600]
    assert pace.slow == {}


def test_each_call_has_a_pace_of_its_own() -> None:
    journal = [begun("a"), asked(0, "ice", "a"), begun("b", 100), asked(100, "ice", "b"), told(110, "ice", "b")]
    pace = Pace([*journal, told(1000, "ice", "a"), one(1500, "keys.pressed", "a"), one(1600, "keys.pressed", "b")], (), NOBODY)
    assert pace.at[5:] == [0, 500, 1590]


def test_a_call_lasts_shorter_by_what_the_backend_took_meanwhile() -> None:
    journal = [begun(), asked(0, "ice"), told(300, "ice"), one(300, "call.answered"), asked(300, "pie"), told(900, "pie")]
    assert Pace([*journal, one(5000, "call.ended")], (), NOBODY).longer == {"a": 600}


@pytest.mark.parametrize(
    ("meanwhile", "answer", "slow"),
    [
        (
            [one(200, "leg.ended", why="hung up")],
            told(700, "ice", kind="callback.discarded"),
            {"kind": "slow-answer", "for": 700},
        ),
        ([one(0, "keys.pressed")], told(700, "ice"), None),
        ([one(200, "prompt.started")], told(700, "ice"), None),
        ([one(200, "leg.ended", "b")], told(700, "ice"), None),
        (
            [one(200, "call.ended")],
            told(5000, "ice", kind="callback.failed", error="http://x did not answer within 5 s"),
            {"kind": "drop"},
        ),
        (
            [one(0, "fault.fired", fault_kind="slow-answer", milliseconds=600, delivery="a ice"), one(200, "keys.pressed")],
            told(700, "ice"),
            None,
        ),
    ],
)
def test_an_answer_stays_slow_where_something_happened_meanwhile(
    meanwhile: list[Happening], answer: Happening, slow: dict[str, Any] | None
) -> None:
    pace = Pace([begun(), asked(0, "ice"), *meanwhile, answer], (), NOBODY)
    assert pace.slow == ({"a ice": slow} if slow else {})
    assert pace.at[-1] == (answer.instant if slow else 600 if len(meanwhile) == 2 else 0)


def test_time_that_a_fault_took_passes_again() -> None:
    fault = one(0, "fault.fired", fault_kind="slow-answer", milliseconds=600, delivery="a ice")
    lost = one(800, "fault.fired", fault_kind="drop", delivery="a pie")
    journal = [begun(), asked(0, "ice"), fault, told(700, "ice"), one(800, "prompt.started"), asked(800, "pie"), lost]
    pace = Pace([*journal, told(5800, "pie", kind="callback.failed"), one(5900, "call.ended")], (), NOBODY)
    assert pace.at[-2:] == [5700, 5800]


def test_callbacks_of_a_call_wait_for_one_another() -> None:
    journal = [begun(), asked(0, "ice"), one(100, "leg.ended"), one(100, "call.ended"), asked(100, "dice")]
    pace = Pace([*journal, told(700, "ice"), told(750, "dice")], (), NOBODY)
    assert pace.at[-2:] == [700, 700]


def test_a_call_that_the_backend_has_placed_begins_when_it_was_told() -> None:
    journal = [begun(), asked(0, "ice"), told(500, "ice"), one(900, "call.ended"), asked(900, "dice")]
    journal += [begun("b", 1200, "server"), told(1300, "dice"), begun("c", 1400, "server")]
    operator = Requests([])
    operator.ordered.add("c")
    assert Pace(journal, (), operator).at[5:] == [400, 400, 900]


def test_calls_that_are_joined_end_together() -> None:
    journal = [begun("a"), asked(0, "ice", "a"), told(500, "ice", "a"), begun("b", 500), asked(500, "ice", "b")]
    journal += [told(510, "ice", "b"), one(2000, "leg.ended", "b"), one(2000, "call.ended", "b"), one(2000, "leg.ended", "a")]
    late = Pace([begun("c"), *journal], (), NOBODY).at
    assert late[-1] >= late[-3]


def test_an_operator_makes_requests_in_order_and_before_what_comes_of_them() -> None:
    def request(instant: int, call: str, sequence: int, after: int) -> Happening:
        return Happening(instant, call, 0, "api.request", {"after": after, "operation": "x"}, sequence=sequence)

    journal = [begun("a"), asked(0, "ice", "a"), told(100, "ice", "a")]
    for call in ("b", "c"):
        journal += [begun(call, 200), asked(200, "ice", call), told(1000, "ice", call)]
    journal += [one(2000, "call.managed", "a"), request(2001, "a", 11, 9)]
    journal += [
        one(2100, "leg.ended", "b"),
        one(2100, "leg.ended", "a"),
        request(2101, "a", 14, 11),
        request(2200, "c", 15, 14),
    ]
    journal = [replace(entry, sequence=number) for number, entry in enumerate(journal, 1)]
    pace = Pace(journal, (), Requests(journal))
    assert [pace.requested[index] for index in (10, 13, 14)] == [1900, 2000, 2000]
    assert pace.at[11] == 2000, "b ends because of the request about a, although b itself is later"


# --- waits ---------------------------------------------------------------------------------------------------------------


def test_steps_stand_in_order_of_their_instants_with_the_time_between_them() -> None:
    script = Script()
    assert not script
    script.act({"a": 1}, 0)
    script.expect({"heard": "late"}, 400_000)
    script.act({"b": 1}, 1500)
    script.beforehand({"fault": 1})
    script.expect({"heard": "soon"}, 200)
    script.then({"phones": 1})
    assert script.steps() == [
        {"a": 1},
        {"expect": {"heard": "soon"}},
        {"phones": 1},
        {"wait": "1300ms"},
        {"fault": 1},
        {"b": 1},
        {"expect": {"heard": "late", "within": "458500ms"}},
    ]


# --- faults --------------------------------------------------------------------------------------------------------------


def fault(instant: int, delivery: str, event: str = "ice", call: str = "a", kind: str = "refused", **data: Any) -> Happening:
    return one(instant, "fault.fired", call, fault_kind=kind, delivery=delivery, event=event, **data)


def test_a_fault_counts_attempts_since_somebody_did_something() -> None:
    names = Names()
    names.give("a", "anna")
    names.give("b", "bo")
    faults = Faults(names)
    faults.created("a")
    faults.queued(asked(0, "ace", delivery="before"))
    faults.after_an_act()
    faults.attempted(one(1, "callback.attempted", event="ace", delivery="before"))
    faults.created("b")
    faults.queued(asked(2, "ace", delivery="now"))
    first = fault(2, "now", "ace")
    assert faults.step(first, fired(first)) == {"fault": {"kind": "refused", "event": "ace", "call": "anna"}}
    faults.attempted(one(2, "callback.attempted", event="ace", delivery="now"))
    faults.attempted(one(3, "callback.attempted", event="ace", delivery="now"))
    third = fault(4, "now", "ace", kind="status", status=500)
    assert faults.step(third, fired(third))["fault"] == {
        "kind": "status",
        "event": "ace",
        "call": "anna",
        "nth": 2,
        "status": 500,
    }, "the second of those that the first fault did not suffer"
    new = fault(5, "b ice", "ice", "b", "slow-answer", milliseconds=1500)
    assert faults.step(new, fired(new)) == {"fault": {"kind": "slow-answer", "event": "ice", "for": "1500ms"}}


# --- phones --------------------------------------------------------------------------------------------------------------


def dialled(instant: int, call: str, address: str = "+46700000001") -> Happening:
    return one(instant, "leg.dialled", call, 2, to={"type": "number", "endpoint": address})


def test_a_phone_that_behaves_otherwise_the_second_time() -> None:
    journal = [dialled(0, "a"), one(2500, "leg.ended", "a", 2, why="no answer"), dialled(9000, "b")]
    journal += [one(9500, "leg.answered", "b", 2), one(11_500, "amd.result", "b", 2, status="machine", reason="longgreeting")]
    journal += [one(12_000, "amd.beep", "b", 2), dialled(20_000, "c"), one(20_500, "leg.answered", "c", 2)]
    phones = Phones(journal)
    assert phones.given == {"+46700000001": {"on_ring": "rings-out", "rings_for": "2500ms"}}
    answerer = {"verdict": "machine", "reason": "longgreeting", "verdict_after": "2s", "beep_after": "2500ms"}
    assert phones.change("a", 2) == {"+46700000001": {"on_ring": "manual", "answerer": answerer}}
    assert phones.change("b", 2) == {}, "who answers does not matter where nobody listens for it"
    assert phones.dialled["+46700000001"] == 3


def test_a_beep_alone_is_that_of_a_machine() -> None:
    journal = [dialled(0, "a", "user"), one(100, "leg.answered", "a", 2), one(900, "amd.beep", "a", 2)]
    assert Phones(journal).given["user"]["answerer"] == {"verdict": "machine", "beep_after": "800ms"}
