"""Same seed, same test: the canonical journal is the same, whatever the process's hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from runtime.deterministic_scene import canonical

HERE = Path(__file__).resolve().parents[1]
PROCESSES, RUNS_EACH = 5, 10


def test_fifty_runs_with_different_hash_seeds_have_one_journal() -> None:
    running = []
    for seed in range(PROCESSES):
        environment = os.environ | {"PYTHONHASHSEED": str(seed * 7919), "PYTHONPATH": str(HERE)}
        program = [sys.executable, "-m", "runtime.deterministic_scene", str(RUNS_EACH)]
        running.append(subprocess.Popen(program, env=environment, cwd=HERE, stdout=subprocess.PIPE, text=True))
    digests = []
    for process in running:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        digests += out.split()
    assert len(digests) == PROCESSES * RUNS_EACH
    assert len(set(digests)) == 1


def test_the_scene_is_worth_comparing() -> None:
    entries = canonical()
    kinds = {str(entry["kind"]) for entry in entries}
    assert {"fault.fired", "callback.discarded", "callback.failed", "conference.joined", "menu.result", "api.request"} <= kinds
    assert len({entry["call"] for entry in entries}) > 30
