"""One account at work: steps, the order of deliveries, late answers, reset."""

from __future__ import annotations

import pytest

from runtime_fakes import KEY, START, URL, fake, make_account
from sinch_voice_emulator.engine.effects import CallAnswered, Effect, Note, Severity
from sinch_voice_emulator.engine.inputs import LegAnswered, MuteChanged, NetworkLost
from sinch_voice_emulator.errors import Conflict, NotFound
from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.model.conference import RoomKey
from sinch_voice_emulator.model.delivery import Attempt, CallbackTarget, DeliveryState, EventKind
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.bounds import Bounds
from sinch_voice_emulator.runtime.clocks import ManualClock
from sinch_voice_emulator.runtime.ports import Answer, Failure, FailureKind

OK = Answer(200)


def kinds(account: AccountRuntime) -> list[str]:
    """What the journal tells, in order."""
    return [entry.kind for entry in account.journal.read().entries]


def taken(account: AccountRuntime) -> list[str]:
    """Bodies of the deliveries whose turn it is; they are in flight from now on."""
    return [delivery.body.decode() for delivery in account.take_ready()]


def in_flight(account: AccountRuntime, call_id: str) -> str:
    """The id of the delivery of a call that is in flight."""
    found = [d.id for d in account.deliveries.values() if d.call_id == call_id and d.state is DeliveryState.IN_FLIGHT]
    assert len(found) == 1
    return found[0]


# --- order ----------------------------------------------------------------------------------------------------------------


def test_callbacks_of_one_call_leave_one_after_the_other() -> None:
    account = make_account()
    account.submit(LegAnswered("a"))
    account.submit(NetworkLost("a"))

    assert taken(account) == ["ace a test 0"]
    assert taken(account) == []
    account.conclude(in_flight(account, "a"), OK)
    assert taken(account) == ["dice a test 0"]


def test_calls_do_not_wait_for_each_other() -> None:
    account = make_account()
    account.submit(LegAnswered("a"))
    account.submit(LegAnswered("b"))

    assert taken(account) == ["ace a test 0", "ace b test 0"]


def test_one_at_a_time_they_leave_in_order_of_issue() -> None:
    account = make_account()
    account.submit(LegAnswered("a"))
    account.submit(NetworkLost("a"))
    account.submit(LegAnswered("b"))
    left = []

    while ready := account.take_ready(1):
        left.append(ready[0].body.decode())
        account.conclude(ready[0].id, OK)

    assert left == ["ace a test 0", "dice a test 0", "ace b test 0"]


# --- open requests --------------------------------------------------------------------------------------------------------


def test_what_a_request_causes_waits_for_its_response() -> None:
    account = make_account()
    request = account.open_request()
    account.submit(LegAnswered("a"), request)

    assert next(iter(account.deliveries.values())).state is DeliveryState.HELD
    assert taken(account) == []
    request.close()
    assert taken(account) == ["ace a test 0"]


def test_a_held_delivery_keeps_its_place_in_the_queue_of_its_call() -> None:
    account = make_account()
    request = account.open_request()
    account.submit(LegAnswered("a"), request)
    account.submit(NetworkLost("a"))

    assert taken(account) == []
    request.close()
    assert taken(account) == ["ace a test 0"]


def test_a_request_holds_only_what_it_caused_itself() -> None:
    account = make_account()
    account.open_request()
    account.submit(LegAnswered("a"))

    assert taken(account) == ["ace a test 0"]


def test_a_request_that_is_closed_holds_nothing_and_closes_once() -> None:
    account = make_account()
    request = account.open_request()
    request.close()
    request.close()
    account.submit(LegAnswered("a"), request)

    assert taken(account) == ["ace a test 0"]


# --- answers --------------------------------------------------------------------------------------------------------------


def test_an_answer_reaches_the_engine_and_the_journal() -> None:
    account = make_account()
    account.submit(LegAnswered("a"))
    (delivery,) = account.take_ready()
    account.attempted(delivery, Attempt(URL, (("x-timestamp", "now"),), status=200, wall_ms=3.0))

    account.conclude(delivery.id, Answer(200, body=b"{}"))

    assert [type(heard).__name__ for heard in fake(account).heard] == ["AnswerAccepted"]
    assert kinds(account) == ["callback.queued", "callback.attempted", "callback.answered", "heard"]
    assert delivery.state is DeliveryState.ANSWERED
    attempt = account.journal.read().entries[1]
    assert (attempt.data["status"], attempt.wall) == (200, {"x-timestamp": "now", "milliseconds": 3.0})


