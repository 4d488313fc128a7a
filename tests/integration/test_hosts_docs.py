"""Every command of docs/hosts-and-tls.md is run, with other ports than on the page, and prints what it says there."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
import yaml

from sinch_voice_emulator.settings import ListenAddress, load
from sinch_voice_emulator.settings.listening import WORDS
from sinch_voice_emulator.v1.hosts import HOSTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "hosts-and-tls.md").read_text()
SCRIPTS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
TALKS = re.findall(r"```text\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL)
SERVERS = [script for script in SCRIPTS if script.startswith("sinch-voice-emulator serve")]
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"

PRINTED = {
    "--for python": "",
    "--write ca.pem": "",
    "--output ca.pem": "",
    "--connect-to": '"errorCode":40100',
    "import requests": "401\n",
    "--proxy": '"errorCode":40100',
}
"""What a script of the page prints, by a word of the script; the last one that fits counts."""


def free_ports(number: int) -> list[int]:
    """Ports that nobody has."""
    with ExitStack() as held:
        taken = [held.enter_context(closing(socket.create_server(("127.0.0.1", 0)))) for _ in range(number)]
        return [one.getsockname()[1] for one in taken]


class Machine:
    """A machine with a home directory of its own, on which the ports of the page are others."""

    def __init__(self, home: Path) -> None:
        named = ("8080", "8443", "3019", "3020", "8081")
        self.ports = {name: str(port) for name, port in zip(named, free_ports(len(named)), strict=True)}
        self.home = home
        kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        kept.pop("XDG_DATA_HOME", None)
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
        control = {"SINCH_VOICE_EMULATOR_URL": f"http://127.0.0.1:{self.ports['8080']}"}
        self.environment = kept | control | {"HOME": str(home), "PATH": path}

    def here(self, text: str) -> str:
        """What the page says, with this machine's ports and home directory."""
        return re.sub(r"\b(8080|8443|3019|3020|8081)\b", lambda found: self.ports[found[1]], text).replace("~", str(self.home))

    def run(self, script: str) -> str:
        """What a script prints."""
        command = ["sh", "-ec", self.here(script)]
        done = subprocess.run(
            command, cwd=self.home, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    @contextmanager
    def serving(self, script: str) -> Iterator[None]:
        """A server of the page, from its first words to its end."""
        listen = {} if "--listen" in script else {"SINCH_VOICE_EMULATOR_LISTEN": self.here("8080, 8443=tls")}
        command = self.here(script).split()
        with subprocess.Popen(command, env=self.environment | listen, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline().startswith("Sinch Voice emulator at ")
                yield
            finally:
                process.terminate()
                process.communicate()


def as_said(expected: str) -> str:
    """A pattern for output, in which ``...`` is anything."""
    return ".*".join(re.escape(part) for part in expected.split("..."))


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    if shutil.which("sh") is None or shutil.which("curl") is None:
        pytest.skip("the page is for a shell with curl")
    return Machine(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def with_tls(machine: Machine) -> Iterator[Machine]:
    with machine.serving(SERVERS[1]):
        yield machine


def test_the_page_has_two_servers() -> None:
    assert [("--listen" in one, "--tls" in one) for one in SERVERS] == [(True, False), (False, True)]


def test_ports_with_roles(machine: Machine) -> None:
    asked, answer = next(talk for talk in TALKS if "3019" in talk[0])
    sentence = next(block for block in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL) if block.startswith("refuses"))
    with machine.serving(SERVERS[0]):
        assert re.fullmatch(as_said(answer.strip()), machine.run(asked.replace("curl", "curl --silent")).strip())
        journal = machine.run("sinch-voice-emulator journal")
    assert " ".join(machine.here(sentence).split()) in " ".join(journal.split())


@pytest.mark.parametrize(("asked", "answer"), [talk for talk in TALKS if "3019" not in talk[0]], ids=lambda text: text[:30])
def test_what_is_said_on_the_page_is_said(with_tls: Machine, asked: str, answer: str) -> None:
    pattern = as_said(with_tls.here(answer).strip())
    assert re.fullmatch(pattern, with_tls.run(asked).strip(), re.DOTALL)


@pytest.mark.parametrize(
    "script", [one for one in SCRIPTS if one not in SERVERS], ids=lambda script: script.split("\n")[0][:40]
)
def test_every_script_runs(with_tls: Machine, script: str) -> None:
    if BUNDLE in script and not Path(BUNDLE).exists():
        pytest.skip(f"this system has no {BUNDLE}")
    expected = [printed for word, printed in PRINTED.items() if word in script][-1]
    printed = with_tls.run(script)
    assert expected in printed if expected else printed == ""
    if "ca.pem" in script:
        kept = with_tls.home / ".local" / "share" / "sinch-voice-emulator" / "tls" / "ca.pem"
        assert (with_tls.home / "ca.pem").read_bytes() == kept.read_bytes()


def test_the_words_after_a_port() -> None:
    table = re.search(r"\| word \| the port \|\n\| --- .*\n((?:\|.*\n)+)", PAGE)
    assert table is not None
    words = [word for row in table[1].splitlines() for word in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert words == list(WORDS)


def test_the_compose_file_names_every_host_and_settings_that_exist() -> None:
    emulator = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0])["services"]["emulator"]
    assert emulator["networks"]["default"]["aliases"] == list(HOSTS)
    assert all(f"`{host}`" in PAGE for host in HOSTS)
    settings = load({}, emulator["environment"])
    assert settings.listen == (ListenAddress(), ListenAddress(port=443, tls=True))
    assert settings.public_url == "https://calling-{region}.api.sinch.com"
