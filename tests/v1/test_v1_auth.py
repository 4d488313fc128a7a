"""Who may use the API: every scheme, every documented code in the documented order, and what the journal is told."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.model.profile import OBSERVED, BehaviourProfile
from sinch_voice_emulator.v1.auth import SignedRequest, authenticate, claimed_key, parse_timestamp
from sinch_voice_emulator.v1.errors import ApiError
from v1.vectors import APPLICATION, BASIC, CALL_PATH, JSON, KEY, NOON, NOON_TEXT, REQUESTS, SECRET, Vector, sign

SIGNED = f"Application {KEY}:{REQUESTS['C'].expected}"


def find(key: str) -> Application | None:
    return APPLICATION if key.lower() == KEY else None


def judge(request: SignedRequest, profile: BehaviourProfile = OBSERVED, now: int = NOON) -> Application:
    return authenticate(request, find, lambda _application: profile, now)


def refused(request: SignedRequest, profile: BehaviourProfile = OBSERVED, now: int = NOON) -> ApiError:
    with pytest.raises(ApiError) as caught:
        judge(request, profile, now)
    return caught.value


def basic(pair: str, **changes: object) -> SignedRequest:
    header = "Basic " + base64.b64encode(pair.encode()).decode()
    return replace(SignedRequest("GET", CALL_PATH, authorization=header), **changes)  # type: ignore[arg-type]


def signed(authorization: str | None = SIGNED, timestamp: str | None = NOON_TEXT) -> SignedRequest:
    return SignedRequest("GET", CALL_PATH, authorization=authorization, timestamp=timestamp)


# --- accepted ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", REQUESTS.values(), ids=list(REQUESTS))
@pytest.mark.parametrize("scheme", ["Application", "application", "APPLICATION"])
def test_signed_request(vector: Vector, scheme: str) -> None:
    request = SignedRequest.of(
        vector.method,
        vector.target or vector.path,
        [
            ("AUTHORIZATION", f"{scheme} {KEY.upper()}:{vector.expected}"),
            ("X-Timestamp", NOON_TEXT),
            ("X-Timestamp", "a second one does not count"),
            *([("Content-Type", vector.content_type)] if vector.content_type else []),
        ],
        vector.body,
    )
    assert judge(request) is APPLICATION


@pytest.mark.parametrize(
    "header",
    [
        BASIC,
        BASIC.replace("Basic", "basic"),
        BASIC.replace("Basic", "Basic:"),
        BASIC.replace("Basic ", "  Basic   ") + " ",
        basic(f"application\\{KEY}:{SECRET}").authorization,
        basic(f"application:{KEY.upper()}:{SECRET}").authorization,
    ],
)
def test_basic(header: str) -> None:
    assert judge(SignedRequest("GET", CALL_PATH, authorization=header)) is APPLICATION


def test_a_key_may_be_the_word_application() -> None:
    other = Application("application", SECRET)
    request = basic(f"application:{SECRET}")
    assert authenticate(request, lambda key: other if key == "application" else None, lambda _: OBSERVED, NOON) is other


@pytest.mark.parametrize("path", ["/euc1/calling/v1/callouts", "/calling/v1/callouts"])
def test_a_prefix_may_be_signed_or_not(path: str) -> None:
    header = f"Application {KEY}:{sign('POST', path, JSON, b'{}')}"
    request = SignedRequest("POST", "/euc1/calling/v1/callouts", b"{}", header, NOON_TEXT, JSON, "/euc1")
    assert judge(request) is APPLICATION


@pytest.mark.parametrize("path", ["/calling/v1/recording", "/calling/v1/recording?page=1"])
def test_a_query_may_be_signed_or_not(path: str) -> None:
    header = f"Application {KEY}:{sign('GET', path)}"
    assert judge(SignedRequest("GET", "/calling/v1/recording?page=1", b"", header, NOON_TEXT)) is APPLICATION


def test_the_window_can_be_off_or_narrow() -> None:
    assert judge(signed(), now=NOON + 300_000) is APPLICATION
    assert judge(signed(), now=NOON - 300_000) is APPLICATION
    assert judge(signed(), replace(OBSERVED, timestamp_window=None), now=0) is APPLICATION
    assert refused(signed(), replace(OBSERVED, timestamp_window=1_000), NOON + 1_001).code == 40101


# --- refused ----------------------------------------------------------------------------------------------------------------

UNREADABLE = "Authorization header missing, illegal or invalid"


@pytest.mark.parametrize(
    ("header", "message", "why"),
    [
        (None, "Authorization required", "no authorization header"),
        ("  ", "Authorization required", "no authorization header"),
        ("Hello", UNREADABLE, "'hello' is no authorization scheme"),
        ("Digest x", UNREADABLE, "'digest' is no authorization scheme"),
        ("?? x", UNREADABLE, "not a scheme, a space and credentials"),
        ("Basic", UNREADABLE, "no colon"),
        ("Basic !!!", UNREADABLE, "in Base64"),
        ("Basic /w==", UNREADABLE, "in Base64"),
        (basic("nothing").authorization, UNREADABLE, "no colon"),
        ("Application", UNREADABLE, "these are empty"),
    ],
)
def test_40100(header: str | None, message: str, why: str) -> None:
    error = refused(signed(header))
    assert (error.status, error.code, error.message) == (401, 40100, message)
    assert why in error.why


@pytest.mark.parametrize("scheme", ["User", "Instance", "bearer"])
def test_schemes_of_other_products(scheme: str) -> None:
    error = refused(signed(f"{scheme} abc"))
    assert (error.status, error.code, error.message) == (403, 40301, "Invalid authorization scheme")
    assert scheme.lower() in error.why


@pytest.mark.parametrize(
    ("allowed", "configuration", "code"),
    [("all", True, None), ("traffic-only", False, None), ("traffic-only", True, 40301), ("none", False, 40301)],
)
@pytest.mark.parametrize("pair", [f"{KEY}:{SECRET}", f"{KEY}:wrong", "unknown:x"])
def test_basic_can_be_forbidden_before_its_secret_matters(
    allowed: str, configuration: bool, code: int | None, pair: str
) -> None:
    profile = replace(OBSERVED, basic_auth_allowed=allowed)  # type: ignore[arg-type]
    request = basic(pair, configuration=configuration)
    if code is not None:
        assert refused(request, profile).code == code
        assert allowed in refused(request, profile).why
    elif pair.endswith(SECRET):
        assert judge(request, profile) is APPLICATION
    else:
        assert refused(request, profile).code == 40108


@pytest.mark.parametrize("header", [f"Application {KEY}", f"Application {KEY}:", f"Application {KEY}: "])
def test_an_unsigned_application_header(header: str) -> None:
    error = refused(signed(header, timestamp=None))
    assert (error.status, error.code) == (401, 40104)
    assert error.message == "The request was not authorized and signed with the application secret"


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (signed(f"Application nobody:{REQUESTS['C'].expected}", None), "no application has the key 'nobody'"),
        (basic(f"nobody:{SECRET}"), "no application has the key 'nobody'"),
        (basic(f"{KEY}:wrong"), f"the secret is not that of application {KEY}"),
        (basic(f"{KEY}: {SECRET}\n"), "blanks around it"),
        (basic(f"{KEY}:{SECRET.rstrip('=')}"), "the = signs at its end differ"),
        (basic(f"{KEY}:emulator-secret!"), "Base64-decoded first"),
        (basic(f"{KEY}:{SECRET.lower()}"), "upper and lower case differ"),
    ],
)
def test_40108(request_: SignedRequest, why: str) -> None:
    error = refused(request_)
    assert (error.status, error.code, error.message) == (401, 40108, "Invalid credentials")
    assert why in error.why


@pytest.mark.parametrize("timestamp", [None, "", "yesterday", "2026-13-01T12:00:00Z", "2026-03-01T12:00:00+99:00"])
def test_a_missing_or_unreadable_timestamp(timestamp: str | None) -> None:
    error = refused(signed(timestamp=timestamp))
    assert (error.status, error.code, error.message) == (401, 40101, "X-Timestamp request header invalid or missing")
    assert "ISO 8601" in error.why or "has none" in error.why


@pytest.mark.parametrize(("now", "side"), [(NOON + 300_001, "behind"), (NOON - 300_001, "ahead of")])
def test_a_stale_timestamp(now: int, side: str) -> None:
    error = refused(signed(), now=now)
    assert (error.status, error.code, error.message) == (401, 40101, "X-Timestamp request header invalid or missing")
    assert f"300 s {side} the emulator's clock" in error.why
    expired = refused(signed(), replace(OBSERVED, stale_timestamp_code=40105), now)
    assert (expired.code, expired.message) == (40105, "The request for authorization has expired")


def test_a_wrong_signature() -> None:
    error = refused(signed(f"Application {KEY}:AAAA"))
    assert (error.status, error.code, error.message) == (401, 40102, "Invalid Signature")
    assert "another secret" in error.why
    assert repr(f"GET\n\n\nx-timestamp:{NOON_TEXT}\n{CALL_PATH}") in error.why


def test_the_order_of_the_checks() -> None:
    """A request with everything wrong is told of the first thing; what is put right uncovers the next."""
    steps = [
        (signed(None, None), 40100),
        (signed("Application nobody", None), 40104),
        (signed("Application nobody:AAAA", None), 40108),
        (signed(f"Application {KEY}:AAAA", None), 40101),
        (signed(f"Application {KEY}:AAAA", "2020-01-01T00:00:00Z"), 40101),
        (signed(f"Application {KEY}:AAAA"), 40102),
    ]
    assert [refused(request).code for request, _ in steps] == [code for _, code in steps]


# --- times and keys ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("2026-03-01T12:00:00Z", 0),
        ("2026-03-01t12:00:00z", 0),
        (" 2026-03-01T12:00:00 ", 0),
        ("2026-03-01T12:00:00.5Z", 500),
        ("2026-03-01T12:00:00.140905+00:00", 140),
        ("2026-03-01T12:00:00.648300032Z", 648),
        ("2026-03-01T13:00:00.9372196+01:00", 937),
        ("2026-03-01T09:30:00-02:30", 0),
        ("2026-03-01T12:00:00.05", 50),
    ],
)
def test_times(text: str, offset: int) -> None:
    assert parse_timestamp(text) == NOON + offset


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01",
        "2026-03-01 12:00:00Z",
        "2026-03-01T12:00:00.Z",
        "2026-03-01T12:00:00.1234567890Z",
        "٢026-03-01T12:00:00Z",
        "2026-03-01T12:00:00+0100",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert parse_timestamp(text) is None


@given(st.text())
def test_no_time_raises(text: str) -> None:
    assert parse_timestamp(text) is None or text.strip()[4] == "-"


@pytest.mark.parametrize(
    ("header", "key"),
    [(BASIC, KEY), (SIGNED, KEY), ("Bearer k", "k"), ("Application K", "K"), (None, ""), ("Basic !", ""), ("Hello", "")],
)
def test_claimed_key(header: str | None, key: str) -> None:
    assert claimed_key(header) == key


@given(st.one_of(st.none(), st.text()), st.one_of(st.none(), st.text()), st.binary(max_size=40))
def test_nothing_but_api_errors(authorization: str | None, timestamp: str | None, body: bytes) -> None:
    error = refused(SignedRequest("POST", "/x", body, authorization, timestamp, "text/plain"))
    assert error.code in (40100, 40301, 40104, 40108, 40101, 40102)
