"""A load generator that costs little: raw sockets, keep-alive, one request in flight per connection, no pipelining.

    python tests/bench/load.py http://127.0.0.1:8080/path --connections 16 --seconds 3 --body '{}' --header 'authorization: ...'

Prints requests per second and latencies; as a module, ``measure`` runs it on the calling thread.
"""

from __future__ import annotations

import argparse
import selectors
import socket
import statistics
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run came to. Latencies in milliseconds; ``statuses`` counts answers by status."""

    requests: int
    seconds: float
    p50: float
    p99: float
    worst: float
    statuses: dict[int, int]

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    def __str__(self) -> str:
        latencies = f"p50 {self.p50:.2f} ms, p99 {self.p99:.2f} ms, worst {self.worst:.1f} ms"
        return f"{self.per_second:.0f} requests/s, {latencies}, {self.requests} requests, statuses {self.statuses}"


@dataclass(slots=True)
class Connection:
    """One keep-alive connection with at most one request in flight."""

    sock: socket.socket
    sent: float = 0.0
    received: bytearray = field(default_factory=bytearray)


def request_bytes(url: str, method: str, body: bytes, headers: tuple[str, ...]) -> bytes:
    """One request, as it goes over the wire."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"host: {parts.netloc}", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def answer_status(received: bytearray) -> int | None:
    """The status of an answer that is there in full, else ``None``. Answers must have a content length, or no body at all."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    status = int(received[9:12])
    head = bytes(received[:end]).lower()
    at = head.find(b"\r\ncontent-length:")
    length = int(head[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    return status if len(received) >= end + 4 + length else None


def measure(
    url: str,
    *,
    method: str = "POST",
    body: bytes = b"{}",
    headers: tuple[str, ...] = ("content-type: application/json",),
    connections: int = 16,
    seconds: float = 3.0,
) -> Figures:
    """Keep ``connections`` busy for ``seconds``."""
    parts = urlsplit(url)
    request = request_bytes(url, method, body, headers)
    selector = selectors.DefaultSelector()
    latencies: list[float] = []
    statuses: dict[int, int] = {}
    opened = [Connection(socket.create_connection((parts.hostname, parts.port or 80))) for _ in range(connections)]
    start = time.perf_counter()
    for connection in opened:
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection.sock, selectors.EVENT_READ, connection)
        connection.sent = time.perf_counter()
        connection.sock.sendall(request)
    while time.perf_counter() - start < seconds:
        for key, _ in selector.select(1.0):
            connection = key.data
            data = connection.sock.recv(65_536)
            if not data:
                raise ConnectionError(f"{url}: the server closed a connection after {len(latencies)} requests")
            connection.received += data
            status = answer_status(connection.received)
            if status is None:
                continue
            now = time.perf_counter()
            latencies.append((now - connection.sent) * 1000)
            statuses[status] = statuses.get(status, 0) + 1
            connection.received.clear()
            connection.sent = now
            connection.sock.sendall(request)
    elapsed = time.perf_counter() - start
    for connection in opened:
        connection.sock.close()
    selector.close()
    return _figures(latencies, elapsed, statuses)


def _figures(latencies: list[float], elapsed: float, statuses: dict[int, int]) -> Figures:
    if len(latencies) < 2:
        return Figures(len(latencies), elapsed, 0.0, 0.0, 0.0, statuses)
    cuts = statistics.quantiles(latencies, n=100, method="inclusive")
    return Figures(len(latencies), elapsed, cuts[49], cuts[98], max(latencies), statuses)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="A load generator that costs little.")
    parser.add_argument("url")
    parser.add_argument("--method", default="POST")
    parser.add_argument("--body", default="{}")
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()
    print(
        measure(
            given.url,
            method=given.method,
            body=given.body.encode(),
            headers=tuple(given.header) or ("content-type: application/json",),
            connections=given.connections,
            seconds=given.seconds,
        )
    )


if __name__ == "__main__":
    main()
