"""``tls`` and ``serve --tls`` as processes and as commands: what they say, and what they refuse."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest
import trustme

from sinch_voice_emulator.cli import run

SERVE = [sys.executable, "-m", "sinch_voice_emulator", "serve", "--listen", "127.0.0.1:0"]


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server as a process, and what it said when it listened."""
    process = subprocess.Popen([*SERVE, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "curl" in line or "certificate " in line:
                break
        yield process, said
    finally:
        process.kill()
        process.communicate()


def test_what_trusts_it_once_trusts_it_after_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ca = f"{tmp_path}/tls/ca.pem"
    monkeypatch.setenv("SSL_CERT_FILE", ca)
    for _ in range(2):
        with serving("--listen", "127.0.0.1:0=tls+use1", "--tls-directory", f"{tmp_path}/tls") as (process, said):
            found = re.search(r" at (http://\S+), (https://\S+) \(use1\) \(Ctrl-C stops it\)", said)
            assert found is not None, said
            assert (
                f"  authority     {ca}; in a shell, these lines trust it:\n    Python    export REQUESTS_CA_BUNDLE={ca}" in said
            )
            assert run(["health", "--url", found[2]]) == 0
            began = perf_counter()
            process.send_signal(signal.SIGTERM)
            _, complaints = process.communicate(timeout=5)
            assert (process.returncode, complaints) == (0, "")
            assert perf_counter() - began < 2


def test_a_certificate_of_one_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    with serving("--listen", "127.0.0.1:0=tls", "--tls-certificate", f"{tmp_path}/both.pem") as (_, said):
        found = re.search(r"(https://\S+) ", said)
        assert found is not None, said
        assert said.endswith(f"  certificate   {tmp_path}/both.pem\n")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert run(["health", "--url", found[1]]) == 0


def pair(folder: Path, name: str, days: int = 5) -> None:
    """A certificate that is good for so many days from now, in two files."""
    leaf = trustme.CA().issue_cert("localhost", not_after=datetime.now() + timedelta(days=days))
    leaf.cert_chain_pems[0].write_to_path(folder / f"{name}.crt")
    leaf.private_key_pem.write_to_path(folder / f"{name}.key")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--tls-certificate nothing.crt --tls", "the certificate file nothing.crt cannot be read: No such file or directory"),
        (
            "--tls --tls-certificate a.crt --tls-key b.key",
            "the private key in b.key is not that of the certificate in a.crt",
        ),
        (
            "--tls --tls-certificate old.crt --tls-key old.key",
            "the certificate in old.crt has expired; clients would refuse it",
        ),
        ("--tls --tls-key a.key", "a private key needs its certificate beside it: add --tls-certificate FILE"),
        ("--tls-certificate a.crt", "A certificate needs a port that shows it: add --tls, or --listen 8443=tls"),
        (
            "--listen 127.0.0.1:0=proxy --tls-directory a.crt",
            "the certificate authority cannot be kept in {}/a.crt: File exists",
        ),
        (
            "--listen no.such.host.invalid:0=tls --tls-directory t",
            "cannot listen on 'no.such.host.invalid': that is no address",
        ),
    ],
)
def test_bad_input_is_one_sentence(tmp_path: Path, arguments: str, sentence: str) -> None:
    for name, days in (("a", 5), ("b", 5), ("old", -5)):
        pair(tmp_path, name, days)
    done = subprocess.run([*SERVE, *arguments.split()], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: {sentence.format(tmp_path)}")
    assert done.stderr.count("\n") == 1


def test_without_tls_nothing_of_it_is_loaded() -> None:
    script = (
        "import sys\nfrom sinch_voice_emulator.emulator import Emulator\n"
        "from sinch_voice_emulator.settings import ListenAddress, Settings\n"
        "emulator = Emulator(Settings(listen=(ListenAddress(port=0),)))\nemulator.start()\nemulator.stop()\n"
        "found = {'trustme', 'cryptography', 'sinch_voice_emulator.runtime.tls'} & set(sys.modules)\n"
        "sys.exit(repr(found) if found else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=20)
    assert (done.returncode, done.stderr) == (0, "")


# --- tls --------------------------------------------------------------------------------------------------------------------


def test_the_lines_for_every_client(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = tmp_path / "a place"
    assert run(["tls", "--tls-directory", str(directory)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"The certificate authority is {directory}/ca.pem. In a shell, these lines trust it:\n")
    assert re.findall(r"^    (\S+)  ", said, re.MULTILINE) == ["Python", "Node", "Java", ".NET", "curl"]
    for name in ("python", "node", "java", "dotnet", "curl"):
        assert run(["tls", "--tls-directory", str(directory), "--for", name]) == 0
        assert f"  {capsys.readouterr().out}" in said
    assert sorted(path.name for path in directory.iterdir()) == ["authority.pem", "ca.pem"]


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell")
def test_the_lines_are_shell(tmp_path: Path) -> None:
    command = f"{sys.executable} -m sinch_voice_emulator tls --tls-directory '{tmp_path}/a place'"
    script = f'for name in python node dotnet curl; do eval "$({command} --for $name)"; done; env'
    done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=True, timeout=60)
    variables = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE"):
        assert variables[name] == f"{tmp_path}/a place/ca.pem"


def test_the_certificate_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tls", "--tls-directory", f"{tmp_path}/tls", "--write", f"{tmp_path}/copy.pem"]) == 0
    assert capsys.readouterr().out == ""
    assert (tmp_path / "copy.pem").read_bytes() == (tmp_path / "tls" / "ca.pem").read_bytes()
    assert run(["tls", "--tls-directory", f"{tmp_path}/tls", "--write", f"{tmp_path}/no/copy.pem"]) == 2
    assert capsys.readouterr().err == (
        f"Error: the certificate cannot be written to {tmp_path}/no/copy.pem: No such file or directory\n"
    )


def test_the_default_place_and_the_variables_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert run(["tls", "--for", "curl"]) == 0
    assert capsys.readouterr().out == f"export CURL_CA_BUNDLE={tmp_path}/sinch-voice-emulator/tls/ca.pem\n"
    monkeypatch.setenv("SINCH_VOICE_EMULATOR_TLS_DIRECTORY", str(tmp_path / "other"))
    assert run(["tls", "--for", "curl"]) == 0
    assert capsys.readouterr().out == f"export CURL_CA_BUNDLE={tmp_path}/other/ca.pem\n"
    assert run(["tls", "--tls-certificate", "mine.pem"]) == 2
    assert "clients have to trust whoever signed that" in capsys.readouterr().err
