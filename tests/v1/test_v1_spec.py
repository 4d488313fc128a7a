"""The OpenAPI document of the Voice API: complete, sound, and judged alike by both validators."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinch_voice_emulator.v1 import spec as spec_module
from sinch_voice_emulator.v1.spec import Spec, control, load, voice
from sinch_voice_emulator.v1.svaml import actions, instructions
from v1.svaml_cases import examples

DATA = Path(__file__).parent.parent / "data"
CALLBACKS = json.loads((DATA / "callback-examples.json").read_text(encoding="utf-8"))
REST = json.loads((DATA / "rest-examples.json").read_text(encoding="utf-8"))

OPERATIONS = {
    ("GET", "/v1/configuration/numbers"),
    ("POST", "/v1/configuration/numbers"),
    ("DELETE", "/v1/configuration/numbers"),
    ("GET", "/v1/configuration/callbacks/applications/{applicationkey}"),
    ("POST", "/v1/configuration/callbacks/applications/{applicationkey}"),
    ("GET", "/v1/calling/query/number/{number}"),
    ("PATCH", "/calling/v1/calls/id/{callId}"),
    ("PATCH", "/calling/v1/calls/id/{callId}/leg/{callLeg}"),
    ("GET", "/calling/v1/calls/id/{callId}"),
    ("GET", "/calling/v1/conferences/id/{conferenceId}"),
    ("PATCH", "/calling/v1/conferences/id/{conferenceId}/{callId}"),
    ("DELETE", "/calling/v1/conferences/id/{conferenceId}/{callId}"),
    ("DELETE", "/calling/v1/conferences/id/{conferenceId}"),
    ("POST", "/calling/v1/callouts"),
    ("GET", "/calling/v1/recording"),
    ("GET", "/calling/v1/recording/{key}"),
    ("DELETE", "/calling/v1/recording/{key}"),
    ("POST", "/calling/v1/callreport/callId/{callId}"),
}


def nodes(value: object, path: str = "$") -> Iterator[tuple[str, Any]]:
    """Every value in a document with its path."""
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from nodes(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from nodes(item, f"{path}[{index}]")


def test_every_operation_is_there() -> None:
    operations = voice().operations()
    assert {(one.method, one.path) for one in operations} == OPERATIONS
    assert len({one.id for one in operations}) == len(operations)
    for operation in operations:
        assert operation.summary
        responses = operation.definition["responses"]
        assert any(status.startswith("2") for status in responses)
        for status in ("401", "default"):
            assert responses[status]["$ref"].startswith("#/components/responses/")
        in_path = {name.strip("{}") for name in operation.path.split("/") if name.startswith("{")}
        declared = voice().document["paths"][operation.path].get("parameters", [])
        names = {
            (one if "name" in one else voice().document["components"]["parameters"][one["$ref"].rpartition("/")[2]])["name"]
            for one in declared
        }
        assert names == in_path


def test_references_lead_somewhere_and_nothing_is_null() -> None:
    document = voice().document
    for path, value in nodes(document):
        assert value is not None, path
        if isinstance(value, dict) and "$ref" in value:
            target: Any = document
            for part in value["$ref"].removeprefix("#/").split("/"):
                assert part in target, f"{path} refers to {value['$ref']}"
                target = target[part]


def closed(schema: Mapping[str, Any]) -> Iterator[str]:
    """Objects below ``schema`` that take any property."""
    schema = voice().resolve(schema)
    if "properties" in schema and schema.get("additionalProperties") is not False:
        yield str(schema)
    for member in schema.get("properties", {}).values():
        yield from closed(member)
    if "items" in schema:
        yield from closed(schema["items"])


def test_answers_and_callbacks_are_closed_and_requests_are_open() -> None:
    sent = [name for name in voice().components if name.startswith("callback.")]
    assert sorted(sent) == ["callback.ace", "callback.dice", "callback.ice", "callback.notify", "callback.pie"]
    answers = ("Error", "Call", "CalloutResponse", "Conference", "NumberList", "Callbacks", "QueriedNumber", "Nothing")
    for name in [*sent, *answers]:
        assert list(closed(voice().schema(name))) == []
    for name in ("CalloutRequest", "ParticipantCommand", "NumberAssignment", "CallbackConfiguration", "Svaml", "CallReport"):
        assert voice().schema(name).get("additionalProperties", True) is True


@pytest.mark.parametrize(("group", "kinds"), [("action", actions.ACTIONS), ("instruction", instructions.INSTRUCTIONS)])
def test_the_registries_match_the_document(group: str, kinds: Any) -> None:
    names = [kind.name for kind in kinds]
    assert len(set(names)) == len(names)
    components = {name.removeprefix(f"{group}.") for name in voice().components if name.startswith(f"{group}.")}
    assert components == set(names)
    member = voice().schema("Svaml")["properties"]["action" if group == "action" else "instructions"]
    choice = member if group == "action" else member["items"]
    assert set(choice["discriminator"]["mapping"]) == set(names)
    assert len(choice["oneOf"]) == len(names)
    for name in names:
        assert voice().schema(f"{group}.{name}")["properties"]["name"] == {"const": name}
        assert choice["discriminator"]["mapping"][name] == f"#/components/schemas/{group}.{name}"


# --- examples ----------------------------------------------------------------------------------------------------------------


def agree(name: str, value: object) -> bool:
    """Both validators' common verdict."""
    fast = voice().is_valid(name, value)
    assert fast is (not list(voice().explain(name, value))), f"the validators disagree on {value!r} as {name}"
    assert fast is (not voice().problems(name, value))
    return fast


