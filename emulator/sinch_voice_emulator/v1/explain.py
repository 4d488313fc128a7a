"""Why a signature does not match: tries what clients usually get wrong and says which change would make it match.

Nothing here runs while signatures match. One change is tried first, then two at once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias
from urllib.parse import quote, unquote

from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.v1.signing import (
    candidate_paths,
    content_md5,
    decode_secret,
    same,
    signature,
    string_to_sign,
)

_CONTENT_TYPES = (
    "",
    "application/json",
    "application/json; charset=utf-8",
    "application/json; charset=UTF-8",
    "application/json;charset=utf-8",
    "application/json;charset=UTF-8",
    "undefined",
)
_SPELT_UP_TO = 64 * 1024
"""Bodies larger than this are not written anew to find the spelling that was signed: it would hold others up."""
_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_AUTHORIZATION = re.compile(r"\s*(?:application\s+)?([^\s:]*):(.*\S)\s*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a signature is made. ``matches`` is ``None`` when there was none to compare with.

    ``tried`` are the strings to sign that would be accepted, the usual one first; ``difference`` is one or two sentences.
    """

    string_to_sign: str
    md5: str
    expected: str
    given: str
    matches: bool | None
    difference: str
    tried: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Recipe:
    """Everything that goes into a signature."""

    verb: str
    md5: str
    content_type: str
    timestamp: str
    path: str
    secret: bytes
    end: str = ""

    def digest(self) -> bytes:
        text = "\n".join((self.verb, self.md5, self.content_type, self.timestamp, self.path)) + self.end
        return hmac.digest(self.secret, text.encode("utf-8", "surrogatepass"), "sha256")


_Change: TypeAlias = tuple[str, Mapping[str, str | bytes]]


def explain(
    method: str,
    target: str,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    application: Application,
    given: str = "",
    prefix: str = "",
) -> Explanation:
    """How ``application`` would sign this request or callback, and where ``given`` differs.

    ``given`` is a signature, alone or as in an authorization header; ``""``: the one in ``headers``, if any. ``target`` and
    ``prefix`` are as in ``SignedRequest``.
    """
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name.lower(), value)
    key, given = _given(given or found.get("authorization", ""))
    content_type, timestamp = found.get("content-type", ""), found.get("x-timestamp", "")
    paths = candidate_paths(target, prefix)
    tried = tuple(string_to_sign(method, body, content_type, timestamp, path) for path in paths)
    accepted = [signature(decode_secret(application.secret), text) for text in tried]
    hits = [index for index, expected in enumerate(accepted) if given and same(expected, given)]
    usual = hits[0] if hits else 0
    difference = ""
    if key and key.lower() != application.key.lower():
        difference = f"The header names the key {key!r}, not {application.key!r}. "
    if given and not hits:
        difference += first_difference(method, paths, content_type, timestamp, body, application.secret, given)
    matches = bool(hits) if given else None
    return Explanation(tried[usual], content_md5(body), accepted[usual], given, matches, difference.strip(), tried)


def mismatch(
    method: str, paths: tuple[str, ...], content_type: str, timestamp: str, body: bytes, secret: str, given: str
) -> str:
    """What to write into the journal about a signature that does not match: the likely reason and what was tried."""
    reason = first_difference(method, paths, content_type, timestamp, body, secret, given)
    texts = [repr(string_to_sign(method, body, content_type, timestamp, path)) for path in paths]
    return f"{reason} Strings to sign that would be accepted: {', '.join(texts)}"


def basic_difference(application: Application, secret: str) -> str:
    """What is wrong with the secret of a Basic header."""
    expected = application.secret
    start = f"the secret is not that of application {application.key}"
    if secret.strip() == expected:
        return f"{start}: it has blanks around it"
    if secret.rstrip("=") == expected.rstrip("="):
        return f"{start}: the = signs at its end differ"
    if secret.encode("utf-8", "surrogatepass") == decode_secret(expected):
        return f"{start}: it was Base64-decoded first, which only signing does"
    if secret.lower() == expected.lower():
        return f"{start}: upper and lower case differ"
    return start


def first_difference(
    method: str, paths: tuple[str, ...], content_type: str, timestamp: str, body: bytes, secret: str, given: str
) -> str:
    """One or two sentences: the smallest change to what was signed that explains the signature ``given``."""
    wanted = _digest_of(given)
    base = _Recipe(method.upper(), content_md5(body), content_type, f"x-timestamp:{timestamp}", paths[0], decode_secret(secret))
    if any(replace(base, path=path).digest() == wanted for path in paths):
        return "The signature is right but not written in standard Base64 with its = signs."
    groups: tuple[list[_Change], ...] = (
        list(_other_secrets(secret)),
        list(_other_content_types(content_type)),
        list(_other_bodies(body)),
        list(_other_paths(paths)),
        list(_other_verbs(method)),
        list(_other_timestamps(timestamp)),
        [("a newline follows the path, which must end the text", {"end": "\n"})],
    )
    for text, values in (change for group in groups for change in group):
        if _apply(base, values).digest() == wanted:
            return f"The signature would match if {text}."
    for one, other in combinations(groups, 2):
        for first, values in one:
            changed = _apply(base, values)
            for second, more in other:
                if _apply(changed, more).digest() == wanted:
                    return f"The signature would match if {first}, and {second}."
    return (
        "It would not match with another content type, body spacing, verb, path or timestamp either, nor with the secret as "
        "text: most likely it was made with another secret, or the body was changed after signing."
    )


