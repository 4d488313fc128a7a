"""Faults of the network on the way to a backend: which attempts they mean, what they do, and that both drivers agree."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from sinch_voice_emulator.errors import BadRequest, LimitReached, NotFound
from sinch_voice_emulator.model.delivery import CallbackTarget, EventKind
from sinch_voice_emulator.runtime.delivery_faults import (
    MAX_FAULTS,
    SIGNATURES,
    DeliveryFault,
    DeliveryFaults,
    FaultKind,
    Signature,
    altered,
    drawn,
)
from sinch_voice_emulator.runtime.exchanges import Exchange
from sinch_voice_emulator.runtime.ports import Answer
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_SECRET
from virtual_world import (
    PHONE,
    START,
    Event,
    World,
    arrival,
    hung_up,
    menu_then_hang_up,
)

ICE, ACE, PIE, DICE = EventKind.INCOMING, EventKind.ANSWERED, EventKind.INPUT, EventKind.ENDED


def world_with(kind: FaultKind, handler: Any = menu_then_hang_up, **members: Any) -> World:
    """A world whose first ICE, unless told otherwise, suffers a fault."""
    world = World(handler)
    world.account.faults.add(DeliveryFault(kind, **({"event": ICE} | members)))
    return world


def through(world: World) -> tuple[str, str, float]:
    """A call from beginning to end: result, reason, and when it was over."""
    call = world.call(world.incoming())
    world.until(lambda: world.ended(call.id))
    world.until(lambda: None, idle_ok=True)
    assert call.ended is not None
    return call.result.value, call.reason.value, (call.ended - START) / 1000


# --- each kind ----------------------------------------------------------------------------------------------------------


def test_dropped() -> None:
    world = world_with(FaultKind.DROP)
    assert through(world) == ("FAILED", "CALLBACKERROR", 7.0)
    assert world.events() == [(7.0, "dice")], "5 s until the timeout, 2 s of error prompt"
    assert "did not answer within 5 s" in str(world.journal("callback.failed")[0].data["error"])


def test_delayed() -> None:
    world = world_with(FaultKind.DELAY, milliseconds=2_500)
    assert through(world) == ("ANSWERED", "MANAGERHANGUP", 7.5)
    assert world.events() == [(2.5, "ice"), (7.5, "pie"), (7.5, "dice")]


def test_a_delayed_callback_does_not_keep_the_account_from_being_settled() -> None:
    world = world_with(FaultKind.DELAY, milliseconds=60_000)
    other = world.incoming()
    assert world.account.settled
    assert world.account.next_deadline() == START + 60_000
    call = world.incoming()
    assert [event["callid"] for _, event in world.received] == [call], "other calls go on"
    world.advance(60)
    assert other in [event["callid"] for _, event in world.received]


def test_duplicated() -> None:
    world = world_with(FaultKind.DUPLICATE, copies=2)
    assert through(world)[0] == "ANSWERED"
    assert [event for _, event in world.events()] == ["ice", "ice", "ice", "pie", "dice"]
    first, second, third = world.exchanges[:3]
    assert (first.body, first.headers) == (second.body, second.headers) == (third.body, third.headers)
    dropped = world.journal("callback.discarded")
    assert [entry.data["why"] for entry in dropped] == ["it answers a duplicate, and the first answer counts"] * 2
    assert len(world.account.deliveries[first.delivery.id].attempts) == 1


def out_of_order(event: Event) -> Event | None:
    """A backend that is told of an answer and, at the same time, of the end."""
    return {"action": {"name": "connectPstn", "number": PHONE}} if event["event"] == "ice" else None


def test_reordered() -> None:
    world = world_with(FaultKind.REORDER, out_of_order, event=ACE, milliseconds=60_000)
    call = world.incoming()
    world.advance(2)
    assert world.events() == [(0.0, "ice")], "ACE waits to be overtaken"
    world.does(hung_up(call))
    world.settle()
    assert world.events() == [(0.0, "ice"), (2.0, "dice"), (2.0, "ace")]
    assert world.account.settled


def test_reordered_with_nothing_to_be_overtaken_by() -> None:
    world = world_with(FaultKind.REORDER, milliseconds=1_500)
    assert through(world)[0] == "ANSWERED"
    assert world.events()[0] == (1.5, "ice")


def test_altered() -> None:
    world = world_with(FaultKind.ALTER, path="$.to.endpoint", value="+15550000000")
    through(world)
    assert world.received[0][1]["to"]["endpoint"] == "+15550000000"
    assert holds(world.exchanges[0])


@pytest.mark.parametrize("signature", SIGNATURES)
def test_badly_signed(signature: Signature) -> None:
    world = world_with(FaultKind.BAD_SIGNATURE, event=DICE, signature=signature)
    through(world)
    good, spoilt = world.exchanges[0], world.exchanges[-1]
    assert holds(good)
    assert json.loads(spoilt.body)["event"] == "dice"
    headers = dict(spoilt.headers)
    if signature == "absent":
        assert {"authorization", "x-timestamp"} & set(headers) == set()
    elif signature == "stale-time":
        assert holds(spoilt), "the signature itself is right"
        assert int(headers["x-timestamp"][:4]) > 2000
        assert headers["x-timestamp"] < dict(good.headers)["x-timestamp"]
    else:
        assert not holds(spoilt)
    if signature == "replayed":
        assert headers["authorization"] == dict(world.exchanges[-2].headers)["authorization"]
    (told,) = [one for one in world.journal("remark") if one.severity != "info"]
    if signature == "stale-time":
        assert (told.severity, told.data["text"]) == ("warning", "the backend accepted dice although it was signed an hour ago")
    else:
        text = f"the backend accepted dice although its signature does not hold ({signature})"
        assert (told.severity, told.data["text"]) == ("problem", text)


def test_a_replay_of_the_very_first_callback_is_an_old_one() -> None:
    world = world_with(FaultKind.BAD_SIGNATURE, signature="replayed")
    through(world)
    first, second = (dict(exchange.headers)["x-timestamp"] for exchange in world.exchanges[:2])
    assert first < second
    (told,) = [one for one in world.journal("remark") if one.severity != "info"]
    assert told.severity == "warning"


def test_a_backend_that_refuses_a_bad_signature_did_nothing_wrong() -> None:
    def handler(event: Event) -> Any:
        return Answer(401) if event["event"] == "ice" else menu_then_hang_up(event)

    world = world_with(FaultKind.BAD_SIGNATURE, handler)
    assert through(world)[:2] == ("FAILED", "CALLBACKERROR")
    (failed,) = world.journal("callback.failed")
    assert failed.severity == "info"
    assert [one for one in world.journal("remark") if one.severity != "info"] == []


def test_slow_but_in_time() -> None:
    world = world_with(FaultKind.SLOW_ANSWER, milliseconds=4_999)
    assert through(world) == ("ANSWERED", "MANAGERHANGUP", 9.999)
    assert world.events()[0] == (0.0, "ice")


def test_too_slow() -> None:
    world = world_with(FaultKind.SLOW_ANSWER, milliseconds=30_000)
    assert through(world) == ("FAILED", "CALLBACKERROR", 7.0)
    (late,) = world.journal("callback.discarded")
    assert (late.instant, late.data["answer"], late.data["why"]) == (
        START + 30_000,
        "status 200",
        "it came after the timeout of the callback",
    )


@pytest.mark.parametrize(
    ("kind", "arrives", "says"),
    [
        (FaultKind.REFUSED, False, "refused the connection"),
        (FaultKind.RESET, True, "closed the connection without an answer"),
        (FaultKind.STATUS, False, "status 502"),
        (FaultKind.GARBAGE, True, "JSON"),
    ],
)
def test_no_answer_comes_back(kind: FaultKind, arrives: bool, says: str) -> None:
    world = world_with(kind, status=502)
    assert through(world)[:2] == ("FAILED", "CALLBACKERROR")
    assert ("ice" in [event for _, event in world.events()]) is arrives
    assert any(says in str(entry.data) for entry in world.journal("callback.", "svaml.", "remark"))
    assert [entry for entry in world.journal("callback.") if entry.severity == "problem"] == []


# --- which attempts -----------------------------------------------------------------------------------------------------


def fired(world: World) -> list[tuple[str, str]]:
    """Events and calls of the faults that fired."""
    return [(str(entry.data["event"]), entry.call_id) for entry in world.journal("fault.fired")]


def test_the_nth_and_how_many() -> None:
    world = world_with(FaultKind.REFUSED, nth=2, count=2)
    calls = [world.incoming() for _ in range(5)]
    assert fired(world) == [("ice", calls[1]), ("ice", calls[2])]
    assert world.account.faults.all() == (), "used up"


def test_all_of_one_call() -> None:
    world = World()
    first, second = world.incoming(), world.incoming()
    world.account.faults.add(DeliveryFault(FaultKind.DELAY, call=second, count=None))
    world.advance(60)
    assert fired(world) == [("pie", second), ("dice", second)]
    assert first not in [call for _, call in fired(world)]


def test_attempts_are_counted_so_a_fallback_can_save_a_delivery() -> None:
    world = world_with(FaultKind.REFUSED)
    world.account.account.applications[DEFAULT_KEY].callback = CallbackTarget("http://one.test/", "http://two.test/voice")
    assert through(world)[0] == "ANSWERED"
    assert [urlsplit(exchange.url).hostname for exchange in world.exchanges] == ["two.test", "one.test", "one.test"]
    everything = world_with(FaultKind.REFUSED, count=2)
    everything.account.account.applications[DEFAULT_KEY].callback = CallbackTarget("http://one.test/", "http://two.test/voice")
    assert through(everything)[0] == "FAILED"


def test_redelivery_saves_one_too() -> None:
    world = world_with(FaultKind.DROP)
    world.account.account.profile = replace(world.account.account.profile, redelivery_attempts=2)
    assert through(world) == ("ANSWERED", "MANAGERHANGUP", 10.0)
    assert world.events()[0] == (5.0, "ice")


def test_of_two_orders_the_older_one_fires_and_chance_is_the_same_in_every_run() -> None:
    def run(seed: str) -> list[bool]:
        faults = DeliveryFaults(seed)
        faults.add(DeliveryFault(FaultKind.REFUSED, count=None, chance=0.5))
        faults.add(DeliveryFault(FaultKind.DROP, count=None))
        account = World().account
        account.submit(arrival())
        (delivery,) = account.take_ready()
        kinds = [fault.kind for fault in [faults.firing(delivery) for _ in range(40)] if fault is not None]
        assert len(kinds) == 40
        return [kind is FaultKind.REFUSED for kind in kinds]

    assert run("one") == run("one") != run("two")
    assert 10 < sum(run("one")) < 30
    assert 0 <= drawn("anything") < 1


def test_a_reset_forgets_them() -> None:
    world = world_with(FaultKind.DROP)
    world.account.reset(START)
    assert world.account.faults.all() == ()
    assert through(world)[0] == "ANSWERED"


def test_a_reset_or_the_end_of_the_account_frees_those_that_wait() -> None:
    world = world_with(FaultKind.DELAY, milliseconds=60_000)
    world.incoming()
    world.account.reset(START)
    world.settle()
    assert world.events() == [(0.0, "ice")], "it leaves, and its answer means nothing"
    assert world.journal("call.") == []
    again = world_with(FaultKind.DELAY, milliseconds=60_000)
    again.incoming()
    again.account.close()
    assert again.account.open.alarms.next() is None


def test_orders_that_make_no_sense() -> None:
    faults = DeliveryFaults("seed")
    for wrong, says in (
        (DeliveryFault(FaultKind.DROP, nth=0), "begin at 1"),
        (DeliveryFault(FaultKind.DROP, count=0), "begin at 1"),
        (DeliveryFault(FaultKind.DROP, chance=0), "more than 0 and at most 1, not 0"),
        (DeliveryFault(FaultKind.DELAY, milliseconds=0), "takes more than 0 milliseconds"),
        (DeliveryFault(FaultKind.DUPLICATE, copies=11), "1 to 10 more times, not 11"),
        (DeliveryFault(FaultKind.ALTER), "needs the path of a member, such as"),
        (DeliveryFault(FaultKind.BAD_SIGNATURE, signature="none"), "in one of these ways: wrong-key"),  # type: ignore[arg-type]
        (DeliveryFault(FaultKind.STATUS, status=99), "between 100 and 599, not 99"),
    ):
        with pytest.raises(BadRequest, match=says):
            faults.add(wrong)
    for _ in range(MAX_FAULTS):
        faults.add(DeliveryFault(FaultKind.DROP))
    with pytest.raises(LimitReached, match="at most 100 faults"):
        faults.add(DeliveryFault(FaultKind.DROP))
    faults.remove("1")
    with pytest.raises(NotFound, match="there is no fault '1'"):
        faults.remove("1")
    assert faults.clear() == MAX_FAULTS - 1


def test_altering_a_member_that_is_not_there_makes_it_and_what_is_no_object_stays() -> None:
    assert altered(b'{"a":1}', "$.b.c", 2) == b'{"a":1,"b":{"c":2}}'
    assert altered(b'{"a":1}', "$.a.c", 2) == b'{"a":1}'
    assert altered(b'{"a":1}', "$.a.b.c", 2) == b'{"a":1}'


def holds(exchange: Exchange) -> bool:
    """Whether a receiver who follows the documentation accepts the signature."""
    headers = dict(exchange.headers)
    md5 = base64.b64encode(hashlib.md5(exchange.body).digest()).decode()
    stamp = f"x-timestamp:{headers['x-timestamp']}"
    text = "\n".join(["POST", md5, headers["content-type"], stamp, urlsplit(exchange.url).path or "/"])
    right = base64.b64encode(hmac.new(base64.b64decode(DEFAULT_SECRET), text.encode(), hashlib.sha256).digest()).decode()
    return headers["authorization"] == f"application {DEFAULT_KEY}:{right}"
