"""Scenario runs: a menu call with validation and signatures on, against a Flask app in this process that verifies them."""

from __future__ import annotations

import time

from bench.table import show
from sinch_voice_emulator.sample_backend import create_app
from sinch_voice_emulator.scenario import reading, running
from sinch_voice_emulator.testkit import SinchVoice

RUNS = 300
AGENT = "+46701740642"
TEXT = f"""
name: A caller is put through
given:
  phones: {{ "{AGENT}": {{ rings_for: 3s, hangs_up_after: 60s }} }}
steps:
  - incoming_call: {{ from: "+12025550143" }}
  - expect: {{ callback: ice, answer: {{ action: {{ name: runMenu }} }} }}
  - expect: {{ heard: {{ $matches: "." }}, by: caller }}
  - press: "1"
  - expect: {{ callback: pie, with: {{ menuResult: {{ type: return }} }} }}
  - expect: {{ dialled: "{AGENT}" }}
  - expect: {{ callback: ace }}
  - expect: {{ callback: dice, with: {{ result: ANSWERED, reason: CALLEEHANGUP }} }}
"""


def main() -> None:
    """Print both tables."""
    with SinchVoice() as voice:
        app = create_app(voice.key, voice.secret, AGENT)
        scenario = reading.load(TEXT, "menu.yaml")
        began = time.perf_counter()
        for _ in range(RUNS):
            voice.reset()
            voice.deliver_to(app, "/voice")
            outcome = voice.work(running.playing(voice, scenario, {}, {}))
            if not outcome.passed:
                raise SystemExit(outcome.text())
        played = time.perf_counter() - began
        voice.reset()
        voice.deliver_to(app, "/voice")
        began = time.perf_counter()
        for _ in range(RUNS):
            call = voice.incoming_call()
            call.press("1")
            voice.phone(AGENT, rings_for=3, hangs_up_after=60)
            call.expect_ended(within=120)
        plain = time.perf_counter() - began
        voice.reset()
    began = time.perf_counter()
    for _ in range(RUNS):
        reading.load(TEXT, "menu.yaml")
    read = time.perf_counter() - began
    show(
        (f"{RUNS} of each", "seconds", "milliseconds each"),
        [
            ("scenario runs: ICE, PIE, ACE, DICE", f"{played:.2f}", f"{played * 1000 / RUNS:.2f}"),
            ("for comparison: the same calls in Python", f"{plain:.2f}", f"{plain * 1000 / RUNS:.2f}"),
            ("reading and checking the file", f"{read:.2f}", f"{read * 1000 / RUNS:.2f}"),
        ],
    )
