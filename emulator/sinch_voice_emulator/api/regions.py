"""Which region a request addresses: by a path prefix, since SDK overrides hide the host, by the Host header, or by its port.

``/euc1/calling/v1/...`` and ``calling-euc1.api.sinch.com`` mean Europe; every other host is region-less, unless the port that
the request came in by was given a region.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sinch_voice_emulator.api.context import PLACE, PREFIX
from sinch_voice_emulator.model.account import REGIONS
from sinch_voice_emulator.settings import ListenAddress
from sinch_voice_emulator.v1.hosts import region_of_host

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class RegionPrefix:
    """WSGI middleware that takes a region prefix off the path and leaves it in the environ."""

    def __init__(self, app: WsgiApp) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        first, slash, rest = path[1:].partition("/")
        if slash and first.lower() in REGIONS:
            environ[PREFIX] = f"/{first}"
            environ["PATH_INFO"] = f"/{rest}"
        return self._app(environ, start_response)


def region_of(environ: dict[str, Any]) -> str:
    """The region a request addresses, ``""`` when it names none."""
    prefix: str = environ.get(PREFIX, "")
    if prefix:
        return prefix[1:].lower()
    named = region_of_host(environ.get("HTTP_HOST", ""))
    if named or PLACE not in environ:
        return named
    place: ListenAddress = environ[PLACE]
    return place.region
