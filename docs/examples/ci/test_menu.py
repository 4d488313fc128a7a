"""A test with testcontainers: the emulator runs in a container, the backend under test in the process of the test."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy
from werkzeug.serving import make_server

from sinch_voice_emulator.sample_backend import create_app  # in your project: your backend

IMAGE = os.environ.get("EMULATOR_IMAGE", "sinch-voice-emulator")
GATEWAY = os.environ.get("HOST_GATEWAY", "host-gateway")  # Podman before 4.7 needs the address itself
KEY, SECRET = "11111111-2222-4333-8444-555555555555", "ZW11bGF0b3Itc2VjcmV0IQ=="
CALLER, NUMBER, AGENT = "+46701740605", "+12025550100", "+46701740642"


@pytest.fixture(scope="session")
def backend() -> Iterator[int]:
    """The port of the backend, which listens on every address: callbacks from a container do not come in by loopback."""
    server = make_server("0.0.0.0", 0, create_app(KEY, SECRET, AGENT), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def emulator(backend: int) -> Iterator[str]:
    """The control API of an emulator that knows this machine as host.docker.internal."""
    container = (
        DockerContainer(IMAGE)
        .with_exposed_ports(8080)
        .with_env("SINCH_VOICE_EMULATOR_CALLBACK_URL", f"http://host.docker.internal:{backend}/voice")
        .with_env("SINCH_VOICE_EMULATOR_CLOCK", "manual")
        .with_kwargs(extra_hosts={"host.docker.internal": GATEWAY})
        .waiting_for(HttpWaitStrategy(8080, "/_emulator/health"))
    )
    with container:
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(8080)}/_emulator"


def ask(url: str, body: Any = None) -> Any:
    """The answer of the control API; a POST with a body, a GET without."""
    answer = requests.post(url, json=body, timeout=60) if body is not None else requests.get(url, timeout=60)
    answer.raise_for_status()
    return answer.json()


def test_the_caller_is_put_through(emulator: str) -> None:
    behaviour = {"reactions": [{"hears": "Press 1", "presses": "1"}], "hangsUpAfter": 30}
    call = ask(f"{emulator}/calls", {"from": CALLER, "to": NUMBER, "behaviour": behaviour})["callId"]
    ask(f"{emulator}/clock/advance", {"until": "idle"})
    (dialled,) = ask(f"{emulator}/journal?kind=leg.dialled&call={call}")["entries"]
    assert dialled["data"]["to"]["endpoint"] == AGENT
    checked = ask(f"{emulator}/check", {})
    assert checked["passed"], checked["report"]
