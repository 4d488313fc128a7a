"""Every example of docs/python-api.md runs, and there is one for everything public; docs/testing.md shows what tests run."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from sinch_voice_emulator import testkit
from sinch_voice_emulator.testkit import SinchVoice

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "python-api.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
BACKEND = next(block for block in BLOCKS if "def reception" in block)
EXAMPLES = [block for block in BLOCKS if block != BACKEND]

MACHINERY = {
    "SinchVoice": {
        "worker",
        "work",
        "work_async",
        "reporter",
        "expecting",
        "doing",
        "placing_from",
        "driver",
        "watch",
        "runtime",
        "leftovers",
        "nothing_more",
        "was_told",
        "feel",
        "awaited",
        "noticed",
    },
    "Call": {
        "worker",
        "model",
        "entries",
        "callback",
        "when",
        "leg_number",
        "next_prompt",
        "next_callback",
        "take_prompt",
        "awaiting_prompt",
        "awaiting_callback",
        "awaiting_dial",
        "awaiting_state",
        "awaiting_end",
    },
    "Phone": {"worker", "awaiting_ring", "why_not"},
    "Conference": {"worker"},
    "Callback": {"of"},
}
"""Public within the package, for its own parts."""


def public(name: str) -> set[str]:
    """Names of a class that are for tests."""
    owner = getattr(testkit, name)
    return {one for one in dir(owner) if not one.startswith("_")} - MACHINERY[name]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda block: block.strip().splitlines()[0][:40])
def test_the_examples_run(example: str, capsys: pytest.CaptureFixture[str]) -> None:
    with SinchVoice() as voice:
        names: dict[str, Any] = {"sinch_voice": voice, "SinchVoice": SinchVoice}
        exec(compile(BACKEND, "docs/python-api.md", "exec"), names)
        exec(compile(example, "docs/python-api.md", "exec"), names)
    capsys.readouterr()


@pytest.mark.parametrize("name", sorted(MACHINERY))
def test_there_is_an_example_for_everything(name: str) -> None:
    used = {node.attr for block in EXAMPLES for node in ast.walk(ast.parse(block)) if isinstance(node, ast.Attribute)}
    words = {word for block in EXAMPLES for word in re.findall(r'"(\w+)"', block)}
    assert sorted(public(name) - used - words) == []


@pytest.mark.parametrize("name", ["SinchVoice", "Call", "Phone", "Conference"])
def test_the_asynchronous_names_are_the_same(name: str) -> None:
    blocking, awaited = getattr(testkit, name), getattr(testkit, f"Async{name}")
    assert {one for one in dir(blocking) if not one.startswith("_")} == {one for one in dir(awaited) if not one.startswith("_")}
    for one in dir(blocking):
        if not one.startswith("_") and callable(getattr(blocking, one)):
            assert getattr(blocking, one).__doc__, one


SHOWN = re.compile(r"<!-- (tests/\S+): (\w+) -->\n```python\n(.*?)```", re.DOTALL)


def source_of(path: str, function: str) -> str:
    """A function of a test file as it stands there, decorators included."""
    text = (ROOT / path).read_text()
    node = next(one for one in ast.parse(text).body if getattr(one, "name", "") == function)
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "\n".join(text.splitlines()[first - 1 : node.end_lineno]) + "\n"


def test_the_tutorial_shows_tests_that_run() -> None:
    shown = SHOWN.findall((ROOT / "docs" / "testing.md").read_text())
    assert len(shown) >= 9
    for path, function, text in shown:
        assert text == source_of(path, function), f"{path}: {function}"


def test_the_tutorial_names_every_fixture_and_option() -> None:
    from sinch_voice_emulator import pytest_plugin

    page = (ROOT / "docs" / "testing.md").read_text()
    fixtures = re.findall(r"^@pytest.fixture.*\ndef (\w+)", Path(pytest_plugin.__file__).read_text(), re.MULTILINE)
    assert len(fixtures) == 9
    assert [name for name in [*fixtures, *(row[0] for row in pytest_plugin.INI)] if f"`{name}`" not in page] == []
