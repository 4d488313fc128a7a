"""The list of kinds is that of what the code writes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import sinch_voice_emulator
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.runtime.kinds import KINDS, check_kind

PACKAGE = Path(sinch_voice_emulator.__file__).parent
WRITERS = ("append", "note", "configure", "remark", "Note")
FAMILIES = {kind.partition(".")[0] for kind in KINDS}


def written() -> set[str]:
    """Everything in the package that looks like a kind of a known family."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        if path.name == "kinds.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                match = re.fullmatch(r"([a-z]+)\.[a-z]+(-[a-z]+)*", node.value)
                if match and match[1] in FAMILIES and not node.value.endswith(".yaml"):
                    found.add(node.value)
    return found | {"remark"}


def families_written() -> set[str]:
    """First words of kinds that are handed to whoever writes entries."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in WRITERS:
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                found |= {text.partition(".")[0] for text in texts if re.fullmatch(r"[a-z]+\.[a-z-]+", text)}
    return found


def test_the_list_is_complete() -> None:
    assert sorted(written()) == sorted(KINDS)
    assert families_written() <= FAMILIES


def test_what_cannot_come() -> None:
    for kind in ("", "call", "call.", "callback.", "leg.dialled"):
        check_kind(kind)
    with pytest.raises(BadRequest, match=r"no kind of journal entry begins with 'leg.dailled'; did you mean leg.dialled\?"):
        check_kind("leg.dailled")
    with pytest.raises(BadRequest, match="they begin with account, amd, api"):
        check_kind("foo")