@pytest.mark.parametrize("example", CALLBACKS, ids=lambda one: one["name"])
def test_callback_examples(example: dict[str, Any]) -> None:
    valid = agree(f"callback.{example['event']}", example["body"])
    if example["emit"]:
        assert valid


ANSWERS = {
    "/callouts": "CalloutResponse",
    "/calls/id/": "Call",
    "/conferences/id/": "Conference",
    "/configuration/numbers": "NumberList",
    "/callbacks/applications/": "Callbacks",
    "/query/number/": "QueriedNumber",
}


@pytest.mark.parametrize("example", [one for one in REST if one["response"]], ids=lambda one: one["name"])
def test_rest_answers(example: dict[str, Any]) -> None:
    if example["status"] >= 400:
        assert agree("Error", example["response"])
        return
    component = next((name for part, name in ANSWERS.items() if part in example["path"]), "RecordingList")
    assert agree(component, example["response"])


@pytest.mark.parametrize("example", examples(), ids=lambda one: one["name"])
def test_both_validators_agree_on_svaml_examples(example: dict[str, Any]) -> None:
    agree("Svaml", example["svaml"])
    action = example["svaml"].get("action") if isinstance(example["svaml"], dict) else None
    for name in voice().components:
        if name.startswith("action."):
            agree(name, action)


# --- generated documents -----------------------------------------------------------------------------------------------------

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 20_000)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        ["", "0", "main", "1\n", "number", "+46701740642", "a@b", "wss://x", "private", "TLS", "ring", "return(x)"]
    )
    | st.text(max_size=5)
)


def near_miss(schema: Mapping[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that mostly look like ``schema``."""
    schema = voice().resolve(schema)
    if "properties" in schema and depth < 5:
        members = {name: near_miss(member, depth + 1) for name, member in schema["properties"].items()}
        required = {name: members.pop(name) for name in schema.get("required", ())}
        shaped: st.SearchStrategy[Any] = st.fixed_dictionaries(required, optional=members)
    elif "items" in schema and depth < 5:
        shaped = st.lists(near_miss(schema["items"], depth + 1), max_size=2)
    elif "const" in schema or "enum" in schema:
        shaped = st.sampled_from(schema.get("enum", [schema.get("const")]))
    else:
        kinds = {
            "integer": st.integers(0, 700),
            "boolean": st.booleans(),
            "string": st.text(max_size=8),
            "number": st.floats(0, 9),
        }
        kind = schema.get("type")
        shaped = kinds.get(kind, SCALARS) if isinstance(kind, str) else SCALARS
    return st.one_of(shaped, shaped, shaped, SCALARS)


CHECKED = sorted(
    name for name in voice().components if name.startswith(("action.", "instruction.", "callback.")) or name.endswith("Callout")
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.parametrize("name", CHECKED)
def test_both_validators_agree_on_generated_documents(name: str, data: st.DataObject) -> None:
    agree(name, data.draw(near_miss(voice().schema(name))))


# --- loading -----------------------------------------------------------------------------------------------------------------


def test_the_documents_are_read_once() -> None:
    assert voice() is voice()
    assert voice().document["openapi"].startswith("3.1")


def test_where_the_documents_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "installed"
    installed.mkdir()
    (installed / "control.yaml").write_text("{openapi: 3.1.0, paths: {}, components: {schemas: {A: {type: integer}}}}")
    monkeypatch.setattr(spec_module, "FOLDERS", (tmp_path / "checkout", installed))
    control.cache_clear()
    assert control().is_valid("A", 5)
    control.cache_clear()
    with pytest.raises(FileNotFoundError, match=r"voice\.yaml is neither in"):
        load("voice.yaml")
    with pytest.raises(KeyError):
        Spec({"components": {"schemas": {}}}).schema("A")
