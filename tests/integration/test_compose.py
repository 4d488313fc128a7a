"""The example for compose: a valid file, settings that exist, and three processes that do what its containers would."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml

from integration.images import COMPOSE, ROOT, Running, Service, read_compose, read_dockerfile
from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.settings import load
from sinch_voice_emulator.settings.options import OTHER_VARIABLES

SERVICES = read_compose()


def test_the_file_is_what_compose_takes() -> None:
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text())
    jsonschema.validate(yaml.safe_load(COMPOSE.read_text()), schema)


def test_the_settings_exist_and_the_services_know_each_other() -> None:
    emulator = SERVICES["emulator"].environment
    settings = load({}, read_dockerfile().environment | emulator)
    assert settings.listen[0].host == "0.0.0.0"
    assert settings.listen[0].port in read_dockerfile().ports
    assert settings.public_url == SERVICES["tests"].environment[OTHER_VARIABLES[0]] == "http://emulator:8080"
    application = settings.applications[0]
    backend = SERVICES["backend"].environment
    assert (application.key, application.secret) == (backend["SINCH_APPLICATION_KEY"], backend["SINCH_APPLICATION_SECRET"])
    assert application.callback is not None
    assert application.callback.primary == "http://backend:5000/voice"
    assert SERVICES["backend"].command[-4:] == ["--host", "0.0.0.0", "--port", "5000"]
    assert SERVICES["tests"].after == ["backend", "emulator"]


def test_what_is_built_and_mounted_is_there() -> None:
    document = yaml.safe_load(COMPOSE.read_text())
    for service in document["services"].values():
        assert (COMPOSE.parent / service["build"] / "Dockerfile").is_file()
    assert all(here.is_file() for service in SERVICES.values() for here, _ in service.volumes)


def command(service: Service) -> list[str]:
    """The command, with files where they are and not where they would be mounted, and any free port."""
    mounted = {there: str(here) for here, there in service.volumes}
    return ["0" if word == "5000" else mounted.get(word, word) for word in service.command]


@pytest.fixture
def stack() -> Iterator[dict[str, Running]]:
    """The backend and the emulator, each told where the other is."""
    running: dict[str, Running] = {}
    image = read_dockerfile().environment | {"SINCH_VOICE_EMULATOR_HOST": "127.0.0.1", "PORT": "0"}
    del image["PATH"], image["HOME"]
    try:
        backend = running["backend"] = Running.start(command(SERVICES["backend"]), SERVICES["backend"].environment)
        backend_port = backend.said(r"Running on http://127\.0\.0\.1:(\d+)")
        variables = SERVICES["emulator"].environment
        variables = variables | {
            "SINCH_VOICE_EMULATOR_CALLBACK_URL": variables["SINCH_VOICE_EMULATOR_CALLBACK_URL"].replace(
                "backend:5000", f"127.0.0.1:{backend_port}"
            )
        }
        emulator = running["emulator"] = Running.start(SERVICES["emulator"].command, image | variables)
        url = emulator.said(r"Sinch Voice emulator at (http://\S+)")
        health = Running.start(SERVICES["emulator"].health, image | {"PORT": url.rpartition(":")[2]})
        running["health"] = health
        assert health.end() == 0
        probe = [word.replace("5000", backend_port) for word in SERVICES["backend"].health]
        running["probe"] = Running.start(probe, {})
        assert running["probe"].end() == 0
        running["tests"] = Running.start(command(SERVICES["tests"]), {"SINCH_VOICE_EMULATOR_URL": url})
        yield running
    finally:
        for one in running.values():
            one.stop()


def test_the_runner_exits_with_the_verdict(stack: dict[str, Running]) -> None:
    assert stack["tests"].end() == 0
    assert stack["tests"].said("^(passed)$") == "passed"


def test_a_backend_that_does_something_else_is_found_out(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setitem(SERVICES["backend"].environment, "AGENT", "+46701740699")
    stack = request.getfixturevalue("stack")
    assert stack["tests"].end() == 1
    assert stack["tests"].said("^failed: (.*)$") == (
        "the caller should have been put through to +46701740642, not to ['+46701740699']"
    )


def test_only_what_the_package_is_built_from_goes_to_the_engine() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    copied = {
        name
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    }
    assert lines[0] == "*"
    assert {"**/__pycache__", "**/.*_cache", "**/*.egg-info"} <= set(lines)
    assert {line.removeprefix("!") for line in lines if line.startswith("!")} == copied
    assert all(Path(ROOT / name).exists() for name in copied)


def shown(command: str) -> list[list[str]]:
    """The commands of docs/docker.md and the README that begin so, as words."""
    pages = (ROOT / "docs" / "docker.md").read_text() + (ROOT / "README.md").read_text()
    blocks = re.findall(r"```sh\n(.*?)```", pages, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith(command)]
    assert lines
    return [shlex.split(line) for line in lines]


def test_the_pages_set_what_there_is(tmp_path: Path) -> None:
    for words in shown("docker run"):
        options, command = words[: words.index("sinch-voice-emulator")], words[words.index("sinch-voice-emulator") + 1 :]
        given = dict(options[place + 1].split("=", 1) for place, word in enumerate(options) if word == "-e")
        if file := given.get("SINCH_VOICE_EMULATOR_CONFIG"):
            assert any(word.endswith(f":{file}:ro") for word in options)
            given["SINCH_VOICE_EMULATOR_CONFIG"] = str(tmp_path / "emulator.toml")
            (tmp_path / "emulator.toml").write_text("")
        settings = load({}, read_dockerfile().environment | given)
        ports = [options[place + 1] for place, word in enumerate(options) if word == "-p"]
        assert ports == ([] if command else [f"{settings.listen[0].port}:{settings.listen[0].port}"])
        assert not command or command[0] in COMMANDS
    assert (ROOT / shown("docker compose")[0][3]) == COMPOSE


def test_the_page_tells_what_the_dockerfile_says() -> None:
    page, dockerfile = (ROOT / "docs" / "docker.md").read_text(), (ROOT / "Dockerfile").read_text()
    for argument in re.findall(r"--build-arg (\w+)=", page):
        assert f"ARG {argument}" in dockerfile
    assert f"user {read_dockerfile().user.partition(':')[0]} " in page
    assert re.findall(r"`(SINCH_VOICE_EMULATOR_HOST=\S+)`", page) == [
        f"{name}={value}" for name, value in read_dockerfile().environment.items() if name.startswith("SINCH_")
    ]
