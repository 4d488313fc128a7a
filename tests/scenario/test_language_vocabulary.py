"""Words that the platform does not know: refused before anything runs."""

# ruff: noqa: E501 - a step and the sentence about it stand side by side

from __future__ import annotations

import pytest

from scenario.playing_site import problems

CALL = "steps:\n  - incoming_call: { as: anna }\n"


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ("expect: { callback: dice, with: { durration: { $absent: true } } }", "$.steps[1].expect.with.durration: there is no durration in dice (did you mean duration?)"),
        ("expect: { callback: dice, with: { fee: { $absent: true } } }", "with.fee: there never is a fee in dice; there are: event, callid,"),
        ("expect: { callback: dice, with: { reslt: ANSWERED } }", "(did you mean result?)"),
        ("expect: { callback: dice, with: { result: ANSWRED } }", "with.result: result is never 'ANSWRED' (did you mean ANSWERED?)"),
        ("expect: { callback: dice, with: { reason: { $one_of: [CANCEL, CALEEHANGUP] } } }", "(did you mean CALLEEHANGUP?)"),
        ("expect: { callback: pie, with: { menuResult: { tpye: return } } }", "with.menuResult.tpye: there is no tpye in pie (did you mean type?)"),
        ("expect: { callback: pie, with: { menuResult.type: retrn } }", "(did you mean return?)"),
        ("expect: { callback: pie, with: { timestmp: x } }", "(did you mean timestamp?)"),
        ("expect: { callback: ice, answer: { acton: { name: runMenu } } }", "answer.acton: there is no acton in SVAML (did you mean action?)"),
        ("expect: { callback: ice, answer: { action: { name: runMenue } } }", "answer.action.name: name is never 'runMenue' (did you mean runMenu?)"),
        ("expect: { callback: ice, answer: { action: { name: connectPstn, numbr: x } } }", "answer.action.numbr: there is no numbr in SVAML (did you mean number?)"),
        ("expect: { callback: ice, answer: { instructions: [ { name: sya } ] } }", "answer.instructions[0].name: name is never 'sya'"),
        ("expect: { ended: { result: BUSSY } }", "ended.result: result is never 'BUSSY' (did you mean BUSY?)"),
        ("expect: { ended: { reason: X } }", "ended.reason: reason is never 'X' (there are: N/A,"),
        ("fire: { event: ice, with: { clii: x } }", "$.steps[1].fire.with.clii: there is no clii in ice (did you mean cli?)"),
        ("fire: { event: ice, expect: { answer: { acton: {} } } }", "fire.expect.answer.acton"),
        ("expect: { journal: fault.fird }", "expect.journal: no kind of journal entry begins with 'fault.fird'; did you mean fault.fired?"),
        ("request: { method: GET, path: /calling/v1/callz/id/x }", "request.path: the REST API has no path /calling/v1/callz/id/x (did you mean /calling/v1/calls/id/{callId}?)"),
        ("hang_up: caler", "$.steps[1].hang_up: nobody on a call is called 'caler' (did you mean caller?)"),
        ("expect: { heard: x, by: callr }", "expect.by: nobody on a call is called 'callr' (did you mean caller?)"),
        ("expect: { conference: c, participants: [ana] }", "expect.participants: there is no call 'ana' (did you mean anna?)"),
    ],
)  # fmt: skip
def test_what_the_platform_never_says(step: str, sentence: str) -> None:
    [found] = problems(f"{CALL}  - {step}")
    assert found.startswith("test.yaml:4:"), found
    assert sentence in found


@pytest.mark.parametrize(
    "steps",
    [
        "expect: { callback: ice, with: { duration: { $absent: true }, to.endpoint: x, verified: true } }",
        "expect: { callback: dice, with: { cookies: [ { key: a, value: b } ], 'callHeaders[0].key': x } }",
        "expect: { callback: ice, answer: { action: { name: { $any: true }, menus: [ { options: [ { dtmf: '1' } ] } ] } } }",
        "expect: { callback: ice, answer: { instructions: { $contains: { name: say } } } }",
        "expect: { callback: ice, answer: { action: { name: hangupp } } }\n  - expect: { problem: hangupp }",
        'fire: { event: notify, with: { type: something_new, "${number}": 1, news: 2 } }',
        "request: { method: GET, path: /calling/v1/callz/id/x, expect: { status: 404 } }",
        "request: { method: GET, path: '/calling/v1/calls/id/${calls.anna.id}' }",
        "hang_up: '+12025550143'",
    ],
)
def test_what_may_well_be_said(steps: str) -> None:
    assert problems(f"{CALL}  - {steps}") == []


def test_a_recording_may_say_what_the_reference_does_not() -> None:
    assert problems(f"recorded: true\n{CALL}  - expect: {{ callback: dice, with: {{ results: X }} }}") == []
