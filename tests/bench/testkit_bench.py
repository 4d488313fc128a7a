"""What tests cost that use the emulator: its fixture, a test, whole calls in virtual time, many calls at a time."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.table import show

AGENT = "+46701740642"


def main() -> None:
    """Print all tables."""
    show(("what", "milliseconds"), [*_imports(), *_fixtures()])
    print()
    show(("whole inbound calls through Flask, signatures verified", "milliseconds a call", "calls"), list(_calls()))
    print()
    show(("a conference of two hours", "seconds"), [_conference(1_000)])
    print()
    show(("live calls", "milliseconds a call", "against 10 live calls"), _live())


def _imports() -> list[tuple[str, str]]:
    """In processes of their own, since an import happens once."""
    return [
        (
            "an unrelated test run: importing the plugin",
            _imported("import pytest", "import sinch_voice_emulator.pytest_plugin"),
        ),
        ("first use: importing the Python API", _imported("import pytest", "import sinch_voice_emulator.testkit")),
        ("for comparison: importing pytest", _imported("import sys", "import pytest")),
    ]


def _imported(before: str, what: str) -> str:
    code = f"{before}\nimport time\nbegan = time.perf_counter()\n{what}\nprint((time.perf_counter() - began) * 1000)"
    times = [float(subprocess.check_output([sys.executable, "-c", code], text=True)) for _ in range(5)]
    return f"{statistics.median(times):.1f}"


def _fixtures() -> list[tuple[str, str]]:
    from sinch_voice_emulator.testkit import SinchVoice, make_emulator

    began = time.perf_counter()
    emulator = make_emulator()
    made = time.perf_counter() - began
    tests = _each(lambda: SinchVoice(emulator, seed="tests/test_it.py::test_it").close(), 500)
    began = time.perf_counter()
    emulator.start()
    started = time.perf_counter() - began
    emulator.stop()
    return [
        ("fixture start: the emulator of a session", f"{made * 1000:.2f}"),
        ("the server, when a fixture needs its URL", f"{started * 1000:.1f}"),
        ("a test: a fresh account and its end", f"{tests:.3f}"),
    ]


def _each(work: Callable[[], object], times: int) -> float:
    """Milliseconds each."""
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) * 1000 / times


def _voice() -> Any:
    from sinch_voice_emulator.sample_backend import create_app
    from sinch_voice_emulator.testkit import SinchVoice

    voice = SinchVoice()
    voice.deliver_to(create_app(voice.key, voice.secret, AGENT), "/voice")
    return voice


def menu_call(voice: Any, agent: Any) -> None:
    """ICE, PIE, ACE, DICE: a caller chooses, an agent answers, they talk for a minute."""
    call = voice.incoming_call()
    call.expect_prompt("Press 1")
    call.press("1")
    agent.expect_ringing().answer()
    voice.advance(minutes=1)
    call.hang_up()
    assert call.result == "ANSWERED"


def _calls() -> list[tuple[str, str, str]]:
    voice = _voice()
    agent = voice.phone(AGENT)
    menu_call(voice, agent)
    cost = _each(lambda: menu_call(voice, agent), 1_000)
    assert voice.problems() == []
    voice.close()
    return [("caller presses 1, agent answers, a minute later both hang up", f"{cost:.2f}", "1,000")]


def _conference(parties: int) -> tuple[str, str]:
    from sinch_voice_emulator.testkit import SinchVoice

    answers = {"ice": {"action": {"name": "connectConf", "conferenceId": "all-hands"}}}
    with SinchVoice() as voice:
        voice.deliver_to(lambda event: answers.get(event["event"], {}))
        began = time.perf_counter()
        calls = [voice.incoming_call(f"+1202{number:07d}") for number in range(parties)]
        voice.conference("all-hands").expect_participants(count=parties)
        voice.advance(hours=2)
        for call in calls:
            call.hang_up()
        assert {call.duration for call in calls} == {7_200}
        took = time.perf_counter() - began
    return f"{parties:,} parties join, two hours pass, all hang up", f"{took:.2f}"


def _live() -> list[tuple[str, str, str]]:
    """What a call costs while so many others are connected."""
    rows, first = [], 0.0
    for live in (10, 100, 1_000, 10_000):
        voice = _voice()
        agent = voice.phone(AGENT)
        voice.set_profile(default_max_duration=48 * 3_600_000)
        for _ in range(live):
            call = voice.incoming_call()
            call.press("1")
            agent.expect_ringing().answer()
        cost = _each(lambda voice=voice, agent=agent: menu_call(voice, agent), 200)  # type: ignore[misc]
        first = first or cost
        rows.append((f"{live:,}", f"{cost:.2f}", f"{cost / first:.2f}"))
        voice.close()
    return rows


if __name__ == "__main__":
    main()
