"""A certificate authority for this machine: made once, kept in a directory, so that who trusts it goes on doing so.

The private key stands in ``authority.pem`` (mode 0600), together with the certificate; ``ca.pem`` is the certificate alone,
which is what clients are told to trust. The certificates of servers are made anew for each run and are kept nowhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import secrets
import ssl
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.runtime.clocks import real_time

SECRET_FILE = "authority.pem"
CERTIFICATE_FILE = "ca.pem"
NAME = "sinch-voice-emulator"

VALID = timedelta(days=824)
"""How long a server's certificate is good: what every platform still takes from an authority that its user trusts."""

_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"

log = logging.getLogger(__name__)


class NotKept(EmulatorError):
    """The directory for the authority cannot be read or written."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority. ``certificate`` and ``key`` are PEM; ``file`` has the certificate, if it is kept anywhere."""

    certificate: bytes
    key: bytes = field(repr=False)
    file: Path | None = None

    @property
    def fingerprint(self) -> str:
        """The first half of the certificate's SHA-256, in hexadecimal digits."""
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.certificate.decode())).hexdigest()[:32]

    def certify(self, context: ssl.SSLContext, names: Iterable[str]) -> None:
        """Give ``context`` a certificate for ``names``. Raises ``EmulatorError``."""
        now = datetime.fromtimestamp(real_time(), UTC).replace(tzinfo=None)
        try:
            authority = _trustme().CA.from_pem(self.certificate, self.key)
            made = authority.issue_cert(
                *names,
                organization_name=NAME,
                organization_unit_name="Certificate of this run",
                not_before=now - timedelta(days=1),
                not_after=now + VALID,
            )
        except ValueError as error:
            where = f" in {self.file.parent}" if self.file else ""
            raise EmulatorError(
                f"the certificate authority{where} makes no certificate for {', '.join(names)}: {error}"
            ) from None
        try:
            made.configure_cert(context)
        except OSError as error:
            raise EmulatorError(f"a certificate needs a directory for temporary files: {error}") from None


def fresh() -> Authority:
    """An authority that is kept nowhere."""
    made = _trustme().CA(
        path_length=0, organization_name=NAME, organization_unit_name=f"Local authority {secrets.token_hex(4)}"
    )
    return Authority(made.cert_pem.bytes(), made.private_key_pem.bytes())


def kept(directory: Path) -> Authority:
    """The authority in ``directory``, made if there is none. Raises ``NotKept``, and ``EmulatorError`` for a broken one."""
    secret, certificate = directory / SECRET_FILE, directory / CERTIFICATE_FILE
    try:
        directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        if not secret.exists():
            made = fresh()
            _write(secret, made.key + made.certificate, replace=False)
        found = _read(secret)
        if not certificate.exists() or certificate.read_bytes() != found.certificate:
            _write(certificate, found.certificate, replace=True)
            certificate.chmod(0o644)
    except OSError as error:
        raise NotKept(f"the certificate authority cannot be kept in {directory}: {error.strerror or error}") from None
    return Authority(found.certificate, found.key, certificate)


def found_or_made(directory: str = "") -> Authority:
    """The authority of ``directory``; by default the user's own one, or one for this run alone where that cannot be kept."""
    if directory:
        return kept(Path(directory).expanduser().absolute())
    try:
        return kept(default_directory())
    except NotKept as error:
        log.warning("%s; the one of this run will not be known again (--tls-directory says where it can be kept)", error)
        return fresh()


def default_directory() -> Path:
    """Where a user's programs keep data, by the XDG rules."""
    try:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    except RuntimeError as error:
        raise NotKept(f"there is no directory to keep a certificate authority in: {error}") from None
    return base / NAME / "tls"


def _read(secret: Path) -> Authority:
    """What a secret file holds."""
    content = secret.read_bytes()
    if secret.stat().st_mode & 0o077:
        with contextlib.suppress(OSError):
            secret.chmod(0o600)
    place = content.find(_CERTIFICATE)
    if place <= 0 or b"PRIVATE KEY-----" not in content[:place]:
        raise EmulatorError(f"{secret} does not hold a private key and its certificate; delete it to have a new one made")
    return Authority(content[place:], content[:place])


def _write(path: Path, content: bytes, *, replace: bool) -> None:
    """Write a file in one go, readable for its owner alone. Without ``replace``, one that came into being meanwhile stays."""
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if replace or not _linked(name, path):
            os.replace(name, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def _linked(name: str, path: Path) -> bool:
    """Give a file a second name, unless somebody has it already; false where the file system knows no second names."""
    try:
        os.link(name, path)
    except FileExistsError:
        return True
    except OSError:
        return False
    return True


def _trustme() -> Any:
    try:
        import trustme
    except ImportError:
        raise EmulatorError(
            "certificates are made by the library trustme, which is not installed: pip install 'sinch-voice-emulator[tls]', "
            "or bring a certificate of your own with --tls-certificate"
        ) from None
    return trustme
