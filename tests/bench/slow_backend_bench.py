"""2,000 calls against a backend that takes 4 s for each answer, while another application asks for something every few ms."""

from __future__ import annotations

import base64
import http.client
import statistics
import threading
import time
from urllib.parse import urlsplit

from bench import setting
from bench.table import show

CALLS = 2_000
ANSWER_TAKES = 4.0
OTHER_KEY = "99999999-2222-4333-8444-555555555555"
OTHER_SECRET = "c2VjcmV0"
OTHER = "Basic " + base64.b64encode(f"{OTHER_KEY}:{OTHER_SECRET}".encode()).decode()


def main() -> None:
    """Print how long all calls took, the server's threads, and the other application's latencies."""
    with (
        setting.backend(ANSWER_TAKES) as backend,
        setting.served(setting.QUICK, "--callback-url", backend, *setting.LARGE_JOURNAL) as emulator,
    ):
        application = {"key": OTHER_KEY, "secret": OTHER_SECRET}
        emulator.call("POST", "/_emulator/accounts", {"name": "other", "applications": [application]})
        latencies: list[float] = []
        stop = threading.Event()
        prober = threading.Thread(target=_probe, args=(emulator.url, latencies, stop))
        prober.start()
        began = time.perf_counter()
        for _ in range(CALLS):
            emulator.call("POST", setting.PATH, setting.callout(enableAce=True, enableDice=True))
        placed = time.perf_counter() - began
        threads = emulator.status("Threads")
        emulator.wait_for("callback.attempted", 2 * CALLS)
        took = time.perf_counter() - began
        stop.set()
        prober.join()
    cuts = statistics.quantiles(latencies, n=100)
    head = ("calls placed in", "all over after", "server threads", "other application: p50", "p99", "requests")
    show(head, [(f"{placed:.1f} s", f"{took:.1f} s", threads, f"{cuts[49]:.1f} ms", f"{cuts[98]:.1f} ms", len(latencies))])


def _probe(url: str, latencies: list[float], stop: threading.Event) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    while not stop.wait(0.005):
        began = time.perf_counter()
        connection.request("GET", "/v1/configuration/numbers", headers={"authorization": OTHER})
        connection.getresponse().read()
        latencies.append((time.perf_counter() - began) * 1000)
    connection.close()
