"""What ports with TLS show: a certificate that a local authority makes, or one from files. Loaded only where TLS is wanted."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.runtime.authority import Authority, found_or_made

_EXPIRED, _NOT_YET_VALID = 10, 9
"""Codes of OpenSSL's certificate check."""


@dataclass(frozen=True, slots=True)
class Identity:
    """For every port with TLS. ``authority`` is what clients have to trust, ``None`` for a certificate of one's own."""

    context: ssl.SSLContext
    authority: Authority | None


def made(names: Sequence[str], directory: str = "") -> Identity:
    """A certificate for ``names``, made by the authority in ``directory``. Raises ``EmulatorError``."""
    authority = found_or_made(directory)
    context = _server_context()
    authority.certify(context, names)
    problem = _trial(context, authority.certificate.decode())
    if problem is not None:
        where = authority.file.parent if authority.file else "memory"
        raise EmulatorError(
            f"the certificate authority in {where} is of no use ({_said(problem)}); delete it to have a new one made"
        )
    return Identity(context, authority)


def given(certificate: str, key: str = "") -> Identity:
    """A certificate from files (PEM). Raises ``EmulatorError``: missing, not PEM, not a pair, expired."""
    pem = _file(certificate, "certificate")
    if b"-----BEGIN CERTIFICATE-----" not in pem:
        raise EmulatorError(f"the certificate file {certificate} has no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
    private = _file(key, "key") if key else pem
    if b"PRIVATE KEY-----" not in private:
        hint = "" if key else "; name the file that has it with --tls-key"
        raise EmulatorError(f"the file {key or certificate} has no private key in PEM form (-----BEGIN PRIVATE KEY-----){hint}")
    if b"ENCRYPTED" in private:
        raise EmulatorError(f"the private key in {key or certificate} is locked with a passphrase; bring one without")
    context = _server_context()
    try:
        context.load_cert_chain(certificate, key or None, password="")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise EmulatorError(
                f"the private key in {key or certificate} is not that of the certificate in {certificate}"
            ) from None
        raise EmulatorError(f"the certificate in {certificate} cannot be used: {_said(error)}") from None
    _check_dates(context, certificate, pem)
    return Identity(context, None)


def _check_dates(context: ssl.SSLContext, certificate: str, pem: bytes) -> None:
    text = pem.decode("ascii", "replace")
    blocks = [f"{block}-----END CERTIFICATE-----\n" for block in text.split("-----END CERTIFICATE-----")[:-1]]
    problem = _trial(context, "".join(block[block.index("-----BEGIN CERTIFICATE-----") :] for block in blocks))
    if not isinstance(problem, ssl.SSLCertVerificationError):
        return
    if problem.verify_code == _EXPIRED:
        raise EmulatorError(f"the certificate in {certificate} has expired; clients would refuse it")
    if problem.verify_code == _NOT_YET_VALID:
        raise EmulatorError(f"the certificate in {certificate} is not valid yet; clients would refuse it")


def _file(path: str, what: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise EmulatorError(f"the {what} file {path} cannot be read: {error.strerror or error}") from None


def _server_context() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _trial(context: ssl.SSLContext, trusted: str) -> ssl.SSLError | None:
    """What keeps a client that trusts these certificates (PEM) from a handshake with ``context``; ``None`` if nothing does."""
    client_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client_context.check_hostname = False
    client_context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        client_context.load_verify_locations(cadata=trusted)
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = client_context.wrap_bio(to_client, to_server)
        server = context.wrap_bio(to_server, to_client, server_side=True)
        for side in (client, server, client, server):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
    except ssl.SSLError as error:
        return error
    return None


def _said(error: ssl.SSLError) -> str:
    """An error of OpenSSL without its source files and line numbers."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return (error.reason or str(error)).replace("_", " ").lower()
