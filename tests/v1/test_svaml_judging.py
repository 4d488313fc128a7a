"""The envelope, the instructions, and what a verdict says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sinch_voice_emulator.model.call import Call, CalloutKind, CallState, Origin
from sinch_voice_emulator.model.party import number
from sinch_voice_emulator.model.profile import OBSERVED, STRICT, BehaviourProfile
from sinch_voice_emulator.model.script import (
    Answer,
    HangUp,
    Play,
    Proceed,
    Prompt,
    PromptKind,
    RecordingOptions,
    Report,
    Script,
    SendTones,
    SetCookie,
    StartRecording,
    Step,
    StopRecording,
)
from sinch_voice_emulator.v1.svaml import Context, judge

ICE = Context("ice", OBSERVED, Origin.APP)
ACE, PIE, MANAGE, DICE = (replace(ICE, event=event) for event in ("ace", "pie", "manage", "dice"))
BYE = {"name": "hangup"}
SAY = {"name": "say", "text": "Hi"}
HI = Play((Prompt(PromptKind.SPEECH, "Hi"),))


def steps(instructions: list[Any], context: Context = ICE) -> tuple[Step, ...]:
    judgement = judge({"instructions": instructions, "action": BYE}, context)
    assert judgement.script is not None, judgement.problems
    return judgement.script.steps


def fault(document: object, context: Context = ICE) -> tuple[str, str]:
    problem = judge(document, context).errors[0]
    return problem.path, problem.message


@pytest.mark.parametrize("context", [ICE, ACE, PIE, MANAGE, DICE])
@pytest.mark.parametrize(
    "document", [None, "", {}, {"action": None}, {"instructions": []}, {"instructions": None, "ACTION": None}]
)
def test_a_document_that_says_nothing(document: object, context: Context) -> None:
    judgement = judge(document, context)
    assert judgement.empty
    assert judgement.script is None
    assert judgement.problems == ()


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        ("OK", "$", 'SVAML should be one object with an action, but is the text "OK"'),
        ([], "$", "SVAML should be one object with an action, but is a list"),
        (5, "$", "SVAML should be one object with an action, but is the number 5"),
        (True, "$", "SVAML should be one object with an action, but is true"),
        ({"commands": []}, "$.action", "action is missing; nothing is known of commands"),
        ({"action": "hangup"}, "$.action", 'an action should be an object with a name, but is the text "hangup"'),
        ({"action": [BYE]}, "$.action", "an action should be an object with a name, but is a list, and there can be only one"),
        ({"action": {}}, "$.action.name", "the name of the action is missing"),
        ({"action": {"name": ""}}, "$.action.name", "the name of the action is missing"),
        ({"action": {"name": 5}}, "$.action.name", "the name of the action is missing"),
        ({"action": {"name": "hangupp"}}, "$.action.name", "there is no action hangupp (did you mean hangup?)"),
        ({"action": {"name": "xyzzy"}}, "$.action.name", "there is no action xyzzy"),
        ({"action": {"name": "Say"}}, "$.action.name", "say is an instruction, not an action"),
        ({"instructions": "say", "action": BYE}, "$.instructions", 'instructions should be a list, but is the text "say"'),
        ({"instructions": {}}, "$.instructions", "instructions should be a list, but is an object"),
        (
            {"instructions": [None], "action": BYE},
            "$.instructions[0]",
            "an instruction should be an object with a name, but is null",
        ),
        (
            {"instructions": [{"name": "hangup"}], "action": BYE},
            "$.instructions[0].name",
            "hangup is an action, not an instruction",
        ),
        (
            {"instructions": [SAY, {"name": "playFile"}], "action": BYE},
            "$.instructions[1].name",
            "there is no instruction playFile (did you mean playFiles?)",
        ),
    ],
)
def test_illegal_documents(document: object, path: str, message: str) -> None:
    assert fault(document) == (path, message)


def test_places_are_named_as_the_source_spells_them() -> None:
    assert fault({"Action": {"NAME": "connectPstn", "Number": "abc"}})[0] == "$.Action.Number"


def test_all_problems_are_told_at_once() -> None:
    document = {"instructions": [{"name": "say"}, {"name": "beep"}], "action": {"name": "connectConf", "moh": 5}}
    paths = [problem.path for problem in judge(document, ICE).errors]
    assert paths == ["$.instructions[0].text", "$.instructions[1].name", "$.action.conferenceId"]


def test_a_finding_says_what_was_expected_and_found() -> None:
    document = {"action": {"name": "connectConf", "conferenceId": "r", "conferenceDtmfOptions": {"mode": "forwrd"}}}
    (problem,) = judge(document, ICE).errors
    assert problem.expected == 'one of "ignore", "forward", "detect"'
    assert problem.found == 'the text "forwrd"'
    assert problem.nearest == "forward"


def test_instructions_alone() -> None:
    document = {"instructions": [SAY]}
    assert fault(document) == ("$.action", "action is missing, which the answer to ICE needs")
    continued = judge(document, ACE)
    assert continued.script == Script((HI,), Proceed())
    assert [problem.severity for problem in continued.problems] == ["warning"]
    assert judge(document, PIE).script == Script((HI,), HangUp())
    assert judge(document, replace(PIE, profile=replace(OBSERVED, pie_without_action="invalid"))).errors
    assert judge(document, replace(PIE, profile=STRICT)).errors
    managed = judge(document, MANAGE)
    assert (managed.script, managed.problems) == (Script((HI,)), ())


def test_instructions_become_steps() -> None:
    instructions = [
        {"name": "answer"},
        {"name": "playFiles", "ids": ["#tts[a];beep", ["#tts[b]"]], "locale": "sv-SE"},
        {"name": "Say", "Text": "Hi"},
        {"name": "sendDtmf", "value": "W1#"},
        {"name": "setCookie", "key": "k", "value": 5},
        {
            "name": "startRecording",
            "options": {
                "destinationUrl": "azure://a/b",
                "credentials": "x",
                "transcriptionOptions": {"enabled": True, "locale": "sv-SE"},
            },
        },
        {"name": "stopRecording"},
    ]
    a, beep, b = (
        Prompt(PromptKind.SPEECH, "a", "sv-SE"),
        Prompt(PromptKind.FILE, "beep", "sv-SE"),
        Prompt(PromptKind.SPEECH, "b", "sv-SE"),
    )
    assert steps(instructions) == (
        Answer(),
        Play((a, beep, b)),
        HI,
        SendTones("w1#"),
        SetCookie("k", "5"),
        StartRecording(RecordingOptions("azure://a/b", transcribe=True, transcription_locale="sv-SE")),
        StopRecording(),
    )
    assert steps([{"name": "playFiles", "ids": [" ; "]}]) == ()


@pytest.mark.parametrize(
    ("instruction", "message"),
    [
        ({"name": "say", "text": "#tts[Hi]"}, "say speaks its text literally, markup included; playFiles takes prompts"),
        ({"name": "playFiles", "ids": ["#ssml[Hi]"]}, "locale missing, using en-US"),
        ({"name": "sendDtmf", "value": "*"}, "value holds the undocumented character *; documented are 0-9, # and w"),
        ({"name": "startRecording"}, "destinationUrl missing, so the platform keeps the recording itself"),
        (
            {"name": "startRecording", "options": {"destinationUrl": "somewhere"}},
            "destinationUrl should begin with one of s3://, azure://, gs://, sdrive://",
        ),
    ],
)
def test_suspicious_instructions(instruction: dict[str, Any], message: str) -> None:
    judgement = judge({"instructions": [instruction], "action": BYE}, ICE)
    assert judgement.script is not None
    assert [problem.message for problem in judgement.problems] == [message]


@pytest.mark.parametrize(
    ("instruction", "path"),
    [
        ({"name": "playFiles", "ids": ["#ssml[Hi]"]}, "$.instructions[0].locale"),
        ({"name": "sendDtmf", "value": "*"}, "$.instructions[0].value"),
    ],
)
def test_what_a_strict_account_refuses(instruction: dict[str, Any], path: str) -> None:
    assert fault({"instructions": [instruction], "action": BYE}, replace(ICE, profile=STRICT))[0] == path


@pytest.mark.parametrize(
    ("options", "member", "message"),
    [
        (
            {"destinationUrl": "ftp://x"},
            "destinationUrl",
            "destinationUrl should begin with one of s3://, azure://, gs://, sdrive://, not ftp://",
        ),
        ({"destinationUrl": "S3://x"}, "credentials", "credentials are missing, which S3:// needs"),
    ],
)
def test_recording_destinations(options: dict[str, Any], member: str, message: str) -> None:
    document = {"instructions": [{"name": "startRecording", "options": options}], "action": BYE}
    assert fault(document) == (f"$.instructions[0].options.{member}", message)


def test_cookies_are_limited_together() -> None:
    document = {
        "instructions": [{"name": "setCookie", "key": f"k{index}", "value": "å" * 170} for index in range(4)],
        "action": BYE,
    }
    errors = judge(document, ICE).errors
    assert [(problem.path, problem.message) for problem in errors] == [
        ("$.instructions[2].value", "cookies may have 1024 bytes in all, but have 1026")
    ]


def test_answer_while_managing() -> None:
    document = {"instructions": [{"name": "answer"}, SAY]}
    assert [problem.path for problem in judge(document, MANAGE).problems] == ["$.instructions[0]"]
    assert judge(document, replace(MANAGE, state=CallState.PARKED)).problems == ()


LEG = replace(MANAGE, leg_url=True)


@pytest.mark.parametrize("profile", [OBSERVED, STRICT])
@pytest.mark.parametrize("name", ["sendDtmf", "setCookie", "answer", "startRecording", "stopRecording"])
def test_one_leg_only_hears(name: str, profile: BehaviourProfile) -> None:
    leg = replace(LEG, profile=profile)
    assert judge({"instructions": [SAY]}, leg).problems == ()
    (problem, *_) = judge({"instructions": [{"name": name, "value": "1", "key": "a"}]}, leg).errors
    assert (problem.path, problem.message) == (
        "$.instructions[0].name",
        f"{name} is not allowed for one leg, which hears playFiles and say only",
    )
    assert (problem.expected, problem.found) == ("one of playFiles, say", name)


@pytest.mark.parametrize("name", ["hangup", "continue"])
def test_a_call_goes_on_or_ends_after_what_one_leg_hears(name: str) -> None:
    assert judge({"instructions": [SAY], "action": {"name": name}}, replace(LEG, profile=STRICT)).problems == ()


def test_other_actions_do_not_concern_a_leg() -> None:
    document = {"action": {"name": "park"}}
    (problem,) = judge(document, LEG).problems
    message = "park is for the whole call; what a leg hears is followed by hangup or continue"
    assert (problem.path, problem.message, problem.severity) == ("$.action.name", message, "warning")
    (problem,) = judge(document, replace(LEG, profile=STRICT)).errors
    assert problem.message == message
    (problem,) = judge({"action": {"name": "stopRecording"}}, LEG).errors
    assert problem.message == "stopRecording is not allowed for one leg, which hears playFiles and say only"


@pytest.mark.parametrize(
    ("document", "context", "expected", "near"),
    [
        ({"action": {"name": "park"}}, ACE, "one of hangup, continue, connectConf, runMenu", ""),
        (
            {"action": {"name": "connectMxp"}},
            replace(PIE, profile=STRICT),
            "one of hangup, continue, connectPstn, connectConf, connectSip, runMenu",
            "connectSip",
        ),
        (
            {"action": {"name": "connectPstn"}},
            replace(MANAGE, state=CallState.CONNECTED),
            "one of hangup, continue, park, startRecording, stopRecording",
            "",
        ),
        (
            {"instructions": [{"name": "answer"}], "action": BYE},
            PIE,
            "one of playFiles, say, sendDtmf, setCookie, startRecording, stopRecording",
            "",
        ),
    ],
)
def test_what_is_in_the_wrong_place_says_what_is_allowed_there(
    document: object, context: Context, expected: str, near: str
) -> None:
    problem = judge(document, context).errors[0]
    assert (problem.expected, problem.nearest) == (expected, near)
    when = "now" if context.state else "there"
    assert problem.message.endswith(f"; allowed {when}: {expected.removeprefix('one of ')}")


def test_only_a_verdict_counts_in_the_answer_to_dice() -> None:
    report = {"name": "reportcallstatus", "value": "FAILURE", "details": "x" * 70}
    judgement = judge({"instructions": [SAY, report, 5], "action": {"name": "fly"}}, DICE)
    assert judgement.script == Script((Report(False, "x" * 64),))
    assert [problem.path for problem in judgement.problems] == ["$.instructions[0]", "$.instructions[2]"]
    assert judgement.errors == ()
    assert judge({"instructions": [{"name": "ReportCallStatus", "value": "success"}]}, DICE).script == Script((Report(True),))
    silent = judge({"instructions": [{"name": "ReportCallStatus", "value": "maybe"}]}, DICE)
    assert silent.script == Script()
    assert silent.problems[-1].message == "ReportCallStatus without success or failure says nothing"
    assert judge({"instructions": [{"name": "ReportCallStatus", "details": {}}]}, DICE).script == Script()
    assert judge({"instructions": "none"}, DICE).script == Script()
    assert judge({"action": BYE}, DICE).script == Script()


def test_snake_case_is_a_switch() -> None:
    document = {"action": {"name": "runMenu", "menus": [{"id": "main", "max_digits": 4}]}}
    assert len(judge(document, ICE).problems) == 1
    assert judge(document, replace(ICE, profile=replace(OBSERVED, accept_snake_case=True))).problems == ()


def test_the_context_of_a_call() -> None:
    call = Call(
        "c", "app", "euc1", Origin.SERVER, 0, dialled=number("+46701740642"), callout=CalloutKind.CUSTOM, state=CallState.PARKED
    )
    expected = Context("manage", OBSERVED, Origin.SERVER, CalloutKind.CUSTOM, CallState.PARKED, number("+46701740642"), True)
    assert Context.of(call, "manage", OBSERVED, leg_url=True) == expected
    assert expected.lenient
    assert not replace(expected, profile=STRICT).lenient
