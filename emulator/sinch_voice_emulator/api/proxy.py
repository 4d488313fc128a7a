"""The emulator as a forward proxy, for clients whose name resolution cannot be changed.

Such a client sends ``CONNECT calling.api.sinch.com:443`` and speaks TLS with whoever answers, or, for an ``http://`` URL, a
request with the whole URL in its first line. The hosts of the Voice API are answered by the emulator itself. Nothing is ever
passed on: every other host is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address
from textwrap import shorten
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Response

from sinch_voice_emulator.api.context import PLACE, REFUSAL
from sinch_voice_emulator.api.errors import response_to
from sinch_voice_emulator.api.ports import not_here
from sinch_voice_emulator.model.account import REGIONS
from sinch_voice_emulator.runtime.tunnels import Tunnel
from sinch_voice_emulator.settings import API_ROLES, ListenAddress, Role
from sinch_voice_emulator.v1 import errors
from sinch_voice_emulator.v1.errors import ApiError
from sinch_voice_emulator.v1.hosts import HOSTS, host_name, strange_region

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from sinch_voice_emulator.emulator import Emulator

HTTP, HTTPS = 80, 443
MAX_REASON = 160
"""How many characters of a refusal stand in the status line."""
WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Proxy:
    """Decides whom the emulator answers in whose stead."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._hosts = frozenset({*HOSTS, *emulator.settings.tls.names})
        self._own = frozenset({"localhost", *emulator.settings.own_hosts})

    def judge(self, target: str, environ: Mapping[str, object]) -> Tunnel | WSGIApplication:
        """What a CONNECT gets: a tunnel that leads to the emulator, or an answer that says why not."""
        host, _, digits = target.rpartition(":")
        port = int(digits) if digits.isascii() and digits.isdigit() else -1
        identity = self._emulator.identity
        error = self.refusal(host_name(host), port, environ.get(PLACE))
        if error is None and port == HTTPS and identity is None:
            error = errors.by_status(403, "This proxy has no certificate for https: start the emulator with --tls")
        if error is not None:
            reference = self._emulator.new_reference()
            self._emulator.note_refused_request("CONNECT", target, error, reference)
            return _spoken(response_to(error, reference), error)
        context = identity.context if identity is not None and port == HTTPS else None
        return Tunnel(context, {PLACE: inside(environ.get(PLACE))})

    def refusal(self, host: str, port: int, place: object) -> ApiError | None:
        """Why a proxied request for ``host`` is refused; ``None`` when it is not. ``place`` is the port it came in by."""
        if isinstance(place, ListenAddress) and not place.answers(Role.PROXY):
            return errors.resource_not_found(not_here(self._emulator, place, Role.PROXY))
        if not host or port < 0:
            return errors.by_status(400, "A request to a proxy names a host: CONNECT calling.api.sinch.com:443, or a whole URL")
        if host not in self._hosts and (region := strange_region(host)):
            return errors.by_status(
                403, f'This proxy answers for the regions {", ".join(REGIONS)}; there is none called "{region}"'
            )
        if host not in self._hosts:
            why = "clients need NO_PROXY for hosts that are not Sinch's"
            return errors.by_status(403, f"This proxy answers for Sinch's Voice API only, not for {host}", why)
        if port not in (HTTP, HTTPS):
            return errors.by_status(403, f"This proxy answers for {host} on ports {HTTPS} and {HTTP} only, not {port}")
        return None

    def is_own(self, host: str, port: int, environ: Mapping[str, Any]) -> bool:
        """Whether a URL names the emulator's own address, as that of a client does that takes its proxy everywhere."""
        if port != int(environ.get("SERVER_PORT") or 0):
            return False
        return host in self._own or host == environ.get("SERVER_NAME") or _is_loopback(host)


def _spoken(response: Response, error: ApiError) -> Response:
    """``response`` with its message in the status line, too: all that most clients show of an answer to CONNECT."""
    words = error.message.encode("ascii", "replace").decode()
    sentence = "".join(one if one.isprintable() else "?" for one in words)
    response.status = f"{error.status} {shorten(sentence, MAX_REASON, placeholder=' ...')}"
    return response


def inside(place: object) -> ListenAddress:
    """What requests that came by proxy count as having come in by: a port for the API of no region in particular."""
    found = place if isinstance(place, ListenAddress) else ListenAddress()
    return ListenAddress(found.host, found.port, API_ROLES)


class OriginForm:
    """WSGI middleware that turns a request to a proxy (the whole URL in its first line) into a request to the host it names."""

    def __init__(self, app: WsgiApp, proxy: Proxy) -> None:
        self._app = app
        self._proxy = proxy

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        target: str = environ.get("RAW_URI", "/")
        if not target.startswith("/") and "://" in target:
            self._turn(environ, target)
        return self._app(environ, start_response)

    def _turn(self, environ: dict[str, Any], target: str) -> None:
        try:
            parts = urlsplit(target)
            host, port = host_name(parts.hostname or ""), parts.port or (HTTPS if parts.scheme == "https" else HTTP)
        except ValueError:
            host, port, parts = "", -1, urlsplit("")
        if not self._proxy.is_own(host, port, environ):
            refusal = self._proxy.refusal(host, port, environ.get(PLACE))
            if refusal is not None:
                environ[REFUSAL] = refusal
                return
            environ[PLACE] = inside(environ.get(PLACE))
        environ["HTTP_HOST"] = parts.netloc.rpartition("@")[2]
        environ["wsgi.url_scheme"] = parts.scheme
        path = parts.path or "/"
        environ["RAW_URI"] = environ["REQUEST_URI"] = path + (f"?{parts.query}" if parts.query else "")
        environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
