"""Ports from text: ``[HOST:]PORT[=WORD[+WORD...]]``, where a word is a role, a region or ``tls``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from sinch_voice_emulator.model.account import REGIONS
from sinch_voice_emulator.settings.parsers import nearest
from sinch_voice_emulator.settings.values import ListenAddress, Role

DEFAULT_PORT = 8080
TLS_PORT = 8443
"""Where HTTPS is when TLS is wanted and no port was named for it."""

ALL_ADDRESSES = ("0.0.0.0", "::")
TLS = "tls"
WORDS = (*(role.value for role in Role), *REGIONS, TLS)


def listen(value: str) -> ListenAddress:
    """``[HOST:]PORT[=WORD[+WORD...]]``; a host of ``""`` stands for the default one. IPv6 addresses stand in brackets."""
    address, equals, words = value.strip().partition("=")
    host, colon, last = address.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError("must be [HOST:]PORT, with an IPv6 address in brackets: [::1]:8080")
    if colon and not host:
        raise ValueError("must be [HOST:]PORT, such as 8080 or 127.0.0.1:8080")
    return _for(ListenAddress(host, port(last.strip())), words.split("+") if equals else [])


def port(value: str) -> int:
    """A TCP port; 0 is any free one."""
    if not (value.isascii() and value.isdigit()) or int(value) > 65535:
        raise ValueError("must have a port between 0 and 65535")
    return int(value)


def _for(place: ListenAddress, words: Sequence[str]) -> ListenAddress:
    """``place`` with what ``words`` make of it."""
    given = [word.strip().lower() for word in words]
    for word in given:
        if word not in WORDS:
            raise ValueError(f"must say after = {', '.join(WORDS)}, or several of these joined by +{nearest(word, WORDS)}")
    roles = frozenset(Role(word) for word in given if word in tuple(Role))
    regions = [word for word in given if word in REGIONS]
    if len(set(regions)) > 1:
        raise ValueError("must name one region at most")
    if regions and roles and Role.CALLING not in roles:
        raise ValueError(f"must say calling beside a region, which nothing else has, as in {place.port}=calling+{regions[0]}")
    return replace(place, roles=roles, region=regions[0] if regions else "", tls=TLS in given)


def places(given: Sequence[ListenAddress], default_host: str, *, tls: bool) -> tuple[ListenAddress, ...]:
    """Every port: those that were given, or the default one, and with ``tls`` one with HTTPS if none has it.

    Raises ``ValueError`` for a port that is given twice, or by an address and by all of them.
    """
    found = [replace(one, host=one.host or default_host) for one in given] or [ListenAddress(default_host, DEFAULT_PORT)]
    if tls and not any(one.tls for one in found):
        found.append(ListenAddress(default_host, TLS_PORT, tls=True))
    for one, other in combinations([one for one in found if one.port], 2):
        _refuse_overlap(one, other)
    return tuple(found)


def _refuse_overlap(one: ListenAddress, other: ListenAddress) -> None:
    if one.port != other.port:
        return
    number = one.port
    if one.host == other.host:
        joined = f"{number}=calling+tls"
        raise ValueError(f"the port {number} of {one.host} is given twice; join what it is for by +, as in {joined}")
    hosts = (one.host, other.host)
    for every in ALL_ADDRESSES:
        if every in hosts and (":" in one.host) == (":" in other.host):
            spelt = " and ".join(f"[{host}]:{number}" if ":" in host else f"{host}:{number}" for host in hosts)
            raise ValueError(f"{spelt} overlap, since {every} is every address of this machine; leave one of them out")
