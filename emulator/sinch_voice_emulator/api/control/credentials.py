"""Applications in requests and answers; keys and secrets for those who bring none."""

from __future__ import annotations

import base64
import secrets
import uuid
from typing import Any

from sinch_voice_emulator.api.control.errors import ControlRefusal
from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.settings import parsers


def application_from(body: dict[str, Any], path: str = "$") -> Application:
    """An application as the body describes it, with a key and a secret of its own where it brings none."""
    return Application(
        key=body.get("key") or str(uuid.uuid4()),
        secret=body.get("secret") or base64.b64encode(secrets.token_bytes(24)).decode(),
        callback=target_from(body.get("callback"), f"{path}.callback"),
        name=body.get("name", ""),
    )


def target_from(value: dict[str, Any] | None, path: str) -> CallbackTarget | None:
    """Where callbacks go, ``None`` for nowhere."""
    if value is None:
        return None
    fallback = value.get("fallback")
    return CallbackTarget(
        url(value["primary"], f"{path}.primary"), None if fallback is None else url(fallback, f"{path}.fallback")
    )


def url(text: str, path: str) -> str:
    """An absolute URL; any host will do, delivery judges it."""
    try:
        return parsers.url(text)
    except ValueError as error:
        raise ControlRefusal(f"{path.rpartition('.')[2]} {error}, not {text[:100]!r}", path=path) from None


def application_json(application: Application) -> dict[str, object]:
    """An application, its secret included: the API is for those who may know it."""
    target = application.callback
    return {
        "key": application.key,
        "secret": application.secret,
        "name": application.name,
        "callback": None if target is None else {"primary": target.primary, "fallback": target.fallback},
    }
