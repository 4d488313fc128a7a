"""Playing a scenario that stands in a test, against a backend that is a function."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sinch_voice_emulator.scenario import reading, running
from sinch_voice_emulator.scenario.model import Scenario
from sinch_voice_emulator.scenario.running import Outcome
from sinch_voice_emulator.testkit import SinchVoice

AGENT = "+46700000001"
Backend = Callable[[dict[str, Any]], Any]


def say(text: str) -> dict[str, Any]:
    """An instruction that speaks."""
    return {"name": "say", "text": text, "locale": "en-US"}


def menu(event: dict[str, Any]) -> dict[str, Any] | None:
    """A menu: 1 is connected to an agent, everything else hears good-bye."""
    if event["event"] == "ice":
        options = [{"dtmf": "1", "action": "return(support)"}]
        return {
            "action": {
                "name": "runMenu",
                "menus": [{"id": "main", "mainPrompt": "#tts[Press 1 for support.]", "options": options}],
            }
        }
    if event["event"] == "pie" and event["menuResult"].get("value") == "support":
        cookie = {"name": "setCookie", "key": "team", "value": "support"}
        return {"instructions": [cookie], "action": {"name": "connectPstn", "number": AGENT, "cli": "+12025550100"}}
    if event["event"] == "pie":
        return {"instructions": [say("Good-bye.")], "action": {"name": "hangup"}}
    return {"action": {"name": "continue"}} if event["event"] == "ace" else None


def parked(_event: dict[str, Any]) -> dict[str, Any]:
    """Whoever calls is parked."""
    return {"instructions": [{"name": "answer"}], "action": {"name": "park", "holdPrompt": "#tts[One moment.]"}}


def into_a_room(event: dict[str, Any]) -> dict[str, Any] | None:
    """Whoever calls is in the conference ``standup``."""
    return {"action": {"name": "connectConf", "conferenceId": "standup"}} if event["event"] == "ice" else None


def read(text: str, folder: str | Path = ".", name: str = "Test") -> Scenario:
    """A scenario, of which the test shows the part that matters."""
    lines = textwrap.dedent(text).strip("\n")
    return reading.load(lines if lines.startswith("name:") else f"name: {name}\n{lines}", "test.yaml", folder)


def play(voice: SinchVoice, text: str | Scenario, backend: Backend = menu, /, **variables: Any) -> Outcome:
    """Play one row of a scenario."""
    scenario = text if isinstance(text, Scenario) else read(text)
    voice.deliver_to(backend)
    return voice.work(running.playing(voice, scenario, scenario.rows[0], variables))


def passes(voice: SinchVoice, text: str | Scenario, backend: Backend = menu, /, **variables: Any) -> Outcome:
    """Play a scenario that is to pass."""
    outcome = play(voice, text, backend, **variables)
    assert outcome.passed, outcome.text()
    return outcome


def fails(voice: SinchVoice, text: str, backend: Backend = menu, /, **variables: Any) -> str:
    """Play a scenario that is to fail; why it does."""
    outcome = play(voice, text, backend, **variables)
    assert not outcome.passed, "the scenario passed"
    return outcome.text()


def problems(text: str, folder: str | Path = ".") -> list[str]:
    """What is wrong with a file."""
    try:
        read(text, folder)
    except reading.BadScenario as error:
        return error.problems
    return []
