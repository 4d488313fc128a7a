"""Same seed, same test: the canonical journal is the same, whatever the process's hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runtime.deterministic_scene import CALLS, canonical

HERE = Path(__file__).resolve().parents[1]


def journals(kind: str, seeds: Iterable[int]) -> list[str]:
    """A digest of the journal of a run for each hash seed, which a process has for life. Two of them run at a time.

    They are not measured: what they run is measured elsewhere.
    """
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")} | {"PYTHONPATH": str(HERE)}

    def run(seed: int) -> str:
        program = [sys.executable, "-m", "runtime.deterministic_scene", kind]
        environment = plain | {"PYTHONHASHSEED": str(seed)}
        return subprocess.run(program, env=environment, cwd=HERE, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    with ThreadPoolExecutor(2) as lanes:
        return list(lanes.map(run, seeds))


def test_fifty_runs_with_fifty_hash_seeds_have_one_journal() -> None:
    found = journals("function", range(1, 51))
    assert len(found) == 50
    assert len(found[0]) == 128
    assert set(found) == {found[0]}


def test_a_server_with_threads_on_a_port_of_its_own_has_one_journal_too() -> None:
    found = journals("url", range(51, 55))
    assert len(found[0]) == 128
    assert set(found) == {found[0]}


def test_the_scene_is_worth_comparing() -> None:
    entries = canonical()
    kinds = [str(entry["kind"]) for entry in entries]
    assert {"fault.fired", "callback.discarded", "callback.failed", "conference.joined", "menu.result"} <= set(kinds)
    assert kinds.count("menu.result") == CALLS
    assert kinds.count("api.request") >= 2 * 2 * CALLS
    assert len({entry["call"] for entry in entries}) > 2 * CALLS
