"""A suite as JUnit XML: one test suite for each file, one test case for each row."""

from __future__ import annotations

import io
import itertools
import re

from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

from sinch_voice_emulator.scenario.reports.console import STOPPED
from sinch_voice_emulator.scenario.suite import Played, Report, Run

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot say, not even escaped."""


def junit_xml(report: Report) -> str:
    """The document as text."""
    cases = [(one.run, _played(one)) for one in report.played]
    cases += [(run, _left_out(run, report.stopped)) for run in report.left_out]
    cases.sort(key=lambda pair: pair[0].number)
    document = JUnitXml("sinch-voice-emulator")
    for source, group in itertools.groupby(cases, key=lambda pair: pair[0].scenario.source):
        suite = TestSuite(_legal(source))
        for _, case in group:
            suite.add_testcase(case)
        document.add_testsuite(suite)
    document.update_statistics()  # type: ignore[no-untyped-call]
    out = io.BytesIO()
    document.write(out, pretty=True)
    return out.getvalue().decode()


def _case(run: Run, seconds: float) -> TestCase:
    return TestCase(_legal(run.title), _legal(run.scenario.source), round(seconds, 3))


def _played(played: Played) -> TestCase:
    outcome = played.outcome
    case = _case(played.run, played.seconds)
    if not outcome.passed:
        first = " ".join(outcome.why.strip().partition("\n\n")[0].split())
        failure = Failure(_legal(f"{outcome.where}: {first}"), "step" if outcome.step else "end")
        failure.text = _legal(outcome.text())
        case.result = [failure]
    elif played.ladders:
        case.system_out = _legal(played.ladders)
    return case


def _left_out(run: Run, stopped: str) -> TestCase:
    case = _case(run, 0.0)
    case.result = [Skipped(STOPPED.get(stopped, stopped))]
    return case


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
