"""Calls the number, presses 1 at the menu, and says whether the caller was put through: exit code 0 if so, 1 if not.

It needs Python and nothing else, and drives the emulator through its control API. The clock stands still between two requests,
so that a call of half a minute takes no time.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from typing import Any

EMULATOR = os.environ.get("SINCH_VOICE_EMULATOR_URL", "http://127.0.0.1:8080")
CALLER, NUMBER, AGENT = "+46701740605", "+12025550100", "+46701740642"


def control(path: str, body: object = None) -> Any:
    """One request of the control API: a POST with a body, a GET without. JSON, or text where the answer is no JSON."""
    request = urllib.request.Request(f"{EMULATOR}/_emulator{path}", json.dumps(body).encode() if body is not None else None)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=60) as response:
        text = response.read().decode()
    return json.loads(text) if response.headers.get_content_type() == "application/json" else text


def verdict() -> list[str]:
    """What is wrong, a sentence each."""
    behaviour = {"reactions": [{"hears": "Press 1", "presses": "1"}], "hangsUpAfter": 30}
    call = control("/calls", {"from": CALLER, "to": NUMBER, "behaviour": behaviour})["callId"]
    control("/clock/advance", {"until": "idle"})
    print(control(f"/calls/{call}/ladder"))
    dialled = [entry["data"]["to"]["endpoint"] for entry in control(f"/journal?kind=leg.dialled&call={call}")["entries"]]
    wrong = [] if dialled == [AGENT] else [f"the caller should have been put through to {AGENT}, not to {dialled or 'nobody'}"]
    checked = control("/check", {})
    return wrong if checked["passed"] else [*wrong, checked["report"]]


def main() -> int:
    """The exit code."""
    wrong = verdict()
    for sentence in wrong:
        print(f"failed: {sentence}", file=sys.stderr)
    print("failed" if wrong else "passed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
