"""Incoming calls, what phones do in them, conferences and recordings over the control API."""

from __future__ import annotations

import io
import json
import wave
from typing import Any

import pytest

from control_client import CALLER, KEY, NUMBER, Control
from sinch_voice_emulator.model.call import CallState

AGENT = "+46701740642"
MENU = {
    "action": {
        "name": "runMenu",
        "menus": [{"id": "main", "mainPrompt": "#tts[Press 1.]", "options": [{"dtmf": "1", "action": "return(x)"}]}],
    }
}
CONNECT = {"action": {"name": "connectPstn", "number": AGENT}}
PARK = {"instructions": [{"name": "answer"}, {"name": "setCookie", "key": "a", "value": "b"}], "action": {"name": "park"}}
ROOM = {"action": {"name": "connectConf", "conferenceId": "standup"}}
RECORD = {
    "instructions": [{"name": "answer"}, {"name": "startRecording", "options": {"key": "talk.wav"}}],
    "action": {"name": "park"},
}


@pytest.fixture
def control() -> Control:
    control = Control()
    control.answers_at()
    return control


def running(control: Control, svaml: dict[str, Any], **more: object) -> str:
    """A call whose ICE was answered with ``svaml``."""
    call = control.incoming(**more)
    control.reply(json.dumps(svaml))
    return call


def test_a_telephone_calls(control: Control) -> None:
    call = control.incoming(rdnis="+4611", custom="c", region="use1")
    shown = control.get(f"/calls/{call}")
    assert (shown["origin"], shown["from"]["endpoint"], shown["cli"]) == ("pstn", CALLER, CALLER)
    assert shown["to"] == {"type": "did", "endpoint": NUMBER}
    assert (shown["rdnis"], shown["custom"], shown["region"], shown["live"]) == ("+4611", "c", "use1", True)
    assert shown["waitingFor"]["event"] == "ice"
    assert shown["timeline"][0]["kind"] == "call.created"
    (told,) = shown["callbacks"]
    assert (told["event"], told["state"], told["status"], told["body"]["callid"]) == ("ice", "queued", None, call)
    assert control.get("/calls")["calls"][0]["callId"] == call


@pytest.mark.parametrize(
    ("body", "caller", "to", "cli"),
    [
        ({"from": "private"}, "number private", f"did {NUMBER}", "private"),
        ({"from": CALLER, "cli": "+4699"}, f"number {CALLER}", f"did {NUMBER}", "+4699"),
        ({"from": CALLER, "cli": "private"}, f"number {CALLER}", f"did {NUMBER}", "private"),
        ({"origin": "sip", "from": "7001@PBX.test"}, "sip 7001@pbx.test", f"number {NUMBER}", "+7001"),
        ({"origin": "sip", "from": "ann@pbx.test", "to": "sip:b@x.test"}, "sip ann@pbx.test", "sip b@x.test", "ann"),
        ({"origin": "app", "from": "lin", "to": "kim"}, "username lin", "username kim", "private"),
        ({"origin": "app", "from": "4670", "to": "+4670"}, "username 4670", "number +4670", "private"),
        (
            {
                "origin": "app",
                "from": {"type": "username", "endpoint": "lin"},
                "to": {"type": "conference", "endpoint": "standup"},
                "cli": "+46 1",
            },
            "username lin",
            "conference standup",
            "+461",
        ),
    ],
)
def test_who_can_call_whom(control: Control, body: dict[str, Any], caller: str, to: str, cli: str) -> None:
    shown = control.get(f"/calls/{control.post('/calls', {'to': NUMBER} | body, status=201)['callId']}")
    parties = [f"{shown[end]['type']} {shown[end]['endpoint']}" for end in ("from", "to")]
    assert (*parties, shown["cli"]) == (caller, to, cli)


