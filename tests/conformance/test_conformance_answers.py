"""Every operation, with every answer the document names: status, content type and body are as documented."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal

import pytest

from conformance.conforming import documented_answers, operation_named
from conformance.scene import SUCCEEDS, Asked, Scene
from sinch_voice_emulator.runtime.api_faults import ApiFault
from sinch_voice_emulator.v1 import spec

BY_OPERATION = {asked.operation: asked for asked in SUCCEEDS}
NOBODY = "4398599d-1ba8-4ef3-bde0-a82dfb61abed"
STRANGER = "/v1/configuration/callbacks/applications/00000000-0000-0000-0000-000000000000"


@pytest.fixture
def scene() -> Scene:
    return Scene()


def changed(operation: str, **members: object) -> Asked:
    return dataclasses.replace(BY_OPERATION[operation], **members)  # type: ignore[arg-type]


ERRORS: dict[tuple[str, int], tuple[Asked, ...]] = {
    ("placeCallout", 400): (
        changed("placeCallout", json=None),
        changed("placeCallout", json=[]),
        changed("placeCallout", json={"method": "faxCallout"}),
        changed("placeCallout", json={"method": "ttsCallout", "ttsCallout": {"text": "Hi"}}),
        changed("placeCallout", json=None, raw=b'{"method":'),
    ),
    ("manageCall", 400): (
        changed("manageCall", json={"action": {"name": "teleport"}}),
        changed("manageCall", json={"action": {"name": "connectPstn", "number": "+46701740642"}}),
        changed("manageCall", json={}),
        changed("manageCall", json=None),
    ),
    ("manageCallLeg", 400): (
        changed("manageCallLeg", path="/calling/v1/calls/id/{call}/leg/middle"),
        changed("manageCallLeg", json={"instructions": "all"}),
    ),
    ("reportCall", 400): (changed("reportCall", json={"status": "Perhaps"}), changed("reportCall", json={})),
    ("manageParticipant", 400): (
        changed("manageParticipant", json={"command": "shout"}),
        changed("manageParticipant", json=None),
    ),
    ("listRecordings", 400): tuple(
        changed("listRecordings", path=f"/calling/v1/recording?{query}")
        for query in ("page=0", "pageSize=-1", "from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "from=yesterday")
    ),
    ("assignNumbers", 400): (
        changed("assignNumbers", json={"numbers": ["+15005550006"]}),
        changed("assignNumbers", json={"numbers": []}),
        changed("assignNumbers", json={"numbers": ["+12025550100"], "applicationkey": NOBODY}),
        changed("assignNumbers", json={"numbers": ["+12025550100"], "capability": "fax"}),
        changed("assignNumbers", json=None),
    ),
    ("unassignNumber", 400): (
        changed("unassignNumber", json=None),
        changed("unassignNumber", json={"number": "+15005550006"}),
    ),
    ("getCallbacks", 400): (changed("getCallbacks", path=STRANGER),),
    ("updateCallbacks", 400): (
        changed("updateCallbacks", path=STRANGER),
        changed("updateCallbacks", json={}),
        changed("updateCallbacks", json={"url": {"primary": "ftp://example.test"}}),
    ),
    ("queryNumber", 400): (changed("queryNumber", path="/v1/calling/query/number/hello"),),
    ("getCall", 404): (changed("getCall", path=f"/calling/v1/calls/id/{NOBODY}"),),
    ("manageCall", 404): (changed("manageCall", path=f"/calling/v1/calls/id/{NOBODY}"),),
    ("manageCallLeg", 404): (changed("manageCallLeg", path=f"/calling/v1/calls/id/{NOBODY}/leg/caller"),),
    ("reportCall", 404): (changed("reportCall", path=f"/calling/v1/callreport/callId/{NOBODY}"),),
    ("getConference", 404): (changed("getConference", path="/calling/v1/conferences/id/empty"),),
    ("endConference", 404): (changed("endConference", path="/calling/v1/conferences/id/empty"),),
    ("manageParticipant", 404): (
        changed("manageParticipant", path="/calling/v1/conferences/id/empty/{member}"),
        changed("manageParticipant", path=f"/calling/v1/conferences/id/daily%20standup/{NOBODY}"),
    ),
    ("removeParticipant", 404): (
        changed("removeParticipant", path="/calling/v1/conferences/id/empty/{member}"),
        changed("removeParticipant", path=f"/calling/v1/conferences/id/daily%20standup/{NOBODY}"),
    ),
    ("getRecording", 404): (changed("getRecording", path="/calling/v1/recording/nothing.wav"),),
    ("deleteRecording", 404): (changed("deleteRecording", path="/calling/v1/recording/nothing.wav"),),
}
SPECIAL = {("placeCallout", 402), ("placeCallout", 403), ("manageCall", 200)}
"""Answers that need an account set up for them; each has a test of its own."""


def outcomes() -> Iterator[tuple[str, int]]:
    """Every answer the document names by its status."""
    for operation in spec.voice().operations():
        for status in documented_answers(operation):
            if status != "default":
                yield operation.id, int(status)


def test_these_tests_cover_every_documented_answer() -> None:
    """401 and ``default`` are asked of every operation alike."""
    wanted = {(name, status) for name, status in outcomes() if status != 401}
    tested = set(ERRORS) | SPECIAL | {(name, status) for name, status in wanted if status < 300 and name in BY_OPERATION}
    assert tested == wanted


@pytest.mark.parametrize("asked", SUCCEEDS, ids=lambda asked: asked.operation)
def test_success(scene: Scene, asked: Asked) -> None:
    answer = scene.ask(asked)
    assert answer.status_code < 300, answer.text
    assert str(answer.status_code) in documented_answers(operation_named(asked.operation))


@pytest.mark.parametrize(
    ("case", "asked"), [pytest.param(case, one, id=case[0]) for case, them in ERRORS.items() for one in them]
)
def test_refusals_change_nothing(scene: Scene, case: tuple[str, int], asked: Asked) -> None:
    before = scene.backend.account.read(lambda engine, _now: repr(engine.state.calls))
    answer = scene.ask(asked)
    assert answer.status_code == case[1], answer.text
    assert scene.backend.account.read(lambda engine, _now: repr(engine.state.calls)) == before


@pytest.mark.parametrize("asked", SUCCEEDS, ids=lambda asked: asked.operation)
def test_strangers_and_ordered_failures(scene: Scene, asked: Asked) -> None:
    for authorization, code in ((None, 40100), ("Basic eA==", 40100), ("Application x", 40104), ("Bearer x", 40301)):
        answer = scene.ask(asked, authorization=authorization)
        assert answer.json["errorCode"] == code, authorization
    for status in (402, 403, 429, 500, 503):
        scene.api.emulator.api_faults("default").add(ApiFault("", status, times=1, operation=asked.operation))
        assert scene.ask(asked).status_code == status
    assert scene.ask(asked).status_code < 300


def test_no_credit_and_forbidden_destinations(scene: Scene) -> None:
    account = scene.backend.account.account
    account.credit = Decimal(0)
    assert scene.ask(BY_OPERATION["placeCallout"]).json["errorCode"] == 40200
    account.credit, account.blocked = None, ("4670",)
    assert scene.ask(BY_OPERATION["placeCallout"]).json["errorCode"] == 40300


def test_managing_a_call_can_be_set_to_answer_200() -> None:
    assert Scene(patch_status=200).ask(BY_OPERATION["manageCall"]).status_code == 200


@pytest.mark.parametrize(
    "switches", [{"get_call_timestamp": "zulu"}, {"get_call_from": "always"}, {"participant_call_id": True}]
)
def test_answers_conform_whatever_the_profile(switches: dict[str, object]) -> None:
    scene = Scene(**switches)
    for name in ("getCall", "getConference"):
        assert scene.ask(BY_OPERATION[name]).status_code == 200
