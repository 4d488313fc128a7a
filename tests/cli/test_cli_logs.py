"""Log lines: what they look like and which journal entries become one."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator

import pytest

from sinch_voice_emulator.cli.logs import ROOT, announce, configure, journal_listener
from sinch_voice_emulator.engine.effects import Severity
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.settings import load


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    logger = logging.getLogger(ROOT)
    before = logger.handlers, logger.level, logger.propagate
    yield
    logger.handlers, logger.level, logger.propagate = before


def entry(severity: Severity) -> Entry:
    return Entry(1, 1, 0, "c1", 0, "remark", {"text": "Hm."}, severity)


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    configure(load({}, {}))
    listen = journal_listener("default")
    for severity in Severity:
        listen(entry(severity))
    try:
        raise ValueError("no")
    except ValueError:
        logging.getLogger(f"{ROOT}.api").exception("That is new")
    lines = capsys.readouterr().out.splitlines()
    assert [re.sub(r"^\S+Z ", "", line) for line in lines[:3]] == [
        "WARNING call c1: Hm.",
        "ERROR call c1: Hm.",
        "ERROR That is new",
    ]
    assert lines[-1] == "ValueError: no"


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure(load({"log-format": ["json"], "log-level": ["debug"]}, {}))
    journal_listener("acme")(entry(Severity.INFO))
    try:
        raise ValueError("no")
    except ValueError:
        logging.getLogger(f"{ROOT}.api").exception("That is new")
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["level"], first["logger"], first["entry"]["kind"]) == ("debug", f"{ROOT}.journal.acme", "remark")
    assert "ValueError: no" in second["exception"]


def test_what_is_announced_is_said_at_every_level(capsys: pytest.CaptureFixture[str]) -> None:
    configure(load({"log-level": ["error"]}, {}))
    announce("Here.\n  there")
    configure(load({"log-level": ["error"], "log-format": ["json"]}, {}))
    announce("Here.\n  there")
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["Here.", "  there"]
    assert (json.loads(said[2])["message"], json.loads(said[2])["level"]) == ("Here.\n  there", "info")
