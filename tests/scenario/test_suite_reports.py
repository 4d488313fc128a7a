"""What is written about a suite: for people, as JSON, as JUnit XML that others can read."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from junitparser import Failure, JUnitXml, Skipped

from scenario.playing_site import menu, read
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.scenario.reports.as_json import report_json, report_text
from sinch_voice_emulator.scenario.reports.console import Console, summary
from sinch_voice_emulator.scenario.reports.junit import junit_xml
from sinch_voice_emulator.scenario.suite import Plan, Report, Suite
from sinch_voice_emulator.testkit.opening import make_emulator
from voices import answers

GOOD = "name: Good\ntags: [a]\nsteps:\n  - incoming_call: {}\n  - expect: { heard: Press 1 }\n  - hang_up: caller\n"
BAD = """
name: Bad <&>
rows: [{ key: "1" }, { key: "2" }]
steps:
  - incoming_call: {}
  - expect: { heard: "Press ${key}", within: 2s }
"""

ODD = 'name: "Odd \\u0001"\nsteps:\n  - incoming_call: {}\n  - expect: { heard: "\\u0002", within: 1s }'


class Terminal(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    found = make_emulator()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def report(emulator: Emulator) -> Report:
    """One run that passed, two that failed (the first of them at the end), and one that was left out."""
    scenarios = [read(GOOD), read(BAD), read(GOOD)]
    suite = Suite(emulator, scenarios, menu, Plan(seed="s"), lambda one: suite.stop("timeout") if one.run.number == 3 else None)
    return suite.run()


def test_the_report_of_these_tests(report: Report) -> None:
    assert [one.outcome.passed for one in report.played] == [True, False, False]
    assert len(report.left_out) == 1


@pytest.mark.parametrize("kind", [io.StringIO, Terminal])
@pytest.mark.parametrize("quiet", [False, True])
def test_for_people(report: Report, kind: type[io.StringIO], quiet: bool) -> None:
    out = kind()
    console = Console(out, quiet=quiet)
    for one in report.played:
        console.played(one)
    console.finish(report)
    said = out.getvalue()
    assert ("\x1b[" in said) is (kind is Terminal)
    for colour in ("32", "31", "31;1", "1"):
        said = said.replace(f"\x1b[{colour}m", "")
    lines = said.replace("\x1b[0m", "").splitlines()
    assert [line[:6] for line in lines[:3]] == (["FAILED", "FAILED", ""] if quiet else ["ok    ", "FAILED", "FAILED"])
    assert lines[0 if quiet else 1].endswith("s)  test.yaml")
    assert lines[1 if quiet else 2].endswith("s)  test.yaml:5:5")
    at = lines.index("FAILED  Bad <&> [key=2]")
    assert lines[at + 1].startswith('test.yaml:5:5: step 2 (expect): The call was to hear "Press 2" within 2 s')
    assert any("caller    hears" in line for line in lines[at:])
    assert lines[-1].startswith("1 passed, 2 failed, 1 not run (stopped when the time was up) in ")


def test_the_calls_of_runs_that_passed(emulator: Emulator) -> None:
    report = Suite(emulator, [read(GOOD)], menu, Plan(ladders=True)).run()
    out = io.StringIO()
    Console(out).finish(report, ladders=True)
    assert out.getvalue().startswith("\nGood\nCall ")
    assert 'caller    hears "Press 1' in out.getvalue()
    assert "hears" in report_json(report)["runs"][0]["ladders"]
    [case] = next(iter(JUnitXml.fromstring(junit_xml(report).encode())))
    assert "hears" in case.system_out


def test_nothing_was_run() -> None:
    assert summary(Report((), (), 0.0)) == "nothing was run in 0.00 s"


def test_as_json(report: Report) -> None:
    said = json.loads(json.dumps(report_json(report)))
    assert [said[name] for name in ("version", "passed", "failed", "notRun", "stopped")] == [1, 1, 2, 1, "timeout"]
    good, first, second, left_out = said["runs"]
    assert good["seconds"] <= said["seconds"]
    assert {name: value for name, value in good.items() if name != "seconds"} == {
        "title": "Good",
        "scenario": "Good",
        "source": "test.yaml",
        "tags": ["a"],
        "row": {},
        "result": "passed",
        "accountSeconds": 0.0,
        "steps": 3,
    }
    assert (first["result"], first["row"], first["title"]) == ("failed", {"key": "1"}, "Bad <&> [key=1]")
    assert {name: first["failure"][name] for name in first["failure"] if name != "why"} == {"source": "test.yaml"}
    failure = second["failure"]
    assert (failure["source"], failure["line"], failure["column"]) == ("test.yaml", 5, 5)
    assert (failure["step"], failure["word"], failure["path"]) == ("2", "expect", "$.steps[1].expect")
    assert "was to hear" in failure["why"]
    assert "hears" in second["ladders"]
    assert left_out["result"] == "not run"


def test_as_junit_xml(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text(junit_xml(report))
    document = JUnitXml.fromfile(str(path))
    assert (document.tests, document.failures, document.skipped, document.errors) == (4, 2, 1, 0)
    cases = [case for suite in document for case in suite]
    assert [case.name for case in cases] == ["Good", "Bad <&> [key=1]", "Bad <&> [key=2]", "Good"]
    assert {case.classname for case in cases} == {"test.yaml"}
    assert [[type(one) for one in case.result] for case in cases] == [[], [Failure], [Failure], [Skipped]]
    failure = cases[2].result[0]
    assert failure.message.startswith("test.yaml:5:5: The call was to hear")
    assert "caller    hears" in failure.text
    assert cases[3].result[0].message == "stopped when the time was up"
    assert float(cases[0].time) >= 0


def test_the_message_of_a_failure_says_what_was_wrong(emulator: Emulator) -> None:
    hangs_up = answers(ice={"action": {"name": "hangupp"}})
    report = Suite(emulator, [read("steps:\n  - incoming_call: {}\n  - wait: idle")], hangs_up).run()
    [[case]] = JUnitXml.fromstring(junit_xml(report).encode())
    assert case.result[0].message.startswith("test.yaml: The backend did something wrong: * ")
    assert "hangupp" in case.result[0].message


def test_what_xml_cannot_say(emulator: Emulator) -> None:
    report = Suite(emulator, [read(ODD)], menu).run()
    [suite] = JUnitXml.fromstring(junit_xml(report).encode())
    [case] = suite
    assert case.name == "Odd \ufffd"
    assert "\ufffd" in case.result[0].text


def test_half_a_character(emulator: Emulator) -> None:
    report = Suite(emulator, [read(ODD)], answers(ice={"action": {"name": "hangup"}, "note": "\ud800"})).run()
    assert json.loads(report_text(report).encode())["failed"] == 1
    console = Console(io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    console.say("\ud800 \u00e5")
    console.finish(report)
