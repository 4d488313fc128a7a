"""What happened, as text, and whether all is well at the end of a test, over the control API."""

from __future__ import annotations

import json

import pytest

from control_client import CALLER, NUMBER, Control
from sinch_voice_emulator.runtime.ports import Answer

MENU = {
    "action": {
        "name": "runMenu",
        "menus": [{"id": "main", "mainPrompt": "#tts[Press 1.]", "options": [{"dtmf": "1", "action": "return(support)"}]}],
    }
}


@pytest.fixture
def control() -> Control:
    control = Control()
    control.answers_at()
    return control


def text(control: Control, path: str) -> str:
    """A page of text."""
    answer = control.open("GET", path)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    return answer.text


def ended_well(control: Control) -> str:
    """A call that the backend has hung up, and that is over."""
    call = control.incoming()
    control.reply('{"action": {"name": "hangup"}}')
    control.reply()
    return call


def answered_wrongly(control: Control) -> str:
    """A call that the backend has answered with an action that does not exist, and that is over."""
    call = control.incoming()
    control.reply('{"action": {"name": "hangupp"}}')
    control.reply()
    control.advance(5)
    control.reply()
    return call


# --- ladders --------------------------------------------------------------------------------------------------------------


def test_the_ladder_of_a_call(control: Control) -> None:
    call = control.incoming()
    control.reply(json.dumps(MENU))
    control.advance(0.5)
    control.post(f"/calls/{call}/press", {"keys": "1"})
    assert text(control, f"/calls/{call}/ladder").splitlines() == [
        f"Call {call}",
        f"    0.000  caller    {CALLER} calls {NUMBER} by phone",
        "    0.000  backend   -> ICE",
        "    0.000  backend   <- runMenu main: 1 support",
        "    0.000  caller    is answered",
        "    0.000  platform  runs menu main",
        '    0.000  caller    hears "Press 1." (0.5 s)',
        "    0.500  caller    presses 1",
        "    0.500  platform  menu main: return support",
        "    0.500  backend   -> PIE",
    ]
    control.refused("GET", "/calls/nobody/ladder", status=404, says="there is no call 'nobody'")


def test_a_call_that_left_no_trace_has_a_ladder_all_the_same() -> None:
    control = Control(journal_max_entries=2)
    control.answers_at()
    call = control.incoming()
    for _ in range(4):
        control.emulator.account().note("remark", {"text": "something else"})
    assert text(control, f"/calls/{call}/ladder") == "Nothing is in the journal about that call.\n"


def test_the_ladders_of_the_latest_calls(control: Control) -> None:
    assert text(control, "/ladder") == "There has been no call.\n"
    first, second = ended_well(control), ended_well(control)
    titles = [line for line in text(control, "/ladder").splitlines() if line.startswith("Call ")]
    assert titles == [f"Call {first}", f"Call {second}"]
    latest = text(control, "/ladder?limit=1").splitlines()
    assert (latest[0], latest[2]) == ("(1 earlier calls are not shown)", f"Call {second}")
    control.post("/reset")
    assert text(control, "/ladder") == "There has been no call.\n"


def test_what_went_wrong_outside_of_calls_is_told_too(control: Control) -> None:
    ended_well(control)
    control.client.post("/calling/v1/callouts", json={}, headers={"Authorization": "Basic bm9ib2R5Onc="})
    shown = text(control, "/ladder").split("\n\n")
    assert len(shown) == 2
    assert shown[1].splitlines()[0] == "Outside of calls"
    assert "! refuses POST /calling/v1/callouts: 401 " in shown[1]


# --- the check at the end -------------------------------------------------------------------------------------------------


def test_all_is_well(control: Control) -> None:
    nothing: dict[str, object] = {"problems": [], "missed": [], "unanswered": [], "open": [], "report": ""}
    assert control.post("/check") == {"passed": True} | nothing
    ended_well(control)
    assert control.post("/check", {}) == {"passed": True} | nothing


