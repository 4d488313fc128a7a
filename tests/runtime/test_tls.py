"""What ports with TLS show: made for the hosts, or given; a certificate that clients would refuse is refused at the start."""

from __future__ import annotations

import ssl
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import trustme
from freezegun import freeze_time

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.runtime.tls import Identity, given, made
from sinch_voice_emulator.v1.hosts import HOSTS

NAMES = (*HOSTS, "localhost", "127.0.0.1", "::1", "emulator")


def handshake(identity: Identity, name: str) -> None:
    """What a strict client of ``name`` does that trusts the authority. Raises ``ssl.SSLError``."""
    assert identity.authority is not None
    trusting = ssl.create_default_context(cadata=identity.authority.certificate.decode())
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname=name)
    server = identity.context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(2):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue


@pytest.mark.parametrize("name", NAMES)
def test_a_certificate_is_made_for_every_name(tmp_path: Path, name: str) -> None:
    handshake(made(NAMES, str(tmp_path)), name)


def test_but_for_no_other(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(made(NAMES, str(tmp_path)), "portalapi.sinch.com")


def test_frozen_time_makes_no_certificate_of_another_age(tmp_path: Path) -> None:
    with freeze_time("2031-01-01"):
        identity = made(NAMES, str(tmp_path))
    handshake(identity, "localhost")


def test_an_authority_whose_halves_do_not_fit_is_refused(tmp_path: Path) -> None:
    made(NAMES, str(tmp_path))
    secret = tmp_path / "authority.pem"
    key, mark, _ = secret.read_text().partition("-----BEGIN CERTIFICATE-----")
    secret.write_text(key + trustme.CA().cert_pem.bytes().decode())
    with pytest.raises(EmulatorError, match=rf"the certificate authority in {tmp_path} is of no use \(.+\); delete it"):
        made(NAMES, str(tmp_path))
    secret.write_text(key + mark + "\nMII\n-----END CERTIFICATE-----\n")
    with pytest.raises(EmulatorError, match=rf"the certificate authority in {tmp_path} makes no certificate for "):
        made(NAMES, str(tmp_path))


class Files:
    """A certificate and a key in files of their own."""

    def __init__(self, folder: Path, **validity: datetime) -> None:
        leaf = trustme.CA().issue_cert("calling.api.sinch.com", **validity)  # type: ignore[arg-type]
        self.certificate, self.key, self.both = (str(folder / name) for name in ("c.pem", "k.pem", "both.pem"))
        leaf.cert_chain_pems[0].write_to_path(self.certificate)
        leaf.private_key_pem.write_to_path(self.key)
        leaf.private_key_and_cert_chain_pem.write_to_path(self.both)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def refusal(certificate: str, key: str = "") -> str:
    with pytest.raises(EmulatorError) as caught:
        given(certificate, key)
    return str(caught.value)


def test_files_of_one_s_own_are_taken(files: Files) -> None:
    assert given(files.certificate, files.key).authority is None
    assert given(files.both).authority is None


def test_files_that_are_missing_or_hold_something_else(files: Files, tmp_path: Path) -> None:
    nothing = str(tmp_path / "nothing.pem")
    assert refusal(nothing) == f"the certificate file {nothing} cannot be read: No such file or directory"
    assert refusal(files.certificate, nothing) == f"the key file {nothing} cannot be read: No such file or directory"
    assert refusal(str(tmp_path)) == f"the certificate file {tmp_path} cannot be read: Is a directory"
    assert refusal(files.key).startswith(f"the certificate file {files.key} has no certificate in PEM form")
    assert refusal(files.certificate).endswith("(-----BEGIN PRIVATE KEY-----); name the file that has it with --tls-key")
    assert refusal(files.certificate, files.certificate).endswith(
        "has no private key in PEM form (-----BEGIN PRIVATE KEY-----)"
    )
    Path(nothing).write_text("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n")
    assert refusal(nothing, files.key).startswith(f"the certificate in {nothing} cannot be used: ")


def test_a_key_of_another_certificate(files: Files, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Files(tmp_path / "other")
    assert (
        refusal(files.certificate, other.key)
        == f"the private key in {other.key} is not that of the certificate in {files.certificate}"
    )


def test_a_key_that_is_locked(files: Files, tmp_path: Path) -> None:
    locked = str(tmp_path / "locked.pem")
    command = ["openssl", "pkey", "-aes256", "-passout", "pass:secret", "-in", files.key, "-out", locked]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no openssl command to lock a key with")
    assert refusal(files.certificate, locked) == f"the private key in {locked} is locked with a passphrase; bring one without"


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [(-10, -5, "has expired; clients would refuse it"), (5, 10, "is not valid yet; clients would refuse it")],
)
def test_a_certificate_out_of_its_time(tmp_path: Path, begins: int, ends: int, words: str) -> None:
    now = datetime.now()
    files = Files(tmp_path, not_before=now + timedelta(days=begins), not_after=now + timedelta(days=ends))
    assert refusal(files.both) == f"the certificate in {files.both} {words}"
