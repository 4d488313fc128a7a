"""Callbacks that are sent to another host than their URL names: only the connection is different."""

from __future__ import annotations

import asyncio
import json
import ssl
from typing import Any

import pytest

from raw_backend import OK, Received, backend, saying
from sinch_voice_emulator.runtime.addresses import AllowedHosts
from sinch_voice_emulator.runtime.delivery import Courier
from sinch_voice_emulator.runtime.detours import Detour, Detours
from sinch_voice_emulator.runtime.loops import ServerLoop
from sinch_voice_emulator.settings import SettingsError, load

HEADERS = (("content-type", "application/json"),)
BODY = b'{"event":"ice"}'


def detours(*texts: str) -> Detours:
    return Detours(Detour.parse(text) for text in texts)


@pytest.mark.parametrize(
    ("text", "url", "instead"),
    [
        (
            "localhost=host.docker.internal",
            "http://localhost:5000/voice?a=%20b",
            "http://host.docker.internal:5000/voice?a=%20b",
        ),
        ("localhost=host.docker.internal", "http://LOCALHOST./voice", "http://host.docker.internal:80/voice"),
        ("LocalHost=host.docker.internal", "https://localhost/voice", "https://host.docker.internal:443/voice"),
        ("localhost:5000=backend:80", "http://localhost:5000/voice", "http://backend:80/voice"),
        ("localhost:80=backend", "http://localhost/voice", "http://backend:80/voice"),
        ("localhost:5000=backend:80", "http://localhost:5001/voice", ""),
        ("127.0.0.1=172.17.0.1", "http://user:secret@127.0.0.1:5000/voice", "http://172.17.0.1:5000/voice"),
        ("[::1]:5000=[fd00::1]", "http://[::1]:5000/voice", "http://[fd00::1]:5000/voice"),
        ("localhost=backend", "http://localhost.example.com/voice", ""),
    ],
)
def test_where_a_callback_goes(text: str, url: str, instead: str) -> None:
    assert detours(text).of(url) == instead


def test_the_more_exact_detour_counts() -> None:
    found = detours("localhost=everything", "localhost:5000=voice")
    assert found.of("http://localhost:5000/") == "http://voice:5000/"
    assert found.of("http://localhost:5001/") == "http://everything:5001/"
    assert detours().of("http://localhost:5000/") == ""


@pytest.mark.parametrize(
    "text",
    [
        "localhost",
        "=backend",
        "localhost=",
        "a/b=c",
        "http://a=b",
        "a=b:x",
        "a=b:0",
        "me@a=b",
        "a=b:70000",
        "a b=",
        "a=b=c",
        "a=*",
    ],
)
def test_a_detour_that_makes_no_sense_is_one_sentence(text: str) -> None:
    with pytest.raises(SettingsError, match="--rewrite-callback-host must be FROM=TO, each a host") as caught:
        load({"rewrite-callback-host": [text]}, {})
    assert str(caught.value).endswith(f'not "{text}".')


def sent(rule: str, url: str, tls: ssl.SSLContext | None = None, trust: ssl.SSLContext | None = None) -> Any:
    """One attempt with a detour; ``{}`` is a backend's port. Gives the attempt, the failure and what the backend received."""

    async def work() -> Any:
        async with backend(saying(OK), tls) as running:
            courier = Courier(AllowedHosts(), trust, detours(rule.format(running.port)))
            try:
                attempt, failure = await courier.post(url, HEADERS, BODY, 10_000)
            finally:
                await courier.close()
            return attempt, failure, running.received, running.port

    with asyncio.Runner(loop_factory=ServerLoop) as runner:
        return runner.run(work())


def test_only_the_connection_is_different() -> None:
    url = "http://backend.example:5000/cb/%2Bx?a=%20b"
    attempt, failure, (received,), port = sent("backend.example=127.0.0.1:{}", url)
    assert failure is None
    assert (attempt.url, attempt.sent_to) == (url, f"http://127.0.0.1:{port}/cb/%2Bx?a=%20b")
    assert isinstance(received, Received)
    assert (received.target, received.body, received.headers["host"]) == ("/cb/%2Bx?a=%20b", BODY, "backend.example:5000")


def test_a_callback_without_a_detour_says_nothing_of_one() -> None:
    attempt, failure, _, _ = sent("elsewhere=127.0.0.1:{}", "http://localhost:1/")
    assert attempt.sent_to == ""
    assert failure.sentence.startswith("http://localhost:1/ ")


def test_the_name_in_the_certificate_is_that_of_the_url(certificate: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    _, failure, (received,), _ = sent("127.0.0.1:5000=localhost:{}", "https://127.0.0.1:5000/cb", certificate, trusting)
    assert failure is None
    assert received.headers["host"] == "127.0.0.1:5000"
    _, failure, _, port = sent("backend.example=127.0.0.1:{}", "https://backend.example/cb", certificate, trusting)
    assert failure.sentence.startswith(f"https://127.0.0.1:{port}/cb is not trusted: ")


def test_a_failure_names_who_was_called() -> None:
    attempt, failure, _, _ = sent("backend.example=127.0.0.1:1", "http://backend.example/cb")
    assert failure.sentence == "http://127.0.0.1:1/cb refused the connection: nothing listens there"
    assert (attempt.url, attempt.error) == ("http://backend.example/cb", failure.sentence)


def test_where_a_detour_leads_is_judged_as_any_address() -> None:
    _, failure, _, _ = sent("localhost=169.254.169.254", "http://localhost/cb")
    assert "link-local" in failure.sentence
    _, failure, _, _ = sent("localhost=8.8.8.8", "http://localhost/cb")
    assert "only loopback, private addresses" in failure.sentence


def test_a_url_that_is_none_is_said_to_be_none() -> None:
    _, failure, _, _ = sent("localhost=127.0.0.1", "http://[localhost/cb")
    assert "is not a URL" in failure.sentence


def test_json_of_an_attempt() -> None:
    from sinch_voice_emulator.api.control.deliveries import attempt_json

    attempt, _, _, port = sent("backend.example=127.0.0.1:{}", "http://backend.example/cb")
    found = json.loads(json.dumps(attempt_json(attempt)))
    assert (found["url"], found["sentTo"]) == ("http://backend.example/cb", f"http://127.0.0.1:{port}/cb")
