"""The journal: bounds, cursors, filters, and what is kept apart from the canonical record."""

from __future__ import annotations

import pytest

from sinch_voice_emulator.engine.effects import Basis, Severity
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.runtime.journal import Entry, Filter, Journal


def filled(count: int, max_entries: int = 1_000) -> Journal:
    """A journal with ``count`` entries, numbered in their data."""
    journal = Journal(max_entries=max_entries)
    for number in range(1, count + 1):
        journal.append(number * 10, "remark", {"number": number})
    return journal


def test_entries_are_numbered_from_one_and_read_in_order() -> None:
    page = filled(3).read()

    assert [(entry.sequence, entry.instant, entry.data) for entry in page.entries] == [
        (1, 10, {"number": 1}),
        (2, 20, {"number": 2}),
        (3, 30, {"number": 3}),
    ]
    assert (page.next_cursor, page.dropped, page.reset) == ("1:3", 0, False)


def test_a_cursor_reads_on_where_a_page_ended() -> None:
    journal = filled(5)

    first = journal.read(limit=2)
    second = journal.read(first.next_cursor, limit=2)
    third = journal.read(second.next_cursor, limit=2)
    fourth = journal.read(third.next_cursor, limit=2)

    assert [[entry.sequence for entry in page.entries] for page in (first, second, third, fourth)] == [[1, 2], [3, 4], [5], []]
    assert fourth.next_cursor == "1:5"


def test_what_a_filter_leaves_out_is_not_read_again() -> None:
    journal = filled(5)
    journal.append(60, "call.ended", call_id="a")
    wanted = Filter(kinds=("call.",))

    page = journal.read(wanted=wanted)

    assert [entry.kind for entry in page.entries] == ["call.ended"]
    assert page.next_cursor == "1:6"


def test_a_full_page_under_a_filter_goes_on_behind_its_last_entry() -> None:
    journal = Journal()
    for call in "abab":
        journal.append(0, "call.state", call_id=call)
    wanted = Filter(call_id="a")

    first = journal.read(limit=1, wanted=wanted)
    second = journal.read(first.next_cursor, limit=1, wanted=wanted)

    assert [entry.sequence for entry in (*first.entries, *second.entries)] == [1, 3]


@pytest.mark.parametrize(
    ("wanted", "sequences"),
    [
        (Filter(call_id="a"), [1, 2]),
        (Filter(kinds=("leg.",)), [2, 3]),
        (Filter(kinds=("leg.ended", "call.created")), [1, 3]),
        (Filter(severity=Severity.WARNING), [3, 4]),
        (Filter(severity=Severity.PROBLEM), [4]),
        (Filter(leg=2), [3]),
        (Filter(call_id="a", leg=1), [2]),
        (Filter(text="HUNG  up"), [3]),
        (Filter(data={"why": "hung up"}), [3]),
        (Filter(kinds=("call.",), data={"to": {"endpoint": "+46"}}), [1]),
        (Filter(data={"why": None}), [1, 2, 4]),
    ],
)
def test_filters(wanted: Filter, sequences: list[int]) -> None:
    journal = Journal()
    journal.append(0, "call.created", {"to": {"type": "did", "endpoint": "+46"}}, call_id="a")
    journal.append(0, "leg.answered", call_id="a", leg=1)
    journal.append(0, "leg.ended", {"why": "hung up"}, call_id="b", leg=2, severity=Severity.WARNING)
    journal.append(0, "svaml.problem", call_id="b", severity=Severity.PROBLEM)

    assert [entry.sequence for entry in journal.read(wanted=wanted).entries] == sequences


def test_the_oldest_entries_are_dropped_and_a_marker_says_so() -> None:
    journal = filled(6, max_entries=4)

    page = journal.read()

    assert len(journal) <= 4
    assert [entry.kind for entry in page.entries].count("journal.dropped") == 1
    assert page.dropped == journal.dropped == page.entries[0].sequence - 1


