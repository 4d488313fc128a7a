"""The rules of the house that no other tool checks: sizes, docstrings, and that no test sleeps."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "emulator" / "sinch_voice_emulator"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_TEST_FILE = 430
MOST_LINES_OF_A_FUNCTION = 50


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def long_functions(source: str) -> list[str]:
    """Functions of ``source`` longer than the limit, from ``def`` to the last line; decorators and docstring don't count."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        first = node.body[0]
        documented = ast.get_docstring(node, clean=False) is not None
        docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
        length = (node.end_lineno or node.lineno) - node.lineno + 1 - docstring
        if length > MOST_LINES_OF_A_FUNCTION:
            found.append(f"{node.name} has {length} lines")
    return found


def sleeps(source: str) -> list[int]:
    """Lines of ``source`` that call something named ``sleep``."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and (getattr(node.func, "id", "") == "sleep" or getattr(node.func, "attr", "") == "sleep")
    ]


@pytest.mark.parametrize("path", [*SOURCES, *TESTS], ids=name_of)
def test_files_and_functions_are_short(path: Path) -> None:
    source = path.read_text()
    assert len(source.splitlines()) <= (MOST_LINES_OF_A_FILE if PACKAGE in path.parents else MOST_LINES_OF_A_TEST_FILE)
    assert long_functions(source) == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_no_test_sleeps(path: Path) -> None:
    assert sleeps(path.read_text()) == []


def test_names_of_test_files_are_unique() -> None:
    names = [path.name for path in TESTS if path.name.startswith("test_")]
    assert sorted(names) == sorted(set(names))


def test_the_checks_notice() -> None:
    long = "def f():\n" + "    x = 1\n" * MOST_LINES_OF_A_FUNCTION
    assert long_functions(long) == ["f has 51 lines"]
    assert long_functions('def f():\n    """A\n    b\n    """\n' + "    x = 1\n" * (MOST_LINES_OF_A_FUNCTION - 1)) == []
    assert sleeps("import time\ntime.sleep(1)\nasyncio.sleep(0)\nsleep(2)") == [2, 3, 4]
