"""Words and numbers that are none: each is refused where it is said, with what would be right."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pytest

from sinch_voice_emulator.errors import BadRequest, EmulatorError, NotFound
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.phone import OnRing, PhoneBehaviour, Verdict
from sinch_voice_emulator.runtime.delivery_faults import SIGNATURES, DeliveryFault, FaultKind
from sinch_voice_emulator.testkit import Call, ExpectationFailed, SinchVoice, words
from sinch_voice_emulator.testkit.arrivals import arrived
from voices import AGENT, CONNECT, HANG_UP, MENU, answers

Use = Callable[[Any], object]


@pytest.mark.parametrize(
    ("use", "says"),
    [
        (lambda voice: voice.set_profile(default_ring="abc"), "default_ring should be milliseconds as a number"),
        (lambda voice: voice.set_profile(cli_with_plus="yes"), "cli_with_plus should be true or false, but is 'yes'"),
        (lambda voice: voice.set_profile(callback_timeout=-5), "callback_timeout should be milliseconds as a number"),
        (
            lambda voice: voice.set_profile(calback_timeout=5),
            "there is no switch 'calback_timeout'; did you mean callback_timeout",
        ),
        (lambda voice: voice.set_rates({"x": "0.1"}), "a prefix of numbers must be a telephone number .*, not 'x'"),
        (lambda voice: voice.set_rates({"46": "y"}), "a price must be an amount such as 10.00, not 'y'"),
        (lambda voice: voice.set_credit("abc"), "the credit must be an amount such as 10.00, not 'abc'"),
        (lambda voice: voice.set_credit(-1), "the credit must be an amount"),
        (lambda voice: voice.fault("drop", status=300), "status means nothing to a fault of kind drop"),
        (lambda voice: voice.fault("drop", event="icee"), r"not 'icee' \(did you mean ice\?\)"),
        (lambda voice: voice.fault("drop", count="3"), "count of a fault is a whole number, not '3'"),
        (lambda voice: voice.fault("drop", call=5), "the call of a fault is a call or its id, not 5"),
        (lambda voice: voice.fault("drop", speed=3), "a fault has no such detail: 'speed'. There are: event, call"),
        (lambda voice: voice.fault("drop", cal="x"), "a fault has no such detail: 'cal'; did you mean call"),
        (lambda voice: voice.phone("foo bar"), "'foo bar' is not an address: one looks like .* or user:lin"),
        (lambda voice: voice.phone(None), "an address is a text such as .*, not None"),
        (
            lambda voice: voice.phone(AGENT, on_rign="busy"),
            r"phone has no member 'on_rign'; did you mean onRing\? Members: onRing",
        ),
        (lambda voice: voice.phone(AGENT, on_ring="bussy"), "phone.onRing should be one of answers"),
        (
            lambda voice: voice.incoming_call(fron="x"),
            r"a call that arrives has no detail 'fron'; did you mean from_\? There are: from_, to, on_ring",
        ),
        (lambda voice: voice.incoming_call(rdni="x"), r"no detail 'rdni'; did you mean rdnis\? There are"),
        (lambda voice: voice.incoming_call(cli="x"), "a call that arrives has no detail 'cli'"),
        (
            lambda voice: voice.incoming_call(region="euc"),
            r"the regions are .*, and 'euc' is none of them; did you mean euc1\?",
        ),
        (lambda voice: voice.incoming_call(5), "an address is a text such as .*, not 5"),
        (
            lambda voice: voice.advance(5),
            r"advance\(\) takes 1 positional argument but 2 were given; it takes advance\(\*, hours=0",
        ),
        (lambda voice: voice.advance(days=5), r"got an unexpected keyword argument 'days'; it takes advance\(\*, hours=0"),
        (lambda voice: voice.advance(seconds="5"), r"time is advanced by numbers, such as advance\(seconds=5\), not by '5'"),
        (lambda voice: voice.advance(seconds=float("nan")), "time is advanced by numbers, .*, not by nan"),
        (lambda voice: voice.advance(hours=float("inf")), "time is advanced by numbers, .*, not by inf"),
        (lambda voice: voice.run_until(True), r"run_until asks again and again: run_until\(lambda: call.live\)"),
        (
            lambda voice: voice.run_until(bool, within="1"),
            "within is a number of seconds of account time, more than 0, not '1'",
        ),
        (lambda voice: voice.run_until(bool, within=float("nan")), "within is a number of seconds"),
        (lambda voice: voice.deliver_to("https://"), "'https://' is not a URL: it must be an absolute URL"),
        (
            lambda voice: voice.entries("leg.dailled"),
            "no kind of journal entry begins with 'leg.dailled'; did you mean leg.dialled",
        ),
        (lambda voice: voice.expect_call(method="fax"), "the methods of a callout are tts, conference, custom, and 'fax'"),
    ],
)
def test_of_the_voice(voice: SinchVoice, use: Use, says: str) -> None:
    voice.deliver_to(answers(ice=MENU))
    before = voice.runtime.account.profile
    with pytest.raises(BadRequest, match=says):
        use(voice)
    assert voice.calls == []
    assert voice.runtime.account.profile == before


@pytest.mark.parametrize(
    ("use", "says"),
    [
        (lambda call: call.press(1), 'keys are a text such as "1", not 1'),
        (lambda call: call.press("x"), "'x' cannot be pressed: a telephone has the keys 0-9"),
        (lambda call: call.press(), r"press\(\) missing 1 required positional argument: 'keys'; it takes press\(keys, leg=0\)"),
        (lambda call: call.speak(b"Hello"), "what is said is a text, not b'Hello'"),
        (lambda call: call.press("1", leg="calee"), r"has no leg 'calee'; there are: 1 \(caller, \+12025550143\)"),
        (lambda call: call.press("1", leg=None), "has no leg None"),
        (
            lambda call: call.expect_ended("ANSWRED"),
            r"the results of a call are ANSWERED, .*, and 'ANSWRED' .*; did you mean ANSWERED",
        ),
        (lambda call: call.expect_ended(reason="HANGUP"), "the reasons of an end are .*TIMEOUT"),
        (lambda call: call.expect_state("in a mneu"), "the states of a call are .* did you mean in a menu"),
        (lambda call: call.expect_callback("pye"), "the events are ice, ace, pie, dice, notify, and 'pye' is none"),
        (lambda call: call.detect("robot"), "answering machine detection concludes human, machine"),
    ],
)
def test_of_a_call(voice: SinchVoice, use: Use, says: str) -> None:
    voice.deliver_to(answers(ice=MENU))
    call = voice.incoming_call()
    with pytest.raises(BadRequest, match=says):
        use(call)
    assert call.keys == ""


def test_of_a_phone(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    caller = voice.phone("+46700000008")
    caller.calls(voice.number)
    uses: list[Callable[[], object]] = [lambda: caller.press(1), lambda: caller.speak(2)]  # type: ignore[arg-type]
    for use in uses:
        with pytest.raises(BadRequest, match=r"(is|are) a text"):
            use()


def test_a_party_is_named_by_its_role_or_its_address(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=CONNECT))
    for leg in ("callee", AGENT, "0046700000001".removeprefix("00"), 2):
        voice.phone(AGENT)
        call = voice.incoming_call()
        voice.phone(AGENT).expect_ringing().answer()
        call.press("5", leg="caller")
        call.hang_up(leg=leg)
        assert (call.reason, call.keys) == ("CALLEEHANGUP", "5")


def test_a_fault_of_one_call(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU, pie=HANG_UP))
    call, other = voice.incoming_call(), voice.incoming_call()
    with pytest.raises(NotFound, match="there is no call 'nope'"):
        voice.fault("drop", call="nope")
    assert voice.fault("refused", call=call, event="pie").call == call.id
    call.press("1")
    other.press("1")
    assert (call.callbacks[1].error, other.callbacks[1].error) != ("", "")
    assert other.callbacks[1].error == ""


def test_a_conference_that_never_was(voice: SinchVoice) -> None:
    conference = {"name": "connectConf", "conferenceId": "standup", "conferenceDtmfOptions": {"mode": "ignore"}}
    voice.deliver_to(answers(ice={"action": conference}))
    call = voice.incoming_call()
    with pytest.raises(ExpectationFailed, match=r"Nobody was ever in it\. Conferences so far: standup"):
        voice.conference("stadnup").expect_participants(within=1)
    voice.conference("another").expect_participants(count=0)
    call.hang_up()
    voice.conference("standup").expect_participants()


def test_what_counts_as_true(voice: SinchVoice) -> None:
    nothing: list[Any] = [None, False, 0, "", []]
    while nothing:
        with pytest.raises(ExpectationFailed):
            voice.run_until(lambda: nothing[-1], within=1)
        nothing.pop()
    assert voice.run_until(lambda: "x") == "x"


# --- what type checkers know --------------------------------------------------------------------------------------------------


def literals(owner: Any, name: str) -> set[str]:
    """The words that a type checker allows for a member."""
    hint = get_type_hints(owner)[name]
    parts = get_args(hint)
    return {one for part in parts for one in (get_args(part) or (part,)) if isinstance(one, str)}


def test_what_type_checkers_know_is_what_there_is() -> None:
    assert set(words.Behaviour.__annotations__) == {one.name for one in fields(PhoneBehaviour)}
    assert literals(words.Behaviour, "on_ring") == set(OnRing)
    assert literals(words.Behaviour, "answerer") == set(Verdict)
    assert set(words.FaultDetails.__annotations__) == {one.name for one in fields(DeliveryFault)} - {"id", "kind"}
    assert set(get_args(words.FaultName)) == set(FaultKind)
    assert set(get_args(words.Event)) == set(EventKind)
    assert literals(words.FaultDetails, "signature") == set(SIGNATURES)
    details = set(words.CallDetails.__annotations__) - set(words.Behaviour.__annotations__)
    assert details == set(inspect.signature(arrived).parameters) - {"origin", "caller", "to", "cli", "behaviour"}


def test_every_refusal_is_of_the_package(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    call = voice.incoming_call()
    assert isinstance(call, Call)
    for name in ("press", "speak", "hang_up", "expect_prompt", "expect_callback", "expect_dialled", "expect_state"):
        with pytest.raises(EmulatorError, match=f"it takes {name}\\("):
            getattr(call, name)(nonsense=1, event=2, x=3) if name != "expect_callback" else call.expect_callback()  # type: ignore[call-arg]
