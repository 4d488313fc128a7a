"""Resident memory of a served emulator: idle, and with 10,000 live calls, with their journal and with one of two entries."""

from __future__ import annotations

from bench import setting
from bench.table import show

CALLS = 10_000
FULL, NONE = "1000000", "2"


def main() -> None:
    """Print resident MiB."""
    rows = []
    for name, entries in (("with their journal", FULL), ("without a journal", NONE)):
        idle, live = _measure(entries)
        above = live - idle
        rows.append((name, f"{idle:.0f} MiB", f"{live:.0f} MiB", f"{above:.0f} MiB", f"{above * 1024 / CALLS:.1f} KiB"))
    show((f"{CALLS:,} live calls", "idle", "with the calls", "above idle", "per call"), rows)


def _measure(entries: str) -> tuple[float, float]:
    bounds = ("--journal-max-entries", entries, "--journal-max-bytes", "1000000000")
    with setting.served(setting.NEVER_ANSWERS, *bounds) as emulator:
        idle = emulator.status("VmRSS") / 1024
        for _ in range(CALLS):
            emulator.call("POST", setting.PATH, setting.callout())
        return idle, emulator.status("VmRSS") / 1024
