"""Who may drive the emulator: programs on this machine or network, with the token if there is one, and never a web page.

A page that somebody visits can make the browser send requests to an address of this machine. Its requests name the page's own
origin, or, when the page's host name was pointed here (DNS rebinding), a host name that is not ours. Both are refused.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from urllib.parse import urlsplit

from werkzeug.datastructures import Headers

from sinch_voice_emulator.api.control.errors import ControlRefusal
from sinch_voice_emulator.settings import Settings

_BARE = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_CONTAINER_HOSTS = frozenset({"host.docker.internal", "gateway.docker.internal", "host.containers.internal"})
_PORTS = {"http": 80, "https": 443}


class Guard:
    """Judges requests by their headers. ``own_hosts`` are the names the emulator was told it has."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.token
        self._own_hosts = frozenset(settings.own_hosts)

    def admit(self, headers: Headers, *, scheme: str = "http", needs_token: bool = True) -> None:
        """Raise ``ControlRefusal`` (403, 401) for a request that may not come in."""
        host = headers.get("Host", "")
        if host and not self._is_ours(host):
            raise ControlRefusal(
                f"the control API does not answer under the host name {host[:100]!r}; use an address, localhost, "
                "or start the emulator with --public-url and that name",
                status=403,
            )
        origin = headers.get("Origin")
        if origin is not None and not _same_host(origin, host, scheme):
            raise ControlRefusal(
                f"the control API cannot be driven by a web page of another host ({origin[:100]!r})", status=403
            )
        if needs_token and self._token and not self._knows_token(headers):
            raise ControlRefusal(
                "the control API asks for its token: Authorization: Bearer TOKEN, or X-Emulator-Token: TOKEN", status=401
            )

    def _is_ours(self, host: str) -> bool:
        name = _name_of(host)
        if name is None:
            return False
        if name in self._own_hosts or name in _CONTAINER_HOSTS or name.endswith(".localhost"):
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return _BARE.fullmatch(name) is not None
        return address.is_loopback or address.is_private

    def _knows_token(self, headers: Headers) -> bool:
        scheme, _, credentials = headers.get("Authorization", "").strip().partition(" ")
        given = credentials.strip() if scheme.lower() == "bearer" else headers.get("X-Emulator-Token", "").strip()
        return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self._token.encode("utf-8", "surrogatepass"))


def _name_of(host: str) -> str | None:
    """The name in a Host header, in lower case and without port and final dot; ``None`` when it is none."""
    split = _split(f"//{host}", "http")
    return None if split is None else split[0]


def _split(url: str, scheme: str) -> tuple[str, int] | None:
    """Host name and port of a URL."""
    try:
        parts = urlsplit(url)
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not name or parts.username is not None or parts.path not in ("", "/"):
        return None
    return name.lower().removesuffix("."), port if port is not None else _PORTS.get(parts.scheme or scheme, 0)


def _same_host(origin: str, host: str, scheme: str) -> bool:
    """Whether a page of this origin was served under this Host header."""
    if not origin.lower().startswith(("http://", "https://")):
        return False
    page = _split(origin, scheme)
    return page is not None and page == _split(f"//{host}", scheme)
