"""An operator who sends requests to the REST API, in this process: what a client would send, signed as a client signs."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from werkzeug.test import Client

from sinch_voice_emulator.api.context import TWIN
from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.v1 import signing

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request: its status, and its body parsed, ``None`` when there is none."""

    status: int
    body: Any


def send(
    emulator: Emulator,
    account: Account,
    method: str,
    path: str,
    body: Any,
    headers: Mapping[str, str],
    auth: str,
) -> Reply:
    """One request for the first application of ``account``.

    ``auth`` is ``basic``, ``signed`` or ``none``; ``headers`` win over what is made here.
    """
    application = next(iter(account.applications.values()))
    raw = b"" if body is None else json.dumps(body).encode()
    made = {"Content-Type": JSON} if raw else {}
    made |= _authorization(application, method, path, raw, auth)
    client = Client(emulator.wsgi_app)
    sent: dict[str, Any] = {"data": raw or None, "headers": {**made, **headers}, "environ_overrides": {TWIN: account.name}}
    with client.open(path, method=method, **sent) as answer:
        data = answer.get_data()
        return Reply(answer.status_code, _parsed(data))


def _parsed(data: bytes) -> Any:
    if not data:
        return None
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")


def _authorization(application: Application, method: str, path: str, raw: bytes, auth: str) -> dict[str, str]:
    if auth == "none":
        return {}
    if auth == "basic":
        pair = f"{application.key}:{application.secret}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    stamp = datetime.now(UTC).isoformat()
    text = signing.string_to_sign(method, raw, JSON if raw else "", stamp, path)
    signature = signing.signature(signing.decode_secret(application.secret), text)
    return {"Authorization": f"application {application.key}:{signature}", "x-timestamp": stamp}
