"""``make demo`` keeps its promise: two calls, two ladders, two bills, exit code 0."""

from __future__ import annotations

import re

import pytest

from sinch_voice_emulator import demo


def test_the_demo(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main() == 0
    said = capsys.readouterr()
    assert said.err == ""
    story = re.sub(r"\d+\.\d{3}  ", "", said.out)
    for line in (
        "caller    +46701740605 calls +12025550100 by phone",
        "backend   -> ICE",
        "backend   <- runMenu main: 1 sales, 2 leave",
        "caller    presses 1",
        'backend   <- say "We are putting you through.", connectPstn +46701740642',
        "callee    answers",
        "platform  calls +46701740605 to speak a text",
    ):
        assert line in story
    # The clock runs by itself, twenty times as fast as the machine's: a second more or less is a moment of a busy machine.
    assert re.search(r"call      ended: ANSWERED / CALLERHANGUP, 3\d s, 0\.0175 EUR", story)
    assert re.search(r"Bill: 3\d s at 0\.0175 EUR a minute: 0\.0175 EUR", story)
    assert re.search(r"call      ended: ANSWERED / MANAGERHANGUP, \d s, 0\.0175 EUR", story)
    assert said.out.count("backend   -> DICE") == 2
    assert "!" not in said.out


def test_it_says_what_went_wrong(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(demo, "AGENT", "+10005550301")
    assert demo.main() == 1
    assert re.fullmatch(
        r"The demo failed: The call \S+ ended with .*, not ANSWERED / CALLERHANGUP\.\n", capsys.readouterr().err
    )
