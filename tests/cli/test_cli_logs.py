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


def entry(severity: Severity, text: str = "Hm.") -> Entry:
    return Entry(1, 1, 0, "c1", 0, "remark", {"text": text}, severity)


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
    assert lines[3] == "  Traceback (most recent call last):"
    assert lines[-1] == "  ValueError: no"


def test_what_is_empty_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure(load({}, {}))
    data = {"method": "GET", "why": "", "form": None, "reference": "r", "count": 0}
    journal_listener("default")(Entry(1, 1, 0, "", 0, "api.strange", data, Severity.WARNING))
    assert capsys.readouterr().out.endswith(" WARNING api.strange: method GET, reference r, count 0\n")


FORGED = "abc\n2026-11-23T00:00:00Z ERROR forged\r\x1b[31m red\x00\x85\u2028\u202e\ud800"


def test_what_clients_send_makes_no_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    configure(load({}, {}))
    journal_listener("default")(entry(Severity.WARNING, FORGED))
    try:
        raise ValueError(FORGED)
    except ValueError:
        logging.getLogger(f"{ROOT}.api").exception("That is new: %s", FORGED)
    said = capsys.readouterr().out
    first, second, *traceback = said.splitlines()
    spelt = r"abc\n2026-11-23T00:00:00Z ERROR forged\r\u001b[31m red\u0000\u0085\u2028\u202e\ud800"
    assert first.endswith(f"Z WARNING call c1: {spelt}")
    assert second.endswith(f"Z ERROR That is new: {spelt}")
    assert all(line.startswith("  ") for line in traceback)
    assert all(char.isprintable() for char in said.replace("\n", ""))


def test_what_clients_send_is_spelt_in_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure(load({"log-format": ["json"]}, {}))
    journal_listener("default")(entry(Severity.WARNING, FORGED))
    said = capsys.readouterr().out
    assert json.loads(said)["entry"]["data"] == {"text": FORGED}
    assert said.count("\n") == 1
    assert all(char.isprintable() for char in said.rstrip("\n"))


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
