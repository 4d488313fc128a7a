"""The clock of an account over the control API: modes, advancing, holds; and faults of deliveries."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from control_client import START, Control
from sinch_voice_emulator.runtime.clocks import ManualClock

# --- the resource, without a socket -------------------------------------------------------------------------------------------


@pytest.fixture
def control() -> Control:
    control = Control(quiet_window_ms=0)
    control.answers_at()
    return control


def test_the_clock_and_its_modes(control: Control) -> None:
    clock = control.get("/clock")
    assert clock == {
        "mode": "manual",
        "speed": 1.0,
        "time": "2026-03-01T12:00:00.000Z",
        "settled": True,
        "open": [],
        "idle": True,
        "nextDeadline": None,
        "waitingOnGuards": [],
        "holds": [],
    }
    changed = control.open("PUT", "/clock", {"mode": "auto", "speed": 20, "time": "2026-05-01T10:00:00+02:00"}).json
    assert changed is not None
    assert (changed["mode"], changed["speed"], changed["time"]) == ("auto", 20, "2026-05-01T08:00:00.000Z")
    (entry,) = control.get("/journal?kind=control.clock")["entries"]
    assert entry["data"] == {"mode": "auto", "speed": 20, "time": "2026-05-01T10:00:00+02:00"}
    assert control.open("PUT", "/clock", {"time": "2026-05-01"}).json["time"] == "2026-05-01T00:00:00.000Z"  # type: ignore[index]


def test_what_a_clock_cannot_be(control: Control) -> None:
    control.refused("PUT", "/clock", {"mode": "fast"}, status=400, says="mode should be", at="$.mode")
    control.refused("PUT", "/clock", {"speed": 0}, status=400, says="speed should be more than 0", at="$.speed")
    control.refused("PUT", "/clock", {}, status=400, says="should be an object that is not empty")
    control.refused(
        "PUT", "/clock", {"time": "noon sharp"}, status=400, says="2026-03-01T12:00:00Z, not 'noon sharp'", at="$.time"
    )
    control.refused("PUT", "/clock", {"time": "1890-01-01"}, status=400, says="from 1970 to 8999")
    control.incoming()
    control.refused("PUT", "/clock", {"time": "2027-01-01"}, status=409, says="only before the first call")


def test_a_clock_that_runs_by_itself_is_not_advanced(control: Control) -> None:
    control.open("PUT", "/clock", {"mode": "real"})
    control.refused("POST", "/clock/advance", {"seconds": 1}, status=409, says="set its mode to manual or auto")


def test_an_account_in_the_hands_of_a_test_is_left_alone(control: Control) -> None:
    control.emulator.account().driven_by_hand = True
    control.refused("POST", "/clock/advance", {"seconds": 1}, status=409, says="in the hands of a test")
    control.refused("PUT", "/clock", {"mode": "real"}, status=409, says="in the hands of a test")


def test_a_clock_of_somebody_else_is_not_shown(control: Control) -> None:
    control.emulator.account().clock = ManualClock(START)
    control.refused("GET", "/clock", status=409, says="not in the hands of this emulator")


@pytest.mark.parametrize(
    ("body", "says", "at"),
    [
        ({}, "exactly one of seconds, milliseconds and until, and there is none of them", "$"),
        ({"seconds": 1, "until": "idle"}, "exactly one of seconds, milliseconds and until, not seconds and until", "$"),
        ({"seconds": 1, "within": 5}, "within goes with until", "$.within"),
        ({"seconds": -1}, "seconds should be", "$.seconds"),
        ({"until": "later"}, "until", "$.until"),
        ({"until": {}}, "until should be an object that is not empty, but is empty", "$.until"),
        ({"until": {"kind": "foo.bar"}}, "no kind of journal entry begins with 'foo.bar'", "$.until.kind"),
        ({"until": {"kind": ["leg.", "cal.ended"]}}, "'cal.ended'; did you mean call.ended?", "$.until.kind"),
        ({"until": {"kinds": "x"}}, "there is no member kinds here (did you mean kind?)", "$.until.kinds"),
        ({"until": {"kind": []}}, "kind should be", "$.until.kind"),
        ({"until": {"kind": 5}}, "kind should be text or a list", "$.until.kind"),
        ({"until": {"data": "pie"}}, "data should be an object", "$.until.data"),
        ({"until": {"kind": "leg.", "after": "9:9"}}, "lies ahead of the journal", ""),
        ({"until": {"kind": "leg.", "after": "soon"}}, "is not a cursor", ""),
    ],
)
def test_how_far_makes_no_sense(control: Control, body: dict[str, Any], says: str, at: str) -> None:
    control.refused("POST", "/clock/advance", body, status=400, says=says, at=at)


def test_a_length_of_time(control: Control) -> None:
    done = control.post("/clock/advance", {"seconds": 90.5})
    assert (done["stopped"], done["movedMs"], done["time"]) == ("time", 90_500, "2026-03-01T12:01:30.500Z")
    assert control.post("/clock/advance", {"milliseconds": 500})["time"] == "2026-03-01T12:01:31.000Z"
    assert control.post("/clock/advance", {"milliseconds": 0})["movedMs"] == 0
    for _ in range(3):
        control.post("/clock/advance", {"until": "idle"})
    assert control.clock.now() == START + 91_000, "an idle account has nothing to wait for"


def test_until_an_entry_says_something(control: Control) -> None:
    control.emulator.account().note("prompt.started", {"prompts": [{"text": "Press 1."}]})
    control.emulator.account().note("leg.dialled", {"cli": "+12025550100"})
    for until, kind in (
        ({"text": "press 1"}, "prompt.started"),
        ({"kind": ["leg.", "prompt."]}, "prompt.started"),
        ({"data": {"cli": "+12025550100"}}, "leg.dialled"),
    ):
        assert control.post("/clock/advance", {"until": until})["entry"]["kind"] == kind
    done = control.post("/clock/advance", {"until": {"kind": "prompt.", "text": "press 2"}, "within": 5})
    assert (done["stopped"], done["entry"], done["movedMs"]) == ("limit", None, 5_000)


def test_a_wait_without_a_limit_ends_when_nothing_is_due_any_more(control: Control) -> None:
    done = control.post("/clock/advance", {"until": {"kind": "call.ended"}})
    assert (done["stopped"], done["entry"], done["movedMs"]) == ("limit", None, 0)
    assert done["message"].startswith("Nothing of kind call.ended came into the journal, and nothing more is due.")
    call = control.incoming()
    control.reply('{"action": {"name": "park", "maxDuration": 60}}')
    done = control.post("/clock/advance", {"until": {"kind": "leg.dialled"}, "timeout": 0}, status=202)
    assert (done["stopped"], done["movedMs"]) == ("open", 60_000), "it has moved to where a call that was parked is told of"
    control.reply()
    assert control.post("/clock/advance", {"until": {"kind": "call.ended", "call": call}})["stopped"] == "entry"


def test_a_call_that_waits_for_its_backend_does_not_wait_for_a_guard(control: Control) -> None:
    call = control.incoming()
    assert control.get("/clock")["waitingOnGuards"] == []
    control.reply('{"action": {"name": "connectConf", "conferenceId": "standup"}}')
    assert control.get("/clock")["waitingOnGuards"] == [call]


def test_who_advances_while_a_callback_is_on_its_way_is_told_that_time_waits_for_it(control: Control) -> None:
    control.incoming()
    control.delivery()
    done = control.post("/clock/advance", {"seconds": 5, "timeout": 0}, status=202)
    assert done["message"].splitlines()[-1].startswith("Time waits for the answer to a callback: its handler cannot advance it")


def test_what_is_open_is_said_when_the_timeout_is_over(control: Control) -> None:
    call = control.incoming()
    done = control.post("/clock/advance", {"seconds": 5, "timeout": 0}, status=202)
    assert (done["stopped"], done["settled"], done["movedMs"]) == ("open", False, 0)
    (sentence,) = done["open"]
    assert sentence.startswith(f"ice of call {call} to http://127.0.0.1:9/voice is queued (delivery ")
    assert control.get("/clock")["open"] == [sentence]


def test_holds(control: Control) -> None:
    hold = control.post("/clock/hold", {"reason": "a job is queued"}, status=201)
    plain = control.post("/clock/hold", status=201)
    assert (hold["reason"], plain["reason"]) == ("a job is queued", "")
    done = control.post("/clock/advance", {"seconds": 5, "timeout": 0}, status=202)
    assert done["holds"] == [hold, plain]
    assert done["open"] == [f"hold {hold['id']} is not released (a job is queued)", f"hold {plain['id']} is not released"]
    for one in (hold, plain):
        assert control.open("DELETE", f"/clock/hold/{one['id']}").status_code == 204
    control.refused("DELETE", f"/clock/hold/{hold['id']}", status=404, says="it was released already")
    assert control.post("/clock/advance", {"seconds": 5})["movedMs"] == 5_000


def test_a_held_clock_goes_on_when_it_is_released() -> None:
    """Without a server the thread of the request waits; the quiet window begins when the hold ends."""
    other = Control(quiet_window_ms=1)
    runtime = other.emulator.account()
    hold = runtime.hold()
    waiting = threading.Event()
    subscribe = runtime.wake.subscribe

    def subscribed(callback: Any) -> Any:
        forget = subscribe(callback)
        waiting.set()
        return forget

    runtime.wake.subscribe = subscribed  # type: ignore[method-assign]

    def release() -> None:
        waiting.wait(20)
        runtime.release(hold)

    releasing = threading.Thread(target=release)
    releasing.start()
    done = other.post("/clock/advance", {"seconds": 5, "timeout": 20})
    releasing.join()
    assert (done["stopped"], done["movedMs"]) == ("time", 5_000)


# --- faults ---------------------------------------------------------------------------------------------------------------


def test_faults_are_ordered_listed_and_taken_back(control: Control) -> None:
    made = control.post("/faults", {"kind": "delay", "milliseconds": 250, "event": "pie", "nth": 2, "count": None}, status=201)
    assert made == {
        "id": "1",
        "kind": "delay",
        "event": "pie",
        "call": None,
        "nth": 2,
        "count": None,
        "chance": 1.0,
        "fired": 0,
        "milliseconds": 250,
    }
    control.post("/faults", {"kind": "bad-signature", "signature": "absent"}, status=201)
    assert [one["kind"] for one in control.get("/faults")["faults"]] == ["delay", "bad-signature"]
    assert control.open("DELETE", "/faults/1").status_code == 204
    control.refused("DELETE", "/faults/1", status=404, says="there is no fault '1'")
    assert control.open("DELETE", "/faults").json == {"cleared": 1}
    assert control.get("/faults") == {"faults": []}
    control.post("/faults", {"kind": "drop"}, status=201)
    control.open("POST", "/reset")
    assert control.get("/faults") == {"faults": []}


@pytest.mark.parametrize(
    ("body", "says", "at"),
    [
        ({}, "kind", "$.kind"),
        ({"kind": "dorp"}, "kind should be", "$.kind"),
        ({"kind": "drop", "status": 500}, "status means nothing to a fault of kind drop, which takes no details", "$.status"),
        ({"kind": "delay", "copies": 2}, "copies means nothing to a fault of kind delay, which takes milliseconds", "$.copies"),
        ({"kind": "alter", "value": 1}, "alter needs the path of a member", "$"),
        ({"kind": "drop", "nth": 0}, "nth should be", "$.nth"),
    ],
)
def test_faults_that_make_no_sense(control: Control, body: dict[str, Any], says: str, at: str) -> None:
    control.refused("POST", "/faults", body, status=400, says=says, at=at)
