"""Whole calls over sockets: callout with ACE and DICE; the phone hangs up at once, the backend answers at once."""

from __future__ import annotations

import time

from bench import setting
from bench.table import show

SECONDS = 4.0
LOOKED_AT = 500


def main() -> None:
    """Print lifecycles per second: POST, ACE answered, DICE answered; then a GET of each."""
    with (
        setting.backend(0.0) as backend,
        setting.served(setting.QUICK, "--callback-url", backend, *setting.LARGE_JOURNAL) as emulator,
    ):
        began = time.perf_counter()
        body = setting.callout(enableAce=True, enableDice=True)
        figures = setting.load(emulator.url + setting.PATH, body, SECONDS, connections=16)
        calls = int(figures.partition(" ms, worst ")[2].split(" ms, ")[1].split()[0])
        emulator.wait_for("callback.attempted", 2 * calls)
        took = time.perf_counter() - began
        ids = [call["callId"] for call in emulator.call("GET", f"/_emulator/calls?limit={LOOKED_AT}")["calls"]]
        began = time.perf_counter()
        answered = [emulator.call("GET", f"/calling/v1/calls/id/{call}")["result"] for call in ids].count("ANSWERED")
        looking = (time.perf_counter() - began) / len(ids) * 1000
    rows = [(calls, f"{took:.1f} s", f"{calls / took:.0f}", f"{looking:.2f} ms", f"{answered} of {len(ids)}")]
    show(("calls", "POST to last DICE answered", "calls per second", "one GET", "looked at: ANSWERED"), rows)
