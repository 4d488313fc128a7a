"""Log lines of the server on standard output: text for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

from sinch_voice_emulator.engine.effects import Severity
from sinch_voice_emulator.ladder.controls import printable
from sinch_voice_emulator.ladder.lines import anything
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.settings import Settings

ROOT = "sinch_voice_emulator"
_LEVELS = {Severity.INFO: logging.DEBUG, Severity.WARNING: logging.WARNING, Severity.PROBLEM: logging.ERROR}


class TextFormatter(logging.Formatter):
    """``2026-01-31T12:00:00Z WARNING message``, with the traceback of a fault below it, indented.

    What clients send stands in messages and in tracebacks. It cannot make a line that looks like one of the log.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = f"{_time(record)} {record.levelname} {printable(record.getMessage())}"
        if not record.exc_info:
            return line
        return "\n".join([line, *(f"  {printable(below)}" for below in self.formatException(record.exc_info).split("\n"))])


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ``time``, ``level``, ``message``, ``logger``, and for journal entries ``entry``."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said: dict[str, object] = {"time": _time(record), "level": record.levelname.lower(), "message": record.getMessage()}
        said["logger"] = record.name
        if (entry := getattr(record, "entry", None)) is not None:
            said["entry"] = entry
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return printable(json.dumps(said, ensure_ascii=False, default=str))


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def configure(settings: Settings, out: TextIO | None = None) -> None:
    """Log as the settings say, to ``out`` or standard output; what was set up before for this package is replaced."""
    handler = logging.StreamHandler(out or sys.stdout)
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter())
    logger = logging.getLogger(ROOT)
    logger.handlers = [handler]
    logger.setLevel(settings.log_level.upper())
    logger.propagate = False


def announce(text: str) -> None:
    """Say something whatever the level is: as it stands, or as a line of JSON when the log is made of those."""
    logger = logging.getLogger(ROOT)
    for handler in logger.handlers:
        record = logger.makeRecord(ROOT, logging.INFO, "", 0, text, (), None)
        print(handler.format(record) if isinstance(handler.formatter, JsonFormatter) else text, flush=True)


def journal_listener(account: str) -> Callable[[Entry], None]:
    """What logs the entries of an account's journal: warnings and problems at their level, everything else as ``debug``."""
    logger = logging.getLogger(f"{ROOT}.journal.{account}")

    def listen(entry: Entry) -> None:
        level = _LEVELS[entry.severity]
        if logger.isEnabledFor(level):
            said = anything(entry.kind, entry.data, "")
            text = said[1] if said else entry.kind
            about = f"call {entry.call_id}: " if entry.call_id else ""
            logger.log(level, "%s%s", about, text, extra={"entry": entry.canonical()})

    return listen
