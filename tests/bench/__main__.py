"""``make bench``: tables of figures, each beside a yardstick measured in the same run. Asserts nothing.

python -m bench [SECTION ...]      (tests/ on the path)
"""

from __future__ import annotations

import importlib
import platform
import sys
import time

SECTIONS = {
    "requests": ("bench.requests_bench", "POST callouts, beside a bare Flask app on the same server"),
    "lifecycles": ("bench.lifecycles_bench", "Whole calls: callout, ACE answered, DICE answered, GET"),
    "slow-backend": ("bench.slow_backend_bench", "2,000 calls against a backend that takes 4 s for each answer"),
    "start": ("bench.start_bench", "From the start of the process to the first answer"),
    "memory": ("bench.memory_bench", "Memory: idle, and with 10,000 live calls"),
    "testkit": ("bench.testkit_bench", "Fixtures and calls in virtual time"),
    "scenarios": ("bench.scenarios_bench", "Scenario runs in virtual time"),
}


def main(names: list[str]) -> int:
    """Run the named sections, or all."""
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        print(f"there is no section {unknown[0]!r}; there are: {', '.join(SECTIONS)}")
        return 2
    print(f"Python {platform.python_version()}, {platform.machine()}; figures of one run on a shared machine: compare ratios\n")
    for name in names or SECTIONS:
        module, title = SECTIONS[name]
        print(f"## {title}\n")
        began = time.perf_counter()
        importlib.import_module(module).main()
        print(f"\n({name}: {time.perf_counter() - began:.0f} s)\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
