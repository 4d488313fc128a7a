"""One telephone, several calls: what is done is done on the call that is meant."""

from __future__ import annotations

import pytest

from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.testkit import AsyncSinchVoice, ExpectationFailed, SinchVoice
from voices import AGENT, CONNECT, MENU, answers

ANN, BEN = "+12025550001", "+12025550002"


@pytest.fixture
def two_ring(voice: SinchVoice) -> SinchVoice:
    """Ann and Ben call, and the agent's phone rings for both."""
    voice.deliver_to(answers(ice=CONNECT, ace={"action": {"name": "continue"}}))
    voice.phone(AGENT)
    voice.incoming_call(ANN)
    voice.incoming_call(BEN)
    return voice


def test_the_call_that_was_waited_for_is_answered(two_ring: SinchVoice) -> None:
    ann, ben = two_ring.calls
    two_ring.phone(AGENT).expect_ringing(cli=ANN).answer()
    assert (ann.state, ben.state) == ("connected", "dialling")


def test_in_any_order(two_ring: SinchVoice) -> None:
    ann, ben = two_ring.calls
    agent = two_ring.phone(AGENT)
    of_ben, of_ann = agent.expect_ringing(cli=BEN), agent.expect_ringing(cli=ANN)
    of_ben.decline()
    of_ann.answer()
    assert (ann.state, ben.result) == ("connected", "BUSY")
    assert (of_ben.ringing, of_ann.ringing, agent.ringing) == (False, False, False)
    assert ([one.cli for one in of_ben.dialled_by], [one.cli for one in agent.dialled_by]) == ([BEN], [ANN, BEN])
    with pytest.raises(Conflict, match=r"cannot answer: it is not on this call any more \(declined\)"):
        of_ben.answer()
    assert repr(of_ann) == f"<phone {AGENT} on call {ann.id}>"


def test_without_the_handle_the_latest_that_was_waited_for_is_meant(two_ring: SinchVoice) -> None:
    ann, ben = two_ring.calls
    agent = two_ring.phone(AGENT)
    agent.expect_ringing(cli=ANN)
    agent.answer()
    assert (ann.state, ben.state) == ("connected", "dialling")
    agent.busy()
    ben.expect_ended("BUSY", "N/A")  # the only one that still rings
    agent.hang_up()
    assert ann.reason == "CALLEEHANGUP"


@pytest.mark.parametrize("doing", ["answer", "decline", "busy", "unreachable"])
def test_two_that_ring_are_told_apart(two_ring: SinchVoice, doing: str) -> None:
    ann, ben = two_ring.calls
    with pytest.raises(Conflict) as refusal:
        getattr(two_ring.phone(AGENT), doing)()
    said = str(refusal.value)
    assert f"{ann.id} (CLI {ANN}), {ben.id} (CLI {BEN})" in said
    assert f'take one with expect_ringing(cli="{ANN}")' in said
    assert [call.state for call in two_ring.calls] == ["dialling", "dialling"]


def test_two_that_are_connected_are_told_apart(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=CONNECT, ace={"action": {"name": "continue"}}))
    agent = voice.phone(AGENT, on_ring="answers")
    ann, ben = voice.incoming_call(ANN), voice.incoming_call(BEN)
    voice.advance(seconds=5)
    for doing in (lambda: agent.press("5"), lambda: agent.speak("Hello"), agent.hang_up, lambda: agent.expect_prompt("x")):
        with pytest.raises(Conflict, match=f"it is on 2 calls: {ann.id} .*, {ben.id} .*; act on the call that is meant"):
            doing()
    assert (ann.keys, ben.keys, ann.live, ben.live) == ("", "", True, True)
    ann.press("5", leg=2)
    ann.hang_up(leg=2)
    agent.press("6")
    assert (ann.keys, ben.keys) == ("5", "6")


def test_an_answer_that_says_nothing_is_no_mistake(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=CONNECT))
    agent, call = voice.phone(AGENT), voice.incoming_call()
    agent.answer()
    assert "the answer to ACE says nothing, so the call is connected as if it said continue" in " ".join(call.ladder().split())
    agent.hang_up()


def test_one_call_waits_while_another_is_spoken_on(two_ring: SinchVoice) -> None:
    ann, ben = two_ring.calls
    agent = two_ring.phone(AGENT)
    agent.expect_ringing(cli=ANN).answer()
    agent.press("1")
    agent.hang_up()
    assert (ann.keys, ann.live, ben.live, agent.ringing) == ("1", False, True, True)


def test_a_caller_is_not_rung_by_its_own_call(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=CONNECT))
    caller = voice.phone(ANN)
    call = caller.calls(voice.number)
    assert not caller.ringing
    with pytest.raises(Conflict, match=r"\+12025550001 cannot answer: it does not ring: it is calling"):
        caller.answer()
    caller.hang_up()
    assert call.reason == "CANCEL"


def test_a_phone_that_only_rings_does_not_hang_up(two_ring: SinchVoice) -> None:
    with pytest.raises(Conflict, match="cannot hang up: it still rings; answer\\(\\) or decline\\(\\) it"):
        two_ring.phone(AGENT).hang_up()


def test_what_a_phone_heard_on_one_call_and_on_all(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=MENU))
    caller = voice.phone(ANN)
    first = caller.calls(voice.number)
    caller.expect_prompt("Press 1")
    caller.hang_up()
    caller.calls(voice.number)
    caller.expect_prompt("Press 1")
    assert [one.call for one in caller.heard] == [call.id for call in voice.calls]
    assert not first.live
    with pytest.raises(ExpectationFailed, match="an earlier expectation has matched"):
        caller.expect_prompt("Press 1", within=0.1)


def test_a_ring_is_matched_once(two_ring: SinchVoice) -> None:
    agent = two_ring.phone(AGENT)
    agent.expect_ringing()
    agent.expect_ringing()
    with pytest.raises(ExpectationFailed, match="which an earlier expect_ringing has matched"):
        agent.expect_ringing(within=1)


def test_a_phone_from_before_a_reset(two_ring: SinchVoice) -> None:
    agent = two_ring.phone(AGENT)
    two_ring.reset()
    for use in (agent.answer, lambda: agent.heard, agent.expect_ringing):
        with pytest.raises(Conflict, match=r"phone \+46700000001 is from before the account was reset.*ask for it again"):
            use()


def test_in_an_asynchronous_test() -> None:
    async def test() -> None:
        async with AsyncSinchVoice() as voice:
            voice.deliver_to(answers(ice=CONNECT, ace={"action": {"name": "continue"}}))
            agent = voice.phone(AGENT)
            ann, ben = await voice.incoming_call(ANN), await voice.incoming_call(BEN)
            await (await agent.expect_ringing(cli=ANN)).answer()
            assert (ann.state, ben.state) == ("connected", "dialling")
            voice.expect_open()

    import asyncio

    asyncio.run(test())


# --- a second look ---------------------------------------------------------------------------------------------------------


def test_asking_for_a_phone_again_changes_nothing(voice: SinchVoice) -> None:
    voice.deliver_to(answers(ice=CONNECT))
    agent = voice.phone(AGENT, on_ring="busy")
    assert voice.phone(AGENT) is agent
    voice.incoming_call().expect_ended("BUSY")
    voice.phone(AGENT, on_ring="manual")
    voice.incoming_call()
    assert agent.expect_ringing().ringing
