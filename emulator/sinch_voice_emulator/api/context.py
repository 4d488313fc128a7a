"""One request of the Calling API on its way through: who sent it, what it addresses, what it causes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.requests import OpenRequest

PREFIX = "sinch_voice.prefix"
"""Environ key: the region prefix that stood before the path (``/euc1``), or ``""``."""

PLACE = "sinch_voice.place"
"""Environ key: the ``ListenAddress`` a request came in by. Missing where it took no port, as in a test of the application."""

REFUSAL = "sinch_voice.refusal"
"""Environ key: the ``ApiError`` that a request shall be answered with before anybody looks at it."""

TWIN = "sinch_voice.twin"
"""Environ key: the account that a client in this process sends the request for, one of several that hold the same key."""


@dataclass(slots=True)
class CallingRequest:
    """An authenticated request.

    ``region`` is the one it was addressed to, ``""`` for a region-less or global host or a bare address. ``journalled``
    collects what the journal shall say besides method, path and status.
    """

    runtime: AccountRuntime
    application: Application
    region: str
    body: bytes
    open: OpenRequest
    journalled: dict[str, Any] = field(default_factory=dict)
    call_id: str = ""

    @property
    def region_of_creation(self) -> str:
        """Where something that this request brings into being lives: a region-less address means the default region."""
        return self.region or self.runtime.account.region

    @property
    def region_of_lookup(self) -> str:
        """Where to look something up; ``""`` is everywhere."""
        everywhere = self.runtime.account.profile.region_less_lookup == "all-regions"
        return self.region if self.region or everywhere else self.runtime.account.region