@pytest.mark.parametrize(
    ("body", "says", "at"),
    [
        ({}, "to is missing", "$.to"),
        ({"to": ""}, "to should be some text", "$.to"),
        ({"to": 46}, "to should be text or an object", "$.to"),
        ({"to": {"type": "number"}}, "endpoint is missing", "$.to.endpoint"),
        ({"to": {"type": "numbr", "endpoint": "1"}}, "did you mean number", "$.to.type"),
        ({"to": {"type": "number", "endpoint": "x"}}, "digits for a number", "$.to.endpoint"),
        ({"to": "lin"}, "to should be a number of the account when a telephone calls", "$.to"),
        ({"to": "+4699"}, "assign it first, or name the application", ""),
        ({"to": NUMBER, "from": "lin"}, "from should be a telephone number", "$.from"),
        ({"to": NUMBER, "region": "mars"}, "region should be one of", "$.region"),
        ({"to": "lin", "origin": "app", "from": {"type": "number", "endpoint": "1"}}, "the name of an app user", "$.from"),
        ({"to": NUMBER, "behaviour": {"ringsfor": "soon"}}, "behaviour.ringsFor should be seconds", ""),
        ({"to": NUMBER, "headers": [{"key": "a", "value": "x" * 1024}]}, "1024 bytes altogether", "$.headers"),
        ({"to": NUMBER, "origin": "fax"}, "origin should be one of", "$.origin"),
        ({"to": NUMBER, "form": "x"}, "did you mean from", "$.form"),
    ],
)  # fmt: skip
def test_calls_that_cannot_be(control: Control, body: dict[str, Any], says: str, at: str) -> None:
    control.refused("POST", "/calls", body, status=400, says=says, at=at)


def test_an_app_call_needs_an_application_where_there_are_several(control: Control) -> None:
    control.post("/applications", {"key": "second"}, status=201)
    body = {"origin": "app", "from": "lin", "to": "kim"}
    control.refused("POST", "/calls", body, status=400, says=f"{KEY}, second", at="$.application")
    call = control.post("/calls", body | {"application": "second"}, status=201)["callId"]
    assert control.get(f"/calls/{call}")["application"] == "second"
    control.refused("POST", "/calls", body | {"application": "third"}, status=404, says="no application 'third'")


def test_the_list_of_calls(control: Control) -> None:
    first, second = control.incoming(), control.incoming()
    control.post(f"/calls/{first}/hang-up")
    assert [call["callId"] for call in control.get("/calls")["calls"]] == [second, first]
    assert [call["callId"] for call in control.get("/calls?state=ended")["calls"]] == [first]
    assert [call["callId"] for call in control.get("/calls?state=live&limit=1")["calls"]] == [second]
    assert control.get("/calls?application=other") == {"calls": [], "forgotten": 0}
    control.refused("GET", "/calls/none", status=404, says="there is no call 'none'")


def test_keys_and_words(control: Control) -> None:
    call = running(control, MENU)
    assert control.get(f"/calls/{call}")["menu"]["options"] == ["1"]
    control.refused("POST", f"/calls/{call}/press", {}, status=400, says="keys is missing", at="$.keys")
    control.refused("POST", f"/calls/{call}/press", {"keys": "1a"}, status=400, says="keys out of 0-9, * and #", at="$.keys")
    control.refused(
        "POST", f"/calls/{call}/press", {"keys": "1", "leg": "callee"}, status=400, says="nobody was dialled", at="$.leg"
    )
    control.refused("POST", f"/calls/{call}/press", {"keys": "1", "leg": 7}, status=400, says="has no leg 7")
    control.refused("POST", f"/calls/{call}/pres", {"keys": "1"}, status=404, says="did you mean press", nearest="press")
    control.refused("POST", f"/calls/{call}/speak", {"text": ""}, status=400, says="some text", at="$.text")
    control.refused("POST", f"/calls/{call}/speak", {"text": "x", "keys": "1"}, status=400, says="no member keys", at="$.keys")
    control.refused("POST", f"/calls/{call}/answer", {}, status=409, says="only a phone that rings can be answered")
    control.refused("POST", f"/calls/{call}/press", {"keys": "1", "call": call}, status=400, says="in the path", at="$.call")
    control.refused("POST", f"/phones/{CALLER}/press", {"keys": "1", "leg": 1}, status=400, says="is the leg", at="$.leg")
    assert control.post(f"/calls/{call}/speak", {"text": "hello"})["state"] == "in a menu"
    acted = control.post(f"/calls/{call}/press", {"keys": "1", "leg": "caller"})
    assert acted == {"callId": call, "state": CallState.ASKING_INPUT.value, "live": True}


