"""The page on stubs: every file, command and sentence in it is tried."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from api_client import Api, a_callout
from control_client import Control
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.settings import load
from sinch_voice_emulator.settings.profiles import FOLDER
from sinch_voice_emulator.stubs.placeholders import complaint
from sinch_voice_emulator.stubs.reading import read_file
from sinch_voice_emulator.v1 import spec

PAGE = Path(__file__).resolve().parent.parent / "docs" / "stubs.md"
TEXT = PAGE.read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def table(heading: str) -> list[str]:
    """What stands in backquotes in the first column of the table whose first column has this heading."""
    found = re.search(rf"\| {heading} \|.*\n\| --- .*\n((?:\|.*\n)+)", TEXT)
    assert found is not None
    return [name for row in found[1].splitlines() for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def test_the_first_file(tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text(blocks("yaml")[0])
    api = Api(settings=load({"stubs": [str(tmp_path / "answers.yaml")]}, {}))
    office = a_callout(destination={"type": "number", "endpoint": "+46701740605"})
    assert api.post("/calling/v1/callouts", office).json == {"callId": "1ce0ffee-ca11-ca11-ca11-abcdef000001"}
    refused = api.post("/calling/v1/callouts", a_callout())
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    real = api.post("/calling/v1/callouts", a_callout())
    assert real.status_code == 200, "the second one is the emulator's again"
    call = api.get("/calling/v1/calls/id/anything")
    assert (call.json["callId"], call.json["timestamp"]) == ("anything", "2026-03-01T12:00:00Z")


def test_the_second_file(tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text(blocks("yaml")[1])
    api = Api(settings=load({"stubs": [str(tmp_path / "answers.yaml")]}, {}))
    answer = api.get("/webhooks/ice", authorization=None)
    assert answer.json["event"] == "ice"
    assert answer.headers["authorization"].startswith("application ")


def test_the_sentence_about_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("answers.yaml").write_text("stubs:\n- answer: {}\n  when:\n    pth: /x\n")
    with pytest.raises(BadRequest) as caught:
        load({"stubs": ["answers.yaml"]}, {})
    assert blocks("text") == [f"{caught.value}\n"]


def test_every_member_has_a_row() -> None:
    components = spec.control().components
    assert set(table("member")) == set(components["StubWhen"]["properties"])
    rows = re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)
    assert set(components["StubAnswer"]["properties"]) <= set(rows)


def test_every_placeholder_is_one() -> None:
    for placeholder in table("placeholder"):
        assert complaint(placeholder, ["callId"]) is None


def test_the_commands_of_the_control_api() -> None:
    control = Control()
    commands = blocks("sh")[1].replace("\\\n", "").splitlines()
    answers = [_sent(control, shlex.split(command)) for command in commands]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 204, 200]


def _sent(control: Control, words: list[str]) -> Any:
    """The request that a curl command makes."""
    method = words[words.index("-X") + 1] if "-X" in words else "POST" if "-d" in words else "GET"
    body = {"json": json.loads(words[words.index("-d") + 1])} if "-d" in words else {}
    url = next(word for word in words if word.startswith("http"))
    return control.client.open(url.removeprefix("http://127.0.0.1:8080"), method=method, **body)


def test_the_profile_is_where_the_page_says() -> None:
    for name in ("sdk-e2e.toml", "sdk-e2e.stubs.yaml"):
        assert name in TEXT
        assert (FOLDER / name).is_file()
    assert len(read_file(FOLDER / "sdk-e2e.stubs.yaml")) == 26
