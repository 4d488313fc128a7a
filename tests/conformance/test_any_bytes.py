"""No request whatsoever makes the Calling, the configuration or the control API fail, or answer out of shape."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.conforming import violations
from conformance.raw_client import HeaderList, RawAnswer, RawClient
from conformance.scene import ROOM, Scene
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_SECRET
from sinch_voice_emulator.v1 import spec
from sinch_voice_emulator.v1.paths import forms_of

EXAMPLES = 250
DATA = Path(__file__).parents[1] / "data"
ERROR = {"$ref": "#/components/schemas/Error"}
BASIC = b"Basic " + base64.b64encode(f"{DEFAULT_KEY}:{DEFAULT_SECRET}".encode())
METHODS = ["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "X"]
JSON_TYPES = [b"application/json", b"application/json; charset=utf-8"]

SEGMENTS = [
    *("%2F", "%00", "..", ".", "%2e%2e", "%C3%A5", "%FF", "%ED%A0%80", "%F0%9F%93%9E", "+", "%2B46701234567", "%20"),
    *("%25", "%", "%0D%0A", "%0a", ":", "*", "{callId}", "<x>", "", "a" * 5_000, "\\", ";", "%3F", "%23", "'", '"'),
    *("1e999", "-1", "0" * 5_000),
]
DEEP = 100_000
BODIES = [
    b"",
    b"null",
    b"[]",
    b"0",
    b'""',
    b"true",
    b"{}",
    b"NaN",
    b'{"method":NaN}',
    b'{"method":Infinity}',
    b"[" * DEEP,
    b"[" * DEEP + b"]" * DEEP,
    b'{"action":' * 20_000 + b"{}" + b"}" * 20_000,
    b'{"method":"ttsCallout","ttsCallout":' + b'{"destination":' * 900 + b"1" + b"}" * 901,
    b'{"method":"ttsCallout","method":"faxCallout"}',
    b'{"method":"\\ud800"}',
    b'{"method":"ttsCallout","ttsCallout":{"custom":"\\ud83d","destination":{"type":"number","endpoint":"\\udc00"}}}',
    b'{"method":"' + b"x" * (1024 * 1024 - 20) + b'"}',
    b'{"method":' + b"9" * 5_000 + b"}",
    b'{"method":"customCallout","customCallout":{"maxDuration":' + b"9" * 5_000 + b"}}",
    b'{"method":"customCallout","customCallout":{"maxDuration":1e400}}',
    b"\xef\xbb\xbf{}",
    '{"method":"ttsCallout"}'.encode("utf-16"),
    b"\xff\xfe\x00",
    b"\x00",
    b"a=1&b=2",
    b" " * 1_000,
    b"x" * (1024 * 1024 + 1),
]
LEAVES: list[Any] = [
    *(None, True, 0, -1, 1.5, 10**30, 10**4_000, 1e308, "", " ", "\x00", "\ud800", "å" * 2_000, "0" * 100, "\n", "%s{0}"),
    *("٣", "²", "true", "1e9", "NaN", "-0", "http://", "#tts[", "#tts[]", "]", [], {}, [[]], [None], {"": ""}),
    *({"name": "hangup"}, [{"key": 1}]),
]
QUERIES = ["", "", "", "/", "//", "?", "?page=0&pageSize=x", "?wait=1e9", "?%00=%FF&limit=-1", "?a[]=1&&="]
PREFIXES = ["", "", "", "/euc1", "/EUC1", "/", "/euc1/use1", "http://host"]
HEADERS = [
    *(b"authorization", b"x-timestamp", b"content-type", b"x-cb-trace", b"x-cb-" + b"a" * 40, b"origin", b"accept"),
    *(b"cookie", b"range", b"last-event-id", b"x-emulator-token", b"transfer-encoding", b"expect", b"content-encoding"),
    *(b"x-forwarded-host", b"if-none-match", b"x-http-method-override", b"forwarded", b"content-md5"),
]


def valid_bodies() -> Iterator[Any]:
    """Bodies that clients really send, to be spoilt."""
    for example in json.loads((DATA / "rest-examples.json").read_text(encoding="utf-8")):
        if example["request"]:
            yield example["request"]
    for index, example in enumerate(json.loads((DATA / "svaml-examples.json").read_text(encoding="utf-8"))):
        if index % 5 == 0:
            yield example["svaml"]
            yield {"method": "customCallout", "customCallout": {"ice": json.dumps(example["svaml"])}}
    for component in spec.control().document["components"]["schemas"].values():
        if component.get("type") == "object":
            yield dict.fromkeys(component.get("properties", {}), 1)


VALID = list(valid_bodies())


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A body with one value replaced by something else, or a member renamed."""
    body = json.loads(json.dumps(draw(st.sampled_from(VALID))))
    place = body
    while isinstance(place, dict | list) and place:
        key = draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
        if not isinstance(place[key], dict | list) or not place[key] or draw(st.booleans()):
            place[key] = draw(st.sampled_from(LEAVES) | st.text(max_size=20) | st.integers() | st.floats(allow_nan=False))
            break
        place = place[key]
    return json.dumps(body).encode("utf-8", "surrogatepass")


