"""The signature algorithm against published examples and the official Python SDK's own signer; callback headers."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sinch.core.signature import Signature

from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.model.profile import DOCUMENTED, OBSERVED, BehaviourProfile
from sinch_voice_emulator.v1.signing import (
    callback_timestamp,
    candidate_paths,
    content_md5,
    decode_secret,
    same,
    sign_callback,
    signature,
    signed_path,
    string_to_sign,
)
from v1.vectors import APPLICATION, KEY, PUBLISHED, REQUESTS, SECRET, Vector

ALL = {**REQUESTS, **PUBLISHED}


@pytest.mark.parametrize("vector", ALL.values(), ids=list(ALL))
def test_worked_example(vector: Vector) -> None:
    text = string_to_sign(vector.method, vector.body, vector.content_type, vector.timestamp, vector.path)
    assert signature(decode_secret(vector.secret), text) == vector.expected
    assert not vector.md5 or content_md5(vector.body) == vector.md5
    assert text.count("\n") == 4


def test_the_string_to_sign_is_five_lines_whatever_is_empty() -> None:
    assert string_to_sign("get", b"", "", "T", "/p") == "GET\n\n\nx-timestamp:T\n/p"


@pytest.mark.parametrize("body", [None, '{"a": 1}', '{"text": "h\\u00f6jd"}'])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_the_python_sdk_signs_alike(method: str, body: str | None) -> None:
    sdk = SimpleNamespace(configuration=SimpleNamespace(application_key=KEY, application_secret=SECRET))
    signer = Signature(sdk, method, body, "/calling/v1/calls/id/c 1")
    headers = signer.get_http_headers_with_signature()
    text = string_to_sign(
        method, (body or "").encode(), headers["Content-Type"], headers["x-timestamp"], "/calling/v1/calls/id/c 1"
    )
    assert headers["Authorization"] == f"Application {KEY}:{signature(decode_secret(SECRET), text)}"


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("app-secret", "6a9a7eb1e72b7a"),
        ("appSecret", "6a9a5279cade"),
        ("ab=cd", "69"),
        ("YXBw=U2VjcmV0", "617070"),
        ("a b c d", "69b71d"),
        ("a!b@c#d", "69b71d"),
        ("YQ", "61"),
        ("äYQ==", "61"),
        ("", ""),
    ],
)
def test_secrets_are_decoded_as_node_does(secret: str, key: str) -> None:
    assert decode_secret(secret).hex() == key


@given(st.text())
def test_no_secret_is_refused(secret: str) -> None:
    assert len(decode_secret(secret)) <= len(secret)


def test_credentials_compare() -> None:
    assert same("é", "é")
    assert not same("a", "b")
    assert not same("a", "\ud800")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://app.example.test", "/"),
        ("https://app.example.test/cb?token=1#x", "/cb"),
        ("http://127.0.0.1:8000/a%20b/", "/a%20b/"),
    ],
)
def test_signed_path(url: str, path: str) -> None:
    assert signed_path(url) == path


@pytest.mark.parametrize(
    ("target", "prefix", "paths"),
    [
        ("/a/b", "", ("/a/b",)),
        ("/a%20b", "", ("/a%20b", "/a b")),
        ("/a?x=%20", "", ("/a", "/a?x=%20")),
        ("/a?", "", ("/a",)),
        (
            "/euc1/calling/v1/x%2B?q=1",
            "/euc1",
            tuple(f"{prefix}/calling/v1/x{end}" for prefix in ("/euc1", "") for end in ("%2B", "+", "%2B?q=1")),
        ),
        ("/euc1x/y", "/euc1", ("/euc1x/y",)),
        ("http://host:1/a?b=c", "", ("/a", "/a?b=c")),
        ("http://host", "", ("/",)),
    ],
)
def test_candidate_paths(target: str, prefix: str, paths: tuple[str, ...]) -> None:
    assert candidate_paths(target, prefix) == paths


MOMENT = 1_705_655_968_937_219_699


def test_timestamps_of_callbacks() -> None:
    assert callback_timestamp(MOMENT, OBSERVED) == "2024-01-19T09:19:28.9372196Z"
    assert callback_timestamp(MOMENT, DOCUMENTED) == "2024-01-19T09:19:28Z"
    assert callback_timestamp(0, OBSERVED) == "1970-01-01T00:00:00.0000000Z"


@pytest.mark.parametrize(
    ("profile", "content_type", "timestamp"),
    [
        (OBSERVED, "application/json; charset=utf-8", "2024-01-19T09:19:28.9372196Z"),
        (DOCUMENTED, "application/json", "2024-01-19T09:19:28Z"),
    ],
)
def test_headers_of_a_callback(profile: BehaviourProfile, content_type: str, timestamp: str) -> None:
    headers = dict(sign_callback(APPLICATION, profile, "https://app.example.test/cb?x=1", b"{}", MOMENT))
    text = string_to_sign("POST", b"{}", content_type, timestamp, "/cb")
    assert headers == {
        "content-type": content_type,
        "authorization": f"application {KEY}:{signature(decode_secret(SECRET), text)}",
        "x-timestamp": timestamp,
    }


def test_the_documented_callback_is_signed_as_documented() -> None:
    vector = PUBLISHED["documented callback"]
    application = Application("669E367E-6BBA-48AB-AF15-266871C28135", vector.secret)
    headers = dict(sign_callback(application, DOCUMENTED, f"https://x.test{vector.path}", vector.body, 1_411_556_381 * 10**9))
    assert headers["x-timestamp"] == vector.timestamp
    assert headers["authorization"] == f"application {application.key}:{vector.expected}"
