"""The signature algorithm, the same for requests to the platform and for its callbacks, and the headers of a callback.

``rest-api.md`` section 2.3 and ``callbacks-and-svaml.md`` section 13 describe it; the secret is Base64 and its decoded bytes
are the key. Wrong Base64 is decoded the way the official Node SDK does it, which never refuses.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.model.profile import BehaviourProfile

_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_URL_SAFE = str.maketrans("-_", "+/")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND_NS = 1_000_000_000


@lru_cache(maxsize=1024)
def decode_secret(secret: str) -> bytes:
    """The key bytes of an application secret.

    Lenient like Node's ``Buffer.from(text, "base64")``: the URL-safe alphabet counts too, other characters are skipped, the
    first ``=`` ends the text, and a character that is left over is dropped.
    """
    text = "".join(char for char in secret.split("=", 1)[0].translate(_URL_SAFE) if char in _ALPHABET)
    if len(text) % 4 == 1:
        text = text[:-1]
    return base64.b64decode(text + "=" * (-len(text) % 4))


def content_md5(body: bytes) -> str:
    """Base64 of the MD5 of the body; ``""`` when there is none (not the MD5 of nothing)."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode() if body else ""


def string_to_sign(method: str, body: bytes, content_type: str, timestamp: str, path: str) -> str:
    """The five lines that are signed. ``content_type`` and ``timestamp`` are header values as sent, ``path`` has no host."""
    return "\n".join((method.upper(), content_md5(body), content_type, f"x-timestamp:{timestamp}", path))


def signature(secret: bytes, text: str) -> str:
    """Base64 of the HMAC-SHA256 of a string to sign, under the decoded secret."""
    return base64.b64encode(hmac.digest(secret, text.encode("utf-8", "surrogatepass"), "sha256")).decode()


def same(expected: str, given: str) -> bool:
    """Whether two credentials are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(expected.encode("utf-8", "surrogatepass"), given.encode("utf-8", "surrogatepass"))


def candidate_paths(target: str, prefix: str = "") -> tuple[str, ...]:
    """The paths a client may have signed for this target: as sent, decoded, with its query, each also without ``prefix``.

    Clients differ (``rest-api.md`` 2.4): Python, Node and Java sign the decoded path, .NET the encoded one with its query.
    """
    if not target.startswith("/"):
        parts = urlsplit(target)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    path, _, query = target.partition("?")
    forms = [path]
    if "%" in path:
        forms.append(unquote(path))
    if query:
        forms.append(target)
    if prefix and path.startswith(prefix + "/"):
        forms += [form[len(prefix) :] for form in forms]
    return tuple(dict.fromkeys(forms))


def signed_path(url: str) -> str:
    """The path of a callback URL as it is signed: as written, without host and query, at least ``/``."""
    return urlsplit(url).path or "/"


def callback_timestamp(moment_ns: int, profile: BehaviourProfile) -> str:
    """``x-timestamp`` of a callback sent ``moment_ns`` nanoseconds after the epoch."""
    seconds, rest = divmod(moment_ns, _SECOND_NS)
    text = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{rest // 100:07d}" if profile.callback_timestamp == "seven-digits" else ""
    return f"{text}{fraction}Z"


def sign_callback(
    application: Application, profile: BehaviourProfile, url: str, body: bytes, moment_ns: int
) -> tuple[tuple[str, str], ...]:
    """The headers of one attempt to deliver ``body`` to ``url``; they hold for exactly these bytes and this path.

    ``moment_ns`` is nanoseconds since the epoch, of the wall clock or, when the profile says so, of the account's. The
    scheme is in lower case: the one form that every receiver takes (``callbacks-and-svaml.md`` 13.3).
    """
    content_type = profile.callback_content_type
    timestamp = callback_timestamp(moment_ns, profile)
    text = string_to_sign("POST", body, content_type, timestamp, signed_path(url))
    signed = signature(decode_secret(application.secret), text)
    return (
        ("content-type", content_type),
        ("authorization", f"application {application.key}:{signed}"),
        ("x-timestamp", timestamp),
    )
