"""The image, built and run: small, without root and compiler, healthy, quick to stop; and the example for compose with it."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from integration.containers import container, once, podman, seconds_to_stop, wait_for, why_not
from integration.images import ROOT, Service, read_compose, read_dockerfile

MOST_MEBIBYTES = 45


def test_it_is_small_starts_and_stops(report: str) -> None:
    found = re.search(r"added (\d+) MiB\nhealthy after (\d+) ms\nstopped after (\d+) ms", report)
    assert found is not None, report
    added, healthy, stopped = map(int, found.groups())
    assert added < MOST_MEBIBYTES
    assert healthy < 10_000
    assert stopped < 1_000


def test_it_has_neither_root_nor_compiler(image: str) -> None:
    script = "id -u; ls /opt/emulator/bin; for tool in cc gcc c++ make; do command -v $tool; done; touch /opt/emulator/x 2>&1"
    said = once(image, "-c", script + "; true", options=("--entrypoint", "sh")).splitlines()
    assert said[0] == read_dockerfile().user.partition(":")[0] != "0"
    assert "pip" not in said
    assert not [line for line in said if line.endswith(("/cc", "/gcc", "/c++", "/make"))]
    assert "Permission denied" in said[-1]


def test_settings_come_from_the_environment_and_a_mounted_file(image: str, tmp_path: Path) -> None:
    file = tmp_path / "emulator.toml"
    file.write_text('users = ["lin"]\nnumbers = ["+46701740699"]\nlog-format = "json"\n')
    file.chmod(0o644)
    options = (
        "-e",
        "PORT=9000",
        "-e",
        "SINCH_VOICE_EMULATOR_CONFIG=/config.toml",
        "-v",
        f"{file}:/config.toml:ro",
        "--read-only",
    )
    with container(image, options=options) as name:
        wait_for(name, read_dockerfile().health)
        assert "http://127.0.0.1:9000 is up" in podman("exec", name, *read_dockerfile().health)
        said = podman("logs", name)
        assert '"message": "Sinch Voice emulator at http://127.0.0.1:9000 ' in said
        assert "+46701740699" in said
        assert seconds_to_stop(name) < 1


def test_a_mistake_is_one_sentence_in_the_log(image: str) -> None:
    with container(image, options=("-e", "SINCH_VOICE_EMULATOR_REGION=mars")) as name:
        assert podman("wait", name).strip() == "2"
        assert podman("logs", name).startswith("Error: environment variable SINCH_VOICE_EMULATOR_REGION must be one of")


def test_a_mounted_folder_is_read_by_any_command(image: str, tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text('{"action": {"name": "hangup"}}')
    tmp_path.chmod(0o755)
    said = once(image, "check-svaml", "/scenarios/answer.json", options=("-v", f"{tmp_path}:/scenarios:ro"))
    assert said == "/scenarios/answer.json: usable as an answer to ICE.\n"


def test_it_stops_within_a_second_with_streams_and_polls_open(image: str) -> None:
    reading = (
        "import urllib.request as u; r = u.urlopen('http://127.0.0.1:8080/_emulator/journal{}'); print(r.status); r.read()"
    )
    with container(image) as name:
        wait_for(name, read_dockerfile().health)
        for path in ("/stream", "?wait=50&after=1:0"):
            podman("exec", "-d", name, "python", "-c", reading.format(path))
        wait_for(name, ["python", "-c", "s = open('/proc/net/tcp').read(); assert s.count(' 01 ') >= 4, s"])
        assert seconds_to_stop(name) < 1
        assert podman("wait", name).strip() == "0"


def test_a_command_that_waits_stops_as_well(image: str) -> None:
    with container(image) as name:
        wait_for(name, read_dockerfile().health)
        with container(image, "journal", "--follow", options=("--network", f"container:{name}")) as follower:
            wait_for(name, ["python", "-c", "s = open('/proc/net/tcp').read(); assert s.count(' 01 ') >= 2, s"])
            assert seconds_to_stop(follower) < 1
            assert podman("wait", follower).strip() == "143"


def options_of(service: Service, *more: str) -> tuple[str, ...]:
    """What compose would tell an engine about a service."""
    variables = [word for name, value in service.environment.items() for word in ("-e", f"{name}={value}")]
    volumes = [word for here, there in service.volumes for word in ("-v", f"{here}:{there}:ro")]
    return (*more, *variables, *volumes, "--no-hosts", "--entrypoint", "[]")


def test_the_example_for_compose(image: str, tmp_path: Path) -> None:
    services = read_compose()
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n" + "".join(f"127.0.0.1 {name}\n" for name in services))
    hosts.chmod(0o644)
    names: dict[str, str] = {}
    with ExitStack() as stack:
        for name in ("backend", "emulator"):
            joined = ("--network", f"container:{names['backend']}") if names else ()
            options = options_of(services[name], *joined, "-v", f"{hosts}:/etc/hosts:ro")
            names[name] = stack.enter_context(container(image, *services[name].command, options=options))
            wait_for(names[name], services[name].health)
        options = options_of(services["tests"], "--network", f"container:{names['backend']}", "-v", f"{hosts}:/etc/hosts:ro")
        tests = stack.enter_context(container(image, *services["tests"].command, options=options))
        assert podman("wait", tests).strip() == "0", podman("logs", tests)
        assert podman("logs", tests).endswith("passed\n")


def test_where_it_cannot_be_done_it_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CONTAINER_CHECK", raising=False)
    assert why_not(tmp_path / "nothing").startswith(f"there is no {tmp_path}/nothing")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert why_not(Path(__file__)).startswith("not installed: buildah, podman, runc")


def test_the_image_runs_scenarios(image: str, tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text()
    (tmp_path / "calls").mkdir(mode=0o755)
    (tmp_path / "calls" / "sales.yaml").write_text(re.findall(r"```yaml\n(name: .*?)```", readme, re.DOTALL)[0])
    tmp_path.chmod(0o755)
    backend = read_compose()["backend"]
    with container(image, *backend.command, options=options_of(backend)) as name:
        wait_for(name, backend.health)
        mounted = ("--network", f"container:{name}", "-v", f"{tmp_path}/calls:/scenarios:ro")
        for url, code in (("http://127.0.0.1:5000/voice", "0"), ("http://127.0.0.1:5000/elsewhere", "1")):
            with container(image, "run", "/scenarios", "--callback-url", url, options=mounted) as runner:
                assert podman("wait", runner).strip() == code, podman("logs", runner)
