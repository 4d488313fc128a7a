"""From a stub and a request to the bytes of an answer."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.stubs.placeholders import Filling, Occasion
from sinch_voice_emulator.stubs.values import ABSENT, Answer, Signature
from sinch_voice_emulator.v1.signing import callback_timestamp, decode_secret, signature, string_to_sign


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer, ready to be sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def render(answer: Answer, occasion: Occasion, account: Account, moment_ns: int) -> Rendered:
    """``answer`` with its placeholders filled in, and signed where it says so.

    ``moment_ns``, nanoseconds since the epoch, is when. Raises ``Conflict`` when there is no such application.
    """
    filling = Filling(occasion)
    text = filling.text if answer.template else str
    headers = {name.lower(): _one_line(text(value)) for name, value in answer.headers.items()}
    body = b""
    if answer.text is not None:
        body = text(answer.text).encode("utf-8", "replace")
        headers.setdefault("content-type", "text/plain; charset=utf-8")
    elif answer.body is not ABSENT:
        value = filling.value(answer.body) if answer.template else answer.body
        body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
        headers.setdefault("content-type", account.profile.callback_content_type if answer.sign else "application/json")
    if answer.sign is not None:
        headers |= _signed(answer.sign, text(answer.sign.path), account, body, headers.get("content-type", ""), moment_ns)
    return Rendered(answer.status, tuple(headers.items()), body)


def _one_line(value: str) -> str:
    """A value that cannot end its header."""
    line = "".join(char if char.isprintable() else " " for char in value)
    return line.encode("latin-1", "replace").decode("latin-1")


def _signed(sign: Signature, path: str, account: Account, body: bytes, content_type: str, moment_ns: int) -> dict[str, str]:
    application = _application(sign, account)
    timestamp = callback_timestamp(moment_ns, account.profile)
    to_sign = string_to_sign(sign.method, body, content_type, timestamp, path)
    signed = signature(decode_secret(application.secret), to_sign)
    return {"authorization": f"application {application.key}:{signed}", "x-timestamp": timestamp}


def _application(sign: Signature, account: Account) -> Application:
    found = account.application(sign.application) if sign.application else next(iter(account.applications.values()), None)
    if found is None:
        raise Conflict(f"the answer is to be signed by {sign.application or 'an application'}, which the account does not have")
    return found