@pytest.mark.parametrize("answer", [Answer(500), Answer(302), Failure(FailureKind.REFUSED, "nobody listens")])
def test_no_success_is_a_failed_delivery(answer: Answer | Failure) -> None:
    account = make_account()
    account.submit(LegAnswered("a"))
    (delivery,) = account.take_ready()

    account.conclude(delivery.id, answer)

    assert delivery.state is DeliveryState.FAILED
    assert "callback.failed" in kinds(account)


def test_an_answer_nobody_waits_for_any_more_is_dropped_and_said() -> None:
    account = make_account()
    account.submit(LegAnswered("a"))
    (delivery,) = account.take_ready()
    account.read(lambda engine, _: setattr(engine.state.calls["a"], "pending", None))

    account.conclude(delivery.id, OK)

    assert fake(account).heard == []
    assert delivery.notice == "discarded"
    last = account.journal.read().entries[-1]
    assert (last.kind, last.severity) == ("callback.discarded", Severity.INFO)


def test_an_answer_about_a_call_that_is_forgotten_is_dropped() -> None:
    account = make_account()
    account.submit(NetworkLost("a"))
    (delivery,) = account.take_ready()
    account.read(lambda engine, _: engine.state.calls.clear())

    account.conclude(delivery.id, OK)

    assert kinds(account)[-1] == "callback.discarded"


def test_an_answer_counts_once() -> None:
    account = make_account()
    account.submit(LegAnswered("a"))
    (delivery,) = account.take_ready()

    account.conclude(delivery.id, OK)
    account.conclude(delivery.id, OK)
    account.conclude("unknown", OK)

    assert len(fake(account).heard) == 1


# --- time -----------------------------------------------------------------------------------------------------------------


def test_what_is_due_happens_before_anything_else_and_as_of_then() -> None:
    clock = ManualClock(START)
    account = make_account(clock)
    engine = fake(account)
    engine.due[START + 100] = lambda: (engine.ask("early", START + 100),)
    engine.due[START + 200] = lambda: (engine.ask("late", START + 200),)
    clock.set(START + 500)

    account.submit(LegAnswered("now"))

    assert [d.body.decode() for d in account.deliveries.values()] == [
        "ace early test 100",
        "ace late test 200",
        "ace now test 500",
    ]
    assert [entry.instant - START for entry in account.journal.read().entries] == [100, 200, 500]


def test_a_read_wakes_nobody_unless_something_was_due() -> None:
    clock = ManualClock(START)
    account = make_account(clock)
    woken: list[int] = []
    account.wake.subscribe(lambda: woken.append(1))

    account.read(lambda engine, now: (engine, now))
    assert woken == []

    fake(account).due[START + 1] = lambda: (Note("rang"),)
    clock.set(START + 1)
    account.read(lambda engine, now: (engine, now))
    assert woken == [1]


def test_every_change_wakes_and_a_waiter_that_fails_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    account = make_account()
    woken: list[int] = []

    def fail() -> None:
        raise RuntimeError("broken")

    account.wake.subscribe(fail)
    forget = account.wake.subscribe(lambda: woken.append(1))
    account.note("remark", {})
    forget()
    account.note("remark", {})

    assert woken == [1]
    assert "could not be woken" in caplog.text


def test_a_refused_input_changes_nothing() -> None:
    account = make_account()

    with pytest.raises(Conflict):
        account.submit(MuteChanged(RoomKey(KEY, "euc1", "room"), "a", True))

    assert kinds(account) == []
    assert account.settled


# --- configuration, reset, deletion ---------------------------------------------------------------------------------------


def test_a_change_of_configuration_is_journalled() -> None:
    account = make_account()

    account.configure(lambda configured: configured.users.add("bob"), "account.changed", {"user": "bob"})

    assert "bob" in account.account.users
    assert kinds(account) == ["account.changed"]


def test_a_reset_begins_anew_with_the_keys_and_secrets_of_the_beginning() -> None:
    account = make_account()
    account.configure(lambda configured: configured.users.add("bob"), "account.changed", {})
    account.configure(lambda configured: setattr(configured.applications[KEY], "secret", "new"), "account.changed", {})
    added = Application("other", "its secret", CallbackTarget("http://127.0.0.1/"))
    account.configure(lambda configured: configured.add_application(added), "account.changed", {})
    before = fake(account)
    cursor = account.journal.cursor

    account.reset()

    assert account.account.users == set()
    assert account.account.applications[KEY].secret == "new"
    assert account.account.applications[KEY].callback == CallbackTarget(URL)
    assert "other" not in account.account.applications
    assert (before.seed, fake(account).seed) == ("test|1", "test|2")
    assert kinds(account) == ["account.reset"]
    assert account.journal.read(cursor).reset


