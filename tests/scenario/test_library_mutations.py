"""A backend with one mistake turns the right scenario red, and the message names the step and what was wrong there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from scenario.backends import dialler, ivr, recorder, rooms, routing
from scenario.backends.manifest import BACKENDS
from scenario.backends.service import end, proceed
from scenario.library_site import play
from scenario.mistakes import (
    Confused,
    Deaf,
    Mistake,
    Patient,
    Picky,
    Quiet,
    acts,
    always,
    another,
    answered_first,
    answers,
    menus,
    only_once,
    shortened,
    speaks_english,
    status,
    swapped,
    without,
)
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.testkit.opening import make_emulator


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """One emulator for all of them; each run has an account of its own."""
    found = make_emulator()
    found.start()
    yield found
    found.stop()


@dataclass(frozen=True)
class Case:
    """A mistake in the backend of a scenario; the step that notices, and a part of what is said."""

    scenario: str
    mistake: str
    mutate: Mistake
    step: str
    said: str
    row: int = 0


FORWARD, RECEPTION = routing.Forward, ivr.Reception
CASES = [
    Case(
        "phone-menu-put-through",
        "dials somebody else",
        answers("pie", acts(number="+46701740690")),
        "6 (expect)",
        "found     '+46701740690'",
    ),
    Case(
        "phone-menu-put-through",
        "shows the caller's number",
        answers("pie", acts(cli=None)),
        "6 (expect)",
        "with CLI +12025550143, dialled",
    ),
    Case(
        "phone-menu-put-through",
        "hangs up on the answer",
        answers("ace", always(end())),
        "7 (expect)",
        "the backend answered ace otherwise",
    ),
    Case(
        "phone-menu-put-through",
        "confuses the keys",
        answers("ice", menus(lambda of: [swapped(of[0]), *of[1:]])),
        "5 (expect)",
        "found     'support'",
    ),
    Case(
        "phone-menu-silence",
        "asks once",
        answers("ice", menus(lambda of: [{**of[0], "repeats": 0}, of[1]])),
        "3 (expect)",
        'The call was to hear "Please press"',
    ),
    Case("phone-menu-silence", "says no word", answers("pie", always(end())), "6 (expect)", 'The call was to hear "Good-bye"'),
    Case(
        "phone-menu-sub-menu",
        "no way back",
        answers("ice", menus(lambda of: [of[0], shortened(of[1])])),
        "6 (expect)",
        'The call was to hear "Welcome"',
    ),
    Case(
        "phone-menu-digits",
        "takes three",
        answers("ice", menus(lambda of: [{**of[0], "maxDigits": 3}])),
        "4 (expect)",
        "found     '482'",
    ),
    Case(
        "phone-menu-without-barge", "can be interrupted", another(RECEPTION, barge=True), "5 (expect)", "does not allow barge"
    ),
    Case(
        "phone-menu-voice",
        "listens to keys alone",
        answers("ice", acts(enableVoice=False)),
        "3 (expect)",
        "found     'timeout'",
    ),
    Case(
        "phone-cookies",
        "forgets the cookie",
        answers("pie", without("setCookie")),
        "5 (expect)",
        "The cookies of the call were to be team 'support'",
    ),
    Case("phone-report", "always content", answers("dice", always(end())), "4 (expect)", "The backend's report was to be"),
    Case(
        "phone-forwarded-dial-timeout", "waits longer", another(FORWARD, dialTimeout=30), "5 (expect)", "found     'dialling'"
    ),
    Case("phone-forwarded-max-duration", "no limit", another(FORWARD), "5 (expect)", "The backend was told ice, ace."),
    Case("phone-forwarded-with-extension", "no extension", another(FORWARD), "3 (expect)", "tones.sent with tones 'ww77#'"),
    Case(
        "phone-forwarded-without-callbacks",
        "wants callbacks",
        another(FORWARD),
        "4 (expect)",
        "The backend was told ice, ace, dice.",
    ),
    Case("phone-forwarded-after-announcement", "answers first", answers("ice", answered_first), "4 (expect)", "found     36"),
    Case("phone-withheld-caller", "breaks without a number", status("ice", 500), "2 (expect)", "found     500"),
    Case("phone-closed", "takes the call", another(FORWARD), "2 (expect)", "found     'connectPstn'"),
    Case("phone-two-callers", "mixes callers up", another(Confused), "1.2.5 (expect)", "found     '+46701740605'"),
    Case(
        "phone-parked-and-fetched",
        "no hold prompt",
        answers("ice", acts(holdPrompt=None)),
        "3 (expect)",
        'The call was to hear "Please hold the line"',
    ),
    Case(
        "phone-parked-too-long", "no limit", answers("ice", acts(maxDuration=None)), "5 (expect)", "The backend was told ice."
    ),
    Case("phone-to-app", "calls a telephone", another(FORWARD), "2 (expect)", "expected  'connectMxp'"),
    Case("app-call-denied", "lets everybody call", another(FORWARD), "2 (expect)", "expected  'hangup'"),
    Case("app-to-app", "loses the headers", answers("ice", acts(callHeaders=None)), "3 (expect)", "headers.ticket"),
    Case("sip-trunk-out", "forgets who calls", answers("ice", without("setCookie")), "3 (expect)", "headers.X-Caller"),
    Case("tts-menu", "asks nothing", answers("ace", always(proceed())), "2 (expect)", "expected  'runMenu'"),
    Case(
        "tts-custom-headers",
        "one language for all",
        answers("ace", speaks_english),
        "3 (expect)",
        'Callee was to hear "God dag"',
    ),
    Case(
        "custom-callout-click-to-call",
        "does not dial",
        answers("pie", always(end())),
        "7 (expect)",
        "Phone +46701740607 was to ring",
    ),
    Case(
        "amd-before-answer",
        "speaks to machines as to people",
        another(Deaf),
        "4 (expect)",
        'The call was to hear "This is the library"',
        row=1,
    ),
    Case(
        "amd-in-passing",
        "leaves no message",
        another(Quiet, in_passing=True),
        "6 (expect)",
        'The call was to hear "Your book is due"',
    ),
    Case("missed-call-called-back", "does not call back", another(routing.OutOfHours), "3 (expect)", "It has placed no call."),
    Case(
        "missed-call-told-twice",
        "calls back each time",
        another(dialler.CallBack, eager=True),
        "7 (nothing_more)",
        'leg 1 hears "You called us."',
    ),
    Case(
        "conference-dial-in",
        "leads elsewhere",
        answers("pie", acts(conferenceId="board")),
        "8 (expect)",
        "In conference standup there were to be: first, second",
    ),
    Case("conference-wrong-code", "asks forever", another(Patient), "8 (expect)", 'The call was to hear "Good-bye"'),
    Case("conference-from-app", "lets nobody in", answers("ice", always(end())), "2 (expect)", "expected  'connectConf'"),
    Case(
        "conference-callout-asked",
        "joins as it was asked",
        answers("ace", acts(conferenceId="lobby")),
        "2 (expect)",
        "found     'lobby'",
    ),
    Case(
        "conference-keys",
        "takes one key",
        another(rooms.Rooms, conferenceDtmfOptions={"mode": "detect"}),
        "4 (expect)",
        "found     '1'",
    ),
    Case(
        "recording-of-a-call",
        "does not record",
        answers("ice", without("startRecording")),
        "2 (expect)",
        "Nothing was recorded.",
    ),
    Case(
        "recording-without-notifications",
        "wants to hear of it",
        another(recorder.Recorder),
        "4 (expect)",
        "The backend was told ice, ace, notify, dice, notify.",
    ),
    Case(
        "signature-refused", "believes anybody", another(RECEPTION, {"believes_anybody": True}), "7 (expect)", "expected  401"
    ),
    Case("callbacks-duplicated", "refuses what it has seen", only_once, "2 (expect)", "found     'status 409'"),
    Case("raw-ice-with-surprises", "is picky", another(Picky), "1 (fire)", "the backend answered ice otherwise", row=4),
    Case("raw-notify", "knows no new types", status("notify", 400), "1 (fire)", "the backend answered notify otherwise", row=5),
    Case("raw-events-of-an-unknown-call", "knows its calls", status("dice", 404), "1 (fire)", "found     404", row=2),
    Case("svaml-illegal-ice", "makes no mistake", another(FORWARD), "3 (expect)", "The backend was to do something wrong"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.scenario}-{case.mistake}".replace(" ", "-"))
def test_a_mistake_turns_the_scenario_red(emulator: Emulator, case: Case) -> None:
    right = play(emulator, case.scenario, case.row)
    assert right.passed, right.text()
    wrong = play(emulator, case.scenario, case.row, case.mutate(BACKENDS[case.scenario]))
    assert not wrong.passed, "nobody noticed"
    first = wrong.text().splitlines()[0]
    assert f"scenarios/{case.scenario}.yaml:" in first
    assert f": step {case.step}: " in first
    assert case.said in wrong.why
    assert bool(wrong.ladders) != case.step.endswith("(fire)"), "what happened on the calls is shown"
