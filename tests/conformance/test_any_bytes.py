"""No request whatsoever makes the Calling, the configuration or the control API fail, or answer out of shape."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.conforming import operation_at, violations
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
RIGHT: HeaderList = [(b"host", b"localhost"), (b"authorization", BASIC), (b"content-type", b"application/json")]
Address: TypeAlias = tuple[str, str, str]
"""Operation (``""`` for the control API), method, path."""

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
    b'{"action":' * 500 + b"{}" + b"}" * 500,
    b'{"action":' * 99 + b"{}" + b"}" * 99,
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
    b"host",
    *(b"authorization", b"x-timestamp", b"content-type", b"x-cb-trace", b"x-cb-" + b"a" * 40, b"origin", b"accept"),
    *(b"cookie", b"range", b"last-event-id", b"x-emulator-token", b"transfer-encoding", b"expect", b"content-encoding"),
    *(b"x-forwarded-host", b"if-none-match", b"x-http-method-override", b"forwarded", b"content-md5"),
]


def valid_bodies() -> Iterator[tuple[str, Any]]:
    """Bodies that clients really send, to be spoilt, with the operation each is for; ``""`` is any."""
    for example in json.loads((DATA / "rest-examples.json").read_text(encoding="utf-8")):
        if example["request"] and example["status"] < 300:
            yield operation_at(example["method"], example["path"]).id, example["request"]
    for index, example in enumerate(json.loads((DATA / "svaml-examples.json").read_text(encoding="utf-8"))):
        if index % 5 == 0:
            yield "manageCall", example["svaml"]
            yield "manageCallLeg", example["svaml"]
            yield "placeCallout", {"method": "customCallout", "customCallout": {"ice": json.dumps(example["svaml"])}}
    for component in spec.control().document["components"]["schemas"].values():
        if component.get("type") == "object":
            yield "", dict.fromkeys(component.get("properties", {}), 1)


VALID: dict[str, list[Any]] = {}
for operation, valid in valid_bodies():
    VALID.setdefault(operation, []).append(valid)


@st.composite
def spoilt(draw: st.DrawFn, operation: str) -> bytes:
    """A body with one value replaced by something else."""
    body = json.loads(json.dumps(draw(st.sampled_from(VALID.get(operation, VALID[""])))))
    place = body
    while isinstance(place, dict | list) and place:
        key = draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
        if not isinstance(place[key], dict | list) or not place[key] or draw(st.booleans()):
            place[key] = draw(st.sampled_from(LEAVES) | st.text(max_size=20) | st.integers() | st.floats(allow_nan=False))
            break
        place = place[key]
    return json.dumps(body).encode("utf-8", "surrogatepass")


def segment(step: str, scene: Scene, path: str, wrong: bool) -> st.SearchStrategy[str]:
    """How a step of a path is spelt: what exists for a parameter, the step itself, or now and then something odd."""
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
    right = exists.get(step[1:-1], "x") if step.startswith("{") else step
    if not wrong:
        return st.just(right)
    if step.startswith("{"):
        text = st.text(max_size=20).map(lambda text: quote(text.encode("utf-8", "replace"), safe=""))
        return st.just(right) | st.sampled_from(SEGMENTS) | text
    return st.sampled_from([step] * 40 + [step.upper(), f"%{ord(step[0]):02x}{step[1:]}", f"{step}%00", f"{step};x=1", ""])


@st.composite
def requests(draw: st.DrawFn, scene: Scene, addresses: list[Address]) -> tuple[str, bytes, HeaderList, bytes]:
    """A request that is right but for its address, its headers, its method or its body."""
    operation, method, path = draw(st.sampled_from(addresses))
    wrong = draw(st.sampled_from(["path", "headers", "method", "body", "body", "body"]))
    spelt = [segment(step, scene, path, wrong == "path") for step in path.split("/")[1:]]
    target = "/" + "/".join([draw(step) for step in spelt])
    if wrong == "path":
        target = draw(st.sampled_from(PREFIXES)) + target + draw(st.sampled_from(QUERIES))
    if wrong == "method":
        method = draw(st.sampled_from(METHODS))
    sent = draw(headers()) if wrong == "headers" else RIGHT
    body = draw(spoilt(operation) | st.sampled_from(BODIES) | st.binary(max_size=40)) if wrong == "body" else b""
    return method, target.encode("utf-8"), sent, body


def header_value() -> st.SearchStrategy[bytes]:
    """A value as it can come in: no line breaks, any other byte."""
    odd = [b"", b"x" * 60_000, b"\xff\xfe", b"Basic", b"Basic =", b"Application a:b:c", b"\xc3\xa5", b"Basic " + b"A" * 10_001]
    return st.sampled_from(odd) | st.binary(max_size=40).map(lambda value: value.translate(None, b"\r\n\x00"))


def headers() -> st.SearchStrategy[HeaderList]:
    """What a client sends, with some of it replaced and more added."""
    odd = st.lists(st.tuples(st.sampled_from(HEADERS), header_value()), min_size=1, max_size=3)
    return odd.map(lambda found: [one for one in RIGHT if one[0] not in dict(found)] + found)


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


VOICE = [(one.id, one.method, form) for one in spec.voice().operations() for form in forms_of(one.path, one.method)]
CONTROL = [("", one.method, one.path) for one in spec.control().operations()]


@pytest.mark.parametrize("addresses", [VOICE, CONTROL], ids=["voice", "control"])
@pytest.mark.parametrize("auth", [True, False], ids=["with credentials", "without"])
def test_any_request_is_answered_in_shape(addresses: list[Address], auth: bool) -> None:
    scene = Scene()
    client = RawClient(scene.api.emulator)
    object.__setattr__(scene.api.emulator.settings, "auth", auth)

    seen: Counter[int] = Counter()

    @given(request=requests(scene, addresses))
    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def ask(request: tuple[str, bytes, HeaderList, bytes]) -> None:
        answer = client.ask(*request)
        is_in_shape(request[0], request[1], answer)
        seen[answer.status // 100] += 1

    try:
        ask()
    finally:
        client.close()
    assert min(seen[2], seen[4]) >= EXAMPLES // 20, seen


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:30]))
def test_every_odd_body_at_every_address(body: bytes) -> None:
    scene = Scene()
    client = RawClient(scene.api.emulator)
    for _, method, path in [*VOICE, *CONTROL]:
        if method in ("POST", "PATCH", "PUT", "DELETE"):
            target = path.replace("{callId}", scene.call).replace("{account}", "default").encode()
            is_in_shape(method, target, client.ask(method, target, RIGHT, body))
    client.close()
