"""Key, secret and worked examples of the reference (rest-api.md 2.6, callbacks-and-svaml.md 13.2)."""

from __future__ import annotations

from typing import NamedTuple

from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.v1.signing import decode_secret, signature, string_to_sign

KEY = "c0ffee00-1a2b-4c3d-8e4f-5a6b7c8d9e0f"
SECRET = "ZW11bGF0b3Itc2VjcmV0IQ=="
APPLICATION = Application(KEY, SECRET)
NOON = 1_772_366_400_000
"""2026-03-01T12:00:00Z in milliseconds."""
NOON_TEXT = "2026-03-01T12:00:00Z"
JSON = "application/json"
BASIC = "Basic YzBmZmVlMDAtMWEyYi00YzNkLThlNGYtNWE2YjdjOGQ5ZTBmOlpXMTFiR0YwYjNJdGMyVmpjbVYwSVE9PQ=="
B1 = (
    b'{"method":"ttsCallout","ttsCallout":{"cli":"+46850001000","destination":{"type":"number","endpoint":"+46701234567"},'
    b'"locale":"en-US","text":"Your table is ready."}}'
)
CALL_PATH = "/calling/v1/calls/id/7d3b1c52-6a0e-4b7e-9a55-0f6f2f4c1a10"


class Vector(NamedTuple):
    """What is signed and the signature that comes of it. ``target`` is the raw request target, if it differs from ``path``."""

    method: str
    path: str
    content_type: str
    body: bytes
    expected: str
    target: str = ""
    md5: str = ""
    secret: str = SECRET
    timestamp: str = NOON_TEXT


REQUESTS = {
    "A": Vector(
        "POST", "/calling/v1/callouts", JSON, B1, "hyVV51g/yxts+hRkgK+CMbRX1J+LJF9j3ynvsjj+iKA=", md5="JamUJPl0hSsfBfqecGSbLA=="
    ),
    "B": Vector("POST", "/calling/v1/callouts", f"{JSON}; charset=utf-8", B1, "TbXooTLBI8eKqVwjZ4otKCrcEWYTapKfI5dYqv/ZWF4="),
    "C": Vector("GET", CALL_PATH, "", b"", "85M4bUDkDLy53qlJKCD4u8wMW9AFiZdCwIvNHCUItKI="),
    "D": Vector("GET", CALL_PATH, JSON, b"", "sS+Vr5qm05stNJkVM+nRmcMWdODBveqGNgxzwIhQMiM="),
    "E": Vector(
        "DELETE",
        "/v1/configuration/numbers",
        JSON,
        b'{"number":"+46850001000"}',
        "SFzd3DygERmT9AiD975AgRhAYmYc3U1DvhiLOB/DAng=",
        md5="6IW3kefxv/hz67zGRnXavQ==",
    ),
    "F": Vector(
        "GET",
        "/calling/v1/conferences/id/daily standup",
        JSON,
        b"",
        "qy6L+Md9i5LHxqhim/+Se0AfUJYX1bNpuzCDEoiwZpQ=",
        "/calling/v1/conferences/id/daily%20standup",
    ),
    "G": Vector("GET", "/calling/v1/conferences/id/daily%20standup", JSON, b"", "hmpi4dgC0LsbMB96X4LqPXmVVGD+zV34M3sfuwG2vLs="),
    "H": Vector("GET", "/v1/calling/query/number/+46701234567", JSON, b"", "/tkXfzPNpKdDhh0Pd37oDSZqKATACWfVEuz9ChlFwpA="),
}
"""Section 2.6, letter by letter."""

_DOCS = "BeIukql3pTKJ8RGL5zo0DA=="
_MY_KEY = "bXkta2V5LXNlY3JldA=="
_ACE = b'{"event":"ace","callid":"822aa4b7-05b4-4d83-87c7-1f835ee0b6f6_257","timestamp":"2014-09-24T10:59:41Z","version":1}'
_WHEN = "2014-09-24T10:59:41Z"
_CB = "/sinch/callback/ace"
_IDENTITY = b'{"identity":{"type":"number","endpoint":"+33444555666"},"method":"sms"}'
_UTF8 = f"{JSON}; charset=UTF-8"