def test_what_is_left_of_an_earlier_epoch_does_nothing() -> None:
    account = make_account()
    request = account.open_request()
    account.submit(LegAnswered("a"), request)
    account.submit(LegAnswered("b"))
    (delivery,) = account.take_ready()
    account.reset()

    request.close()
    account.attempted(delivery, Attempt(URL, (), status=200))
    account.conclude(delivery.id, OK)
    account.submit(LegAnswered("c"), request)

    assert taken(account) == ["ace c test 0"]
    assert kinds(account) == ["account.reset", "callback.queued"]
    assert fake(account).heard == []


def test_a_deleted_account_refuses_and_sends_nothing() -> None:
    account = make_account()
    account.submit(LegAnswered("a"))
    woken: list[int] = []
    account.wake.subscribe(lambda: woken.append(1))

    account.close()

    assert woken == [1]
    assert account.take_ready() == []
    assert not account.has_ready
    assert account.next_deadline() is None
    with pytest.raises(NotFound, match="account test was deleted"):
        account.submit(LegAnswered("b"))


# --- settled --------------------------------------------------------------------------------------------------------------


def test_settled_means_no_request_no_delivery_no_timer_due() -> None:
    clock = ManualClock(START)
    account = make_account(clock)
    assert account.settled
    assert account.open_work() == []

    request = account.open_request()
    assert not account.settled
    account.submit(LegAnswered("a"), request)
    request.close()
    (delivery,) = account.take_ready()
    assert not account.settled
    assert any("in-flight" in sentence and "call a" in sentence for sentence in account.open_work())
    account.conclude(delivery.id, OK)
    assert account.settled

    fake(account).due[START + 5] = lambda: ()
    assert account.settled
    clock.set(START + 5)
    assert not account.settled
    account.fire_due()
    assert account.settled


# --- bounds ---------------------------------------------------------------------------------------------------------------


def test_old_deliveries_are_forgotten_and_it_is_said_once() -> None:
    account = make_account(bounds=Bounds(deliveries=3))
    for number in range(10):
        account.submit(NetworkLost(str(number)))
        (delivery,) = account.take_ready()
        account.conclude(delivery.id, OK)

    assert len(account.deliveries) == 3
    said = [entry for entry in account.journal.read().entries if entry.kind == "remark"]
    assert len(said) == 1
    assert said[0].severity is Severity.WARNING
    assert "more than 3 deliveries" in str(said[0].data["text"])


def test_deliveries_under_way_are_never_forgotten() -> None:
    account = make_account(bounds=Bounds(deliveries=2))
    for number in range(10):
        account.submit(NetworkLost(str(number)))

    assert len(account.take_ready()) == 10


def test_large_answers_are_bounded_by_their_bytes() -> None:
    account = make_account(bounds=Bounds(delivery_bytes=250_000))
    for number in range(10):
        account.submit(NetworkLost(str(number)))
        (delivery,) = account.take_ready()
        account.attempted(delivery, Attempt(URL, (), status=200, response_body=b"x" * 100_000))
        account.conclude(delivery.id, OK)

    assert len(account.deliveries) == 2


# --- callbacks by hand ----------------------------------------------------------------------------------------------------


def test_a_callback_by_hand_is_sent_and_its_answer_acted_on_by_nobody() -> None:
    account = make_account()
    account.submit(LegAnswered("a"))
    (asked,) = account.take_ready()
    account.conclude(asked.id, OK)

    extra = account.send_extra(EventKind.ENDED, b"{}", CallbackTarget(URL), call_id="a", application=KEY)

    assert account.take_ready() == [extra]
    account.conclude(extra.id, Answer(200, body=b"thanks"))
    assert extra.notice == "recorded"
    assert len(fake(account).heard) == 1


def test_signing_needs_the_application() -> None:
    account = make_account(callback_clock="account")
    account.submit(LegAnswered("a"))
    (delivery,) = account.take_ready()

    assert dict(account.sign(delivery, URL))["x-timestamp"] == str(START * 1_000_000)
    account.configure(lambda configured: configured.applications.clear(), "account.changed", {})
    with pytest.raises(NotFound, match="does not exist any more"):
        account.sign(delivery, URL)


def test_effects_of_timers_are_not_held_by_a_request_that_happens_to_be_open() -> None:
    clock = ManualClock(START)
    account = make_account(clock)
    engine = fake(account)

    def ring() -> tuple[Effect, ...]:
        return (engine.send("timer", CallAnswered()),)

    engine.due[START + 1] = ring
    clock.set(START + 1)
    request = account.open_request()
    account.submit(LegAnswered("asked"), request)

    assert taken(account) == ["ace timer test 1"]
