"""The official Node SDK as a client of the running server, and its own helpers as judges of our callbacks."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from integration.serving import PATIENCE, served, settled, wait_until
from sinch_voice_emulator.engine.inputs import CallArrived, KeysPressed, LegHungUp
from sinch_voice_emulator.model.call import Origin
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.model.party import number
from sinch_voice_emulator.model.phone import PhoneBehaviour
from sinch_voice_emulator.model.profile import ContentType
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_NUMBERS, DEFAULT_SECRET

FOLDER = Path(__file__).parent / "node"
AT_ONCE = {number("+46701234567"): PhoneBehaviour(rings_for=0)}


def test_the_lock_file_names_no_registry() -> None:
    assert "resolved" not in (FOLDER / "package-lock.json").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=["", "/apse1"], ids=["no region", "apse1"])
def driven(node: str, request: pytest.FixtureRequest) -> dict[str, Any]:
    """What every operation gave, with and without a region in the address."""
    with served(phones=AT_ONCE) as emulator:
        command = [node, "drive.mjs", emulator.url + request.param, emulator.url, DEFAULT_KEY, DEFAULT_SECRET]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    results: dict[str, Any] = json.loads(done.stdout)
    return results


def test_calls(driven: dict[str, Any]) -> None:
    call_id = driven["tts"]["callId"]
    assert (driven["get"]["callId"], driven["get"]["status"]) == (call_id, "ONGOING")
    assert driven["get"]["custom"] == "bokning å"
    assert driven["get"]["timestamp"].endswith("Z"), "the SDK makes a Date of it"
    assert [driven[name] for name in ("update", "leg", "hangup")] == [{}, {}, {}]
    assert (driven["final"]["result"], driven["final"]["reason"]) == ("ANSWERED", "MANAGERHANGUP")
    assert set(driven["custom"]) == {"callId"}


def test_errors(driven: dict[str, Any]) -> None:
    for name, status, code in (("badLeg", 400, 40001), ("nothing", 400, 40003), ("noCall", 404, 40400), ("noRoom", 404, 40400)):
        failure = driven[name]
        assert (failure["failed"], failure["statusCode"]) == ("RequestFailedError", status), name
        assert json.loads(failure["data"])["errorCode"] == code


def test_conferences(driven: dict[str, Any]) -> None:
    first, second = driven["conference"]["callId"], driven["call"]["callId"]
    assert {one["id"]: (one["cli"], one["onhold"]) for one in driven["room"]["participants"]} == {
        first: ("+12025550100", True),
        second: ("+12025550100", False),
    }
    assert [driven[name] for name in ("hold", "kick", "kickAll")] == [{}, {}, {}]


def test_configuration(driven: dict[str, Any]) -> None:
    assert [driven[name] for name in ("unassign", "assign", "callbacks")] == [{}, {}, {}]
    assert driven["numbers"]["numbers"] == [
        {"number": DEFAULT_NUMBERS[0], "capability": "voice"},
        {"number": DEFAULT_NUMBERS[1], "applicationkey": DEFAULT_KEY, "capability": "voice"},
    ]
    assert driven["urls"] == {"url": {"primary": "http://127.0.0.1:9/voice"}}
    assert driven["query"]["number"]["normalizedNumber"] == "+46701234567"


MENU = {
    "name": "runMenu",
    "menus": [
        {
            "id": "main",
            "mainPrompt": "#tts[Tryck ett, för försäljning]",
            "options": [{"dtmf": "1", "action": "return(säljare)"}],
        }
    ],
}
RECORD = {"name": "startRecording", "options": {"notificationEvents": True}}
ANSWERS = {
    "ice": {"instructions": [{"name": "setCookie", "key": "språk", "value": "svenska"}, RECORD], "action": MENU},
    "pie": {"action": {"name": "connectPstn", "number": "+46701234567"}},
    "ace": {"action": {"name": "continue"}},
}


@contextmanager
def backend(node: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The Node backend: its address and its process."""
    command = [node, "backend.mjs", DEFAULT_KEY, DEFAULT_SECRET, json.dumps(ANSWERS)]
    with subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        impatience = threading.Timer(PATIENCE, process.kill)
        impatience.start()
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/voice/events", process
        finally:
            impatience.cancel()
            process.terminate()


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/json"])
def test_the_helpers_of_the_sdk_believe_and_read_every_callback_of_a_call(node: str, content_type: ContentType) -> None:
    with backend(node) as (url, process), served(phones=AT_ONCE) as emulator:
        account = emulator.account()
        account.account.applications[DEFAULT_KEY].callback = CallbackTarget(url)
        account.account.profile = replace(account.account.profile, callback_content_type=content_type)
        caller = number("+46701740605")
        call_id = account.submit(CallArrived(Origin.PSTN, caller, number(DEFAULT_NUMBERS[1]), caller.endpoint, custom="åäö"))
        assert call_id is not None
        assert process.stdout is not None
        seen = [json.loads(process.stdout.readline())]
        wait_until(account, lambda: account.read(lambda engine, _now: engine.state.calls[call_id].menu is not None))
        account.submit(KeysPressed(call_id, "1"))
        seen += [json.loads(process.stdout.readline()) for _ in range(2)]
        wait_until(account, lambda: account.read(lambda engine, _now: engine.state.calls[call_id].state.value == "connected"))
        account.submit(LegHungUp(call_id))
        wait_until(account, settled(account))
        process.terminate()
        seen += [json.loads(line) for line in process.stdout]
    assert [one["event"]["event"] for one in seen][:3] == ["ice", "pie", "ace"]
    assert {one["event"]["event"] for one in seen[3:]} == {"dice", "notify"}
    for one in seen:
        assert (one["valid"], one["otherBody"], one["otherPath"]) == (True, False, False), one
        assert (one["scheme"], one["contentType"]) == ("application", content_type)
        assert one["dated"]
    assert seen[1]["event"]["menuResult"]["value"] == "säljare"
