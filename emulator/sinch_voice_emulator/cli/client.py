"""The control API, as the other commands call it: over HTTP, with the standard library alone."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import click

from sinch_voice_emulator.errors import BadRequest, EmulatorError

if TYPE_CHECKING:
    from sinch_voice_emulator.settings.values import ListenAddress

DEFAULT_URL = "http://127.0.0.1:8080"
TIMEOUT = 10.0
"""Seconds to wait for an answer, beyond what the emulator was asked to wait itself."""

LISTENING = (
    "SINCH_VOICE_EMULATOR_LISTEN",
    "SINCH_VOICE_EMULATOR_HOST",
    "PORT",
    "SINCH_VOICE_EMULATOR_CONFIG",
    "SINCH_VOICE_EMULATOR_PROFILE",
)
"""The variables that say where a server listens; in a container the commands see the same ones as the server."""

F = TypeVar("F", bound=Callable[..., Any])


class ControlError(EmulatorError):
    """The emulator could not be reached, or did not do what it was asked; the message says why."""


class Control:
    """One emulator's control API. ``account=""`` is the default account."""

    def __init__(self, url: str = DEFAULT_URL, *, token: str = "", account: str = "") -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadRequest(f'The address of the emulator must be a URL such as {DEFAULT_URL}, not "{url}".')
        self.url = url.rstrip("/")
        self._secure = parts.scheme == "https"
        try:
            self._host, self._port = parts.hostname, parts.port
        except ValueError:
            raise BadRequest(f'The port in "{url}" must be a number up to 65535.') from None
        self._base = parts.path.rstrip("/") + "/_emulator"
        self._account = f"/accounts/{quote(account, safe='')}" if account else ""
        self._token = token

    def get(self, path: str, query: Mapping[str, object] | None = None, *, wait: float = 0.0) -> Any:
        """The answer to a GET below the account. ``wait``: how long the emulator may take on purpose, in seconds."""
        given = {key: value for key, value in (query or {}).items() if value not in (None, "")}
        if wait:
            given["wait"] = f"{wait:g}"
        return self._ask("GET", self._account + path + (f"?{urlencode(given)}" if given else ""), None, TIMEOUT + wait)

    def post(self, path: str, body: Mapping[str, object], *, wait: float | None = None) -> Any:
        """The answer to a POST below the account. ``wait``: how long the emulator may take on purpose, in seconds."""
        query = "" if wait is None else f"?wait={wait:g}"
        return self._ask("POST", f"{self._account}{path}{query}", body, TIMEOUT + (wait or 0))

    def health(self) -> Any:
        """What the emulator says about itself."""
        return self._ask("GET", "/health", None, TIMEOUT)

    def journal(self, *, after: str = "", call: str = "", wait: float = 0.0) -> dict[str, Any]:
        """One page of the journal: ``entries`` and the cursor that reads on, ``next``."""
        page = self.get("/journal", {"after": after, "call": call}, wait=wait)
        if not isinstance(page, dict) or not isinstance(page.get("entries"), list):
            raise ControlError(f"What answers at {self.url} is not the emulator's journal.")
        return page

    def pages(self, *, call: str = "", wait: float = 0.0) -> Iterator[dict[str, Any]]:
        """Pages from the start of the journal: up to its end, or with ``wait`` (seconds for each page) on and on.

        After a reset of the account they go on with its new life.
        """
        after = ""
        while True:
            page = self.journal(after=after, call=call, wait=wait)
            yield page
            if not wait and not page["entries"]:
                return
            after = str(page.get("next", after))

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None, timeout: float) -> Any:
        connection = self._connection(timeout)
        headers = {"Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        try:
            connection.request(method, self._base + path, content, headers)
            response = connection.getresponse()
            status, raw = response.status, response.read()
        except TimeoutError:
            raise ControlError(f"The emulator at {self.url} did not answer within {timeout:g} s.") from None
        except ssl.SSLCertVerificationError as error:
            raise ControlError(
                f"The certificate shown at {self.url} is not trusted ({error.verify_message}): name the emulator's ca.pem in "
                "SSL_CERT_FILE (`sinch-voice-emulator tls --for python` prints the line), or with --url a port without TLS."
            ) from None
        except (OSError, ssl.SSLError, http.client.HTTPException) as error:
            raise ControlError(
                f"Nothing that speaks HTTP answers at {self.url} ({error}): start the emulator with "
                "`sinch-voice-emulator serve`, or say where it is with --url."
            ) from None
        finally:
            connection.close()
        return self._read(status, raw)

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        if self._secure:
            return http.client.HTTPSConnection(self._host, self._port, timeout=timeout, context=_trust())
        return http.client.HTTPConnection(self._host, self._port, timeout=timeout)

    def _read(self, status: int, raw: bytes) -> Any:
        try:
            answer = json.loads(raw) if raw.strip() else None
        except ValueError:
            answer = None
        if 200 <= status < 300:
            return answer
        error = answer.get("error") if isinstance(answer, dict) else None
        error = error if isinstance(error, dict) else {}
        message = str(error.get("message") or "it does not say why").rstrip(".")
        where = f" (at {error['path']})" if error.get("path") else ""
        raise ControlError(f"The emulator at {self.url} refused ({status}): {message}{where}.")


def default_url() -> str:
    """Where the control API of a server is that was started with this environment; a port without TLS, if one has it."""
    return _default_url(lambda place: (not _controls(place), place.tls))


def default_health_url() -> str:
    """Where such a server is asked whether it is up: every port answers that, so one without TLS comes first."""
    return _default_url(lambda place: (place.tls, not _controls(place)))


def _default_url(order: Callable[[ListenAddress], tuple[bool, bool]]) -> str:
    """The address of the first port by ``order``."""
    if not any(os.environ.get(name) for name in LISTENING):
        return DEFAULT_URL
    from sinch_voice_emulator.settings import load

    return min(load().listen, key=order).url


def _controls(place: ListenAddress) -> bool:
    from sinch_voice_emulator.settings.values import Role

    return place.answers(Role.CONTROL)


def _trust() -> ssl.SSLContext:
    """What Python trusts anyway, and the certificate authority of this machine, if there is one."""
    from sinch_voice_emulator.runtime.authority import CERTIFICATE_FILE, default_directory
    from sinch_voice_emulator.settings import load

    context = ssl.create_default_context()
    with contextlib.suppress(EmulatorError, OSError):
        directory = load().tls.directory
        context.load_verify_locations((Path(directory).expanduser() if directory else default_directory()) / CERTIFICATE_FILE)
    return context


def control_options(function: F) -> F:
    """``--url``, ``--token`` and ``--account``, as every client command has them."""
    return _options(function, default_url)


def health_options(function: F) -> F:
    """The same for ``health``, which has more ports to choose from."""
    return _options(function, default_health_url)


def _options(function: F, url: Callable[[], str]) -> F:
    options = (
        click.option(
            "--url",
            envvar="SINCH_VOICE_EMULATOR_URL",
            show_envvar=True,
            metavar="URL",
            default=url,
            show_default=DEFAULT_URL,
            help="Where the emulator is; unless said, where `serve` with the same environment listens.",
        ),
        click.option(
            "--token",
            envvar="SINCH_VOICE_EMULATOR_TOKEN",
            show_envvar=True,
            metavar="TOKEN",
            default="",
            help="What its control API asks for.",
        ),
        click.option("--account", metavar="NAME", default="", help="The account; the default one if left out."),
    )
    for option in options:
        function = option(function)
    return function
