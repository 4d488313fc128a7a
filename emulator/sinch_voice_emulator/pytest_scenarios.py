"""Scenario files as tests: ``pytest scenarios/``. Loaded when the first one is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.scenario import choosing, reading, running
from sinch_voice_emulator.scenario.model import Scenario, titled
from sinch_voice_emulator.testkit import SinchVoice

if TYPE_CHECKING:
    from sinch_voice_emulator.testkit.backends import Target


class ScenarioFile(pytest.Module):
    """One file: a test for each row, named after the scenario.

    It is a module of tests to pytest, so that fixtures, marks, ``-k`` and plugins work as with any other test.
    """

    scenario: Scenario | None = None
    """What the file says, once it was read."""

    def _getobj(self) -> ModuleType:
        try:
            scenario = reading.read(_shown(self.path))
        except reading.BadScenario as error:
            raise self.CollectError(str(error)) from None
        module = ModuleType(self.path.stem)
        module.__doc__ = scenario.teaches
        self.scenario = scenario
        try:
            scenario = choosing.narrowed(scenario, variables_given(self.config))
        except BadRequest as error:
            raise self.CollectError(str(error)) from None
        for row in scenario.rows:
            name = titled(scenario, row)
            setattr(module, name, _test(scenario, row, name))
        return module


def _shown(path: Path) -> Path:
    """A path as short as it can be written from here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _test(scenario: Scenario, row: Mapping[str, Any], name: str) -> Callable[..., None]:
    """The test of one row."""

    def test(sinch_voice: SinchVoice, sinch_voice_backend: Target | None, sinch_voice_variables: Mapping[str, Any]) -> None:
        if sinch_voice_backend is not None:
            sinch_voice.deliver_to(sinch_voice_backend)
        variables = choosing.variables_for(scenario, sinch_voice_variables)
        outcome = sinch_voice.work(running.playing(sinch_voice, scenario, row, variables))
        if not outcome.passed:
            pytest.fail(outcome.text(), pytrace=False)

    test.__name__ = test.__qualname__ = name
    test.__doc__ = scenario.teaches
    test.__test__ = True  # type: ignore[attr-defined]
    return test


def variables_given(config: pytest.Config) -> dict[str, str]:
    """Variables of scenarios as the command line has them."""
    variables = {}
    for given in config.getoption("--sinch-voice-var"):
        name, equals, value = given.partition("=")
        if not equals:
            raise pytest.UsageError(f"--sinch-voice-var takes NAME=VALUE, not {given!r}")
        variables[name] = value
    return variables


def check_variables(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """Raise ``UsageError`` for a variable on the command line that none of the scenarios among ``items`` has.

    Nothing is said where there is no scenario, or where a test of another kind looks at the variables itself.
    """
    files = {item.parent for item in items if isinstance(item.parent, ScenarioFile)}
    scenarios = [file.scenario for file in files if file.scenario is not None]
    others = [item for item in items if not isinstance(item.parent, ScenarioFile)]
    if not scenarios or any("sinch_voice_variables" in getattr(item, "fixturenames", ()) for item in others):
        return
    try:
        choosing.check_variables(scenarios, variables_given(config))
    except BadRequest as error:
        raise pytest.UsageError(f"--sinch-voice-var: {error}") from None


def target_of(written: str, root: Path) -> Target:
    """The backend that ``sinch_voice_backend`` in the ini file names: a URL, or ``package.module:attribute``."""
    if written.startswith(("http://", "https://")):
        return written
    module_name, _, attribute = written.partition(":")
    if not attribute:
        raise pytest.UsageError(
            f"sinch_voice_backend: {written!r} should be a URL, or package.module:attribute such as myapp.voice:app"
        )
    import importlib
    import sys

    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        found: Any = importlib.import_module(module_name)
        for name in attribute.split("."):
            found = getattr(found, name)
    except (ImportError, AttributeError) as error:
        raise pytest.UsageError(f"sinch_voice_backend: {written!r} cannot be loaded: {error}") from None
    target: Target = found
    return target
