"""For tests of the pytest plugin as its users meet it: write a test, run it, read what comes out."""

from __future__ import annotations

import re

import freezegun  # noqa: F401
import pytest

import sinch_voice_emulator.api.app
import sinch_voice_emulator.runtime.server
import sinch_voice_emulator.sample_backend
import sinch_voice_emulator.testkit  # noqa: F401  (runs in this process forget what they import, and C extensions load once)

INI = """
[pytest]
addopts = -p no:schemathesis -p no:cacheprovider -p no:hypothesispytest
filterwarnings = error
"""
HELPERS = """
import pytest
MENU = {"action": {"name": "runMenu", "menus": [{"id": "main", "mainPrompt": "#tts[Press 1 for support.]",
        "options": [{"dtmf": "1", "action": "return(support)"}]}]}}
def backend(event):
    if event["event"] == "ice":
        return MENU
    return {"action": {"name": "hangup"}} if event["event"] == "pie" else {}
"""


class Run:
    """Runs test code in this process, or with ``apart`` in one of its own; ``ini`` adds to the ini file."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        pytester.makeini(INI)

    def __call__(self, code: str, *options: str, ini: str = "", apart: bool = False) -> pytest.RunResult:
        if ini:
            self.pytester.makeini(INI + ini)
        self.pytester.makepyfile(test_it=HELPERS + code)
        return self.pytester.runpytest_subprocess(*options) if apart else self.pytester.runpytest_inprocess(*options)


def said(result: pytest.RunResult) -> str:
    """The output, with call ids and lines made equal and no spaces at the ends of lines."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<id>", "\n".join(line.rstrip() for line in result.outlines))
    return re.sub(r"test_it.py:\d+", "test_it.py:<line>", text)
