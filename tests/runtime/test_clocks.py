"""Clocks of accounts: three modes, one that changes while it runs, real time under frozen time."""

from __future__ import annotations

import subprocess
import sys

import pytest
from freezegun import freeze_time

from sinch_voice_emulator.errors import BadRequest, Conflict
from sinch_voice_emulator.runtime.clocks import (
    LATEST,
    AccountClock,
    ManualClock,
    RealClock,
    frozen_now,
    is_virtual,
    real_monotonic,
    real_perf_counter,
    restart,
)


class Wall:
    """A monotonic clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def wall() -> Wall:
    return Wall()


def test_a_real_clock_runs_by_itself_at_its_speed(wall: Wall) -> None:
    clock = AccountClock(1_000, "real", 20.0, monotonic=wall)
    wall.seconds += 1.5
    assert clock.now() == 31_000
    assert clock.seconds_until(51_000) == 1.0
    assert clock.seconds_until(30_000) == 0.0
    assert not clock.virtual
    with pytest.raises(Conflict, match="runs by itself; set its mode to manual or auto"):
        clock.set(40_000)


@pytest.mark.parametrize("mode", ["manual", "auto"])
def test_a_virtual_clock_stands_still_until_it_is_set(mode: str, wall: Wall) -> None:
    clock = AccountClock(1_000, mode, monotonic=wall)  # type: ignore[arg-type]
    wall.seconds += 60
    assert clock.now() == 1_000
    assert (clock.seconds_until(1_000), clock.seconds_until(1_001)) == (0.0, None)
    clock.set(5_000)
    clock.set(5_000)
    assert clock.now() == 5_000
    assert clock.virtual
    with pytest.raises(BadRequest, match="stands at 5000 and cannot go back to 4999"):
        clock.set(4_999)


def test_changing_the_mode_goes_on_from_the_same_instant(wall: Wall) -> None:
    clock = AccountClock(0, "real", monotonic=wall)
    wall.seconds += 2
    clock.change("manual")
    wall.seconds += 100
    assert (clock.now(), clock.mode) == (2_000, "manual")
    clock.set(10_000)
    clock.change("real", 10)
    assert clock.now() == 10_000
    wall.seconds += 1
    assert (clock.now(), clock.speed) == (20_000, 10)
    clock.change(speed=1)
    wall.seconds += 1
    assert (clock.now(), clock.mode) == (21_000, "real")


@pytest.mark.parametrize(
    ("mode", "speed", "says"),
    [
        ("fast", 1.0, "a clock is real, manual, auto, not 'fast'"),
        ("real", 0.0, "must be greater than 0, not 0"),
        ("real", -1.0, "must be greater than 0, not -1"),
        ("real", float("inf"), "must be greater than 0, not inf"),
        ("real", float("nan"), "must be greater than 0, not nan"),
    ],
)
def test_what_is_no_clock(mode: str, speed: float, says: str) -> None:
    with pytest.raises(BadRequest, match=says):
        AccountClock(0, mode, speed)  # type: ignore[arg-type]
    with pytest.raises(BadRequest, match=says):
        AccountClock(0).change(mode, speed)  # type: ignore[arg-type]


def test_a_clock_can_begin_again_in_the_past_but_not_before_1970_or_after_8999(wall: Wall) -> None:
    clock = AccountClock(10_000, "manual", monotonic=wall)
    assert restart(clock, 500) == 500
    assert clock.now() == 500
    for wrong in (-1, LATEST):
        with pytest.raises(BadRequest, match="from 1970 to 8999"):
            restart(clock, wrong)
    with pytest.raises(BadRequest, match="from 1970 to 8999"):
        clock.set(LATEST)
    with pytest.raises(Conflict, match="cannot be set back"):
        restart(RealClock(0), 1)


def test_which_clocks_are_virtual() -> None:
    assert is_virtual(AccountClock(0, "manual"))
    assert not is_virtual(AccountClock(0))
    assert not is_virtual(ManualClock(0))


# --- frozen time --------------------------------------------------------------------------------------------------------


def test_real_time_goes_on_under_frozen_time() -> None:
    with freeze_time("2026-01-01") as frozen:
        before = real_monotonic(), real_perf_counter()
        frozen.tick(3_600)
        assert real_monotonic() - before[0] < 60
        assert real_perf_counter() - before[1] < 60
        assert frozen_now() == 1_767_225_600_000 + 3_600_000
    assert frozen_now() is None


def test_also_when_everything_is_loaded_while_time_is_frozen() -> None:
    """An application whose tests freeze time before anything of ours is imported."""
    program = """
import sys
from freezegun import freeze_time
with freeze_time("2026-01-01"):
    from sinch_voice_emulator.runtime import clocks
    assert clocks.frozen_now() == 1767225600000
    first = clocks.real_monotonic()
    while clocks.real_monotonic() == first:
        pass
assert clocks.frozen_now() is None
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)


def test_a_clock_made_under_frozen_time_begins_there_and_follows_ticks() -> None:
    with freeze_time("2026-01-01") as frozen:
        clock = AccountClock(mode="auto")
        assert clock.now() == 1_767_225_600_000
        assert clock.newly_frozen() is None
        assert clock.follow_freeze() == clock.now()
        frozen.tick(30)
        assert clock.follow_freeze() == clock.now() + 30_000
        assert clock.follow_freeze() == clock.now()


def test_ticks_add_to_what_the_clock_moved_by_itself() -> None:
    with freeze_time("2026-01-01") as frozen:
        clock = AccountClock(mode="manual")
        clock.set(clock.now() + 10_000)
        frozen.tick(5)
        target = clock.follow_freeze()
    assert target == 1_767_225_600_000 + 15_000


def test_going_back_unfreezing_and_freezing_anew_move_nothing() -> None:
    clock = AccountClock(1_000, "auto")
    assert clock.follow_freeze() is None
    with freeze_time("2026-01-01") as frozen:
        assert clock.newly_frozen() == 1_767_225_600_000
        assert clock.follow_freeze() is None
        assert clock.newly_frozen() is None
        frozen.move_to("2025-01-01")
        assert clock.follow_freeze() == 1_000
        frozen.tick(1)
        assert clock.follow_freeze() == 2_000
    assert clock.follow_freeze() is None
    with freeze_time("2030-01-01"):
        assert clock.follow_freeze() is None
    assert clock.now() == 1_000


def test_a_clock_that_runs_by_itself_does_not_care() -> None:
    with freeze_time("2026-01-01") as frozen:
        clock = AccountClock()
        frozen.tick(30)
        assert clock.newly_frozen() is None
        assert clock.follow_freeze() is None
