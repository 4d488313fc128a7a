"""Hosts of callback URLs that stand for other hosts, as ``curl --connect-to`` has it.

In a container ``localhost`` is the container itself. A detour connects to another host and port than the callback URL names and
changes nothing else: path, body, signature, ``Host`` header and the name a certificate must have stay those of the URL.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

_EXPECTED = "must be FROM=TO, each a host with or without a port, such as localhost=host.docker.internal"


@dataclass(frozen=True, slots=True)
class Detour:
    """Callbacks to ``host`` go to ``to_host``. ``port=None`` means any port, ``to_port=None`` the same one."""

    host: str
    port: int | None
    to_host: str
    to_port: int | None

    @classmethod
    def parse(cls, text: str) -> Detour:
        """``HOST[:PORT]=HOST[:PORT]``; raises ``ValueError``."""
        first, sign, second = text.partition("=")
        if not sign or "=" in second:
            raise ValueError(_EXPECTED)
        return cls(*_place(first), *_place(second))


class Detours:
    """All of them. One that names a port goes before one that does not, then the order counts."""

    def __init__(self, detours: Iterable[Detour] = ()) -> None:
        self._detours = sorted(detours, key=lambda one: one.port is None)

    def of(self, url: str) -> str:
        """``url`` with the host and port that are connected to instead; ``""`` when it is called as it stands."""
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
        for one in self._detours:
            if one.host == host and one.port in (None, port):
                name = f"[{one.to_host}]" if ":" in one.to_host else one.to_host
                return urlunsplit(parts._replace(netloc=f"{name}:{one.to_port or port}"))
        return ""


def _place(text: str) -> tuple[str, int | None]:
    """``HOST[:PORT]`` as host and port; raises ``ValueError``."""
    try:
        parts = urlsplit(f"//{text.strip()}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(_EXPECTED) from None
    if not host or port == 0 or parts.netloc != text.strip() or any(one in parts.netloc for one in "@* "):
        raise ValueError(_EXPECTED)
    return host.rstrip("."), port