def test_there_is_a_marker_however_long_it_goes_on() -> None:
    journal = filled(5_000, max_entries=10)

    kinds = [entry.kind for entry in journal.read().entries]

    assert "journal.dropped" in kinds
    assert len(kinds) <= 10


def test_a_cursor_counts_only_what_it_missed() -> None:
    journal = filled(3, max_entries=4)
    cursor = journal.cursor
    for number in range(10):
        journal.append(0, "remark", {"number": number})

    assert journal.read(cursor).dropped == journal.dropped - 3


def test_a_reader_that_kept_up_misses_nothing() -> None:
    journal = filled(10, max_entries=4)

    assert journal.read(journal.cursor).dropped == 0


def test_large_entries_are_bounded_by_their_bytes() -> None:
    journal = Journal(max_entries=1_000, max_bytes=50_000)
    for _ in range(100):
        journal.append(0, "api.request", {"body": "x" * 10_000})

    assert 0 < len(journal) < 6
    assert journal.bytes <= 51_000
    assert journal.dropped > 90


def test_a_cursor_from_before_a_reset_is_told_so_and_starts_over() -> None:
    journal = filled(3)
    cursor = journal.cursor
    journal.restart(2)
    journal.append(0, "account.reset", {})

    page = journal.read(cursor)

    assert page.reset
    assert [(entry.epoch, entry.sequence, entry.kind) for entry in page.entries] == [(2, 1, "account.reset")]
    assert page.next_cursor == "2:1"
    assert not journal.read(page.next_cursor).reset


@pytest.mark.parametrize("cursor", ["1", "1:", ":1", "a:b", "1:2:3", "-1:2", "1:-2", "²:1", "9" * 50 + ":1", "2:1", "1:4"])
def test_what_is_no_cursor_of_this_journal_is_refused(cursor: str) -> None:
    with pytest.raises(BadRequest, match="cursor"):
        filled(3).read(cursor)


def test_a_page_holds_at_least_one_entry() -> None:
    with pytest.raises(BadRequest, match="at least 1 entry"):
        filled(3).read(limit=0)


def test_wall_clock_facts_are_not_in_the_canonical_journal() -> None:
    journal = Journal()
    entry = journal.append(5, "callback.attempted", {"status": 200}, basis=Basis.OBSERVED, wall={"milliseconds": 3.7})

    assert entry.wall == {"milliseconds": 3.7}
    assert journal.canonical() == [
        {
            "sequence": 1,
            "epoch": 1,
            "instant": 5,
            "call": "",
            "leg": 0,
            "kind": "callback.attempted",
            "data": {"status": 200},
            "severity": "info",
            "basis": "observed",
        }
    ]


def test_severities_are_counted_even_when_the_entries_are_gone() -> None:
    journal = Journal(max_entries=4)
    journal.append(0, "svaml.problem", severity=Severity.PROBLEM)
    for _ in range(20):
        journal.append(0, "remark")

    assert journal.read(wanted=Filter(severity=Severity.PROBLEM)).entries == ()
    assert journal.tally(Severity.PROBLEM) == 1


def test_listeners_hear_every_entry_until_they_unsubscribe() -> None:
    journal = Journal()
    heard: list[Entry] = []
    unsubscribe = journal.subscribe(heard.append)

    journal.append(0, "one")
    unsubscribe()
    journal.append(0, "two")

    assert [entry.kind for entry in heard] == ["one"]


def test_a_listener_that_fails_keeps_nobody_from_the_entry(caplog: pytest.LogCaptureFixture) -> None:
    journal = Journal()
    heard: list[Entry] = []

    def fail(_: Entry) -> None:
        raise RuntimeError("broken")

    journal.subscribe(fail)
    journal.subscribe(heard.append)
    journal.append(0, "one")

    assert len(heard) == 1
    assert "a listener of the journal failed" in caplog.text
