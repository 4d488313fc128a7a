"""What a port answers: a role narrows it, a region makes it that region's host. And which part of the API a path belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import request

from sinch_voice_emulator.api.context import PLACE, REFUSAL
from sinch_voice_emulator.model.account import REGIONS
from sinch_voice_emulator.settings import ListenAddress, Role
from sinch_voice_emulator.v1 import errors
from sinch_voice_emulator.v1.errors import ApiError
from sinch_voice_emulator.v1.hosts import strange_region

if TYPE_CHECKING:
    from sinch_voice_emulator.emulator import Emulator

HEALTH = "/_emulator/health"
"""Answered on every port, so that each can be watched."""

_CONTROL = re.compile(r"/_emulator(/|$)")
_CONFIGURATION = re.compile(r"(/calling)?(/v1)?(/calling)?/(configuration|query)(/|$)")

_NAMES = {
    Role.CALLING: "the Calling API",
    Role.CONFIGURATION: "the configuration API",
    Role.CONTROL: "the control API",
    Role.PROXY: "the forward proxy",
}


def role_of(path: str) -> Role:
    """The part of the API that a path without region prefix belongs to; what is unknown counts as Calling API."""
    if _CONTROL.match(path):
        return Role.CONTROL
    return Role.CONFIGURATION if _CONFIGURATION.match(path) else Role.CALLING


def narrowing(emulator: Emulator) -> Callable[[], None]:
    """What Flask calls before each request: raises ``ApiError`` for one that is not answered here."""

    def narrow() -> None:
        environ = request.environ
        refusal: ApiError | None = environ.get(REFUSAL)
        if refusal is not None:
            raise refusal
        if region := strange_region(environ.get("HTTP_HOST", "")):
            raise errors.resource_not_found(f"there is no region {region}; there are {', '.join(REGIONS)}")
        place: ListenAddress | None = environ.get(PLACE)
        if place is None or not place.roles or request.path.rstrip("/") == HEALTH:
            return
        role = role_of(request.path)
        if not place.answers(role):
            raise errors.resource_not_found(not_here(emulator, place, role))

    return narrow


def not_here(emulator: Emulator, place: ListenAddress, wanted: Role) -> str:
    """A sentence on what a port does instead, and where else to go."""
    answered = " and ".join(_NAMES[role] for role in Role if role in place.roles)
    elsewhere = emulator.url_for(wanted)
    hint = f"; {_NAMES[wanted]} is at {elsewhere}" if elsewhere else ""
    return f"this port is for {answered} only{hint}"
