"""Stubs from files: what they become, and one sentence for each way in which a file can be wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sinch_voice_emulator import documents
from sinch_voice_emulator.documents import DocumentError
from sinch_voice_emulator.stubs.reading import SCHEMA, StubError, read_file, stub_from_json
from sinch_voice_emulator.stubs.values import ABSENT
from sinch_voice_emulator.v1 import spec

FILE = """\
stubs:
  - name: callout
    when:
      method: POST
      path: /calling/v1/callouts
      body: {method: ttsCallout}
    answer:
      body: {callId: "{{ id }}"}
  - when: {path: "/hooks/{kind}"}
    answer: {text: "{{ path.kind }}", status: 202, delay: 5, sign: {path: /voice}}
    times: 3
    enabled: false
  - answer: {}
"""


def refusal(folder: Path, text: str, name: str = "s.yaml") -> str:
    """What is said of a file, without its folder."""
    (folder / name).write_text(text)
    with pytest.raises(DocumentError) as caught:
        read_file(folder / name)
    return str(caught.value).replace(f"{folder}/", "")


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(FILE)
    callout, hook, any_request = read_file(tmp_path / "s.yaml")
    assert (callout.name, callout.source) == ("callout", f"{tmp_path}/s.yaml:2")
    assert (callout.when.method, callout.when.body) == ("POST", {"method": "ttsCallout"})
    assert (callout.answer.status, callout.answer.body) == (200, {"callId": "{{ id }}"})
    assert (hook.times, hook.enabled) == (3, False)
    assert (hook.answer.status, hook.answer.text, hook.answer.delay) == (202, "{{ path.kind }}", 5)
    assert hook.answer.sign is not None
    assert (hook.answer.sign.method, hook.answer.sign.path, hook.answer.sign.application) == ("POST", "/voice", "")
    assert (any_request.answer.status, any_request.answer.body, any_request.when.path) == (204, ABSENT, None)


def test_the_same_in_json(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(FILE)
    (tmp_path / "s.json").write_text(json.dumps(documents.load(FILE, "s.yaml").value, indent=1))
    one, other = (read_file(tmp_path / name) for name in ("s.json", "s.yaml"))
    assert [stub.document for stub in one] == [stub.document for stub in other]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "s.yaml:1:1: $: the document should be an object, but is null"),
        ("stub: []", "s.yaml:1:1: $.stub: stub is not known here (did you mean stubs?) (1 more)"),
        ("stubs:\n- {}", "s.yaml:2:3: $.stubs[0].answer: answer is missing"),
        (
            "stubs:\n- wen: {}\n  answer: {}",
            "s.yaml:2:3: $.stubs[0].wen: wen is not known here (did you mean when?)",
        ),
        (
            "stubs:\n- answer:\n    staus: 200",
            "s.yaml:3:5: $.stubs[0].answer.staus: staus is not known here (did you mean status?)",
        ),
        (
            "stubs:\n- answer: {status: 99}",
            "s.yaml:2:20: $.stubs[0].answer.status: status should be 200 or more, but is the number 99",
        ),
        (
            "stubs:\n- answer: {}\n  when: {method: GTE}",
            "s.yaml:3:18: $.stubs[0].when.method: method should be one of "
            '"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", but is the text "GTE" (did you mean GET?)',
        ),
        (
            "stubs:\n- answer: {}\n  when: {path: calling/v1}",
            's.yaml:3:16: $.stubs[0].when.path: path should be a path that begins with /, but is the text "calling/v1"',
        ),
        (
            "stubs:\n- answer: {}\n  when: {query: {page: 1}}",
            "s.yaml:3:24: $.stubs[0].when.query.page: page should be text or null, but is the number 1 (put it in quotes)",
        ),
        (
            'stubs:\n- answer: {}\n  when: {path: "/a/{b-c}"}',
            "s.yaml:3:16: $.stubs[0].when.path: {b-c} must be a name of letters and digits in braces, such as {callId}",
        ),
        (
            "stubs:\n- answer: {body: 1, text: x}",
            "s.yaml:2:27: $.stubs[0].answer.text: an answer has a body or a text, not both",
        ),
        (
            "stubs:\n- answer: {body: 1, status: 204}",
            "s.yaml:2:29: $.stubs[0].answer.status: an answer of status 204 has no body",
        ),
        (
            'stubs:\n- answer: {headers: {"a b": x}}',
            "s.yaml:2:29: $.stubs[0].answer.headers.a b: this is no name of a header: it has letters, digits and dashes",
        ),
        (
            "stubs:\n- answer: {headers: {Content-Length: '5'}}",
            "s.yaml:2:38: $.stubs[0].answer.headers.Content-Length: Content-Length is set by the server",
        ),
        (
            'stubs:\n- answer: {headers: {x: "a\\r\\nb"}}',
            "s.yaml:2:25: $.stubs[0].answer.headers.x: the value of a header is printable text on one line, in Latin-1",
        ),
        (
            'stubs:\n- answer:\n    body:\n      - id: "{{ requst.body.id }}"',
            "s.yaml:4:13: $.stubs[0].answer.body[0].id: {{ requst.body.id }}: there is no requst; "
            "a placeholder begins with request, path, count, now, id (did you mean request?)",
        ),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    assert refusal(tmp_path, text) == sentence


def test_a_file_that_is_no_yaml(tmp_path: Path) -> None:
    said = refusal(tmp_path, "stubs: [")
    assert said.startswith("s.yaml:")
    assert " is not YAML: " in said


def test_braces_may_be_meant(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text('stubs: [{answer: {body: "{{ anything", template: false}}]')
    [stub] = read_file(tmp_path / "s.yaml")
    assert stub.answer.body == "{{ anything"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"none.yaml: cannot be read: no such file or directory$"):
        read_file(tmp_path / "none.yaml")


def test_a_stub_of_the_control_api_has_a_path_within_itself() -> None:
    with pytest.raises(StubError) as caught:
        stub_from_json({"when": {"path": "/{a}/{a}"}, "answer": {}})
    assert caught.value.path == "$.when.path"


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(documents.schema(SCHEMA))


def test_the_file_and_the_control_api_say_the_same_of_a_stub() -> None:
    def referring(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: inner.replace("#/$defs/", "#/components/schemas/") if name == "$ref" else referring(inner)
                for name, inner in value.items()
            }
        return value

    for name, component in documents.schema(SCHEMA)["$defs"].items():
        assert spec.control().schema(name) == referring(component)
