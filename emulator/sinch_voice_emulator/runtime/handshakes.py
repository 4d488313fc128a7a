"""TLS on connections that begin in plain: those of a port with TLS, and those that a client asked for with CONNECT.

asyncio's own TLS listeners say nothing about a handshake that failed, and leave those behind that nobody finishes. Here a
failure is a line in the log that says what is probably wrong at the client, and what is under way ends with the server.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable

HANDSHAKE_SECONDS = 20.0
SHUTDOWN_SECONDS = 1.0

_UNTRUSTED = frozenset(
    {
        "TLSV1_ALERT_UNKNOWN_CA",
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        "SSLV3_ALERT_BAD_CERTIFICATE",
        "TLSV1_ALERT_BAD_CERTIFICATE",
    }
)
_PLAIN = frozenset({"HTTP_REQUEST", "HTTPS_PROXY_REQUEST"})

log = logging.getLogger(__name__)


class Handshakes:
    """The handshakes under way on one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, transport: asyncio.Transport, context: ssl.SSLContext, protocol: asyncio.Protocol) -> None:
        """Start TLS as the server on ``transport``; ``protocol`` is connected when it stands."""
        task = self._loop.create_task(self._shake(transport, context, protocol))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Give up what is under way."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _shake(self, transport: asyncio.Transport, context: ssl.SSLContext, protocol: asyncio.Protocol) -> None:
        peer = transport.get_extra_info("peername")
        meanwhile = _Meanwhile()
        try:
            secured = await self._loop.start_tls(
                transport,
                meanwhile,
                context,
                server_side=True,
                ssl_handshake_timeout=HANDSHAKE_SECONDS,
                ssl_shutdown_timeout=SHUTDOWN_SECONDS,
            )
        except asyncio.CancelledError:
            transport.abort()
            raise
        except OSError as error:
            transport.abort()
            _explain(error, peer)
            return
        assert secured is not None
        meanwhile.hand_over(secured, protocol)


class Greeter(asyncio.Protocol):
    """What answers a new connection of a port with TLS: it begins the handshake."""

    def __init__(self, handshakes: Handshakes, context: ssl.SSLContext, make: Callable[[], asyncio.Protocol]) -> None:
        self._handshakes = handshakes
        self._context = context
        self._make = make

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client connected."""
        assert isinstance(transport, asyncio.Transport)
        self._handshakes.begin(transport, self._context, self._make())


class _Meanwhile(asyncio.Protocol):
    """Keeps what arrives between the end of the handshake and the moment in which its waiter learns of it."""

    def __init__(self) -> None:
        self._received = b""
        self._ended = False
        self._lost = False

    def data_received(self, data: bytes) -> None:
        self._received += data

    def eof_received(self) -> None:
        self._ended = True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio passes it)
        self._lost = True

    def hand_over(self, transport: asyncio.Transport, protocol: asyncio.Protocol) -> None:
        """From now on ``protocol`` has the connection, and what came in so far."""
        if self._lost:
            return
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if self._received:
            protocol.data_received(self._received)
        if self._ended:
            protocol.eof_received()


def _explain(error: OSError, peer: object) -> None:
    who = peer[0] if isinstance(peer, tuple) else "a client"
    reason = error.reason if isinstance(error, ssl.SSLError) else ""
    if reason in _UNTRUSTED:
        log.warning(
            "%s does not trust the certificate of this emulator; `sinch-voice-emulator tls` says how to make it (%s)",
            who,
            reason.lower(),
        )
    elif reason in _PLAIN:
        log.warning("%s speaks plain HTTP to a port with TLS: its URL must begin with https://", who)
    else:
        log.debug("the TLS handshake with %s failed: %s", who, reason or str(error) or "the client left")
