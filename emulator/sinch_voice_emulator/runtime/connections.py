"""The aiohttp side of deliveries: names resolved and judged, sockets in the background. Imported late, it costs time."""

from __future__ import annotations

import asyncio
import socket
import ssl
from types import SimpleNamespace

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

from sinch_voice_emulator.runtime.addresses import AllowedHosts
from sinch_voice_emulator.runtime.delivery import NotDelivered
from sinch_voice_emulator.runtime.loops import paced_selector
from sinch_voice_emulator.runtime.ports import FailureKind

IDLE_SECONDS = 1.5
"""Shorter than the keep-alive of any common server, so that no callback meets a connection that is just being closed."""

CONNECTIONS_PER_SECOND = 1_000
CONNECTIONS_AT_ONCE = 32
"""How fast connections to one host are opened. The queue of a listening socket often holds 100, and what does not fit in there
waits a second for TCP to try again: too long for a callback."""

NAMES_SECONDS = 5


class JudgingResolver(AbstractResolver):
    """Resolves names and gives out only addresses that may be called."""

    def __init__(self, allowed: AllowedHosts) -> None:
        self._allowed = allowed

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """The allowed addresses of ``host``. Raises ``NotDelivered`` when it has none but others."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        results: list[ResolveResult] = []
        objections: list[str] = []
        for kind, _, protocol, _, address in found:
            if objection := self._allowed.objection(host, str(address[0])):
                objections.append(objection)
                continue
            flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
            results.append(
                {"hostname": host, "host": str(address[0]), "port": port, "family": kind, "proto": protocol, "flags": flags}
            )
        if not results and objections:
            raise NotDelivered(FailureKind.ADDRESS, f"callbacks to {host} are not delivered: {objections[0]}")
        return results

    async def close(self) -> None:
        """Nothing to release."""


class Pacer:
    """Gives out turns, so many a second to each host."""

    def __init__(self) -> None:
        self._next: dict[object, float] = {}

    def delay(self, host: object, now: float) -> float:
        """How many seconds to wait for the next turn at ``host``; the turn is taken."""
        if len(self._next) > 1_000:
            self._next = {key: at for key, at in self._next.items() if at > now}
        at = max(self._next.get(host, 0.0), now - CONNECTIONS_AT_ONCE / CONNECTIONS_PER_SECOND)
        self._next[host] = at + 1 / CONNECTIONS_PER_SECOND
        return at - now

    async def turn(self, _: object, context: SimpleNamespace, __: object) -> None:
        """Before a connection is opened."""
        stopwatch = context.trace_request_ctx
        delay = self.delay(stopwatch.host, asyncio.get_running_loop().time())
        if delay > 0:
            await stopwatch.pause(delay)


def make_session(allowed: AllowedHosts, trust: ssl.SSLContext | None) -> aiohttp.ClientSession:
    """A session that knows no proxies, no cookies and no time limits of its own."""
    selector = paced_selector()

    def open_socket(address: AddrInfoType) -> socket.socket:
        opened = socket.socket(*address[:3])
        if selector is not None:
            selector.in_background(opened.fileno(), True)
        return opened

    connector = aiohttp.TCPConnector(
        resolver=JudgingResolver(allowed),
        ttl_dns_cache=NAMES_SECONDS,
        limit=0,
        keepalive_timeout=IDLE_SECONDS,
        ssl=trust if trust is not None else True,
        socket_factory=open_socket,
    )
    trace = aiohttp.TraceConfig()
    trace.on_connection_create_start.append(Pacer().turn)
    return aiohttp.ClientSession(
        connector=connector,
        trace_configs=[trace],
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        skip_auto_headers=("Accept-Encoding", "User-Agent"),
    )
