"""A call as a ladder: every kind of entry has its line, and nothing that is missing keeps a line from being written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sinch_voice_emulator.engine.effects import Severity
from sinch_voice_emulator.ladder import Ladder, render, told
from sinch_voice_emulator.ladder.lines import KINDS
from sinch_voice_emulator.ladder.svaml import prompt, summary
from sinch_voice_emulator.runtime.journal import Entry

CALL = "5d0a7e0b-9f0e-4b62-8f5d-2f9a4c1be7a0"
MENU = {
    "action": {
        "name": "runMenu",
        "menus": [
            {
                "id": "main",
                "options": [{"dtmf": "1", "action": "return(sales)"}, {"dtmf": "2", "action": "menu(code)"}],
            }
        ],
    }
}


def entry(at: int, kind: str, leg: int = 0, severity: str = "info", **data: Any) -> dict[str, Any]:
    return {"instant": 1_000_000 + at, "call": CALL, "leg": leg, "kind": kind, "data": data, "severity": severity}


def line(kind: str, leg: int = 0, severity: str = "info", **data: Any) -> str:
    """What one entry says, without the time."""
    ladder = Ladder()
    ladder.lines(entry(0, "call.created", origin="pstn", caller="+46701740605", to="+12025550100"))
    return " ".join(" ".join(ladder.lines(entry(0, kind, leg, severity, **data))).split()[1:])


def test_an_inbound_call_with_a_menu_and_an_agent() -> None:
    agent = {"type": "number", "endpoint": "+46701740642"}
    entries = [
        entry(0, "call.created", origin="pstn", caller={"type": "number", "endpoint": "+46701740605"}, to="+12025550100"),
        entry(0, "callback.queued", delivery="d1", event="ice"),
        entry(31, "callback.attempted", delivery="d1", event="ice", status=200),
        entry(31, "callback.answered", delivery="d1", event="ice", status=200, body=json.dumps(MENU)),
        entry(31, "leg.answered", 1),
        entry(31, "prompt.started", 1, prompts=[{"type": "tts", "text": "One for sales."}], length_ms=840),
        entry(500, "keys.pressed", 1, keys="1"),
        entry(500, "menu.result", menu="main", type="return", value="sales"),
        entry(520, "leg.dialled", 2, to=agent, cli="+46701740605"),
        entry(520, "leg.ringing", 2),
        entry(1520, "leg.answered", 2),
        entry(9000, "leg.ended", 1, why="hung up"),
        entry(9000, "call.ended", result="ANSWERED", reason="CALLERHANGUP", duration=8, debit=0.0175, currency="EUR"),
    ]
    assert render(entries) == "\n".join(
        [
            f"Call {CALL}",
            "    0.000  caller    +46701740605 calls +12025550100 by phone",
            "    0.000  backend   -> ICE",
            "    0.031  backend   <- runMenu main: 1 sales, 2 menu code",
            "    0.031  caller    is answered",
            '    0.031  caller    hears "One for sales." (0.8 s)',
            "    0.500  caller    presses 1",
            "    0.500  platform  menu main: return sales",
            "    0.520  callee    +46701740642 is dialled, CLI +46701740605",
            "    0.520  callee    rings",
            "    1.520  callee    answers",
            "    9.000  caller    is gone: hung up",
            "    9.000  call      ended: ANSWERED / CALLERHANGUP, 8 s, 0.0175 EUR",
        ]
    )


@pytest.mark.parametrize(
    ("details", "says"),
    [
        ({"fault_kind": "drop"}, "loses PIE"),
        ({"fault_kind": "delay", "milliseconds": 2_000}, "holds PIE back for 2.0 s"),
        ({"fault_kind": "duplicate", "copies": 2}, "delivers PIE 3 times"),
        ({"fault_kind": "reorder", "milliseconds": 1_000}, "lets the next callback overtake PIE, for 1.0 s at most"),
        ({"fault_kind": "alter", "path": "$.cli", "value": "1", "was": "2"}, "alters $.cli of PIE: 1"),
        ({"fault_kind": "alter", "path": "$.new", "value": None}, "adds $.new of PIE: null"),
        ({"fault_kind": "bad-signature", "signature": "absent"}, "spoils the signature of PIE (absent)"),
        ({"fault_kind": "slow-answer", "milliseconds": 500}, "holds the answer to PIE back for 0.5 s"),
        ({"fault_kind": "refused"}, "refuses the connection for PIE"),
        ({"fault_kind": "reset"}, "breaks the connection off before the answer to PIE"),
        ({"fault_kind": "status", "status": 503}, "answers PIE with 503 itself"),
        ({"fault_kind": "garbage"}, "garbles the answer to PIE"),
        ({"fault_kind": "new"}, "fails on PIE (new)"),
    ],
)
def test_a_fault_of_the_network(details: dict[str, Any], says: str) -> None:
    assert line("fault.fired", fault="1", event="pie", delivery="d1", url="http://b", **details) == f"network {says} (fault 1)"


def test_values_and_json_objects_give_the_same_lines() -> None:
    value = Entry(7, 1, 1_000_000, CALL, 1, "keys.pressed", {"keys": "5"}, Severity.INFO)
    assert Ladder().lines(value) == Ladder().lines(value.canonical()) == ["    0.000  leg 1     presses 5"]


def test_one_entry_by_itself() -> None:
    assert told(entry(0, "keys.pressed", 2, keys="5")) == "leg 2 presses 5"
    assert told(entry(0, "call.ended", result="BUSY", reason="CANCEL")) == "call ended: BUSY / CANCEL"
    assert told(entry(0, "moh.ended", 1)) == "moh.ended", "a kind without a line"
    assert told(Entry(1, 1, 0, "", 0, "no.such.kind", {"a": 1}, Severity.INFO)) == "call no.such.kind: a 1"


def test_a_callout_has_callees_only() -> None:
    ladder = Ladder()
    ladder.lines(entry(0, "call.created", origin="server", callout="speech", to="+46701740605"))
    ladder.lines(entry(0, "leg.dialled", 1, to="+46701740605"))
    ladder.lines(entry(0, "leg.dialled", 2, to="lin"))
    assert ladder.legs == {1: "callee", 2: "callee 2"}


def test_a_ladder_is_finished_when_the_last_callback_is_through() -> None:
    ladder = Ladder()
    ladder.lines(entry(0, "callback.queued", delivery="d", event="dice"))
    ladder.lines(entry(0, "call.ended"))
    assert not ladder.finished
    ladder.lines(entry(0, "callback.answered", delivery="d"))
    assert ladder.finished


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_entry_without_data_does_no_harm(kind: str) -> None:
    assert isinstance(Ladder().lines({"kind": kind}), list)


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        ("call.created", {"origin": "server", "callout": "conference", "to": "+46"}, "platform calls +46 into a conference"),
        (
            "call.created",
            {"origin": "app", "caller": "lin", "to": {"type": "sip", "endpoint": "a@b"}},
            "caller lin calls sip a@b from",
        ),
        ("stub.answered", {"method": "GET", "path": "/x", "status": 200, "stub": "s"}, "backend -> GET /x: 200 by stub s"),
        ("prompt.unheard", {"prompts": ["x"]}, 'platform plays to nobody: "x"'),
        ("prompt.ended", {"cut_by": "5"}, "platform prompt cut by 5"),
        (
            "svaml.problem",
            {"path": "$.a", "message": "no b (did you mean c?)", "nearest": "c"},
            "SVAML $.a: no b (did you mean c?)",
        ),
        (
            "call.ended",
            {"result": "BUSY", "reason": "N/A", "duration": 0, "debit": 0.0, "currency": "EUR"},
            "BUSY / N/A, 0.0000 EUR",
        ),
        ("words.spoken", {"text": "yes please"}, 'call says "yes please"'),
        ("cookie.set", {"key": "a", "value": "b"}, "platform cookie a=b"),
        ("conference.joined", {"conference": "standup"}, "call joins the conference standup"),
        ("recording.ended", {"length_ms": 2500}, "platform recording ends: 2.5 s"),
        ("amd.result", {"status": "machine", "reason": "beep"}, "answering machine detection: status machine, reason beep"),
        (
            "callback.attempted",
            {"event": "ace", "url": "http://x/y", "error": "refused"},
            "backend -> ACE to http://x/y: refused",
        ),
        ("callback.queued", {"event": "notify", "body": '{"event":"notify","type":"amd"}'}, "backend -> NOTIFY amd"),
        ("callback.answered", {"event": "dice", "status": 200, "body": "OK"}, 'backend <- ok, "OK"'),
        (
            "callback.answered",
            {"event": "ice", "status": 500, "body": "", "problem": "That is an error."},
            "<- 500 (empty): That is",
        ),
        ("callback.failed", {"event": "pie", "error": "no answer in 5 s"}, "backend <- no answer to PIE: no answer in 5 s"),
        ("conference.changed", {"conference": "a", "muted": True}, "call is muted"),
        ("conference.changed", {"conference": "a", "onhold": True, "moh": "music1"}, "call is put on hold with music1"),
        ("conference.changed", {"conference": "a", "onhold": False}, "call is taken off hold"),
        ("call.managed", {"action": "HangUp"}, "backend -> PATCH HangUp"),
        ("callback.discarded", {}, "the answer is discarded: it came too late"),
        (
            "svaml.problem",
            {"path": "$.action", "message": "no", "nearest": "park"},
            "backend SVAML $.action: no (did you mean park?)",
        ),
        ("remark", {"text": "Look here."}, "platform Look here."),
        ("calls.forgotten", {"text": "One call is forgotten."}, "call One call is forgotten."),
        ("something.new", {"a": 1, "b": "c"}, "call something.new: a 1, b c"),
        (
            "api.refused",
            {
                "method": "GET",
                "path": "/x",
                "status": 404,
                "error": 40400,
                "message": "Not found",
                "why": "the port is another",
            },
            "refuses GET /x: 404 Not found (the port is another)",
        ),
        ("api.refused", {"method": "GET", "path": "/x", "status": 401, "message": "No"}, "refuses GET /x: 401 No"),
    ],
)
def test_what_kinds_say(kind: str, data: dict[str, Any], text: str) -> None:
    assert text in line(kind, **data)


def test_warnings_and_problems_stand_out() -> None:
    assert line("remark", severity="warning", text="Odd.") == "platform ! Odd."
    assert line("remark", severity="problem", text="Wrong.") == "platform !! Wrong."
    assert line("call.state", state="parked") == ""
    assert line("call.state", severity="problem", text="Wrong.") == "call !! Wrong."


def test_long_lines_are_wrapped() -> None:
    lines = Ladder().lines(entry(0, "remark", text="word " * 60))
    assert len(lines) == 4
    assert all(len(one) <= 110 for one in lines)


def test_a_call_that_nobody_knows() -> None:
    assert render([]) == "Nothing is in the journal about that call."


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (MENU, "runMenu main: 1 sales, 2 menu code"),
        ('{"Action": {"Name": "hangup"}}', "hangup"),
        (b'{"action": {"name": "connectPstn", "number": "+46"}}', "connectPstn +46"),
        ({"action": {"name": "connectPstn", "destination": {"endpoint": "+47"}}}, "connectPstn +47"),
        ({"action": {"name": "connectConf", "conferenceId": "a"}}, "connectConf a"),
        ({"action": {"name": "connectSip", "destination": {"endpoint": "a@b"}}}, "connectSip a@b"),
        ({"action": {"name": "park", "holdPrompt": "#tts[Wait]"}}, 'park "Wait"'),
        ({"instructions": [{"name": "say", "text": "Hi\n  you"}, {"name": "answer"}]}, 'say "Hi you", answer'),
        ({"instructions": [{"name": "playFiles", "ids": ["#href[http://x/y.wav]", "f"]}]}, 'play "http://x/y.wav" "f"'),
        (
            {"instructions": [{"name": "setCookie", "key": "a", "value": 1}, {"name": "sendDtmf", "value": "w1"}]},
            "setCookie a=1, ",
        ),
        (
            {"instructions": [7], "action": {"name": "runMenu", "menus": [{"id": "pin", "maxDigits": 4}]}},
            "runMenu pin: up to 4 digits",
        ),
        ({"action": {}}, "an action without a name"),
        ({"action": {"name": "runMenu", "menus": 3}}, "runMenu"),
        ("", "(empty)"),
        (None, "(empty)"),
        ({}, "(empty)"),
        ("OK", '"OK"'),
        ([1], '"[1]"'),
    ],
)
def test_svaml_in_half_a_line(answer: object, text: str) -> None:
    assert text in summary(answer)


def test_prompts_in_words() -> None:
    assert prompt("#tts[Hello];#ssml[<speak>you</speak>]") == '"Hello <speak>you</speak>"'
    assert prompt("x" * 100).endswith('..."')


def test_what_the_other_side_sends_cannot_steer_a_terminal() -> None:
    assert line("words.spoken", 1, text="a\x1b[2J\x00\nb") == r'caller says "a\u001b[2J\u0000 b"'
    assert told(entry(0, "remark", text="a\x1b[2J\nb")) == r"platform a\u001b[2J\nb"
