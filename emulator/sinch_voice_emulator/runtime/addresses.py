"""Where callbacks may go: judged on the address that is about to be connected to, not on what its name looks like."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias
from urllib.parse import urlsplit

from sinch_voice_emulator.errors import BadRequest

Address: TypeAlias = IPv4Address | IPv6Address

_HOME = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "0.0.0.0/32",
        "::1/128",
        "::/128",
        "fc00::/7",
    )
)
_NEVER = tuple(ipaddress.ip_network(network) for network in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128"))
_NAMES = frozenset({"host.docker.internal"})
_DEFAULT = "only loopback, private addresses and host.docker.internal are"


class AllowedHosts:
    """The default is loopback, private ranges and ``host.docker.internal``; ``extra`` adds names, addresses or networks.

    ``*`` allows every host. Link-local addresses (among them the metadata services of clouds) are never allowed.
    """

    def __init__(self, extra: Iterable[str] = ()) -> None:
        self._networks = list(_HOME)
        self._names = set(_NAMES)
        self._everywhere = False
        for host in extra:
            self._add(host.strip().lower())

    def _add(self, host: str) -> None:
        if host == "*":
            self._everywhere = True
            return
        try:
            self._networks.append(ipaddress.ip_network(host.strip("[]"), strict=False))
        except ValueError:
            if not host or any(char in host for char in "/:@ "):
                message = f"{host!r} is neither a host name, nor an address, nor a network such as 203.0.113.0/24"
                raise BadRequest(message) from None
            self._names.add(host.rstrip("."))

    def objection(self, host: str, address: str) -> str:
        """Why ``address``, which ``host`` stands for, may not be called; ``""`` when it may."""
        judged = _unwrapped(ipaddress.ip_address(address))
        what = host if _same(host, address) else f"{host} is {address}, and"
        if any(judged in network for network in _NEVER):
            return f"{address} is a link-local address, and those are never called"
        name = host.lower().rstrip(".")
        if self._everywhere or name in self._names or any(judged in network for network in self._networks):
            return ""
        reason = f"{_DEFAULT} allowed; allow it with --allow-callback-host {host}"
        return reason if what == host else f"{what} {reason}"


def host_of(url: str) -> str:
    """The host of a callback URL. Raises ``BadRequest`` when it is no http or https URL with a host."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise BadRequest(f"callback URL {url} is not a URL: {error}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise BadRequest(f"callback URL {url} is not delivered: it must begin with http:// or https:// and name a host")
    return host


def literal(host: str) -> str | None:
    """``host`` as an address, if it is written as one."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def _same(host: str, address: str) -> bool:
    return host == address or literal(host) == address


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that stands for it."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
