"""Whether there is anybody at a URL, asked once before anything runs, without sending anything."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.runtime.addresses import AllowedHosts, host_of
from sinch_voice_emulator.runtime.detours import Detours
from sinch_voice_emulator.settings import Settings

SECONDS = 5.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Unreachable(EmulatorError):
    """Nobody answers at the backend's URL; the sentence says why, and what to do."""


def check_reachable(url: str, settings: Settings) -> None:
    """Raise ``Unreachable`` when no connection can be opened to where callbacks for ``url`` go."""
    called = Detours(settings.rewrite_callback_hosts).of(url) or url
    shown = url if called == url else f"{url} (by way of {called})"
    host = host_of(called)
    parts = urlsplit(called)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise Unreachable(f"the backend at {shown} cannot be reached: the name {host} was not found") from None
    allowed = AllowedHosts(settings.allow_callback_hosts)
    objections = [allowed.objection(host, str(address[0])) for *_, address in found]
    if all(objections):
        raise Unreachable(f"the backend at {shown} is not called: {objections[0]}")
    try:
        socket.create_connection((host, port), timeout=SECONDS).close()
    except ConnectionRefusedError:
        raise Unreachable(f"nothing listens at {shown}: {_advice(host)}") from None
    except TimeoutError:
        raise Unreachable(f"nobody answers at {shown} within {SECONDS:g} s: is the address right?") from None
    except OSError as error:
        raise Unreachable(f"the backend at {shown} cannot be reached: {error.strerror or error}") from None


def _advice(host: str) -> str:
    advice = "start the backend first, or say where it is with --callback-url"
    if host in LOOPBACK:
        return f"{advice}; from within a container this machine is host.docker.internal, not {host}"
    return advice
