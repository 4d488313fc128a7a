"""Unmodified clients with Sinch's own URLs: over TLS by way of names that lead to the emulator, and by way of the proxy."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sinch import SinchClient
from sinch.domains.voice.exceptions import VoiceException

from sinch_voice_emulator.cli.tls import trusting
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.runtime.authority import kept
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_NUMBERS, DEFAULT_SECRET, ListenAddress, Settings, TlsSettings
from sinch_voice_emulator.v1.hosts import HOSTS

FOLDER = Path(__file__).parent
BASIC = "Basic " + base64.b64encode(f"{DEFAULT_KEY}:{DEFAULT_SECRET}".encode()).decode()
CALLOUT = {"destination": {"type": "number", "endpoint": "+46701234567"}, "cli": DEFAULT_NUMBERS[0], "text": "Hello."}
IN_EUROPE = {"global": 200, "euc1": 200, "use1": 404, "sae1": 404, "apse1": 404, "apse2": 404}
NO_CALL = "https://calling-euc1.api.sinch.com/calling/v1/calls/id/none"


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    places = (ListenAddress(port=0), ListenAddress(port=0, tls=True))
    started = Emulator(Settings(listen=places, tls=TlsSettings(str(tmp_path_factory.mktemp("tls")))))
    started.start()
    yield started
    started.stop()


def ports(emulator: Emulator) -> tuple[int, int]:
    """The plain port and the one with TLS."""
    plain, secure = (urlsplit(url).port for url in emulator.listeners)
    assert plain is not None
    assert secure is not None
    return plain, secure


def trust_lines(emulator: Emulator) -> dict[str, str]:
    """What ``tls`` prints, by client."""
    assert emulator.identity is not None
    assert emulator.identity.authority is not None
    return trusting(emulator.identity.authority)


def environment_of(line: str) -> dict[str, str]:
    """The variables that a line of shell sets."""
    return dict(one.split("=", 1) for one in line.removeprefix("export ").split())


def trust(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python trusts the emulator, by the very line that is printed; no proxy is set."""
    for name, value in environment_of(trust_lines(emulator)["python"]).items():
        monkeypatch.setenv(name, value)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def named(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sinch's host names lead to the emulator, as aliases in a container's network make them."""
    trust(emulator, monkeypatch)
    resolve = socket.getaddrinfo

    def resolved(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        ours = host in HOSTS and str(port) == "443"
        return resolve("127.0.0.1", ports(emulator)[1], *more, **options) if ours else resolve(host, port, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)


@pytest.fixture
def proxied(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator is this process's proxy."""
    trust(emulator, monkeypatch)
    monkeypatch.setenv("HTTPS_PROXY", emulator.listeners[0])


# --- Python -----------------------------------------------------------------------------------------------------------------


@contextmanager
def python_sdk(region: str = "") -> Iterator[Any]:
    """The voice domain of the SDK, told nothing but key and secret and, where there is one, a region."""
    sdk = SinchClient(application_key=DEFAULT_KEY, application_secret=DEFAULT_SECRET)
    if region:
        sdk.configuration.voice_region = region
    try:
        yield sdk.voice
    finally:
        sdk.configuration.transport.http_session.close()


def status_of(region: str, call_id: str) -> int:
    """What looking a call up in a region gives."""
    with python_sdk(region) as voice:
        try:
            return 200 if voice.calls.get(call_id).call_id == call_id else 0
        except VoiceException as error:
            return int(error.response_status_code)


@pytest.mark.parametrize("way", ["named", "proxied"])
def test_the_python_sdk(way: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(way)
    with python_sdk("euc1") as voice:
        call_id = voice.callouts.text_to_speech(**CALLOUT).call_id
    assert {region or "global": status_of(region, call_id) for region in ("", *IN_EUROPE) if region != "global"} == IN_EUROPE
    with python_sdk() as voice:
        assert {one.number for one in voice.applications.get_numbers().numbers} == set(DEFAULT_NUMBERS)


@pytest.mark.usefixtures("proxied")
def test_python_is_refused_other_hosts_by_the_proxy() -> None:
    with pytest.raises(urllib.error.URLError, match="403 This proxy answers for Sinch's Voice API only, not for example"):
        urllib.request.build_opener().open("https://example.com/", timeout=10)


# --- Node -------------------------------------------------------------------------------------------------------------------


def test_the_node_sdk(node: str, emulator: Emulator) -> None:
    variables = environment_of(trust_lines(emulator)["node"]) | {"EMULATOR_TLS_PORT": str(ports(emulator)[1])}
    command = [node, "--require", "./hosts.cjs", "regions.mjs", DEFAULT_KEY, DEFAULT_SECRET]
    done = subprocess.run(
        command, cwd=FOLDER / "node", env=os.environ | variables, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"numbers": 2, **IN_EUROPE}


# --- curl and Java ----------------------------------------------------------------------------------------------------------


def shell(script: str, folder: Path) -> str:
    """What a script of shell prints. Its proxies are those it sets itself."""
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(["sh", "-ec", script], cwd=folder, env=clean, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "way", ["--connect-to ::127.0.0.1:{1}", "--proxy http://127.0.0.1:{0}", "--proxytunnel -x 127.0.0.1:{0}"]
)
def test_curl(emulator: Emulator, tmp_path: Path, way: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    ask = f"curl --silent --show-error {way.format(*ports(emulator))} --header 'Authorization: {BASIC}' {NO_CALL}"
    answer = json.loads(shell(f"{trust_lines(emulator)['curl']}; {ask}", tmp_path))
    assert (answer["errorCode"], answer["message"]) == (40400, "Call not found")


@pytest.fixture
def java() -> None:
    if shutil.which("keytool") is None or shutil.which("javac") is None:
        pytest.skip("there is no Java development kit")


@pytest.mark.usefixtures("java")
def test_java(emulator: Emulator, tmp_path: Path) -> None:
    proxy = f"-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort={ports(emulator)[0]}"
    ask = f"java {proxy} {FOLDER / 'Probe.java'} {NO_CALL} '{BASIC}'"
    answer = shell(f"{trust_lines(emulator)['java']}; {ask}", tmp_path)
    assert answer.startswith('404 {"errorCode":40400,"message":"Call not found"')


@pytest.mark.usefixtures("java")
@pytest.mark.parametrize("name", ["plain", "a blank", "it's", "both \"kinds\" of 'quotes'"])
def test_the_line_for_java_may_be_run_again_in_any_directory(tmp_path: Path, name: str) -> None:
    line = trusting(kept(tmp_path / name))["java"]
    (tmp_path / "Show.java").write_text(
        "class Show { public static void main(String[] a) "
        '{ System.out.print(System.getProperty("javax.net.ssl.trustStore")); } }'
    )
    assert shell(f"{line}\n{line}\njava Show.java", tmp_path) == f"{tmp_path}/{name}/truststore.p12"