@pytest.mark.parametrize(
    ("action", "body", "state", "reason"),
    [
        ("answer", {}, CallState.ASKING_ANSWERED, "N/A"),
        ("answer", {"leg": "callee"}, CallState.ASKING_ANSWERED, "N/A"),
        ("busy", {}, CallState.ENDED, "N/A"),
        ("decline", {}, CallState.ENDED, "CANCEL"),
        ("decline", {"how": "unreachable"}, CallState.ENDED, ""),
        ("hang-up", {"leg": "caller"}, CallState.ENDED, "CANCEL"),
        ("lose-network", {"leg": "caller"}, CallState.ENDED, "CLIENTNETWORK"),
    ],
)
def test_what_a_phone_that_rings_can_do(
    control: Control, action: str, body: dict[str, Any], state: CallState, reason: str
) -> None:
    control.open("PUT", f"/phones/{AGENT}", {"onRing": "manual"})
    call = running(control, CONNECT)
    control.refused("POST", f"/calls/{call}/busy", {"leg": "caller"}, status=400, says="the caller cannot busy", at="$.leg")
    assert control.post(f"/calls/{call}/{action}", body)["state"] == state.value
    assert reason in ("", control.get(f"/calls/{call}")["reason"])


def test_a_callout_has_no_caller(control: Control) -> None:
    runtime = control.emulator.account()
    from sinch_voice_emulator.engine.inputs import CalloutRequested
    from sinch_voice_emulator.model.call import CalloutKind
    from sinch_voice_emulator.model.party import number

    call = runtime.submit(CalloutRequested(CalloutKind.CUSTOM, KEY, "", number(AGENT), cli=NUMBER))
    control.refused(
        "POST", f"/calls/{call}/hang-up", {"leg": "caller"}, status=400, says="the platform itself placed it", at="$.leg"
    )


def test_answering_machines(control: Control) -> None:
    control.open("PUT", f"/phones/{AGENT}", {"onRing": "manual"})
    call = running(control, {"action": {"name": "connectPstn", "number": AGENT, "amd": {"enabled": True}}})
    control.post(f"/phones/{AGENT}/answer")
    control.refused("POST", f"/calls/{call}/verdict", {}, status=400, says="verdict is missing", at="$.verdict")
    control.post(f"/phones/{AGENT}/verdict", {"verdict": "machine", "reason": "longgreeting"})
    assert control.get(f"/calls/{call}")["answeringMachine"]["status"] == "machine"
    assert control.post(f"/calls/{call}/beep")["live"] is True


def test_a_phone_is_found_by_its_address(control: Control) -> None:
    control.refused("POST", f"/phones/{AGENT}/answer", {}, status=404, says="it is in no live call")
    control.open("PUT", f"/phones/{AGENT}", {"onRing": "manual"})
    first = running(control, CONNECT)
    control.refused("POST", f"/phones/{AGENT}/press", {"keys": "1"}, status=404, says=f"ringing in call {first}")
    second = running(control, CONNECT)
    control.refused("POST", f"/phones/{AGENT}/answer", {}, status=409, says=f"{first}, {second}")
    assert control.post(f"/phones/{AGENT}/answer", {"call": second})["callId"] == second
    assert control.post(f"/phones/{AGENT}/decline")["callId"] == first
    control.refused("POST", f"/phones/{AGENT}/answer", {"call": first}, status=404, says=f"in call {first}: it is not there")
    control.refused("POST", f"/phones/{AGENT}/answer", {"call": "none"}, status=404, says="there is no call 'none'")
    assert control.post(f"/phones/{CALLER}/hang-up")["callId"] == second