def test_a_problem(control: Control) -> None:
    call = answered_wrongly(control)
    checked = control.post("/check")
    (problem,) = checked["problems"]
    assert not checked["passed"]
    assert "there is no action hangupp" in problem
    report = checked["report"].split("\n\n")
    assert report[0] == f"Something went wrong:\n  * {problem}"
    assert report[1].splitlines()[0] == f"Call {call}"
    assert any("!! " in line and "hangupp" in line for line in report[1].splitlines())
    assert control.post("/check", {"problems": ["no ACTION  hangupp"]})["passed"]


def test_a_problem_that_was_expected_in_vain(control: Control) -> None:
    ended_well(control)
    checked = control.post("/check", {"problems": ["hangupp"]})
    assert (checked["passed"], checked["missed"]) == (False, ["hangupp"])
    assert checked["report"].startswith("Problems were expected that did not happen:\n  * hangupp")


def test_a_callback_that_nobody_answered(control: Control) -> None:
    call = ended_well(control)
    other = control.incoming()
    checked = control.post("/check", {"open": True})
    (sentence,) = checked["unanswered"]
    assert sentence.startswith(f"ice of call {other} to http://127.0.0.1:9/voice is queued")
    control.fail("nobody is there")
    failed = control.post("/check", {"open": True})
    assert any("nobody is there" in one for one in (*failed["problems"], *failed["unanswered"]))
    assert f"Call {call}" not in failed["report"], "only calls that are concerned are told of"
    control.advance(5)
    control.reply()
    assert control.post("/check", {"problems": ["nobody is there"]})["passed"]


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "http://127.0.0.1:9/voice answered 401: does the app know the key and the secret"),
        (403, "POST .../explain-signature says how a callback is signed"),
        (404, "the app has no route /voice"),
        (405, "the app takes no POST at /voice"),
        (500, ""),
    ],
)
def test_what_usually_is_behind_a_status(control: Control, status: int, says: str) -> None:
    control.incoming()
    control.reply(status=status)
    control.advance(5)
    control.reply(status=status)
    report = control.post("/check")["report"]
    assert report.count("answered 4") == bool(says)
    assert says in report
    assert says in control.post("/clock/advance", {"until": {"kind": "leg.dialled"}})["message"]


def test_a_view_that_wants_a_csrf_token(control: Control) -> None:
    control.incoming()
    control.reply("CSRF verification failed. Request aborted.", status=403)
    control.advance(5)
    assert "answered 403: it wants a CSRF token, which no callback has" in control.post("/check")["report"]


def test_a_call_that_is_open(control: Control) -> None:
    call = control.incoming()
    control.reply(json.dumps(MENU))
    checked = control.post("/check")
    assert (checked["passed"], checked["open"]) == (False, [f"call {call} is in a menu"])
    assert f"Calls are still open:\n  * call {call} is in a menu\n\nCall {call}\n" in checked["report"]
    assert control.post("/check", {"open": True})["passed"]


def test_nothing_is_certain_when_entries_are_lost() -> None:
    control = Control(journal_max_entries=4)
    for _ in range(6):
        control.emulator.account().note("remark", {"text": "something"})
    (sentence,) = control.post("/check")["problems"]
    assert "raise --journal-max-entries" in sentence


def test_what_is_forgiven_has_to_make_sense(control: Control) -> None:
    control.refused("POST", "/check", {"problem": ["x"]}, status=400, says="did you mean problems?", at="$.problem")
    control.refused("POST", "/check", {"problems": "x"}, status=400, says="problems should be a list", at="$.problems")


def test_a_failure_that_a_test_has_ordered_is_no_finding(control: Control) -> None:
    call = control.incoming()
    found = control.delivery()
    control.emulator.account().conclude(found.id, Answer(503, (), b""), ordered=True)
    control.advance(5)
    control.reply()
    assert control.get(f"/calls/{call}")["reason"] == "CALLBACKERROR"
    assert control.post("/check")["passed"]
