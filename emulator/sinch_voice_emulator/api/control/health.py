"""Whether the emulator is up."""

from __future__ import annotations

from werkzeug.wrappers import Response

from sinch_voice_emulator import __version__
from sinch_voice_emulator.api.control.answers import json_response
from sinch_voice_emulator.api.control.context import ControlRequest, Handler


def health(control: ControlRequest) -> Response:
    """What the emulator says about itself; needs no token."""
    emulator = control.emulator
    return json_response(
        {
            "status": "ok",
            "version": __version__,
            "accounts": len(emulator.accounts),
            "uptime": round(emulator.uptime, 3),
            "listeners": list(emulator.listeners),
            "publicUrl": emulator.public_url,
        }
    )


HANDLERS: dict[str, Handler] = {"health": health}
