"""Every REST example of the reference is executed as the manifest says: exact request, then status and body compared."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from api_client import Answer
from conformance.conforming import conforms, operation_at
from conformance.rest_scenes import SCENES, Stage

DATA = Path(__file__).parents[1] / "data"
EXAMPLES: dict[str, Any] = {
    example["name"]: example for example in json.loads((DATA / "rest-examples.json").read_text(encoding="utf-8"))
}
MANIFEST: dict[str, Any] = json.loads((DATA / "rest-manifest.json").read_text(encoding="utf-8"))
VERDICTS = {"pass", "strict only", "fault-triggered", "excluded"}
EXECUTED = [name for name, entry in MANIFEST.items() if entry["verdict"] != "excluded"]
SIGNED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""The wall clock of the signed examples."""


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """A JSON value as its leaves by path; empty lists and objects are leaves too."""
    if isinstance(value, dict) and value:
        return {key: leaf for name, item in value.items() for key, leaf in leaves(item, f"{path}.{name}").items()}
    if isinstance(value, list) and value:
        return {key: leaf for index, item in enumerate(value) for key, leaf in leaves(item, f"{path}[{index}]").items()}
    return {path: value}


def kind(value: Any) -> type:
    """The JSON type of a leaf; whole numbers and fractions are numbers alike."""
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


def test_every_example_stands_in_the_manifest() -> None:
    assert len(EXAMPLES) == 133
    assert list(MANIFEST) == list(EXAMPLES)


@pytest.mark.parametrize("name", MANIFEST)
def test_an_entry_makes_sense(name: str) -> None:
    entry = MANIFEST[name]
    assert set(entry) <= {"verdict", "scene", "switches", "differs", "reason"}
    assert entry["verdict"] in VERDICTS
    assert ("scene" in entry) is (entry["verdict"] != "excluded")
    assert entry["verdict"] != "excluded" or entry["reason"]
    assert all(entry.get("differs", {"": "-"}).values())


def asked_when_signed(stage: Stage) -> Answer:
    """Ask at the time that the signatures of the reference are for."""
    with freeze_time(SIGNED_AT):
        return stage.ask()


@pytest.mark.parametrize("name", EXECUTED)
def test_example(name: str) -> None:
    example, entry = EXAMPLES[name], MANIFEST[name]
    stage = Stage(example, entry.get("switches", {}))
    SCENES[entry["scene"]](stage)
    answer = stage.ask() if "request_headers" not in example else asked_when_signed(stage)
    assert answer.status_code == example["status"], (answer.text, stage.api.emulator.account().journal.read().entries[-1])
    if not name.startswith("route."):
        conforms(operation_at(example["method"], example["path"]), answer)
    if example["response"] is None:
        assert answer.data == b"" or not answer.is_json
        return
    got, wanted = leaves(answer.json), leaves(example["response"])
    assert set(got) == set(wanted)
    assert {path: kind(value) for path, value in got.items()} == {path: kind(value) for path, value in wanted.items()}
    assert {path for path in wanted if got[path] != wanted[path]} == set(entry.get("differs", {})), (got, wanted)


def test_strict_examples_pass_only_in_the_strict_way() -> None:
    strict = [name for name, entry in MANIFEST.items() if entry["verdict"] == "strict only"]
    assert strict
    for name in strict:
        stage = Stage(EXAMPLES[name], {})
        SCENES[MANIFEST[name]["scene"]](stage)
        assert stage.ask().status_code != EXAMPLES[name]["status"]
