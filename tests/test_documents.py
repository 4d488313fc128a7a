"""Hand-written files: what their YAML means, where things stand, and what is said about what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinch_voice_emulator import documents
from sinch_voice_emulator.documents import DocumentError, Located

SCHEMA = {
    "$ref": "#/$defs/document",
    "$defs": {
        "document": {
            "type": "object",
            "required": ["steps"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string"},
                "kind": {"enum": ["incoming", "outgoing"]},
                "steps": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}},
            },
        },
        "step": {"oneOf": [{"$ref": "#/$defs/press"}, {"$ref": "#/$defs/wait"}, {"type": "string"}], "x-says": "a step"},
        "press": {
            "type": "object",
            "required": ["press"],
            "additionalProperties": False,
            "properties": {"press": {"type": "string", "pattern": "^[0-9]+$", "x-says": "keys"}, "after": {"type": "number"}},
        },
        "wait": {
            "type": "object",
            "required": ["wait"],
            "additionalProperties": False,
            "properties": {"wait": {"type": "integer", "minimum": 0}},
        },
    },
}


def said(text: str) -> list[str]:
    return documents.problems(documents.load(text, "a.yaml"), SCHEMA)


def refusal(text: str, name: str = "a.yaml") -> str:
    with pytest.raises(DocumentError) as caught:
        documents.load(text, name)
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("+12025550100", "+12025550100"),
        ("12:30", "12:30"),
        ("on", "on"),
        ("no", "no"),
        ("2024-06-06", "2024-06-06"),
        ("0123", "0123"),
        ("'5'", "5"),
        ("5", 5),
        ("-1.5", -1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("null", None),
        ("", None),
        ("<<", "<<"),
    ],
)
def test_scalars_mean_what_they_look_like(written: str, meant: object) -> None:
    found = documents.load(f"value: {written}", "a.yaml").value["value"]
    assert found == meant
    assert type(found) is type(meant)


def test_keys_are_text() -> None:
    assert documents.load("1: a\non: b\n+46: c", "a.yaml").value == {"1": "a", "on": "b", "+46": "c"}


def test_json_is_read_as_json() -> None:
    text = '{\n\t"name": "a\\/b",\n\t"steps": ["x", {"press":"1"}]\n}'
    located = documents.load(text, "a.json")
    assert located.value == {"name": "a/b", "steps": ["x", {"press": "1"}]}
    assert located.position("$.steps[1].press") == (3, 26)


def test_escapes_of_json_that_yaml_lacks() -> None:
    located = documents.load('{"a": "\\ud83d\\ude00", "b": 1}', "a.json")
    assert located.value == {"a": "\U0001f600", "b": 1}
    assert located.position("$.b") == (1, 28)


def test_positions() -> None:
    located = documents.load("name: x\nsteps:\n  - press: '1'\n    after: 2\n", "a.yaml")
    assert located.position("$") == (1, 1)
    assert located.position("$.steps[0].after") == (4, 12)
    assert located.key_position(["steps", 0, "after"]) == (4, 5)
    assert located.position("$.steps[0].missing.more") == (3, 5), "what is missing belongs where its parent stands"
    assert located.sentence(["steps", 0], "is odd") == "a.yaml:3:5: $.steps[0]: is odd"


def test_an_alias_stands_where_its_anchor_does() -> None:
    located = documents.load("a: &one [1]\nb: *one\n", "a.yaml")
    assert located.value == {"a": [1], "b": [1]}
    assert located.position("$.b[0]") == (1, 10)


def test_an_empty_document_is_null() -> None:
    assert documents.load("# nothing\n", "a.yaml").value is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nb:\n  c: 2\n  c: 3", 'a.yaml:4:3: $.b.c: "c" is given twice, first in line 3'),
        ("a: &x [*x]", "a.yaml:1:4: the alias stands for what it is part of"),
        ("a: !!binary x", "a.yaml:1:4: !!binary is not a tag that is known here"),
        ("a: !env x", "a.yaml:1:4: !env is not a tag that is known here"),
        ("? [a]\n: b", "a.yaml:1:3: a key must be text"),
    ],
)
def test_what_is_refused(text: str, sentence: str) -> None:
    assert refusal(text) == sentence


@pytest.mark.parametrize("text", ["a: [1", "a: b: c", "a: 'x", "\tx: 1", "--- a\n--- b\n", "a: \x00"])
def test_broken_yaml_is_one_sentence(text: str) -> None:
    sentence = refusal(text)
    assert sentence.startswith("a.yaml:")
    assert "is not YAML: " in sentence
    assert "\n" not in sentence


def test_broken_json_says_where() -> None:
    assert refusal('{"a": 1\n"b": 2}', "a.json").startswith("a.json:2:1: is not JSON: ")
    assert refusal('{"a": 1, "a": 2}', "a.json") == 'a.json:1:10: $.a: "a" is given twice, first in line 1'


def test_what_python_takes_and_json_does_not() -> None:
    assert refusal('{"a": NaN}', "a.json") == "a.json:1:1: is not JSON: NaN is not JSON"


@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
def test_deep_nesting_is_refused(name: str) -> None:
    assert "nested too deeply" in refusal("[" * 50_000 + "]" * 50_000, name)


def test_aliases_do_not_explode() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    assert "the document has more than 200000 values" in refusal("\n".join(lines))


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("\ufeffname: Zoë".encode())
    assert documents.read(path) == Located({"name": "Zoë"}, str(path), {"$": (1, 1), "$.name": (1, 7)}, {"$.name": (1, 1)})


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"missing.yaml: cannot be read: no such file or directory$"):
        documents.read(tmp_path / "missing.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"name: Zo\xeb")
    with pytest.raises(DocumentError, match=r"latin.yaml: must be UTF-8 text, but byte 8 is not$"):
        documents.read(tmp_path / "latin.yaml")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("steps: [hello, {press: '1'}, {wait: 5}]", []),
        ("name: x", ["a.yaml:1:1: $.steps: steps is missing"]),
        ("steps: []", ["a.yaml:1:8: $.steps: steps should be a list that is not empty, but is 0 items"]),
        ("stepz: [a]\nsteps: [b]", ["a.yaml:1:1: $.stepz: stepz is not known here (did you mean steps?)"]),
        ("x: 1\nsteps: [b]", ["a.yaml:1:1: $.x: x is not known here (there are: name, kind, steps)"]),
        (
            "kind: incomming\nsteps: [a]",
            [
                'a.yaml:1:7: $.kind: kind should be one of "incoming", "outgoing", but is the text "incomming" '
                "(did you mean incoming?)"
            ],
        ),
        (
            "steps: [a]\nname: 5",
            ["a.yaml:2:7: $.name: name should be text, but is the number 5 (put it in quotes)"],
        ),
        ("steps:\n- press: '1x'", ['a.yaml:2:10: $.steps[0].press: press should be keys, but is the text "1x"']),
        ("steps:\n- wait: -1", ["a.yaml:2:9: $.steps[0].wait: wait should be 0 or more, but is the number -1"]),
        (
            "steps:\n- press: 1\n  aftr: 2",
            [
                "a.yaml:2:10: $.steps[0].press: press should be text, but is the number 1 (put it in quotes)",
                "a.yaml:3:3: $.steps[0].aftr: aftr is not known here (did you mean after?)",
            ],
        ),
        ("steps:\n- 7", ["a.yaml:2:3: $.steps[0]: steps[0] should be a step, but is the number 7"]),
        ("steps:\n- pres: 7", ["a.yaml:2:3: $.steps[0]: steps[0] should be a step, but is an object"]),
        ("- a", ["a.yaml:1:1: $: the document should be an object, but is a list"]),
    ],
)
def test_problems_say_where_what_and_what_would_be_right(text: str, sentences: list[str]) -> None:
    assert said(text) == sentences


def test_check_raises_the_first_and_counts_the_rest() -> None:
    located = documents.load("x: 1\nsteps: []", "a.yaml")
    with pytest.raises(DocumentError, match=r"^a.yaml:1:1: \$.x: x is not known here .* \(1 more\)$"):
        documents.check(located, SCHEMA)
    documents.check(documents.load("steps: [a]", "a.yaml"), SCHEMA)


def test_a_schema_that_does_not_ship() -> None:
    with pytest.raises(FileNotFoundError, match=r"no.schema.json is neither in"):
        documents.schema("no.schema.json")
