"""``tls``: how to trust the certificates of the emulator, in one line for each kind of client."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.cli.serve import flag, settings_from
from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.settings.options import BY_NAME, CONFIG

if TYPE_CHECKING:
    from sinch_voice_emulator.runtime.authority import Authority

NAMES = {"python": "Python", "node": "Node", "java": "Java", "dotnet": ".NET", "curl": "curl"}


def trusting(authority: Authority) -> dict[str, str]:
    """The line of shell that makes each kind of client trust ``authority``, by the keys of ``NAMES``."""
    path = authority.file or Path("ca.pem")
    file = shlex.quote(str(path))
    return {
        "python": f"export REQUESTS_CA_BUNDLE={file} SSL_CERT_FILE={file}",
        "node": f"export NODE_EXTRA_CA_CERTS={file}",
        "java": _java(path, f"sinch-voice-emulator-{authority.fingerprint[:8]}"),
        "dotnet": f"export SSL_CERT_FILE={file}",
        "curl": f"export CURL_CA_BUNDLE={file}",
    }


def _java(certificate: Path, alias: str) -> str:
    """A line that makes a trust store, unless it was made before, and names it; it may be run again and again."""
    store = str(certificate.with_name("truststore.p12"))
    entry = f"-alias {alias} -keystore {shlex.quote(store)} -storetype PKCS12 -storepass changeit"
    options = f"-Djavax.net.ssl.trustStore={_java_quoted(store)} -Djavax.net.ssl.trustStorePassword=changeit"
    return (
        f"keytool -list {entry} >/dev/null 2>&1 || keytool -importcert -noprompt {entry} "
        f"-file {shlex.quote(str(certificate))}; "
        f"export JAVA_TOOL_OPTIONS={shlex.quote(options)}"
    )


def _java_quoted(text: str) -> str:
    """``text`` as part of ``JAVA_TOOL_OPTIONS``, which knows quotes of both kinds and no backslash."""
    if not any(one.isspace() or one in "'\"" for one in text):
        return text
    return '"' + text.replace('"', """"'"'\"""") + '"'


def trust_table(authority: Authority) -> list[str]:
    """The lines for all clients, with their names in front."""
    lines = trusting(authority)
    return [f"    {name:<8}  {lines[key]}" for key, name in NAMES.items()]


def _tls(write: str | None, client: str | None, **parameters: Any) -> None:
    settings = settings_from(parameters)
    if settings.tls.certificate:
        file = settings.tls.certificate
        raise EmulatorError(
            f"the emulator is told to show the certificate in {file}; clients have to trust whoever signed that"
        )
    from sinch_voice_emulator.runtime.authority import default_directory, kept

    directory = settings.tls.directory
    authority = kept(Path(directory).expanduser().absolute() if directory else default_directory())
    if write is not None:
        _write(Path(write), authority.certificate)
    if client is not None:
        click.echo(trusting(authority)[client])
    elif write is None:
        click.echo(f"The certificate authority is {authority.file}. In a shell, these lines trust it:")
        click.echo("\n".join(trust_table(authority)))


def _write(path: Path, certificate: bytes) -> None:
    try:
        path.write_bytes(certificate)
    except OSError as error:
        raise EmulatorError(f"the certificate cannot be written to {path}: {error.strerror or error}") from None


command = click.Command(
    "tls",
    callback=_tls,
    params=[
        click.Option(["--for", "client"], type=click.Choice(tuple(NAMES)), help="Print the line for one kind of client alone."),
        click.Option(["--write"], metavar="FILE", help="Write the certificate of the authority to a file."),
        *(flag(option) for option in (CONFIG, BY_NAME["tls-directory"], BY_NAME["tls-certificate"])),
    ],
    help=COMMANDS["tls"][1] + " Makes the certificate authority if there is none yet.",
)
