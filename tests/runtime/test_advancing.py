"""An advance by itself: the quiet window on a clock of the test's, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.wrappers import Response

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.runtime import advancing, openness
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.advancing import Advance, Advanced, Goal, Stop
from sinch_voice_emulator.runtime.deferred import wait
from sinch_voice_emulator.runtime.ports import Answer
from virtual_world import HANG_UP, START, answer_of, arrival, emulator_for


class Wall:
    """The monotonic clock of these tests."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    wall = Wall()
    monkeypatch.setattr(advancing, "real_monotonic", wall)
    monkeypatch.setattr(openness, "real_monotonic", wall)
    return wall


@pytest.fixture
def account() -> AccountRuntime:
    return emulator_for("manual").account()


class Request:
    """An advance and what it was answered with."""

    def __init__(self, account: AccountRuntime, goal: Goal, quiet: float = 0.02, timeout: float = 20.0) -> None:
        self.done: list[Advanced] = []
        self.refused: list[str] = []
        self.advance = Advance(account, goal, timeout=timeout, quiet=quiet, answer=self.answer, refuse=self.refuse)

    def answer(self, done: Advanced) -> Response:
        self.done.append(done)
        return Response()

    def refuse(self, refusal: EmulatorError) -> Response:
        self.refused.append(str(refusal))
        return Response()


def test_the_quiet_window_begins_anew_with_every_exchange(account: AccountRuntime, wall: Wall) -> None:
    account.submit(arrival())
    request = Request(account, Goal(1_000))
    assert request.advance.ready() is None, "ICE is to be sent"
    (ice,) = account.take_ready()
    account.conclude(ice.id, answer_of(HANG_UP))
    (dice,) = account.take_ready()
    wall.seconds += 0.015
    account.conclude(dice.id, Answer(200))
    assert request.advance.ready() is None
    wall.seconds += 0.019
    assert request.advance.ready() is None
    assert account.clock.now() == START
    wall.seconds += 0.002
    assert request.advance.ready() is not None
    assert request.done == [Advanced(Stop.TIME, 1_000)]


def test_requests_and_holds_count_as_exchanges(account: AccountRuntime, wall: Wall) -> None:
    for begin in (request_of, hold_of):
        end = begin(account)
        request = Request(account, Goal(1_000))
        wall.seconds += 60
        assert request.advance.ready() is None
        end()
        assert request.advance.ready() is None, "the window begins when it ends"
        wall.seconds += 0.02
        assert request.advance.ready() is not None


def request_of(account: AccountRuntime) -> Callable[[], None]:
    """A request of the Calling API, and what ends it."""
    return account.open_request().close


def hold_of(account: AccountRuntime) -> Callable[[], None]:
    """A hold, and what releases it."""
    hold = account.hold()
    return lambda: account.release(hold)


def test_the_window_is_waited_for_in_a_thread_where_there_is_no_loop(account: AccountRuntime) -> None:
    account.open_request().close()
    request = Request(account, Goal(1_000), quiet=0.005)
    wait(request.advance)
    assert request.done == [Advanced(Stop.TIME, 1_000)]
    assert account.open.advancing is None


def test_what_ends_an_advance_early(account: AccountRuntime) -> None:
    account.hold()
    late = Request(account, Goal(1_000), timeout=0.0)
    wait(late.advance)
    assert late.done == [Advanced(Stop.OPEN, 0)]
    for end, says in ((account.reset, "was reset while"), (account.close, "was deleted")):
        request = Request(account, Goal(1_000))
        end()
        assert request.advance.ready() is not None
        request.advance.expired()
        assert [says in sentence for sentence in request.refused] == [True, True]


def test_a_request_that_left_lets_the_next_one_move(account: AccountRuntime) -> None:
    first, second = Request(account, Goal(1_000)), Request(account, Goal(1_000))

    def wake() -> Any:
        return None

    leave = first.advance.subscribe(wake)
    leave_too = second.advance.subscribe(wake)
    assert second.advance.ready() is not None
    assert "is being advanced by another request" in second.refused[0]
    leave_too()
    assert account.open.advancing is first.advance
    leave()
    assert Request(account, Goal(1_000)).advance.ready() is not None
    assert account.clock.now() == START + 1_000
