"""The aiohttp side of deliveries: names resolved and judged, sockets in the background. Imported late, it costs time."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType, Connection

from sinch_voice_emulator.runtime.addresses import AllowedHosts
from sinch_voice_emulator.runtime.delivery import NotDelivered
from sinch_voice_emulator.runtime.loops import paced_selector
from sinch_voice_emulator.runtime.ports import FailureKind

IDLE_SECONDS = 1.5
"""Shorter than the keep-alive of any common server, so that no callback meets a connection that is just being closed."""

CONNECTING_PER_HOST = 64
"""Fewer than the usual queue of a listening socket; what does not fit in there waits a second for TCP to try again."""

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


class GatedConnector(aiohttp.TCPConnector):
    """Opens a bounded number of connections to one host at a time."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._gates: dict[tuple[str, int | None], asyncio.Semaphore] = {}

    async def connect(self, req: aiohttp.ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout) -> Connection:
        """A connection from the pool, or a new one when it is its turn."""
        key = (req.connection_key.host, req.connection_key.port)
        gate = self._gates.get(key)
        if gate is None:
            if len(self._gates) > 1_000:
                self._gates.clear()
            gate = self._gates[key] = asyncio.Semaphore(CONNECTING_PER_HOST)
        async with gate:
            return await super().connect(req, traces, timeout)


def make_session(allowed: AllowedHosts, trust: ssl.SSLContext | None) -> aiohttp.ClientSession:
    """A session that knows no proxies, no cookies and no time limits of its own."""
    selector = paced_selector()

    def open_socket(address: AddrInfoType) -> socket.socket:
        opened = socket.socket(*address[:3])
        if selector is not None:
            selector.in_background(opened.fileno(), True)
        return opened

    connector = GatedConnector(
        resolver=JudgingResolver(allowed),
        ttl_dns_cache=NAMES_SECONDS,
        limit=0,
        keepalive_timeout=IDLE_SECONDS,
        ssl=trust if trust is not None else True,
        socket_factory=open_socket,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        skip_auto_headers=("Accept-Encoding", "User-Agent"),
    )