def segment(name: str, scene: Scene, path: str) -> st.SearchStrategy[str]:
    """What stands in a path: mostly something that exists."""
    exists = {
        "callId": scene.member if "/conferences/" in path else scene.call,
        "call": scene.call,
        "callLeg": "both",
        "conferenceId": quote(ROOM),
        "key": DEFAULT_KEY if "applications" in path else scene.recording,
        "applicationkey": DEFAULT_KEY,
        "account": "default",
        "number": "+12025550100",
        "address": "+46701234567",
        "name": "alice",
        "action": "press",
    }
    odd = st.sampled_from(SEGMENTS) | st.text(max_size=20).map(lambda text: quote(text.encode("utf-8", "replace"), safe=""))
    return st.just(exists[name]) | st.just(exists[name]) | odd if name in exists else odd


@st.composite
def requests(draw: st.DrawFn, scene: Scene, addresses: list[tuple[str, str]]) -> tuple[str, bytes, HeaderList, bytes]:
    """A request: mostly to an address that exists, mostly by somebody we know."""
    method, path = draw(st.sampled_from(addresses))
    steps = [
        draw(segment(step[1:-1], scene, path)) if step.startswith("{") else draw(oddly(step)) for step in path.split("/")[1:]
    ]
    target = draw(st.sampled_from(PREFIXES)) + "/" + "/".join(steps) + draw(st.sampled_from(QUERIES))
    if draw(st.integers(0, 9)) == 0:
        method = draw(st.sampled_from(METHODS))
    return method, target.encode("utf-8"), draw(headers()), draw(spoilt() | st.sampled_from(BODIES) | st.binary(max_size=40))


def oddly(step: str) -> st.SearchStrategy[str]:
    """A fixed step of a path, now and then written in another way."""
    return st.sampled_from([step] * 40 + [step.upper(), f"%{ord(step[0]):02x}{step[1:]}", f"{step}%00", f"{step};x=1", ""])


def header_value() -> st.SearchStrategy[bytes]:
    """A value as it can come in: no line breaks, any other byte."""
    odd = [b"", b"x" * 60_000, b"\xff\xfe", b"Basic", b"Basic =", b"Application a:b:c", b"\xc3\xa5", b"Basic " + b"A" * 10_001]
    return st.sampled_from(odd) | st.binary(max_size=40).map(lambda value: value.translate(None, b"\r\n\x00"))


@st.composite
def headers(draw: st.DrawFn) -> HeaderList:
    """Headers: mostly credentials and a content type."""
    found: HeaderList = [(b"host", draw(st.sampled_from([b"localhost", b"127.0.0.1:8080"]) | header_value()))]
    if draw(st.integers(0, 5)):
        found.append((b"authorization", BASIC))
        found.append((b"content-type", draw(st.sampled_from(JSON_TYPES))))
    return found + draw(st.lists(st.tuples(st.sampled_from(HEADERS), header_value()), max_size=3))


def is_in_shape(method: str, target: bytes, answer: RawAnswer) -> None:
    """The one check: no server error, and every refusal in the shape its API documents."""
    assert 200 <= answer.status < 500, answer
    assert not 300 <= answer.status < 400, answer
    if answer.status < 400:
        return
    assert answer.headers["content-type"] == "application/json"
    if method == "HEAD":
        assert answer.body == b""
        return
    body = json.loads(answer.body)
    if set(body) == {"error"}:
        assert violations(spec.control(), ERROR, body) == []
        assert b"_emulator" in target or b"%5" in target.lower()
    else:
        assert violations(spec.voice(), ERROR, body) == []
        assert body["errorCode"] // 100 == answer.status


VOICE = [(one.method, form) for one in spec.voice().operations() for form in forms_of(one.path, one.method)]
CONTROL = [(one.method, one.path) for one in spec.control().operations()]


@pytest.mark.parametrize("addresses", [VOICE, CONTROL], ids=["voice", "control"])
@pytest.mark.parametrize("auth", [True, False], ids=["with credentials", "without"])
def test_any_request_is_answered_in_shape(addresses: list[tuple[str, str]], auth: bool) -> None:
    scene = Scene()
    client = RawClient(scene.api.emulator)
    object.__setattr__(scene.api.emulator.settings, "auth", auth)

    @given(request=requests(scene, addresses))
    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def ask(request: tuple[str, bytes, HeaderList, bytes]) -> None:
        is_in_shape(request[0], request[1], client.ask(*request))

    try:
        ask()
    finally:
        client.close()


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:30]))
def test_every_odd_body_at_every_address(body: bytes) -> None:
    scene = Scene()
    client = RawClient(scene.api.emulator)
    sent: HeaderList = [(b"host", b"localhost"), (b"authorization", BASIC), (b"content-type", b"application/json")]
    for method, path in [*VOICE, *CONTROL]:
        if method in ("POST", "PATCH", "PUT", "DELETE"):
            target = path.replace("{callId}", scene.call).replace("{account}", "default").encode()
            is_in_shape(method, target, client.ask(method, target, sent, body))
    client.close()
