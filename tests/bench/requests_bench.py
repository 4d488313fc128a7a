"""``POST callouts``: Basic auth on, real clock, a phone that never answers, no callback URL. Over sockets and in process."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, request

from bench import setting
from bench.table import show
from sinch_voice_emulator.api.app import create_app
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.model.party import number as number_of
from sinch_voice_emulator.model.phone import OnRing, PhoneBehaviour
from sinch_voice_emulator.settings import Settings

ROUNDS = 3
SECONDS = 3.0
IN_PROCESS = 2_000
_SILENT = PhoneBehaviour(on_ring=OnRing.NEVER_ANSWERS)


def main() -> None:
    """Print requests per second, and the ratio to the bare app in the same round."""
    rows: list[tuple[object, ...]] = []
    with setting.bare() as bare, setting.served(setting.NEVER_ANSWERS) as emulator:
        for number in range(1, ROUNDS + 1):
            yardstick = setting.load(bare + setting.PATH, setting.callout(), SECONDS)
            ours = setting.load(emulator.url + setting.PATH, setting.callout(), SECONDS)
            ratio = f"{_rate(ours) / _rate(yardstick):.2f}"
            rows += [(number, "bare Flask app", yardstick, ""), (number, "emulator", ours, ratio)]
            emulator.call("POST", "/_emulator/reset")
    show(("round", "over sockets, 16 connections", "figures", "ratio"), rows)
    print()
    emulator_app = create_app(Emulator(Settings(phones={number_of(setting.CALLEE): _SILENT})))
    costs = [(_in_process(_bare_app()), _in_process(emulator_app)) for _ in range(ROUNDS)]
    yardstick_cost, our_cost = min(cost for cost, _ in costs), min(cost for _, cost in costs)
    head = ("in process", "µs of CPU per request", "ratio")
    show(
        head,
        [("bare Flask app", f"{yardstick_cost:.0f}", ""), ("emulator", f"{our_cost:.0f}", f"{yardstick_cost / our_cost:.2f}")],
    )


def _bare_app() -> Flask:
    app = Flask("bare")

    @app.post(setting.PATH)
    def place() -> dict[str, str]:
        request.get_json()
        return {"callId": "00000000-0000-4000-8000-000000000000"}

    return app


def _rate(figures: str) -> float:
    return float(figures.split()[0])


def _in_process(app: Callable[..., Any]) -> float:
    body = json.dumps(setting.callout()).encode()
    began = time.process_time()
    for _ in range(IN_PROCESS):
        response = app(_environ(body), lambda *_: None)
        b"".join(response)
        response.close()
    return (time.process_time() - began) / IN_PROCESS * 1e6


def _environ(body: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": setting.PATH,
        "RAW_URI": setting.PATH,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": setting.AUTHORIZATION,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
