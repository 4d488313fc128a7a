"""The book of stubs: order, counting, switching, and what of a request is looked at."""

from __future__ import annotations

from typing import Any

import pytest

from sinch_voice_emulator.errors import LimitReached, NotFound
from sinch_voice_emulator.stubs.book import MAX_STUBS, StubBook
from sinch_voice_emulator.stubs.reading import stub_from_json
from sinch_voice_emulator.stubs.values import ABSENT, Request, Stub


def stub(name: str = "", **more: Any) -> Stub:
    return stub_from_json({"name": name, "answer": {}, **more})


def request(method: str = "POST", path: str = "/x", body: object = ABSENT, **more: Any) -> Request:
    return Request(method, path, more.get("query", {}), more.get("headers", {}), body)


def answers(when: dict[str, Any], asked: Request) -> bool:
    return StubBook([stub(when=when)]).find(asked) is not None


@pytest.mark.parametrize(
    ("when", "asked", "fits"),
    [
        ({}, request(), True),
        ({"method": "POST"}, request(), True),
        ({"method": "GET"}, request(), False),
        ({"path": "/x"}, request(), True),
        ({"path": "/y"}, request(), False),
        ({"query": {"page": "1"}}, request(query={"page": "1", "size": "5"}), True),
        ({"query": {"page": "1"}}, request(query={"page": "2"}), False),
        ({"query": {"page": None}}, request(), True),
        ({"query": {"page": None}}, request(query={"page": ""}), False),
        ({"headers": {"X-Tag": "a"}}, request(headers={"x-tag": "a"}), True),
        ({"headers": {"X-Tag": "a"}}, request(headers={"x-tag": "A"}), False),
        ({"headers": {"X-Tag": None}}, request(headers={"x-tag": "A"}), False),
        ({"body": {"a": {"b": 1}}}, request(body={"a": {"b": 1, "c": 2}, "d": 3}), True),
        ({"body": {"a": {"b": 1}}}, request(body={"a": {"b": True}}), False),
        ({"body": {"a": None}}, request(body={"b": 1}), True),
        ({"body": {"numbers": ["+46"]}}, request(body={"numbers": ["+45", "+46"]}), True),
        ({"body": {"ice": {"action": {"name": "park"}}}}, request(body={"ice": '{"action": {"name": "park"}}'}), True),
        ({"body": {"a": 1}}, request(), False),
        ({"body": None}, request(), True),
        ({"body": None}, request(body={}), False),
        ({"body": "text"}, request(body="text"), True),
    ],
)
def test_which_requests_are_meant(when: dict[str, Any], asked: Request, fits: bool) -> None:
    assert answers(when, asked) is fits


def test_the_first_that_fits_answers_and_one_that_is_added_comes_first() -> None:
    book = StubBook([stub("a", when={"path": "/a"}), stub("b"), stub("c")])
    assert [hit.entry.stub.name for hit in (book.find(request(path="/a")), book.find(request())) if hit] == ["a", "b"]
    book.add(stub("new"))
    assert [entry.stub.name for entry in book.all()] == ["new", "a", "b", "c"]
    hit = book.find(request(path="/a"))
    assert hit is not None
    assert hit.entry.stub.name == "new"


def test_times_are_counted_and_then_the_next_one_answers() -> None:
    book = StubBook([stub("twice", times=2), stub("else")])
    found = [book.find(request()) for _ in range(3)]
    assert [(hit.entry.stub.name, hit.entry.answered, hit.entry.left) for hit in found if hit] == [
        ("twice", 1, 1),
        ("twice", 2, 0),
        ("else", 1, None),
    ]


def test_one_that_is_off_answers_nothing() -> None:
    book = StubBook([stub("off", enabled=False)])
    assert book.find(request()) is None
    [entry] = book.all()
    book.switch(entry.id, True)
    assert book.find(request()) is not None
    book.enabled = False
    assert book.find(request()) is None


def test_replacing_removing_and_restoring() -> None:
    book = StubBook([stub("a", times=1), stub("b")])
    first, second = book.all()
    assert book.find(request()) is not None
    changed = book.replace(first.id, stub("c", times=1))
    assert (changed.id, changed.stub.name, changed.left) == (first.id, "c", 1)
    book.remove(second.id)
    assert [entry.stub.name for entry in book.all()] == ["c"]
    book.set_all([stub("d")])
    book.enabled = False
    book.restore()
    assert ([(entry.stub.name, entry.answered) for entry in book.all()], book.enabled) == ([("a", 0), ("b", 0)], True)


def test_unknown_ids() -> None:
    book = StubBook()
    for ask in (book.get, book.remove, lambda id: book.switch(id, True), lambda id: book.replace(id, stub())):
        with pytest.raises(NotFound, match="there is no stub '7'"):
            ask("7")


def test_there_is_an_end_to_them() -> None:
    book = StubBook([stub()] * MAX_STUBS)
    with pytest.raises(LimitReached, match="at most 1000 stubs"):
        book.add(stub())
    assert len(book) == MAX_STUBS
