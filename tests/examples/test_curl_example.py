"""The walk-through with curl, run as it stands in the documentation, against a backend of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from examples.backends import flask_backend
from examples.other_languages import CURL, needed, run
from integration.serving import served
from sinch_voice_emulator.emulator import Emulator

KEY, SECRET = "run-key", "cnVuLXNlY3JldA=="


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    needed("bash")
    needed("curl")
    with served() as emulator:
        yield emulator


@pytest.fixture
def backend(emulator: Emulator) -> Iterator[str]:
    """The URL of a backend that knows the credentials."""
    app = flask_backend(emulator.url, KEY, SECRET, "+12025550100")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_walk_through(emulator: Emulator, backend: str) -> None:
    variables = {"SINCH_VOICE_EMULATOR_URL": emulator.url, "BACKEND": backend}
    done = run(str(CURL), SINCH_APPLICATION_KEY=KEY, SINCH_APPLICATION_SECRET=SECRET, **variables)
    assert (done.returncode, done.stdout[:13]) == (0, "passed: call "), done.stdout
    assert list(emulator.accounts) == ["default"], "the account of the run is gone"


def test_when_something_is_wrong_it_shows_what_happened(emulator: Emulator, backend: str) -> None:
    variables = {"SINCH_VOICE_EMULATOR_URL": emulator.url, "BACKEND": backend}
    done = run(str(CURL), SINCH_APPLICATION_KEY=KEY, SINCH_APPLICATION_SECRET="b3RoZXI=", **variables)
    assert done.returncode == 1
    assert "does the app know the key and the secret" in done.stdout
    assert "backend   !! <- no answer to ICE" in done.stdout
    assert list(emulator.accounts) == ["default"], "the account of the run is gone"


def test_a_second_run_of_the_same_application_is_refused(emulator: Emulator, backend: str) -> None:
    key = next(iter(emulator.account().account.applications))
    variables = {"SINCH_VOICE_EMULATOR_URL": emulator.url, "BACKEND": backend}
    done = run(str(CURL), SINCH_APPLICATION_KEY=key, SINCH_APPLICATION_SECRET=SECRET, **variables)
    assert done.returncode != 0
    assert "is taken by account 'default'" in done.stdout
