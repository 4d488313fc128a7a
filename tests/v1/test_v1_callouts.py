"""Callout requests, as the reference's examples have them and in every corner."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sinch_voice_emulator.engine.inputs import CalloutRequested
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.call import CalloutKind, Wants
from sinch_voice_emulator.model.delivery import CallbackTarget, EventKind
from sinch_voice_emulator.model.party import number, sip, username
from sinch_voice_emulator.model.profile import OBSERVED, STRICT, BehaviourProfile
from sinch_voice_emulator.model.script import (
    Dial,
    HangUp,
    Join,
    Play,
    Proceed,
    Prompt,
    PromptKind,
    Report,
    Script,
    ToneMode,
    ToneOptions,
)
from sinch_voice_emulator.v1.errors import ApiError
from sinch_voice_emulator.v1.problems import Problem
from sinch_voice_emulator.v1.requests import callout, json_body

EXAMPLES = json.loads((Path(__file__).parent.parent / "data" / "rest-examples.json").read_text(encoding="utf-8"))
CALLOUTS = [one for one in EXAMPLES if one["method"] == "POST" and one["path"].rstrip("/").endswith("/callouts")]
PERFORMED_ELSEWHERE = {"no_credit", "destination_forbidden", "rate_limited", "internal", "missing_header"}
"""Examples whose body is fine: the account, the credentials or an order of the test refuses them."""

TO = {"type": "number", "endpoint": "+46701234567"}
SAY = '{"instructions":[{"name":"say","text":"Hi"}],"action":{"name":"hangup"}}'
CONNECT = '{"action":{"name":"connectPstn","number":"+12233445566"}}'
HI = Play((Prompt(PromptKind.SPEECH, "Hi"),))


def ask(body: object, profile: BehaviourProfile = OBSERVED, *, url: str = "") -> tuple[CalloutRequested, tuple[Problem, ...]]:
    account = Account("test", profile=profile)
    application = Application("key", "secret", CallbackTarget(url) if url else None)
    return callout(body, account=account, application=application, region="euc1", forwarded=(("X-CB-A", "1"),))


def asked(method: str, profile: BehaviourProfile = OBSERVED, *, url: str = "", **members: Any) -> CalloutRequested:
    return ask({"method": method, method: members}, profile, url=url)[0]


def refused(body: object, profile: BehaviourProfile = OBSERVED) -> tuple[int, int, str]:
    with pytest.raises(ApiError) as caught:
        ask(body, profile)
    return caught.value.status, caught.value.code, caught.value.message


def custom_refused(**members: Any) -> tuple[int, int, str]:
    return refused({"method": "customCallout", "customCallout": members})


def tts_refused(profile: BehaviourProfile = OBSERVED, **members: Any) -> tuple[int, int, str]:
    return refused({"method": "ttsCallout", "ttsCallout": {"destination": TO, **members}}, profile)


@pytest.mark.parametrize("example", CALLOUTS, ids=lambda one: one["name"])
def test_examples(example: dict[str, Any]) -> None:
    profile = STRICT if "strict" in example["name"] else OBSERVED
    body = example["request"]
    if "request_raw_body" in example and body is None and "not_json" in example["name"]:
        with pytest.raises(ApiError) as caught:
            json_body(example["request_raw_body"].encode())
        assert (caught.value.status, caught.value.code) == (400, 40003)
        return
    if example["status"] == 400:
        expected = example["response"]
        assert refused(body, profile) == (400, expected["errorCode"], expected["message"])
        return
    if example["status"] != 200:
        assert example["name"].startswith("auth") or example["name"].rpartition(".")[2] in PERFORMED_ELSEWHERE
    request, _remarks = ask(body)
    assert request.kind in CalloutKind


def test_a_spoken_message() -> None:
    request = asked(
        "ttsCallout",
        cli="46850001000",
        destination={"type": "Number", "endpoint": "0046 701"},
        text="Hi",
        dtmf="W1*#",
        custom="c",
        enableDice="true",
    )
    assert request == CalloutRequested(
        kind=CalloutKind.SPEECH,
        application="key",
        region="euc1",
        to=number("+0046701"),
        cli="+46850001000",
        tones="w1*#",
        custom="c",
        on_proceed=Script((HI,), HangUp(message_finished=True)),
        wants=Wants(answered=False, input=False, ended=True),
        forwarded_headers=(("X-CB-A", "1"),),
    )


def test_prompts_replace_the_text() -> None:
    request = asked("ttsCallout", destination=TO, text="x", prompts="#tts[Hej];beep", locale="sv-SE")
    prompts = (Prompt(PromptKind.SPEECH, "Hej", "sv-SE"), Prompt(PromptKind.FILE, "beep", "sv-SE"))
    assert request.on_proceed.steps == (Play(prompts),)
    assert asked("ttsCallout", destination=TO).on_proceed == Script((), HangUp(message_finished=True))
    assert asked("ttsCallout", destination=TO, prompts=" ").on_proceed.steps == ()
    assert tts_refused(prompts="#tts[Hej") == (400, 40001, "Invalid parameters: prompts")
    _, remarks = ask({"method": "ttsCallout", "ttsCallout": {"destination": TO, "prompts": "#tss[x]", "txet": 1}})
    assert [remark.path for remark in remarks] == ["$.ttsCallout", "$.ttsCallout.prompts"]


def test_a_conference() -> None:
    request = asked(
        "conferenceCallout",
        destination=TO,
        conferenceId="ops",
        cli="+46850001000",
        conferenceDtmfOptions={"mode": "detect", "maxDigits": 2},
        maxDuration="20000",
        greeting="Hi",
        mohClass="Music2",
        enableAce=True,
    )
    join = Join("ops", tones=ToneOptions(ToneMode.DETECT, 2), moh="music2", label="+46850001000")
    assert request.on_proceed == Script((HI,), join)
    assert request.wants == Wants(answered=True, input=True, ended=False)
    assert request.max_duration == 14_400_000
    plain = asked("conferenceCallout", destination=TO, conferenceId="ops", maxDuration=0)
    assert (plain.on_proceed, plain.wants) == (Script((), Join("ops")), Wants(False, False, False))
    assert plain.max_duration is None


@pytest.mark.parametrize("length", ["10m", {"a": 1}, [1], -5, 1.5, True, 600])
def test_a_member_of_another_method_is_ignored(length: object) -> None:
    members = {"destination": TO, "maxDuration": length, "conferenceId": 5, "mohClass": [], "ice": "{"}
    request, remarks = ask({"method": "ttsCallout", "ttsCallout": members})
    assert request == asked("ttsCallout", destination=TO)
    assert [remark.message for remark in remarks] == ["unknown properties maxDuration, conferenceId, mohClass, ice"]


@pytest.mark.parametrize("length", ["10m", {"a": 1}, -5, 1.5, True])
def test_a_length_that_is_none(length: object) -> None:
    assert custom_refused(destination=TO, maxDuration=length) == (400, 40001, "Invalid parameters: maxDuration")


@pytest.mark.parametrize(
    ("destination", "party"),
    [
        ({"type": "Username", "endpoint": "Lin"}, username("Lin")),
        ({"type": "SIP", "endpoint": "sip:lin@Example.net"}, sip("lin@example.net")),
    ],
)
def test_other_destinations(destination: dict[str, str], party: object) -> None:
    assert asked("ttsCallout", destination=destination, enableAce=True).to == party


def test_an_app_user_is_not_announced() -> None:
    user = {"type": "username", "endpoint": "Lin"}
    request = asked("ttsCallout", destination=user, enableAce=True, enablePie=True, enableDice=True)
    assert request.wants == Wants(answered=False, input=False, ended=False)


@pytest.mark.parametrize(
    ("cli", "kept"), [("private", "private"), ("Bank", "Bank"), ("-", "-"), ("46 70", "+4670"), ("  ", "")]
)
def test_the_presented_number(cli: str, kept: str) -> None:
    assert asked("ttsCallout", destination=TO, cli=cli).cli == kept


def test_the_leading_plus() -> None:
    bare = {"type": "number", "endpoint": "46701234567"}
    message = (400, 40005, "Phone number missing leading plus sign")
    assert tts_refused(STRICT, cli="46850001000") == message
    assert tts_refused(STRICT, destination=bare) == message
    assert asked("ttsCallout", STRICT, destination=TO, cli="private").cli == "private"
    assert asked("ttsCallout", destination=bare).to == number("+46701234567")


def test_a_destination_that_says_number_for_endpoint() -> None:
    body = {"method": "ttsCallout", "ttsCallout": {"destination": {"type": "number", "number": "+4670"}}}
    assert refused(body) == (400, 40002, "Bad request: destination endpoint missing")
    lenient = replace(OBSERVED, destination_number_alias=True)
    assert ask(body, lenient)[0].to == number("+4670")
    assert asked("ttsCallout", lenient, destination=TO).to == number("+46701234567")
    assert refused({"method": "ttsCallout", "ttsCallout": {}}, lenient) == (400, 40002, "Bad request: destination missing")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ([], 40003, "Request data missing"),
        ("x", 40003, "Request data missing"),
        ({}, 40002, "Bad request: method missing"),
        ({"method": None}, 40002, "Bad request: method missing"),
        ({"method": 5}, 40001, "Method needs to be ttsCallout, conferenceCallout, or customCallout"),
        ({"method": "conferenceCallout"}, 40002, "Bad request: Conference callout information missing"),
        ({"method": "customCallout", "customCallout": None}, 40002, "Bad request: Custom callout information missing"),
        ({"method": "ttsCallout", "ttsCallout": []}, 40001, "Invalid parameters: ttsCallout"),
        ({"method": "ttsCallout", "ttsCallout": {"destination": "x"}}, 40001, "Invalid parameters: destination"),
        ({"method": "ttsCallout", "ttsCallout": {"destination": {}}}, 40002, "Bad request: destination type missing"),
    ],
)
def test_malformed_requests(body: object, code: int, message: str) -> None:
    assert refused(body) == (400, code, message)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"text": "x" * 601}, "text"),
        ({"text": {}}, "text"),
        ({"enableAce": "maybe"}, "enableAce"),
        ({"dtmf": "1\n"}, "dtmf"),
        ({"custom": "å" * 513}, "custom"),
        ({"destination": {"type": "number", "endpoint": "+46call"}}, "destination endpoint"),
        ({"destination": {"type": "number", "endpoint": "+-"}}, "destination endpoint"),
        ({"destination": {"type": "number", "endpoint": ""}}, "destination endpoint"),
        ({"dtmf": "A", "cli": []}, "cli, dtmf"),
    ],
)
def test_invalid_members(members: dict[str, Any], message: str) -> None:
    assert tts_refused(**members) == (400, 40001, f"Invalid parameters: {message}")


def test_custom_may_have_1024_bytes() -> None:
    assert asked("ttsCallout", destination=TO, custom="å" * 512).custom == "å" * 512


# --- custom callouts -------------------------------------------------------------------------------------------------------


def test_a_plain_custom_callout() -> None:
    request = asked("customCallout", destination=TO, maxDuration=600)
    assert request.kind is CalloutKind.CUSTOM
    assert (request.to, request.ask_first, request.max_duration) == (number("+46701234567"), False, 600_000)
    assert request.on_proceed == Script((), Proceed())
    assert request.wants == Wants(True, True, True)
    assert (request.targets, request.inline) == ({}, {})
    assert asked("customCallout", destination=TO, enableAce=False, enablePie="false").wants == Wants(False, False, True)


def test_events_by_address_and_in_advance() -> None:
    request = asked(
        "customCallout",
        destination=TO,
        ice=f"\n {CONNECT}",
        ace=json.loads(SAY),
        pie=" HTTPS://app.example/pie ",
        dice='{"instructions":[{"name":"ReportCallStatus","value":"success"}],"action":{"name":"hangup"}}',
    )
    assert request.ask_first
    assert request.inline == {
        EventKind.INCOMING: Script((), Dial(to=number("+12233445566"))),
        EventKind.ANSWERED: Script((HI,), HangUp()),
        EventKind.ENDED: Script((Report(True),)),
    }
    assert request.targets == {EventKind.INPUT: CallbackTarget("HTTPS://app.example/pie")}


def test_who_says_what_to_dial() -> None:
    assert asked("customCallout", ice="http://app.example/ice").ask_first
    assert asked("customCallout", ice="http://app.example/ice", destination=TO).ask_first
    assert asked("customCallout", ice=" ", destination=TO).ask_first is False
    assert asked("customCallout", url="http://app.example").ask_first
    assert custom_refused() == (400, 40002, "Bad request: ice missing")
    assert custom_refused(ace="http://app.example") == (400, 40002, "Bad request: ice missing")


def test_a_menu_first_dials_the_destination() -> None:
    menu = '{"action":{"name":"runMenu","menus":[{"id":"main","maxDigits":1}]}}'
    body = {"method": "customCallout", "customCallout": {"destination": TO, "ice": menu}}
    request, remarks = ask(body)
    action = request.inline[EventKind.INCOMING].action
    assert isinstance(action, Dial)
    assert action.on_answer is not None
    assert [remark.path for remark in remarks] == ["$.customCallout.ice.action.name"]
    assert custom_refused(ice=menu) == (400, 40002, "Bad request: destination missing")


def test_advance_answers_that_say_nothing() -> None:
    request = asked("customCallout", destination=TO, ace="{}", pie={}, dice="{}")
    assert request.inline == {
        EventKind.ANSWERED: Script((), Proceed()),
        EventKind.INPUT: Script((), HangUp()),
        EventKind.ENDED: Script(),
    }
    assert custom_refused(destination=TO, ice="{}") == (400, 40001, "Invalid parameters: ice")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"ice": "ftp://x"}, "ice"),
        ({"ace": "[]", "destination": TO}, "ace"),
        ({"pie": '{"action":', "destination": TO}, "pie is no JSON"),
        ({"dice": 5, "destination": TO}, "dice"),
        ({"ice": '{"action":{"name":"fly"}}'}, "ice $.action.name: there is no action fly"),
        (
            {"ace": '{"action":{"name":"connectPstn","number":"+12233445566"}}', "destination": TO},
            "ace $.action.name: connectPstn is not allowed in the answer to ACE; "
            "allowed there: hangup, continue, connectConf, runMenu, park",
        ),
    ],
)
def test_unusable_events(members: dict[str, Any], message: str) -> None:
    assert custom_refused(**members) == (400, 40001, f"Invalid parameters: {message}")
