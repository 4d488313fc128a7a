"""What was seen once as what is to be seen each time: ids become names of calls, what changes with every run is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

CHANGES = frozenset(["callid", "callId", "callResourceUrl", "timestamp", "applicationKey", "version", "referenceId"])
"""Members of callbacks and answers that differ from run to run, or say nothing about the call."""

VARIES = frozenset(["event", "debit", "userRate"])
"""Members of a callback that a recording does not compare: prices may be others where it is played again."""

_NOTHING: Mapping[str, str] = {}
_STAMP = re.compile(r"\d{14}|\d{4}-\d\d-\d\dT\d\d:\d\d")
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


class Names:
    """The names that calls have in a recording, by their ids. ``known`` are texts that a variable stands for."""

    def __init__(self, known: Mapping[str, str] = _NOTHING) -> None:
        self._names: dict[str, str] = {}
        self._known = {text: name for text, name in known.items() if text}

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._names

    def give(self, call_id: str, name: str) -> None:
        """Name a call."""
        self._names[call_id] = name

    def __getitem__(self, call_id: str) -> str:
        return self._names[call_id]

    def text(self, text: str) -> str:
        """A text in which ids of calls are uses of variables, and what looks like a use is a plain text."""
        text = _GUID.sub(self._use, text.replace("${", "$${"))
        for known, name in self._known.items():
            text = text.replace(known, f"${{{name}}}")
        return text

    def _use(self, found: re.Match[str]) -> str:
        name = self._names.get(found[0])
        return found[0] if name is None else f"${{calls.{name}.id}}"

    def value(self, value: Any) -> Any:
        """A value that is to be sent again as it was."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(name)): self.value(item) for name, item in value.items()}
        return [self.value(item) for item in value] if isinstance(value, list) else value

    def told(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body of a callback, as it is expected again."""
        found: dict[str, Any] = self.expected({name: item for name, item in body.items() if name not in VARIES})
        return found

    def expected(self, value: Any) -> Any:
        """A value that is expected again: without what changes, with anything in place of a time or an id of a run."""
        if isinstance(value, str):
            text = self.text(value)
            return {"$any": True} if _STAMP.search(text) or _GUID.search(text) else text
        if isinstance(value, Mapping):
            kept = {name: item for name, item in value.items() if name not in CHANGES and item is not None}
            return {self.text(str(name)): self.expected(item) for name, item in kept.items()}
        return [self.expected(item) for item in value] if isinstance(value, list) else value
