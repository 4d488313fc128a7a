"""Places a call in Europe by Sinch's own URL and looks for it in two regions: exit code 0 if it is found in Europe alone."""

from __future__ import annotations

import base64
import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any

PAIR = f"{os.environ['SINCH_APPLICATION_KEY']}:{os.environ['SINCH_APPLICATION_SECRET']}"
HEADERS = {"Authorization": "Basic " + base64.b64encode(PAIR.encode()).decode(), "Content-Type": "application/json"}
CALLOUT = {
    "method": "ttsCallout",
    "ttsCallout": {"destination": {"type": "number", "endpoint": "+46701740605"}, "cli": "+12025550100", "text": "Hello."},
}


def ask(region: str, path: str, body: object = None) -> tuple[int, Any]:
    """One request to a region: status and JSON."""
    url = f"https://calling-{region}.api.sinch.com/calling/v1/{path}"
    request = urllib.request.Request(url, json.dumps(body).encode() if body is not None else None, HEADERS)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def main() -> int:
    """The exit code."""
    _, call = ask("euc1", "callouts", CALLOUT)
    found = {region: ask(region, f"calls/id/{call['callId']}")[0] for region in ("euc1", "use1")}
    passed = found == {"euc1": 200, "use1": 404}
    print(f"{'passed' if passed else 'failed'}: {found}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
