"""Scenarios: which there are, whether one is right, and playing them against the backend of an account."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.answers import json_response
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.errors import ControlRefusal, InvalidBody, shaped
from sinch_voice_emulator.api.control.working import Working
from sinch_voice_emulator.errors import Conflict, LimitReached
from sinch_voice_emulator.runtime.deferred import defer
from sinch_voice_emulator.v1.problems import error

if TYPE_CHECKING:
    from sinch_voice_emulator.scenario.model import Scenario
    from sinch_voice_emulator.scenario.suite import Plan, Report, Suite

MOST_RUNNING = 64
"""Runs that may go on at a time, over all requests."""

_SENTENCE = re.compile(r"(?P<source>.*?):(?P<line>\d+):(?P<column>\d+): (?:(?P<path>\$\S*): )?(?P<message>.*)", re.DOTALL)


def list_scenarios(control: ControlRequest) -> Response:
    """Those that come with the emulator, and those of the folder."""

    def work() -> Response:
        from sinch_voice_emulator.scenario import catalogue, choosing

        found, wrong = catalogue.listed(control.emulator.settings.scenarios)
        tags = [control.query["tag"]] if "tag" in control.query else []
        chosen = choosing.tagged([one.scenario for one in found], tags)
        shown = [one.summary() for one in found if one.scenario in chosen]
        return json_response({"scenarios": shown, "problems": [problem_json(one) for one in wrong]})

    return defer(control.environ, Working(work))


def get_scenario(control: ControlRequest, scenario: str) -> Response:
    """One of them, as it is written."""

    def work() -> Response:
        from sinch_voice_emulator.scenario import catalogue

        [found] = catalogue.find([scenario], control.emulator.settings.scenarios)
        return json_response(found.summary() | {"text": found.path.read_text(encoding="utf-8-sig")})

    return defer(control.environ, Working(work))


def check_scenario(control: ControlRequest) -> Response:
    """Say what is wrong with one."""

    def work() -> Response:
        from sinch_voice_emulator.scenario.reading import BadScenario

        wrong: list[str] = []
        try:
            _written(control, control.body["scenario"], "scenario")
        except BadScenario as refusal:
            wrong = refusal.problems
        return json_response({"valid": not wrong, "problems": [problem_json(one) for one in wrong]})

    return defer(control.environ, Working(work))


def problem_json(sentence: str) -> dict[str, object]:
    """A sentence about a file as its parts."""
    found = _SENTENCE.fullmatch(sentence)
    if found is None:
        return {"message": sentence}
    said = {name: value for name, value in found.groupdict().items() if value is not None}
    return said | {"line": int(said["line"]), "column": int(said["column"])}


# --- playing ---------------------------------------------------------------------------------------------------------------


def run_scenarios(control: ControlRequest) -> Response:
    """Play them; the answer is the report."""
    body, running = control.body, len(control.emulator.twins)
    if running >= MOST_RUNNING:
        raise LimitReached(f"{running} scenarios are being played, the most at a time; wait until they are over")
    runner = _Runner(control)
    return defer(control.environ, Working(runner.work, body.get("timeout", 300.0), runner.late, runner.left))


class _Runner:
    """One request to play scenarios, in a thread."""

    def __init__(self, control: ControlRequest) -> None:
        self._control = control
        self._suite: Suite | None = None
        self._stopped = ""

    def work(self) -> Response:
        """Choose, check and play."""
        from sinch_voice_emulator.scenario import choosing
        from sinch_voice_emulator.scenario.suite import Suite

        control, plan = self._control, _plan(self._control)
        scenarios = _chosen(control)
        choosing.check_variables(scenarios, plan.variables)
        target = _target(control)
        control.runtime.note("control.scenarios", {"run": [one.name for one in scenarios]})
        self._suite = Suite(control.emulator, scenarios, target, plan)
        if self._stopped:
            self._suite.stop(self._stopped)
        return _report(self._suite.run())

    def late(self) -> Response:
        """What was played by now."""
        self._stop("timeout")
        if self._suite is None:
            return shaped(503, "time was up before the scenarios were read, and nothing was run; give it a longer timeout")
        return _report(self._suite.report(), 202)

    def left(self) -> None:
        """Nobody waits for the report."""
        self._stop("interrupted")

    def _stop(self, why: str) -> None:
        self._stopped = why
        if self._suite is not None:
            self._suite.stop(why)


def _report(report: Report, status: int = 200) -> Response:
    from sinch_voice_emulator.scenario.reports.as_json import report_json

    return json_response(report_json(report), status)


def _plan(control: ControlRequest) -> Plan:
    from sinch_voice_emulator.scenario.suite import Plan

    body = control.body
    return Plan(
        variables=body.get("variables", {}),
        jobs=body.get("jobs", 1),
        fail_fast=body.get("failFast", False),
        speed=body.get("speed"),
        account=control.account_name,
        seed=body.get("seed", str(uuid.uuid4())),
        ladders=body.get("ladders", True),
    )


def _chosen(control: ControlRequest) -> list[Scenario]:
    """The scenarios that are named, those that are written, or all with a tag. Everything that is wrong is said at once."""
    from sinch_voice_emulator.scenario import catalogue, choosing
    from sinch_voice_emulator.scenario.reading import BadScenario

    body, folder = control.body, control.emulator.settings.scenarios
    if not {"names", "scenarios", "tags"} & set(body):
        raise ControlRefusal("say which scenarios: their names, what is written in them (scenarios), or their tags", path="$")
    wrong: list[str] = []
    found: list[Scenario] = []
    if not {"names", "scenarios"} & set(body):
        found = [one.scenario for one in catalogue.listed(folder)[0]]
    try:
        found += [one.scenario for one in catalogue.find(body.get("names", ()), folder)]
    except BadScenario as refusal:
        wrong += refusal.problems
    for place, written in enumerate(body.get("scenarios", ())):
        try:
            found.append(_written(control, written, f"scenarios[{place}]"))
        except BadScenario as refusal:
            wrong += refusal.problems
    if wrong:
        raise InvalidBody([error("$.scenarios", one) for one in wrong])
    return choosing.tagged(found, body.get("tags", ()))


def _written(control: ControlRequest, written: str | dict[str, Any], source: str) -> Scenario:
    """A scenario that stands in a request. What it includes is in the folder of scenarios, or comes with the emulator."""
    from sinch_voice_emulator import documents
    from sinch_voice_emulator.scenario import library, reading

    folder = Path(control.emulator.settings.scenarios or library.shipped()[0][1].parent)
    try:
        value = documents.load(written, source).value if isinstance(written, str) else written
    except documents.DocumentError as refusal:
        raise reading.BadScenario([str(refusal)]) from None
    for name in _includes(value):
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise reading.BadScenario([f"{source}: include: {name} is not in the folder of scenarios"])
    if isinstance(written, str):
        return reading.load(written, source, folder)
    return reading.of_value(written, source, folder)


def _includes(value: Any) -> list[str]:
    """The names of all files that stand behind ``include``."""
    if isinstance(value, list):
        return [name for item in value for name in _includes(item)]
    if not isinstance(value, dict):
        return []
    found = value.get("include")
    name = found.get("file") if isinstance(found, dict) else found
    return ([name] if isinstance(name, str) else []) + _includes(list(value.values()))


def _target(control: ControlRequest) -> str | None:
    """Where callbacks go, if not where the account's applications say. Raises ``ControlRefusal`` when nobody is there."""
    from sinch_voice_emulator.scenario.reaching import Unreachable, check_reachable

    emulator, url = control.emulator, control.body.get("callbackUrl")
    applications = control.runtime.account.applications.values()
    targets = [url] if url else [one.callback.primary for one in applications if one.callback is not None]
    if not targets:
        raise Conflict(
            f"no application of account {control.account_name} has a callback URL: give one as callbackUrl, or configure it"
        )
    for one in targets:
        try:
            check_reachable(one, emulator.settings)
        except Unreachable as refusal:
            raise Conflict(str(refusal)) from None
    return url


HANDLERS: dict[str, Handler] = {
    "listScenarios": list_scenarios,
    "getScenario": get_scenario,
    "checkScenario": check_scenario,
    "runScenarios": run_scenarios,
}