def test_phones_have_a_behaviour(control: Control) -> None:
    assert control.get("/phones") == {"phones": [], "total": 0}
    assert control.get("/phones/+1000555020")["configured"] is False
    put = control.open("PUT", "/phones/sip:Ann@PBX.test", {"rings-for": "250ms", "answerer": "machine"})
    assert put.json is not None
    assert (put.json["type"], put.json["endpoint"], put.json["configured"]) == ("sip", "Ann@pbx.test", True)
    assert put.json["behaviour"]["ringsFor"] == 0.25
    assert control.get("/phones/Ann@pbx.test") == put.json
    assert control.open("DELETE", "/phones/Ann@pbx.test").status_code == 204
    control.refused("DELETE", "/phones/Ann@pbx.test", status=404, says="no behaviour was set")
    control.refused("PUT", "/phones/+46", {"onRing": "explodes"}, status=400, says="one of answers, busy", at="$.onRing")
    reactions = {"reactions": [{"presses": "1"}, {"presses": "x"}]}
    control.refused("PUT", "/phones/+46", reactions, status=400, says="should be keys", at="$.reactions[1].presses")
    wrong = {"from": CALLER, "to": NUMBER, "behaviour": {"ringsFor": "soon"}}
    control.refused("POST", "/calls", wrong, status=400, says="ringsFor should be", at="$.behaviour.ringsFor")
    control.post("/users", {"name": "lin"}, status=201)
    assert control.get("/phones/lin")["registered"] is True


def test_a_conference(control: Control) -> None:
    assert control.get("/conferences") == {"conferences": []}
    call = running(control, ROOM)
    (room,) = control.get("/conferences")["conferences"]
    assert (room["name"], room["application"], room["participants"][0]["callId"]) == ("standup", KEY, call)
    assert control.get(f"/calls/{call}")["conference"]["id"] == "standup"


def test_a_parked_call(control: Control) -> None:
    shown = control.get(f"/calls/{running(control, PARK)}")
    assert shown["parked"] is not None
    assert shown["cookies"] == {"a": "b"}


def test_recordings_are_as_long_as_what_they_recorded(control: Control) -> None:
    call = running(control, RECORD)
    control.advance(2.5)
    (recording,) = control.get("/recordings")["recordings"]
    key = recording["key"]
    assert (recording["callId"], recording["ended"], recording["length"]) == (call, None, None)
    control.refused("DELETE", f"/recordings/{key}", status=400, says="still running")
    running_length = len(control.open("GET", f"/recordings/{key}").data)
    control.advance(1)
    control.post(f"/calls/{call}/hang-up")
    control.advance(60)
    answer = control.open("GET", f"/recordings/{key}")
    with wave.open(io.BytesIO(answer.data)) as sound:
        assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (8000, 2, 1)
        assert sound.getnframes() == 3.5 * 8000
    assert running_length == 44 + 2.5 * 16_000
    assert int(answer.headers["content-length"]) == len(answer.data)
    part = control.open("GET", f"/recordings/{key}", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, b"RIFF")
    control.refused("GET", f"/recordings/{key}", status=416, says="no such range", headers={"Range": "bytes=999999-"})
    assert control.open("HEAD", f"/recordings/{key}").headers["content-length"] == str(len(answer.data))
    assert control.open("DELETE", f"/recordings/{key}").status_code == 204
    control.refused("GET", f"/recordings/{key}", status=404, says="there is no recording")
    control.refused("DELETE", f"/recordings/{key}", status=404, says="there is no recording")
