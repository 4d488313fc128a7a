"""Imports go downward only, and the pure layers touch nothing outside themselves. Read from the source, not believed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "emulator" / "sinch_voice_emulator"

LAYERS = {
    "": 0,
    "errors": 0,
    "pages": 0,
    "model": 0,
    "engine": 1,
    "v1": 2,
    "documents": 3,
    "runtime": 3,
    "stubs": 4,
    "twins": 4,
    "settings": 4,
    "ladder": 4,
    "emulator": 5,
    "api": 6,
    "ui": 6,
    "sample_backend": 6,
    "testkit": 6,
    "scenario": 7,
    "pytest_plugin": 8,
    "pytest_scenarios": 8,
    "pytest_items": 8,
    "cli": 8,
    "demo": 9,
    "__main__": 9,
}
"""How high each top-level module or package stands; it may import what stands lower. A new one needs a row."""

NEIGHBOURS = {
    ("model", "errors"),
    ("errors", ""),
    ("model", ""),
    ("api", "ui"),
    ("emulator", "api"),
    ("testkit", "scenario"),
    ("pytest_plugin", "pytest_scenarios"),
    ("pytest_plugin", "pytest_items"),
    ("settings", "stubs"),
    ("api", "scenario"),
    ("", "testkit"),
}
"""Imports that are meant although they go sideways; ``emulator`` starts the HTTP application, as the composition root."""

PURE = ("model", "engine", "v1")
READS_FILES = {"v1/spec.py"}

BANNED_MODULES = frozenset(
    [
        "time",
        "random",
        "secrets",
        "threading",
        "concurrent",
        "multiprocessing",
        "queue",
        "asyncio",
        "select",
        "selectors",
        "socket",
        "ssl",
        "http",
        "logging",
        "subprocess",
        "flask",
        "werkzeug",
        "aiohttp",
        "uvicorn",
        "urllib.request",
    ]
)
BANNED_ATTRIBUTES = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "uuid": {"uuid1", "uuid4"},
    "os": {"environ", "getenv", "urandom"},
}
BANNED_NAMES = {"uuid1", "uuid4", "environ", "getenv", "urandom"}
FILE_CALLS = {"open", "read_text", "read_bytes", "write_text", "write_bytes"}

MODULES = sorted(PACKAGE.rglob("*.py"))
PURE_MODULES = [path for path in MODULES if path.relative_to(PACKAGE).parts[0] in PURE]


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def unit(path: Path) -> str:
    """The top-level module or package a file belongs to; ``""`` is the package itself."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every module named in an import, with its line; ``from a import b`` counts as ``a`` and as ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def upward_imports(source: str, own: str) -> list[str]:
    """One sentence for each import in ``source`` (a module of unit ``own``) that does not go downward."""
    wrong = []
    for module, line in imports(ast.parse(source)):
        parts = module.split(".")
        if parts[0] != "sinch_voice_emulator" or len(parts) == 1:
            continue
        other = parts[1] if parts[1] in LAYERS else ""
        if other == own or (own, other) in NEIGHBOURS or LAYERS[other] < LAYERS[own]:
            continue
        wrong.append(f"line {line}: {own or 'the package'} ({LAYERS[own]}) imports {other} ({LAYERS[other]})")
    return wrong


def impurities(source: str, *, may_read_files: bool = False) -> list[str]:
    """One sentence for each thing in ``source`` that reaches outside: clock, thread, socket, random source, file ..."""
    tree = ast.parse(source)
    found = [
        f"line {line}: imports {module}"
        for module, line in imports(tree)
        if module.split(".")[0] in BANNED_MODULES or module in BANNED_MODULES
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found += [f"line {node.lineno}: imports {alias.name}" for alias in node.names if alias.name in BANNED_NAMES]
        if isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
            if node.attr in BANNED_ATTRIBUTES.get(owner, ()):
                found.append(f"line {node.lineno}: {owner}.{node.attr}")
        if isinstance(node, ast.Call) and not may_read_files:
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called in FILE_CALLS:
                found.append(f"line {node.lineno}: {called}()")
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_downward(path: Path) -> None:
    assert unit(path) in LAYERS, f"{name_of(path)} has no row in LAYERS: say how high it stands"
    assert upward_imports(path.read_text(), unit(path)) == []


@pytest.mark.parametrize("path", PURE_MODULES, ids=name_of)
def test_pure_layers_touch_nothing(path: Path) -> None:
    assert impurities(path.read_text(), may_read_files=name_of(path) in READS_FILES) == []


def test_the_pure_layers_were_found() -> None:
    assert {unit(path) for path in PURE_MODULES} == set(PURE)


def test_an_upward_import_is_noticed() -> None:
    assert upward_imports("from sinch_voice_emulator import runtime", "engine") == ["line 1: engine (1) imports runtime (3)"]
    assert upward_imports("from sinch_voice_emulator.v1.spec import voice", "engine") != []
    assert upward_imports("from sinch_voice_emulator.model.ids import guid", "engine") == []


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from time import monotonic",
        "import concurrent.futures",
        "from urllib import request",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import datetime\ndatetime.utcnow()",
        "from uuid import uuid4",
        "import uuid\nuuid.uuid4()",
        "import os\nos.environ['HOME']",
        "open('x')",
        "from pathlib import Path\nPath('x').read_text()",
    ],
)
def test_an_impurity_is_noticed(source: str) -> None:
    assert impurities(source) != []
