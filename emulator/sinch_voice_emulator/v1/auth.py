"""Who sends a request, and whether it may: Basic and signed requests, as ``rest-api.md`` section 2 describes them.

The checks run in the order of section 2.8, each with the code documented for it. The clock is an argument.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import TypeAlias

from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.model.instants import SECOND, Instant
from sinch_voice_emulator.model.profile import BehaviourProfile
from sinch_voice_emulator.v1.errors import ApiError
from sinch_voice_emulator.v1.explain import basic_difference, mismatch
from sinch_voice_emulator.v1.signing import candidate_paths, decode_secret, same, signature, string_to_sign

Find: TypeAlias = Callable[[str], Application | None]
ProfileOf: TypeAlias = Callable[[Application | None], BehaviourProfile]

_SCHEME = re.compile(r"\s*([A-Za-z]+):?(?:\s+(.*\S))?\s*", re.DOTALL)
_FOREIGN_SCHEMES = {"user", "instance", "bearer"}
_TIMESTAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What authentication looks at, as it came off the wire.

    ``target`` is the raw request target (path and query, still percent-encoded). ``prefix`` is the part of its path that
    stands before the API's own (``/euc1``), which clients sign or leave out. ``configuration``: a request for the
    configuration API, where a switch may forbid Basic. Header values are ``None`` (``content_type``: ``""``) when absent.
    """

    method: str
    target: str
    body: bytes = b""
    authorization: str | None = None
    timestamp: str | None = None
    content_type: str = ""
    prefix: str = ""
    configuration: bool = False

    @classmethod
    def of(
        cls,
        method: str,
        target: str,
        headers: Iterable[tuple[str, str]],
        body: bytes = b"",
        *,
        prefix: str = "",
        configuration: bool = False,
    ) -> SignedRequest:
        """A request from its header list, whose names may be in any case; of a repeated header the first counts."""
        found: dict[str, str] = {}
        for name, value in headers:
            found.setdefault(name.lower(), value)
        return cls(
            method,
            target,
            body,
            found.get("authorization"),
            found.get("x-timestamp"),
            found.get("content-type", ""),
            prefix,
            configuration,
        )


def authenticate(request: SignedRequest, find: Find, profile_of: ProfileOf, wall_now_ms: Instant) -> Application:
    """The application that sent ``request``.

    ``find`` looks an application up by its key, whatever the case. ``profile_of`` gives the switches of an application's
    account, and those of the default account for ``None`` (an unknown key). ``wall_now_ms`` is milliseconds since the epoch.
    Raises ``ApiError`` with the documented code; its ``why`` says what would have been accepted.
    """
    scheme, credentials = _split(request.authorization)
    if scheme == "basic":
        return _authenticate_basic(request, credentials, find, profile_of)
    if scheme in _FOREIGN_SCHEMES:
        raise _invalid_scheme(f"the scheme {scheme!r} belongs to another product; use Basic or Application")
    if scheme != "application":
        raise _unreadable(f"{scheme!r} is no authorization scheme of this API; use Basic or Application")
    return _authenticate_signed(request, credentials, find, profile_of, wall_now_ms)


def claimed_key(authorization: str | None) -> str:
    """The application key a request claims, checked or not, for when authentication is off; ``""`` when none can be read."""
    try:
        scheme, credentials = _split(authorization)
        return _basic_pair(credentials)[0] if scheme == "basic" else credentials.partition(":")[0].strip()
    except ApiError:
        return ""


def parse_timestamp(text: str) -> Instant | None:
    """Milliseconds since the epoch of an ISO 8601 time: 0 to 9 fractional digits; ``Z``, an offset, or UTC unsaid.

    ``None`` when it is not one.
    """
    match = _TIMESTAMP.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, zone_hours, zone_minutes = match.groups()
    try:
        zone = timezone((-1 if sign == "-" else 1) * timedelta(hours=int(zone_hours or 0), minutes=int(zone_minutes or 0)))
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=zone)
    except ValueError:
        return None
    return (moment - _EPOCH) // timedelta(milliseconds=1) + int((fraction or "0").ljust(3, "0")[:3])


# --- the scheme -----------------------------------------------------------------------------------------------------------


