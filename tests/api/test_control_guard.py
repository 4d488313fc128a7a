"""Who may use the control API, the one shape of its errors, and that document and routes agree."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.datastructures import Headers

from control_client import KEY, Control, operation_at
from sinch_voice_emulator.api import control as package
from sinch_voice_emulator.api.control.errors import ControlRefusal, error_response
from sinch_voice_emulator.api.control.guard import Guard
from sinch_voice_emulator.settings import ListenAddress, Settings
from sinch_voice_emulator.v1 import spec
from sinch_voice_emulator.v1.errors import call_not_found


@pytest.fixture
def control() -> Control:
    return Control()


# --- hosts, origins, tokens -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8080",
        "app.localhost",
        "127.0.0.1:8080",
        "[::1]:8080",
        "10.1.2.3",
        "192.168.1.5:9",
        "172.17.0.2",
        "[fd00::1]",
        "emulator:8080",
        "sinch_voice-1",
        "host.docker.internal:8080",
        "EMULATOR.test",
        "listening.example:1",
        "localhost.",
    ],
)
def test_hosts_that_are_ours(host: str) -> None:
    settings = Settings(public_url="http://emulator.test:80", listen=(ListenAddress("listening.example"),))
    Guard(settings).admit(Headers({"Host": host}))


@pytest.mark.parametrize(
    "host",
    ["evil.example", "8.8.8.8", "127.0.0.1.nip.io", "[2001:4860::1]", "a b", "localhost@evil.example", "x:99999", "[::1", "-"],
)
def test_hosts_that_are_not(control: Control, host: str) -> None:
    control.refused("GET", "/health", status=403, says="does not answer under the host name", headers={"Host": host})


@pytest.mark.parametrize("origin", ["http://localhost:8080", "http://LOCALHOST:8080", "http://localhost:8080/"])
def test_a_page_of_our_own_may(origin: str) -> None:
    Guard(Settings()).admit(Headers({"Host": "localhost:8080", "Origin": origin}))


def test_default_ports_need_not_be_said() -> None:
    Guard(Settings()).admit(Headers({"Host": "localhost", "Origin": "http://localhost:80"}))
    Guard(Settings()).admit(Headers({"Host": "localhost", "Origin": "https://localhost"}), scheme="https")


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "http://localhost:3000", "https://localhost", "file://", "chrome-extension://a"],
)
def test_a_page_of_somebody_else_may_not(control: Control, origin: str) -> None:
    headers = {"Host": "localhost:8080", "Origin": origin}
    control.refused("POST", "/reset", status=403, says="cannot be driven by a web page", headers=headers)
    control.refused("GET", "/nothing", status=403, says="cannot be driven by a web page", headers=headers)


def test_the_token() -> None:
    control = Control(token="s3cret")
    assert control.open("GET", "/health").status_code == 200
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic s3cret"}, {"X-Emulator-Token": "S3CRET"}):
        control.refused("GET", "/calls", status=401, says="asks for its token", headers=headers)
        control.refused("GET", "/nothing", status=401, says="asks for its token", headers=headers)
    assert control.open("GET", "/calls").headers["www-authenticate"].startswith("Bearer")
    for headers in ({"Authorization": "bearer s3cret"}, {"X-Emulator-Token": "s3cret"}):
        assert control.get("/calls", headers=headers)["calls"] == []


# --- errors -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "says"),
    [
        ("GET", "/nothing", {}, 404, "there is nothing at this address"),
        ("GET", "", {}, 404, "there is nothing at this address"),
        ("GET", "/", {}, 404, "there is nothing at this address"),
        ("GET", "/accounts/none/calls", {}, 404, "there is no account 'none'"),
        ("PUT", "/calls", {}, 405, "this address takes GET, POST"),
        ("OPTIONS", "/calls", {}, 405, "this address takes GET, POST"),
        ("GET", "/reset/", {}, 405, "this address takes POST"),
        ("POST", "/calls", {}, 400, "the body is missing"),
        ("POST", "/calls", {"data": "{}"}, 415, "the body must be JSON"),
        ("POST", "/calls", {"data": {"to": "x"}}, 415, "the body must be JSON"),
        ("POST", "/calls", {"data": "{", "content_type": "application/json"}, 400, "the body is not JSON"),
        ("POST", "/calls", {"data": b"\xff", "content_type": "application/json"}, 400, "the body is not JSON"),
        ("POST", "/calls", {"data": "[" * 100_000, "content_type": "application/json"}, 400, "the body is not JSON"),
        ("POST", "/calls", {"data": '{"to": NaN}', "content_type": "application/json"}, 400, "the body is not JSON"),
        ("POST", "/calls", {"json": []}, 400, "should be an object, but is a list"),
        ("POST", "/calls", {"json": "x"}, 400, "should be an object, but is the text"),
        ("POST", "/reset", {"json": {"a": 1}}, 400, "this operation takes no body"),
        ("POST", "/reset?a=1", {}, 400, "it takes none"),
        (
            "POST",
            "/calls",
            {"data": b"x" * (1024 * 1024 + 1), "content_type": "application/json"},
            413,
            "the body is too large",
        ),
    ],
)
def test_requests_that_cannot_be_read(
    control: Control, method: str, path: str, more: dict[str, Any], status: int, says: str
) -> None:
    control.refused(method, path, status=status, says=says, **more)


def test_405_names_the_methods(control: Control) -> None:
    assert control.open("PUT", f"/applications/{KEY}/").status_code == 400
    assert control.open("POST", f"/applications/{KEY}").headers["Allow"] == "DELETE, GET, PUT"


def test_a_fault_of_ours_shows_no_traceback(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(control.emulator), "uptime", property(lambda _self: 1 / 0))
    answer = control.open("GET", "/health")
    assert (answer.status_code, answer.json) == (
        500,
        {"error": {"message": "this is a fault of the emulator; its log says more"}},
    )


def test_errors_of_other_layers_keep_their_status() -> None:
    assert error_response(call_not_found("because")).status_code == 404
    assert error_response(ControlRefusal("x", status=403)).status_code == 403


def test_a_slash_at_the_end_is_allowed(control: Control) -> None:
    assert control.open("GET", "/calls/").status_code == 200
    assert control.open("GET", "/accounts/default/calls/").status_code == 200


# --- the document -----------------------------------------------------------------------------------------------------------


def test_every_operation_has_a_handler_and_every_handler_an_operation() -> None:
    names = [operation.id for operation in spec.control().operations()]
    assert sorted(names) == sorted(package.handlers())
    assert len(set(names)) == len(names)
    assert sum(len(family.HANDLERS) for family in package.FAMILIES) == len(names)


def test_every_route_is_documented_and_every_operation_is_routed(control: Control) -> None:
    routed = set()
    for rule in control.app.url_map.iter_rules():
        if not rule.endpoint.startswith("control.") or rule.endpoint.startswith("control.nothing-"):
            continue
        path = re.sub(r"<(\w+)>", r"{\1}", rule.rule)
        for method in (rule.methods or set()) - {"HEAD"}:
            operation = operation_at(method, path)
            assert operation is not None, f"{method} {path} is not documented"
            assert rule.endpoint.startswith(f"control.{operation.id}-"), f"{method} {path} is {operation.id}"
            routed.add(operation.id)
    assert routed == {operation.id for operation in spec.control().operations()}


def test_the_document_is_complete() -> None:
    document = spec.control().document
    tags = {tag["name"] for tag in document["tags"]}
    for operation in spec.control().operations():
        assert operation.summary
        assert set(operation.definition["tags"]) <= tags
        assert "default" in operation.definition["responses"]
        described = document["components"]["parameters"]
        written = document["paths"][operation.path].get("parameters", ())
        names = [described[one["$ref"].rpartition("/")[2]]["name"] if "$ref" in one else one["name"] for one in written]
        assert sorted(re.findall(r"\{(\w+)\}", operation.path)) == sorted(names)