def _ace(content_type: str, expected: str, body: bytes = _ACE, md5: str = "") -> Vector:
    return Vector("POST", _CB, content_type, body, expected, md5=md5, secret=_DOCS, timestamp=_WHEN)


PUBLISHED = {
    "documented request": Vector(
        "POST",
        "/v1/sms/+46700000000",
        JSON,
        b'{"message":"Hello world"}',
        "qDXMwzfaxCRS849c/2R0hg0nphgdHciTo7OdM6MsdnM=",
        md5="jANzQ+rgAHyf1MWQFSwvYw==",
        secret="JViE5vDor0Sw3WllZka15Q==",
        timestamp="2014-06-04T13:41:58Z",
    ),
    "documented request, the path it shows": Vector(
        "POST",
        "/calling/v1/callouts",
        JSON,
        b'{"message":"Hello world"}',
        "aS9fG2smJx6MIhPJDSNiaDQ1D3+e493HuL+VVA9pqyM=",
        secret="JViE5vDor0Sw3WllZka15Q==",
        timestamp="2014-06-04T13:41:58Z",
    ),
    "documented callback": _ace(JSON, "Tg6fMyo8mj9pYfWQ9ssbx3Tc1BNC87IEygAfLbJqZb4=", md5="REWF+X220L4/Gw1spXOU7g=="),
    "charset": _ace(f"{JSON}; charset=utf-8", "+7IX6MJJ6hapyCsjPaOlzOfQAE8XAFAogUxTYQiSzmQ="),
    "charset without a blank": _ace(f"{JSON};charset=utf-8", "0IRpOV7HRgniAM0uK1WnUVVACpV4hLM5Xh2llyxA4KE="),
    "charset in capitals": _ace(_UTF8, "cLRPRmMPnJVC/8lU4jg1zFNnIxr5Px4DvMsmDzgTFFo="),
    "spaced body": _ace(
        JSON, "pFEl71L7jop6V+1XCagkz0CTLomi5Y1anvI7nacZXLM=", _ACE.replace(b'":', b'": ').replace(b',"', b', "')
    ),
    "body with a newline": _ace(JSON, "giI5HqgcBfrSvc0P3RBPAMf2BPBm/hT4zgQ5rHZ8h7Q=", _ACE + b"\n"),
    "Node, lenient secret": Vector(
        "POST",
        "/webhook",
        f"{JSON}; charset=utf-8",
        b'{"id":"018d2104-aaa-bbbb-1234","price":{"amount":0.0308},"rate":{"amount":0.0}}',
        "wC8XcoLQ22cxrOsUqqbWk+LHJ82wtqR/IgeIp9NG8LY=",
        secret="app-secret",
        timestamp="x-timestamp:2024-01-19T09:19:28.9372196Z",
    ),
    "Java and Node": Vector(
        "POST",
        "/path/pathParamValue",
        _UTF8,
        _IDENTITY,
        "QP3OzQZVzRZAEev6DBLvJkgpiqyZPuXYsc7oyjUV0K8=",
        secret=_MY_KEY,
        timestamp="2023-11-22T09:10:11.999Z",
    ),
    "Node, no body": Vector(
        "GET",
        "/path/pathParamValue",
        JSON,
        b"",
        "nsrLDvP6KVD/dAxb3IfAncdwjPFJVWSrseEFOcZge+A=",
        secret=_MY_KEY,
        timestamp="2023-11-22T09:10:11.999Z",
    ),
    "beyond ASCII": Vector(
        "POST",
        "/cb",
        f"{JSON}; charset=utf-8",
        '{"event":"dice","callid":"a1","custom":"höjd ☎","version":1}'.encode(),
        "bC4ECVAvwQ5VeKGtAUJfAwsUjGqPHh4hXhdhsiqvL/Q=",
        md5="9hdPubCdGOYugM1dVorr9w==",
        secret=_DOCS,
        timestamp="2024-06-06T17:20:14Z",
    ),
}
"""Examples that others published, recomputed in the reference."""


def sign(method: str, path: str, content_type: str = "", body: bytes = b"", timestamp: str = NOON_TEXT) -> str:
    """The signature that application ``KEY`` would make."""
    return signature(decode_secret(SECRET), string_to_sign(method, body, content_type, timestamp, path))
