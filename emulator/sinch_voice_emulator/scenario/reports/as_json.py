"""A suite for programs: the JSON that ``run --json`` writes and the control API answers (``ScenarioReport`` there)."""

from __future__ import annotations

import json
from typing import Any

from sinch_voice_emulator.scenario.running import Outcome
from sinch_voice_emulator.scenario.suite import Played, Report, Run

VERSION = 1


def report_json(report: Report) -> dict[str, Any]:
    """The whole report."""
    runs = [(one.run.number, _played(one)) for one in report.played]
    runs += [(run.number, {**_run(run), "result": "not run"}) for run in report.left_out]
    return {
        "version": VERSION,
        "passed": len(report.played) - len(report.failed),
        "failed": len(report.failed),
        "notRun": len(report.left_out),
        "seconds": round(report.seconds, 3),
        "stopped": report.stopped,
        "runs": [found for _, found in sorted(runs, key=lambda pair: pair[0])],
    }


def report_text(report: Report) -> str:
    """The report as a text that can be written as UTF-8; half a surrogate pair is escaped."""
    text = json.dumps(report_json(report), indent=2, ensure_ascii=False, default=str)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(report_json(report), indent=2, default=str)
    return text + "\n"


def _run(run: Run) -> dict[str, Any]:
    scenario = run.scenario
    return {
        "title": run.title,
        "scenario": scenario.name,
        "source": scenario.source,
        "tags": list(scenario.tags),
        "row": dict(run.row),
    }


def _played(played: Played) -> dict[str, Any]:
    outcome = played.outcome
    found = _run(played.run) | {
        "result": "passed" if outcome.passed else "failed",
        "seconds": round(played.seconds, 3),
        "accountSeconds": outcome.seconds,
        "steps": outcome.steps,
    }
    if not outcome.passed:
        found["failure"] = _failure(outcome)
    if played.ladders:
        found["ladders"] = played.ladders
    return found


def _failure(outcome: Outcome) -> dict[str, Any]:
    step = outcome.step
    found: dict[str, Any] = {"why": outcome.why, "source": outcome.scenario.source}
    if step is not None:
        place = step.place
        found |= {"source": place.source, "line": place.line, "column": place.column, "path": place.path}
        found |= {"step": step.number, "word": step.word}
    return found
