"""Why a signature does not match: each usual mistake is named, alone and together with another one."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from sinch_voice_emulator.v1.explain import explain, first_difference
from sinch_voice_emulator.v1.signing import decode_secret, signature, string_to_sign
from v1.vectors import APPLICATION, B1, JSON, KEY, NOON_TEXT, REQUESTS, SECRET, sign

PATH = "/calling/v1/callouts"
KEY_BYTES = decode_secret(SECRET)
SPACED = json.dumps(json.loads(B1)).encode()


def why(given: str, *, method: str = "POST", body: bytes = B1, content_type: str = JSON, path: str = PATH) -> str:
    return first_difference(method, (path,), content_type, NOON_TEXT, body, SECRET, given)


def signed_text(*lines: str, secret: bytes = KEY_BYTES) -> str:
    return signature(secret, "\n".join(lines))


def md5(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body).digest()).decode()


TIME = f"x-timestamp:{NOON_TEXT}"

SINGLE = {
    "secret as text": (signed_text("POST", md5(B1), JSON, TIME, PATH, secret=SECRET.encode()), "Base64-decoded first"),
    "empty secret": (signed_text("POST", md5(B1), JSON, TIME, PATH, secret=b""), "the secret were empty"),
    "charset": (sign("POST", PATH, f"{JSON}; charset=utf-8", B1), "'application/json; charset=utf-8' (the header says"),
    "no content type": (sign("POST", PATH, "", B1), "content type line were empty"),
    "undefined": (sign("POST", PATH, "undefined", B1), "content type were 'undefined'"),
    "no body": (sign("POST", PATH, JSON), "there were no body"),
    "hex MD5": (signed_text("POST", hashlib.md5(B1).hexdigest(), JSON, TIME, PATH), "MD5 were written in hex"),
    "newline": (sign("POST", PATH, JSON, B1 + b"\n"), "the body ended in a newline"),
    "blanks": (sign("POST", PATH, JSON, SPACED), "written with blanks after commas and colons"),
    "indented": (sign("POST", PATH, JSON, json.dumps(json.loads(B1), indent=2).encode()), "indented by two"),
    "slash": (sign("POST", f"{PATH}/", JSON, B1), f"the path were '{PATH}/' (the request went to '{PATH}')"),
    "no slash": (sign("POST", PATH[1:], JSON, B1), "the path were 'calling/v1/callouts'"),
    "old path": (sign("POST", "/v1/callouts", JSON, B1), "the path were '/v1/callouts'"),
    "longer path": (sign("POST", f"/calling{PATH}", JSON, B1), "the path were '/calling/calling/v1/callouts'"),
    "whole URL": (sign("POST", f"https://calling.api.sinch.com{PATH}", JSON, B1), "the path were a whole URL"),
    "verb": (sign("PUT", PATH, JSON, B1), "the verb were PUT (the request used POST)"),
    "lower-case verb": (signed_text("post", md5(B1), JSON, TIME, PATH), "the verb were in lower case"),
    "other zone": (sign("POST", PATH, JSON, B1, NOON_TEXT.replace("Z", "+00:00")), "'2026-03-01T12:00:00+00:00'"),
    "blank": (signed_text("POST", md5(B1), JSON, f"x-timestamp: {NOON_TEXT}", PATH), "a blank after x-timestamp:"),
    "name left out": (signed_text("POST", md5(B1), JSON, NOON_TEXT, PATH), "name x-timestamp: were left out"),
    "name in capitals": (signed_text("POST", md5(B1), JSON, f"X-Timestamp:{NOON_TEXT}", PATH), "lower case"),
    "no timestamp": (signed_text("POST", md5(B1), JSON, "", PATH), "the timestamp line were empty"),
    "last newline": (signed_text("POST", md5(B1), JSON, TIME, PATH, ""), "a newline follows the path"),
}


@pytest.mark.parametrize(("given", "expected"), SINGLE.values(), ids=list(SINGLE))
def test_one_mistake(given: str, expected: str) -> None:
    assert expected in why(given)
    assert why(given).startswith("The signature would match if")


def test_two_mistakes() -> None:
    text = why(sign("POST", f"{PATH}/", f"{JSON}; charset=utf-8", B1))
    assert "charset=utf-8" in text
    assert f", and the path were '{PATH}/'" in text


def test_nothing_helps() -> None:
    assert "another secret" in why("AAAA")


@pytest.mark.parametrize("spell", [lambda right: right.rstrip("="), lambda right: base64.b64decode(right).hex().upper()])
def test_a_right_signature_wrongly_written(spell: object) -> None:
    assert callable(spell)
    assert "not written in standard Base64" in why(spell(REQUESTS["A"].expected))


@pytest.mark.parametrize(
    ("body", "sent", "expected"),
    [
        (b" {} ", b"{}", "no blanks around it"),
        (b"\xef\xbb\xbf{}", b"{}", "no byte order mark"),
        (b'{"a": 1}', b'{"a":1}', "written without blanks"),
        (b'{"b":1,"a":2}', b'{"a":2,"b":1}', "sorted keys"),
        ('{"a":"é"}'.encode(), b'{"a":"\\u00e9"}', "non-ASCII letters escaped"),
        (b"not json", b"not json\n", "ended in a newline"),
        (b"[" * 100_000, b"", "there were no body"),
    ],
)
def test_other_bodies(body: bytes, sent: bytes, expected: str) -> None:
    assert expected in why(sign("POST", PATH, JSON, sent), body=body)


def test_large_bodies_are_not_written_anew() -> None:
    for size, expected in ((60_000, "written without blanks"), (70_000, "another secret")):
        body = b'{"a": "' + b"x" * size + b'"}'
        assert expected in why(sign("POST", PATH, JSON, body.replace(b": ", b":")), body=body)


def test_no_body_where_one_was_signed() -> None:
    assert "the body were {}" in why(sign("PATCH", PATH, JSON, b"{}"), method="PATCH", body=b"")
    nothing = signed_text("GET", md5(b""), JSON, TIME, PATH)
    assert "the MD5 of nothing" in why(nothing, method="GET", body=b"")


def test_content_types_of_a_request_without_one() -> None:
    assert "(there is no such header)" in why(sign("GET", PATH, JSON), method="GET", body=b"", content_type="")


def test_fractions_and_zones_of_the_timestamp() -> None:
    for signed_time in ("2026-03-01T12:00:00Z", "2026-03-01T12:00:00.5+00:00"):
        given = sign("GET", PATH, "", b"", signed_time)
        assert repr(signed_time) in first_difference("GET", (PATH,), "", "2026-03-01T12:00:00.5Z", b"", SECRET, given)


# --- the control API's question -----------------------------------------------------------------------------------------------

HEADERS = (("Content-Type", JSON), ("X-Timestamp", NOON_TEXT), ("x-timestamp", "ignored"))


def test_how_a_request_is_signed() -> None:
    found = explain("POST", PATH, HEADERS, B1, APPLICATION)
    assert found.string_to_sign == f"POST\n{REQUESTS['A'].md5}\n{JSON}\n{TIME}\n{PATH}"
    assert (found.md5, found.expected) == (REQUESTS["A"].md5, REQUESTS["A"].expected)
    assert (found.matches, found.given, found.difference) == (None, "", "")
    assert found.tried == (found.string_to_sign,)


@pytest.mark.parametrize("prefix", ["", f"{KEY}:", f"Application {KEY}:", f"application {KEY.upper()}:"])
def test_a_signature_that_matches(prefix: str) -> None:
    found = explain("POST", PATH, HEADERS, B1, APPLICATION, prefix + REQUESTS["A"].expected)
    assert (found.matches, found.given, found.difference) == (True, REQUESTS["A"].expected, "")


def test_the_signature_of_the_headers() -> None:
    header = ("Authorization", f"application {KEY}:{REQUESTS['A'].expected}")
    assert explain("POST", PATH, (*HEADERS, header), B1, APPLICATION).matches is True
    assert explain("POST", PATH, (*HEADERS, header), SPACED, APPLICATION).matches is False


def test_the_form_that_matched_is_shown() -> None:
    vector = REQUESTS["F"]
    found = explain("GET", vector.target, HEADERS, b"", APPLICATION, vector.expected)
    assert found.matches is True
    assert found.string_to_sign == string_to_sign("GET", b"", JSON, NOON_TEXT, vector.path)
    assert len(found.tried) == 2


def test_another_key_and_a_wrong_signature() -> None:
    found = explain("POST", PATH, HEADERS, B1, APPLICATION, f"application other:{SINGLE['charset'][0]}")
    assert found.matches is False
    assert found.difference.startswith(f"The header names the key 'other', not '{KEY}'. The signature would match if")
    assert found.expected == REQUESTS["A"].expected
    right = explain("POST", PATH, HEADERS, B1, APPLICATION, f"application other:{REQUESTS['A'].expected}")
    assert right.difference == f"The header names the key 'other', not '{KEY}'."
