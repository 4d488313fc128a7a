"""The page on the scenario language: its examples run, and its tables name everything there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from scenario.playing_site import AGENT
from sinch_voice_emulator.runtime.delivery_faults import FaultKind
from sinch_voice_emulator.scenario import forms, reading, running
from sinch_voice_emulator.scenario.variables import BUILT_IN
from sinch_voice_emulator.scenario.words import WORDS
from sinch_voice_emulator.testkit import SinchVoice

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "scenarios.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def reception(event: dict[str, Any]) -> dict[str, Any] | None:
    """1 is support, 2 good-bye, 3 the conference."""
    if event["event"] == "ice":
        keys = {"1": "support", "2": "bye", "3": "meet"}
        options = [{"dtmf": key, "action": f"return({value})"} for key, value in keys.items()]
        menu = {"id": "main", "mainPrompt": "#tts[Press 1 for support.]", "options": options}
        return {"action": {"name": "runMenu", "barge": True, "menus": [menu]}}
    if event["event"] == "pie":
        choice = event["menuResult"]["value"]
        if choice == "support":
            return {"action": {"name": "connectPstn", "number": AGENT, "cli": "+12025550100"}}
        if choice == "meet":
            return {"action": {"name": "connectConf", "conferenceId": "standup"}}
        return {"action": {"name": "hangup"}}
    return {"action": {"name": "continue"}} if event["event"] == "ace" else None


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs(voice: SinchVoice, number: int) -> None:
    scenario = reading.load(EXAMPLES[number], f"example-{number + 1}.yaml")
    for row in scenario.rows:
        voice.reset()
        voice.deliver_to(reception)
        outcome = voice.work(running.playing(voice, scenario, row, {}))
        assert outcome.passed, outcome.text()


def test_every_word_is_named() -> None:
    definitions = forms.schema()["$defs"]
    words = [
        *WORDS,
        *definitions["expectation"]["properties"],
        *forms.schema()["properties"]["given"]["properties"],
        *FaultKind,
        *definitions["fault"]["properties"],
        *BUILT_IN,
        *[name for name in forms.schema()["properties"] if not name.startswith("$")],
    ]
    said = set(re.findall(r"[a-z_-]+", " ".join(re.findall(r"`[^`]*`", PAGE) + EXAMPLES)))
    assert [word for word in words if word not in said] == []


def test_the_sentences_shown_are_those_of_the_emulator(tmp_path: Path) -> None:
    lines = [
        "name: Menu",
        "variables: {}",
        "",
        "steps:",
        "  - incomming_call: {}",
        "  - incoming_call: {}",
        '  - press: "1"',
        "  - press: '2'",
        "  - wait: 5 sec",
    ]
    with pytest.raises(reading.BadScenario) as refused:
        reading.load("\n".join(lines), "menu.yaml", tmp_path)
    assert "\n".join(refused.value.problems) in PAGE