def _split(authorization: str | None) -> tuple[str, str]:
    """Scheme in lower case, and credentials. A colon after the scheme is tolerated: an old page prints ``Basic:``."""
    if authorization is None or not authorization.strip():
        raise ApiError(401, 40100, "Authorization required", "the request has no authorization header")
    match = _SCHEME.fullmatch(authorization)
    if match is None:
        raise _unreadable("the authorization header is not a scheme, a space and credentials")
    return match[1].lower(), match[2] or ""


def _unreadable(why: str) -> ApiError:
    return ApiError(401, 40100, "Authorization header missing, illegal or invalid", why)


def _invalid_scheme(why: str) -> ApiError:
    return ApiError(403, 40301, "Invalid authorization scheme", why)


def _invalid_credentials(why: str) -> ApiError:
    return ApiError(401, 40108, "Invalid credentials", why)


def _unknown_key(key: str) -> ApiError:
    return _invalid_credentials(f"no application has the key {key!r}; the emulator is told its applications when it starts")


# --- Basic ----------------------------------------------------------------------------------------------------------------


def _authenticate_basic(request: SignedRequest, credentials: str, find: Find, profile_of: ProfileOf) -> Application:
    key, secret = _basic_pair(credentials)
    application = find(key)
    allowed = profile_of(application).basic_auth_allowed
    if allowed == "none" or (allowed == "traffic-only" and request.configuration):
        raise _invalid_scheme(f"the switch basic_auth_allowed is {allowed!r}; sign this request")
    if application is None:
        raise _unknown_key(key)
    if not same(application.secret, secret):
        raise _invalid_credentials(basic_difference(application, secret))
    return application


@lru_cache(maxsize=1024)
def _basic_pair(credentials: str) -> tuple[str, str]:
    """Key and secret; the user may be written ``application\\KEY`` or ``application:KEY``, as old samples do."""
    try:
        text = base64.b64decode(credentials, validate=True).decode()
    except ValueError:
        raise _unreadable("the credentials of a Basic header are KEY:SECRET in Base64, and these are not") from None
    if text[:12].lower() in ("application\\", "application:") and ":" in text[12:]:
        text = text[12:]
    key, colon, secret = text.partition(":")
    if not colon:
        raise _unreadable("there is no colon between key and secret in the decoded credentials")
    return key, secret


# --- signed requests ------------------------------------------------------------------------------------------------------


def _authenticate_signed(
    request: SignedRequest, credentials: str, find: Find, profile_of: ProfileOf, wall_now_ms: Instant
) -> Application:
    key, _, given = (part.strip() for part in credentials.partition(":"))
    if not key:
        raise _unreadable("the credentials of an Application header are KEY:SIGNATURE, and these are empty")
    if not given:
        text = "The request was not authorized and signed with the application secret"
        raise ApiError(401, 40104, text, "the authorization header has a key and no signature after it")
    application = find(key)
    if application is None:
        raise _unknown_key(key)
    timestamp = _check_time(request.timestamp, profile_of(application), wall_now_ms)
    secret = decode_secret(application.secret)
    paths = candidate_paths(request.target, request.prefix)
    for path in paths:
        text = string_to_sign(request.method, request.body, request.content_type, timestamp, path)
        if same(signature(secret, text), given):
            return application
    why = mismatch(request.method, paths, request.content_type, timestamp, request.body, application.secret, given)
    raise ApiError(401, 40102, "Invalid Signature", why)


def _check_time(timestamp: str | None, profile: BehaviourProfile, wall_now_ms: Instant) -> str:
    """The header's value, when it is a time inside the window."""
    text = "X-Timestamp request header invalid or missing"
    if timestamp is None:
        raise ApiError(401, 40101, text, "a signed request needs the header x-timestamp, and this one has none")
    moment = parse_timestamp(timestamp)
    if moment is None:
        raise ApiError(401, 40101, text, f"{timestamp!r} is not an ISO 8601 time such as 2026-03-01T12:00:00Z")
    window = profile.timestamp_window
    if window is None or abs(wall_now_ms - moment) <= window:
        return timestamp
    off = abs(wall_now_ms - moment) / SECOND
    side = "behind" if moment < wall_now_ms else "ahead of"
    why = f"{timestamp} is {off:.0f} s {side} the emulator's clock; the switch timestamp_window allows {window / SECOND:.0f} s"
    if profile.stale_timestamp_code == 40105:
        text = "The request for authorization has expired"
    raise ApiError(401, profile.stale_timestamp_code, text, why)
