"""Recordings: of a call from its beginning, with or without a word when they are there."""

from __future__ import annotations

from typing import Any

from scenario.backends.routing import AGENT
from scenario.backends.service import Json, Line, Site, say, svaml

STORAGE = {"destinationUrl": "s3://acme-audio/calls/", "credentials": "AKEXAMPLE:sEcReTeXaMpLe:eu-north-1", "format": "mp3"}


class Recorder(Line):
    """Records every call to the number and files the recordings when they are there.

    ``details`` are further options of ``startRecording``.
    """

    def __init__(self, site: Site, **details: Any) -> None:
        super().__init__(site)
        self._options = {**STORAGE, **details}
        self.filed: dict[str, list[str]] = {}

    def ice(self, _event: Json) -> Json:
        record = {"name": "startRecording", "options": self._options}
        before = ({"name": "answer"}, say("This call is recorded."), record)
        return svaml("connectPstn", *before, number=AGENT, cli=self.site.number)

    def notify(self, event: Json) -> Json:
        if "destination" in event:
            self.filed.setdefault(event["callid"], []).append(event["destination"])
        return {}