def _apply(recipe: _Recipe, values: Mapping[str, str | bytes]) -> _Recipe:
    return replace(recipe, **values)  # type: ignore[arg-type]  # the names and types are those of this module's changes


def _given(text: str) -> tuple[str, str]:
    """Key and signature of ``application KEY:SIGNATURE``, ``KEY:SIGNATURE`` or a bare signature."""
    match = _AUTHORIZATION.fullmatch(text)
    return (match[1], match[2].strip()) if match else ("", text.strip())


def _digest_of(given: str) -> bytes:
    return bytes.fromhex(given) if _HEX.fullmatch(given) else decode_secret(given)


# --- what clients get wrong -----------------------------------------------------------------------------------------------


def _other_secrets(secret: str) -> Iterator[_Change]:
    yield "the secret were taken as text; it has to be Base64-decoded first", {"secret": secret.encode()}
    yield "the secret were empty", {"secret": b""}


def _other_content_types(content_type: str) -> Iterator[_Change]:
    said = f"the header says {content_type!r}" if content_type else "there is no such header"
    others = dict.fromkeys((*_CONTENT_TYPES, content_type.split(";")[0].strip(), content_type.lower(), content_type.strip()))
    for other in others:
        if other == "":
            yield f"the content type line were empty ({said})", {"content_type": other}
        elif other != content_type:
            yield f"the content type were {other!r} ({said})", {"content_type": other}


def _other_bodies(body: bytes) -> Iterator[_Change]:
    if not body:
        yield "the body line were the MD5 of nothing; without a body it is empty", {"md5": _md5(b"")}
        yield "the body were {}; this request has none", {"md5": content_md5(b"{}")}
        return
    yield "there were no body; this request has one", {"md5": ""}
    yield "the MD5 were written in hex; it has to be in Base64", {"md5": hashlib.md5(body, usedforsecurity=False).hexdigest()}
    yield "the body ended in a newline", {"md5": content_md5(body + b"\n")}
    if (stripped := body.strip()) != body:
        yield "the body had no blanks around it", {"md5": content_md5(stripped)}
    if body.startswith(b"\xef\xbb\xbf"):
        yield "the body had no byte order mark", {"md5": content_md5(body[3:])}
    if len(body) > _SPELT_UP_TO:
        return
    try:
        spellings = list(_spellings(json.loads(body)))
    except (ValueError, RecursionError):
        return
    for description, text in spellings:
        yield f"the body were {description}", {"md5": content_md5(text.encode("utf-8", "surrogatepass"))}


def _spellings(document: object) -> Iterator[tuple[str, str]]:
    for ascii_only, letters in ((False, ""), (True, ", non-ASCII letters escaped")):
        compact = json.dumps(document, ensure_ascii=ascii_only, separators=(",", ":"))
        yield f"written without blanks{letters}", compact
        yield f"written with blanks after commas and colons{letters}", json.dumps(document, ensure_ascii=ascii_only)
        yield f"indented by two{letters}", json.dumps(document, ensure_ascii=ascii_only, indent=2)
        yield (
            f"written with sorted keys{letters}",
            json.dumps(document, ensure_ascii=ascii_only, separators=(",", ":"), sort_keys=True),
        )


def _other_paths(paths: tuple[str, ...]) -> Iterator[_Change]:
    path = paths[0]
    texts = dict.fromkeys(
        (
            *paths[1:],
            path.removesuffix("/"),
            f"{path}/",
            path.removeprefix("/"),
            unquote(unquote(path)),
            quote(path, safe="/"),
            quote(unquote(path), safe="/"),
            path.replace("+", " "),
            path.replace("%20", "+"),
            path.lower(),
            path.removeprefix("/calling"),
            f"/calling{path}",
            path.removeprefix("/calling/v1"),
            path.removeprefix("/v1"),
        )
    )
    for text in texts:
        if text != path:
            yield f"the path were {text!r} (the request went to {path!r})", {"path": text}
    for scheme in ("http", "https"):
        for host in ("calling.api.sinch.com", "callingapi.sinch.com", "127.0.0.1:8080", "localhost:8080"):
            yield "the path were a whole URL; it has to start after the host", {"path": f"{scheme}://{host}{path}"}


def _other_verbs(method: str) -> Iterator[_Change]:
    for verb in _VERBS:
        if verb != method.upper():
            yield f"the verb were {verb} (the request used {method.upper()})", {"verb": verb}
    yield "the verb were in lower case", {"verb": method.lower()}


def _other_timestamps(timestamp: str) -> Iterator[_Change]:
    whole = re.sub(r"\.\d+", "", timestamp)
    others = dict.fromkeys(
        (timestamp.replace("+00:00", "Z"), timestamp.replace("Z", "+00:00"), whole, f"x-timestamp:{timestamp}")
    )
    for other in others:
        if other != timestamp:
            yield f"the timestamp were {other!r} (the header says {timestamp!r})", {"timestamp": f"x-timestamp:{other}"}
    yield "there were a blank after x-timestamp:, where none belongs", {"timestamp": f"x-timestamp: {timestamp}"}
    yield "the name x-timestamp: were left out", {"timestamp": timestamp}
    yield "x-timestamp were in capitals; it has to be in lower case", {"timestamp": f"X-Timestamp:{timestamp}"}
    yield "the timestamp line were empty", {"timestamp": ""}


def _md5(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
