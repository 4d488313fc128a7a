"""What becomes of a CONNECT: the server answers in the stead of the host that was asked for, or says why it does not."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A connection that goes nowhere else: HTTP inside it is for this server.

    ``tls`` is what the server shows inside, ``None`` for plain HTTP. ``environ`` is added to that of each request inside.
    """

    tls: ssl.SSLContext | None
    environ: Mapping[str, object] = field(default_factory=dict)


Judge = Callable[[str, Mapping[str, object]], "Tunnel | WSGIApplication"]
"""Decides on a CONNECT, given its target (``host:port``) and the environ of its listener; an application is a refusal."""
