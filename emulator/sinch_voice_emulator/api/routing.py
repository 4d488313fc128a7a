"""A slash that is written ``%2F`` belongs to a name, a conference's for example, and separates nothing.

WSGI decodes paths before anybody routes them. So a path with such a slash is routed in a form that keeps it apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from flask import Flask, Request
from werkzeug.routing import MapAdapter, UnicodeConverter

from sinch_voice_emulator.api.context import PREFIX

_ENCODED = re.compile("%2f", re.IGNORECASE)
_SLASH = "\uffff"
"""Stands for an encoded slash while a path is routed. No character has this code."""


class Name(UnicodeConverter):
    """A segment of a path that stands for a name."""

    def to_python(self, value: str) -> str:
        """The name, with its slashes."""
        return value.replace(_SLASH, "/")


class RoutedApp(Flask):
    """A Flask application that routes like that."""

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)
        self.url_map.merge_slashes = False
        self.url_map.converters["default"] = Name

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """What finds the route of a request. No host has routes of its own, so none is looked at, which takes Flask a while."""
        if request is None:
            return None
        path = _path_kept_apart(request.environ) or request.path
        return MapAdapter(self.url_map, "", "/", "", "http", path, request.method)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Every view is an ordinary function, so none is looked at."""
        return func


def _path_kept_apart(environ: dict[str, Any]) -> str:
    """The decoded path, without its region and with marks for encoded slashes; ``""`` where it has none of those."""
    path: str = environ.get("RAW_URI", "").partition("?")[0]
    if not _ENCODED.search(path):
        return ""
    marked = unquote_to_bytes(_ENCODED.sub(quote(_SLASH), path)).decode("utf-8", "replace")
    return marked.removeprefix(environ.get(PREFIX, ""))
