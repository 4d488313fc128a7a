"""The recipes of docs/ci.md: valid files, settings that exist, steps that do what they should when they are run here."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from integration.containers import podman
from integration.images import BINARIES, COMPOSE, PATIENCE, ROOT, Running, read_dockerfile
from sinch_voice_emulator.runtime.detours import Detours
from sinch_voice_emulator.settings import Settings, load
from sinch_voice_emulator.settings.options import OTHER_VARIABLES

RECIPES = ROOT / "docs" / "examples" / "ci"
GITHUB = yaml.safe_load((RECIPES / "github-actions.yaml").read_text().replace("\non:", '\n"on":'))
GITLAB = yaml.safe_load((RECIPES / "gitlab-ci.yaml").read_text())
BACKEND = """
import os
from sinch_voice_emulator.sample_backend import create_app as make_app
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_SECRET
create_app = lambda: make_app(DEFAULT_KEY, DEFAULT_SECRET, "+46701740642")
"""


def settings_of(variables: Mapping[str, str]) -> Settings:
    """What a container with these variables is told; refuses those that nobody knows."""
    return load({}, read_dockerfile().environment | dict(variables))


@pytest.mark.parametrize(("recipe", "schema"), [(GITHUB, "github-workflows"), (GITLAB, "gitlab-ci")])
def test_the_files_are_what_the_services_take(recipe: Any, schema: str) -> None:
    text = (files("check_jsonschema") / f"builtin_schemas/vendor/{schema}.json").read_text()
    jsonschema.validators.validator_for(json.loads(text))(json.loads(text)).validate(recipe)


def test_the_page_shows_the_files() -> None:
    page = (ROOT / "docs" / "ci.md").read_text()
    shown = re.findall(r"<!-- (docs/examples/\S+) -->\n```\w+\n(.*?)```", page, re.DOTALL)
    assert {name for name, _ in shown} == {str(path.relative_to(ROOT)) for path in RECIPES.iterdir() if path.is_file()}
    for name, text in shown:
        assert text == (ROOT / name).read_text(), f"docs/ci.md and {name} differ"


def test_the_page_names_a_setting_that_does_what_it_says() -> None:
    (name, value), *others = re.findall(r"^(SINCH_\w+)=(\S+)$", (ROOT / "docs" / "ci.md").read_text(), re.MULTILINE)
    detours = Detours(load({}, {name: value}).rewrite_callback_hosts)
    for host in ("localhost", "127.0.0.1"):
        assert detours.of(f"http://{host}:5000/voice") == "http://host.docker.internal:5000/voice"
    assert others == []


def test_github_reaches_the_backend_on_the_runner() -> None:
    service = GITHUB["jobs"]["voice"]["services"]["emulator"]
    settings = settings_of(service["env"])
    assert service["ports"] == [f"{settings.listen[0].port}:{read_dockerfile().ports[0]}"]
    options = re.findall(r'--([a-z-]+) ("[^"]*"|\S+)', service["options"])
    assert dict(options)["add-host"] == "host.docker.internal:host-gateway"
    assert dict(options)["health-cmd"].strip('"').split() == read_dockerfile().health
    assert "--" + " --".join(f"{name} {value}" for name, value in options) == service["options"].strip()


def test_gitlab_reaches_the_backend_in_the_job() -> None:
    (service,) = GITLAB["voice"]["services"]
    settings = settings_of(service["variables"])
    assert settings.public_url == f"http://{service['alias']}:{read_dockerfile().ports[0]}"
    assert GITLAB["voice"]["variables"][OTHER_VARIABLES[0]] == settings.public_url
    settings_of({name: text for name, text in GITLAB["voice"]["variables"].items() if name.startswith("SINCH_")})


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def ran(script: list[str], variables: Mapping[str, str], service: Mapping[str, str], folder: Path) -> str:
    """What a job prints whose steps are run here, beside an emulator with the variables of the recipe.

    Names of hosts lead to this machine: those in the callback URL by a detour, those in the steps because they are replaced.
    """
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    (folder / "backend.py").write_text(BACKEND)
    shutil.copy(COMPOSE.parent / "check.py", folder)
    port = free_port()
    host = service["SINCH_VOICE_EMULATOR_CALLBACK_URL"].split("/")[2]
    detour = {"SINCH_VOICE_EMULATOR_REWRITE_CALLBACK_HOST": f"{host}=127.0.0.1:{port}"}
    emulator = Running.start(["sinch-voice-emulator", "serve"], {**service, **detour, "PORT": "0"})
    try:
        url = emulator.said(r"Sinch Voice emulator at (http://\S+)")
        text = "\n".join(["set -e", "trap 'kill $(jobs -p)' EXIT", *script]).replace("pip install -r requirements.txt", ":")
        text = re.sub(r"http://[a-z0-9.]+:8080", url, text.replace("0.0.0.0", "127.0.0.1").replace("5000", str(port)))
        local = {name: re.sub(r"http://[a-z0-9.]+:8080", url, value) for name, value in variables.items()}
        paths = {"PATH": f"{BINARIES}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["bash", "-c", text], cwd=folder, env=local | paths, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
    finally:
        emulator.stop()


def test_the_steps_for_github(tmp_path: Path) -> None:
    job = GITHUB["jobs"]["voice"]
    steps = [step for step in job["steps"] if "run" in step]
    variables = {name: text for step in steps for name, text in step.get("env", {}).items()}
    said = ran([step["run"] for step in steps], variables, job["services"]["emulator"]["env"], tmp_path)
    assert "\npassed\n" in said
    assert said.count("ended: ANSWERED / CALLERHANGUP, 30 s") == 2, "once by the test, once by the step for failures"


def test_the_steps_for_gitlab(tmp_path: Path) -> None:
    job = GITLAB["voice"]
    said = ran(job["script"] + job["after_script"], job["variables"], job["services"][0]["variables"], tmp_path)
    assert "\npassed\n" in said
    assert said.count("ended: ANSWERED / CALLERHANGUP, 30 s") == 2


def test_the_names_from_testcontainers_exist() -> None:
    tree = ast.parse((RECIPES / "test_menu.py").read_text())
    imports = [
        ast.unparse(node) for node in tree.body if isinstance(node, ast.ImportFrom) and "containers" in (node.module or "")
    ]
    called = {node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    used = sorted(name for name in called if re.match(r"with_|waiting_for|get_", name))
    assert (len(imports), len(used)) == (2, 6)
    script = "\n".join(
        [*imports, *(f"DockerContainer.{name}" for name in used)]
    )  # a process of its own: importing opens a socket
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def engine(image: str) -> Iterator[dict[str, str]]:
    """The variables by which testcontainers finds an engine: the API of Podman, on a socket whose path may not be long."""
    folder = Path(tempfile.mkdtemp())
    gateway = podman("network", "inspect", "podman", "--format", "{{range .Subnets}}{{.Gateway}}{{end}}").strip()
    settings = folder / "containers.conf"
    settings.write_text('[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n[engine]\nruntime = "runc"\n')
    address = f"unix://{folder}/engine.sock"
    command = ["podman", "system", "service", "--time=0", address]
    service = subprocess.Popen(command, env=os.environ | {"CONTAINERS_CONF": str(settings)}, stderr=subprocess.DEVNULL)
    try:
        subprocess.run(
            ["bash", "-c", f"for i in $(seq 100); do [ -S {folder}/engine.sock ] && exit; sleep 0.1; done"], check=True
        )
        yield {
            "DOCKER_HOST": address,
            "TESTCONTAINERS_CONNECTION_MODE": "docker_host",
            "TESTCONTAINERS_RYUK_DISABLED": "true",
            "EMULATOR_IMAGE": image,
            "HOST_GATEWAY": gateway,
        }
    finally:
        service.terminate()
        service.wait()
        shutil.rmtree(folder)


def test_the_test_with_testcontainers(engine: dict[str, str]) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(RECIPES / "test_menu.py")]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | engine, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(". ")
