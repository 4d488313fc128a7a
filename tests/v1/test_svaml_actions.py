"""What becomes of each action."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sinch_voice_emulator.model.call import CalloutKind, CallState, Origin
from sinch_voice_emulator.model.party import Party, PartyKind, number, username
from sinch_voice_emulator.model.profile import OBSERVED, STRICT
from sinch_voice_emulator.model.script import (
    Action,
    Detection,
    Dial,
    EnterMenu,
    GoToMenu,
    HangUp,
    HangUpCause,
    Join,
    Menu,
    MenuOption,
    Park,
    Play,
    Proceed,
    Prompt,
    PromptKind,
    RecordingOptions,
    ReturnValue,
    Script,
    SetCookie,
    StartRecording,
    StopRecording,
    ToneMode,
    ToneOptions,
)
from sinch_voice_emulator.v1.svaml import Context, judge

ICE = Context("ice", OBSERVED, Origin.APP)
ACE = replace(ICE, event="ace")
PIE = replace(ICE, event="pie")
MANAGE = replace(ICE, event="manage")
PARKED = replace(MANAGE, state=CallState.PARKED)
CUSTOM = Context("ice", OBSERVED, Origin.SERVER, CalloutKind.CUSTOM, dialled=number("+46701740642"))
DID = Context("ice", OBSERVED, Origin.PSTN, dialled=Party(PartyKind.DID, "+46701740699"))

MENU: dict[str, Any] = {"name": "runMenu", "menus": [{"id": "main", "options": [{"dtmf": "1", "action": "return(a)"}]}]}
SAY = {"name": "say", "text": "Hi"}
HI = Play((Prompt(PromptKind.SPEECH, "Hi"),))


def action(values: dict[str, Any], context: Context = ICE) -> Action | None:
    judgement = judge({"action": values}, context)
    assert judgement.script is not None, judgement.problems
    return judgement.script.action


def fault(document: object, context: Context = ICE) -> tuple[str, str]:
    judgement = judge(document, context)
    assert judgement.script is None
    problem = judgement.errors[0]
    return problem.path, problem.message


def remarks(document: object, context: Context = ICE) -> list[str]:
    judgement = judge(document, context)
    assert judgement.script is not None, judgement.problems
    return [problem.message for problem in judgement.problems]


def test_hangup() -> None:
    assert action({"name": "hangup"}) == HangUp()
    assert action({"name": "hangup", "hangupCause": "1", "barge": "true"}) == HangUp(HangUpCause.BUSY, barge=True)
    assert action({"name": "hangup", "hangupCause": 2}) == HangUp(HangUpCause.CONGESTION)
    expected = "hangupCause should be one of 0, 1, 2, but is the number 3"
    assert fault({"action": {"name": "hangup", "hangupCause": 3}}) == ("$.action.hangupCause", expected)


def test_continue() -> None:
    assert action({"name": "continue"}, ACE) == Proceed()
    recorded = {"name": "continue", "record": True, "recordingOptions": {"destinationUrl": "gs://b/f", "format": "wav"}}
    assert action(recorded, ACE) == Proceed(RecordingOptions("gs://b/f", "wav"))
    assert action(recorded) == Proceed(RecordingOptions("gs://b/f", "wav"))
    path, message = fault({"action": {"name": "continue"}}, DID)
    assert path == "$.action.name"
    assert message.startswith("continue is not allowed in the answer to ICE; allowed there: hangup, connectPstn, connectMxp, ")
    idle = {"action": {"name": "continue", "recordingOptions": {}}}
    assert remarks(idle, ACE) == ["recordingOptions has no effect without record: true"]


def test_connect_pstn() -> None:
    full = {
        "name": "connectPstn",
        "number": "0046 (70) 174-06.42",
        "cli": "46701740699",
        "maxDuration": 90,
        "dialTimeout": 25,
        "dtmf": "W1#",
        "indications": False,
        "moh": "ringing",
        "suppressCallbacks": True,
        "amd": {"enabled": True, "async": True},
        "record": True,
    }
    assert action(full) == Dial(
        to=Party(PartyKind.NUMBER, "+0046701740642"),
        cli="+46701740699",
        dial_timeout=25_000,
        max_duration=90_000,
        tones="w1#",
        detection=Detection(asynchronous=True),
        suppress_callbacks=True,
        indications="no",
        moh="ring",
        record=RecordingOptions(),
    )


@pytest.mark.parametrize(
    ("cli", "presented"),
    [
        ("private", ""),
        ("PRIVATE", ""),
        ("incoming", None),
        ("", None),
        ("+46 70", "+4670"),
        ("Bank of Nowhere", "Bank of Nowhere"),
    ],
)
def test_the_presented_number(cli: str, presented: str | None) -> None:
    assert action({"name": "connectPstn", "number": "+46701740642", "cli": cli}) == Dial(
        to=number("+46701740642"), cli=presented
    )


def test_connect_pstn_in_other_words() -> None:
    by_destination = {"name": "connectPstn", "destination": {"type": "Number", "endpoint": "46701740642"}, "maxDuration": 0}
    assert action(by_destination) == Dial(to=number("+46701740642"))
    assert action({"name": "connectPstn", "number": "+46701740642", "amd": {}, "indications": "xx"}) == Dial(
        to=number("+46701740642")
    )


@pytest.mark.parametrize(
    "context",
    [ICE, CUSTOM, replace(ICE, dialled=number("+4670123456")), replace(ICE, origin=Origin.SIP, dialled=number("+4670123456"))],
)
def test_connect_pstn_falls_back_on_the_number_that_was_dialled(context: Context) -> None:
    assert action({"name": "connectPstn"}, context) == Dial()


@pytest.mark.parametrize("context", [DID, replace(CUSTOM, dialled=None), replace(ICE, dialled=username("sam"))])
def test_connect_pstn_without_anything_to_dial(context: Context) -> None:
    path, message = fault({"action": {"name": "connectPstn"}}, context)
    assert path == "$.action.number"
    assert message.startswith("number is missing")


@pytest.mark.parametrize("text", ["999999", "(+99) 99-99.99", "9" * 16, f"{' ' * 200_000}46701740642{' ' * 200_000}"])
def test_numbers_that_can_be_dialled(text: str) -> None:
    assert action({"name": "connectPstn", "number": text}) == Dial(to=number(text))
    assert action({"name": "connectPstn", "destination": {"endpoint": text}}) == Dial(to=number(text))


@pytest.mark.parametrize("text", ["", "+", "+112", "99999", "9" * 17, "+46call-me", "++467017406", "467017406+", " " * 200_000])
def test_what_cannot_be_dialled(text: str) -> None:
    path, message = fault({"action": {"name": "connectPstn", "number": text}})
    assert path == "$.action.number"
    assert message.startswith("number should be a telephone number of 6 to 16 digits, best written +46701234567, but is ")


def test_connect_mxp() -> None:
    full = {
        "name": "connectMxp",
        "destination": {"endpoint": "sam"},
        "callHeaders": [{"key": "a", "value": 1}],
        "cli": "+46701740699",
        "indications": "SE",
    }
    assert action(full) == Dial(to=username("sam"), headers=(("a", "1"),), cli="+46701740699", indications="se")
    assert action({"name": "connectMxp"}, replace(ICE, dialled=username("sam"))) == Dial()
    assert fault({"action": {"name": "connectMxp"}}, DID)[0] == "$.action.destination"
    big = {"action": {"name": "connectMxp", "callHeaders": [{"key": "k", "value": "å" * 512}]}}
    assert fault(big) == ("$.action.callHeaders", "callHeaders may have 1024 bytes in all, but have 1025")


def test_recording_instructions_are_ignored_with_connect_mxp() -> None:
    judgement = judge({"instructions": [{"name": "startRecording"}], "action": {"name": "connectMxp"}}, ICE)
    assert judgement.script == Script((), Dial())


def test_connect_conf() -> None:
    full = {
        "name": "connectConf",
        "conferenceId": "r1",
        "moh": "MUSIC2",
        "cli": "Lin",
        "suppressCallbacks": True,
        "conferenceDtmfOptions": {"mode": "DETECT", "maxDigits": 3, "timoutMills": 500},
        "record": True,
        "recordingOptions": {"destinationUrl": "sdrive://r.mp3", "notificationEvents": False},
    }
    assert action(full, ACE) == Join(
        "r1",
        tones=ToneOptions(ToneMode.DETECT, 3, 500),
        moh="music2",
        label="Lin",
        suppress_callbacks=True,
        record=RecordingOptions("sdrive://r.mp3", notify=False),
    )
    assert action({"name": "connectConf", "conferenceId": "r1", "moh": "jazz"}) == Join("r1")


def test_connect_sip() -> None:
    sip = {
        "name": "connectSip",
        "destination": {"type": "SIP", "endpoint": "sips:{number}@PBX.example;transport=tls"},
        "transport": "tcp",
    }
    assert action(sip, DID) == Dial(to=Party(PartyKind.SIP, "46701740699@pbx.example"), transport="TCP")
    assert action(sip) == Dial(to=Party(PartyKind.SIP, "{number}@pbx.example"), transport="TCP")


def test_connect_stream() -> None:
    stream = {"name": "connectStream", "destination": {"type": "WebSocket", "endpoint": "wss://v.example/ws"}, "maxDuration": 5}
    assert action(stream) == Dial(to=Party(PartyKind.STREAM, "wss://v.example/ws"), max_duration=5_000)


def test_park() -> None:
    park = {"name": "park", "introPromt": "#tts[Hi]", "holdPrompt": "loop.wav", "dialTimeout": 60, "locale": "sv-SE"}
    hi, loop = Prompt(PromptKind.SPEECH, "Hi", "sv-SE"), Prompt(PromptKind.FILE, "loop.wav", "sv-SE")
    assert action(park) == Park((hi,), (loop,), 60_000)
    assert fault({"action": {"name": "park", "introPrompt": "#tts[Hi"}})[0] == "$.action.introPrompt"


def test_run_menu() -> None:
    menus = {
        "name": "runMenu",
        "mainMenu": "ask",
        "barge": False,
        "enableVoice": True,
        "locale": "sv-SE",
        "menus": [
            {
                "id": "ask",
                "mainPrompt": "#tts[Hi]",
                "repeatText": "Again",
                "repeats": 1,
                "timeoutMills": 100,
                "maxTimeoutMills": 200,
                "options": [
                    {"dtmf": 1, "action": " Return( a ) "},
                    {"dtmf": "#", "input": "back", "action": "MENU(code)", "add": [{"key": "k", "value": "v"}]},
                    {"input": "bye", "action": "return(x(y))"},
                ],
            },
            {"id": "code", "mainText": "Code", "maxDigits": 4},
        ],
    }
    voice = "sv-SE"
    options = (
        MenuOption("1", ReturnValue(" a ")),
        MenuOption("#", GoToMenu("code"), "back", (("k", "v"),)),
        MenuOption("", ReturnValue("x(y)"), "bye"),
    )
    prompt, again, code = (Prompt(PromptKind.SPEECH, text, voice) for text in ("Hi", "Again", "Code"))
    ask = Menu("ask", (prompt,), (again,), 1, None, 100, 200, options)
    assert action(menus) == EnterMenu((ask, Menu("code", (code,), max_digits=4)), "ask", barge=False, voice=True, locale=voice)


def menu(**members: Any) -> dict[str, Any]:
    return {"action": {"name": "runMenu", "menus": [{"id": "main", **members}]}}


def test_option_actions() -> None:
    bare = menu(options=[{"dtmf": "1", "action": "return"}, {"dtmf": "1", "action": "return(second)"}])
    warnings = [
        "option action without parentheses; return is read as return()",
        "1 has an option already; the first one counts",
    ]
    assert remarks(bare) == warnings
    script = judge(bare, ICE).script
    assert script is not None
    assert isinstance(script.action, EnterMenu)
    assert script.action.menus[0].options == (MenuOption("1", ReturnValue("")),)
    assert fault(bare, replace(ICE, profile=STRICT))[0] == "$.action.menus[0].options[0].action"
    words = menu(options=[{"input": "yes", "action": "return(1)"}, {"input": "yes", "action": "return(2)"}])
    assert remarks(words) == ["yes has an option already; the first one counts"]
    nonsense = menu(options=[{"dtmf": "1", "action": "leave"}])
    assert fault(nonsense)[1] == "an option's action should be return(text) or menu(id), but is leave"
    lost = menu(options=[{"dtmf": "1", "action": "menu(maim)"}])
    assert fault(lost) == ("$.action.menus[0].options[0].action", "there is no menu maim (did you mean main?)")
    assert fault(menu(options=[{"action": "return(1)"}]))[1] == "dtmf (the key to press), or input (the word to say) is missing"


def test_the_menu_to_begin_with() -> None:
    start = {"action": {"name": "runMenu", "menus": [{"id": "start"}]}}
    assert fault(start) == ("$.action.menus", "there is no menu main to begin with")
    named = {"action": {"name": "runMenu", "mainMenu": "x", "menus": [{"id": "main"}]}}
    assert fault(named) == ("$.action.mainMenu", "there is no menu x to begin with")


def test_menus_while_managing() -> None:
    assert isinstance(action(MENU, PARKED), EnterMenu)
    assert isinstance(action(MENU, replace(MANAGE, state=CallState.CONFERENCE)), EnterMenu)
    expected = "runMenu is allowed in a management request only while the call is in a conference or parked, but is connected"
    path, message = fault({"action": MENU}, replace(MANAGE, state=CallState.CONNECTED))
    assert path == "$.action.name"
    assert message == f"{expected}; allowed now: hangup, continue, park, startRecording, stopRecording"
    assert "in a conference or parked; allowed now" in fault({"action": MENU}, MANAGE)[1]


def test_recording_actions_while_managing() -> None:
    start = judge(
        {"instructions": [SAY], "action": {"name": "startRecording", "options": {"destinationUrl": "gs://b"}}}, MANAGE
    )
    assert start.script == Script((HI, StartRecording(RecordingOptions("gs://b"))))
    assert judge({"action": {"name": "stopRecording"}}, MANAGE).script == Script((StopRecording(),))


def test_a_custom_callout_that_does_not_connect_dials_first() -> None:
    document = {"instructions": [SAY], "action": MENU}
    script = judge(document, CUSTOM).script
    plain = judge(document, ICE).script
    assert script == Script((), Dial(to=CUSTOM.dialled, on_answer=plain))
    nowhere = replace(CUSTOM, dialled=None)
    assert "no destination to dial first" in fault(document, nowhere)[1]
    assert "has to connect" in fault(document, replace(CUSTOM, profile=STRICT))[1]


@pytest.mark.parametrize("kept", [replace(CUSTOM, dialled=None), replace(CUSTOM, profile=STRICT)])
def test_a_custom_callout_may_hang_up(kept: Context) -> None:
    assert judge({"instructions": [SAY], "action": {"name": "hangup"}}, kept).script == Script((HI,), HangUp())
    cookie = {"name": "setCookie", "key": "k", "value": "v"}
    assert judge({"instructions": [cookie], "action": {"name": "hangup"}}, CUSTOM).script == Script(
        (SetCookie("k", "v"),), HangUp()
    )
    spoken = judge({"instructions": [SAY], "action": {"name": "hangup"}}, CUSTOM).script
    assert spoken == Script((), Dial(to=CUSTOM.dialled, on_answer=Script((HI,), HangUp())))


def test_a_custom_callout_connects() -> None:
    sip = {"name": "connectSip", "destination": {"endpoint": "a@b"}}
    assert action(sip, CUSTOM) == Dial(to=Party(PartyKind.SIP, "a@b"), transport="UDP")


def test_events_that_are_outside_the_table() -> None:
    message = "park is not allowed in the answer to ACE; allowed there: hangup, continue, connectConf, runMenu"
    assert fault({"action": {"name": "park"}}, ACE) == ("$.action.name", message)
    assert isinstance(action({"name": "park"}, replace(ACE, callout=CalloutKind.SPEECH)), Park)
    assert isinstance(action({"name": "park"}, PIE), Park)
    assert fault({"action": {"name": "park"}}, replace(PIE, profile=STRICT))[0] == "$.action.name"
