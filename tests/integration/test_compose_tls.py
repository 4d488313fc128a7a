"""The example for compose with Sinch's host names: a valid file, settings that exist, and what its containers would do."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml

from integration.images import BINARIES, COMPOSE, PATIENCE, ROOT, Running, read_compose, read_dockerfile
from sinch_voice_emulator.settings import load
from sinch_voice_emulator.v1.hosts import HOSTS

FILE = COMPOSE.with_name("compose.tls.yaml")
DOCUMENT = yaml.safe_load(FILE.read_text())
SERVICES = read_compose(FILE)
EMULATOR, CLIENT = SERVICES["emulator"], SERVICES["client"]


def test_the_file_is_what_compose_takes() -> None:
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text())
    jsonschema.validate(DOCUMENT, schema)


def test_every_host_name_leads_to_the_emulator() -> None:
    assert set(DOCUMENT["services"]["emulator"]["networks"]["default"]["aliases"]) == set(HOSTS)


def test_the_settings_exist_and_the_client_knows_them() -> None:
    settings = load({}, read_dockerfile().environment | EMULATOR.environment)
    assert [(place.host, place.port, place.tls) for place in settings.listen] == [
        ("0.0.0.0", 8080, False),
        ("0.0.0.0", 443, True),
    ]
    application, known = settings.applications[0], CLIENT.environment
    assert (application.key, application.secret) == (known["SINCH_APPLICATION_KEY"], known["SINCH_APPLICATION_SECRET"])
    assert DOCUMENT["services"]["client"]["depends_on"] == {"emulator": {"condition": "service_healthy"}}


def test_what_is_built_and_mounted_is_there() -> None:
    build = DOCUMENT["services"]["emulator"]["build"]
    assert "ARG EXTRAS" in (FILE.parent / build["context"] / "Dockerfile").read_text()
    assert build["args"] == {"EXTRAS": "tls"}
    assert [here.is_file() for here, _ in CLIENT.volumes] == [True]


def test_the_pages_name_it() -> None:
    for page in ("docker.md", "hosts-and-tls.md"):
        assert str(FILE.relative_to(ROOT)) in (ROOT / "docs" / page).read_text()


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[str]:
    """The emulator with its settings, at any free ports: the address without TLS, once its own health check finds it."""
    image = {"SINCH_VOICE_EMULATOR_HOST": "127.0.0.1", "HOME": str(tmp_path)}
    listen = EMULATOR.environment["SINCH_VOICE_EMULATOR_LISTEN"].replace("8080", "0").replace("443", "0")
    running = Running.start(EMULATOR.command, EMULATOR.environment | image | {"SINCH_VOICE_EMULATOR_LISTEN": listen})
    try:
        url = running.said(r"Sinch Voice emulator at (http://[^\s,]+)")
        place = {"SINCH_VOICE_EMULATOR_LISTEN": f"{url.rpartition(':')[2]},443=tls"}
        health = Running.start(EMULATOR.health, EMULATOR.environment | image | place)
        try:
            assert health.end() == 0
        finally:
            health.stop()
        yield url
    finally:
        running.stop()


def test_the_client_trusts_it_and_finds_its_call_in_one_region(emulator: str, tmp_path: Path) -> None:
    """The names cannot be made to lead here, so a proxy stands in for the aliases."""
    ((here, there),) = CLIENT.volumes
    replaced = {there: str(here), "http://emulator:8080": emulator, "/tmp/ca.pem": f"{tmp_path}/ca.pem"}
    *shell, script = CLIENT.command
    variables = dict(CLIENT.environment)
    for old, new in replaced.items():
        script = script.replace(old, new)
        variables = {name: value.replace(old, new) for name, value in variables.items()}
    variables |= {"PATH": f"{BINARIES}:{os.defpath}", "HTTPS_PROXY": emulator}
    done = subprocess.run(
        [*shell, script], env=variables, capture_output=True, text=True, check=False, timeout=PATIENCE, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "passed: {'euc1': 200, 'use1': 404}\n", "")
