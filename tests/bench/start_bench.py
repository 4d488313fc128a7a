"""From the start of the process to the first answer of the health check, beside a bare Flask app."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import threading
import time

from bench.table import show

RUNS = 7
BARE = (
    "import sys; from flask import Flask; from werkzeug.serving import make_server; app = Flask('bare');"
    "app.add_url_rule('/_emulator/health', 'h', lambda: 'ok');"
    "make_server('127.0.0.1', int(sys.argv[1]), app).serve_forever()"
)


def main() -> None:
    """Print milliseconds to the first answer."""
    serve = ["-m", "sinch_voice_emulator", "serve", "--listen"]
    rows = [_row("emulator (serve)", serve), _row("bare Flask app on werkzeug", ["-c", BARE])]
    show(("process", "median", "fastest", "slowest"), rows)


def _row(name: str, arguments: list[str]) -> tuple[str, str, str, str]:
    times = sorted(_first_answer(arguments) for _ in range(RUNS))
    return name, f"{statistics.median(times):.0f} ms", f"{times[0]:.0f} ms", f"{times[-1]:.0f} ms"


def _first_answer(arguments: list[str]) -> float:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, *arguments, str(port)], stdout=quiet, stderr=quiet)
    try:
        while True:
            try:
                with socket.create_connection(("127.0.0.1", port), 1) as connection:
                    connection.sendall(b"GET /_emulator/health HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
                    if b" 200 " in connection.recv(64):
                        return (time.perf_counter() - began) * 1000
            except OSError:
                threading.Event().wait(0.002)
    finally:
        process.terminate()
        process.wait()
