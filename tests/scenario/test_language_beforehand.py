"""What is wrong with names and variables: said before anything runs."""

# ruff: noqa: E501 - a file and the sentence about it stand side by side

from __future__ import annotations

from pathlib import Path

import pytest

from scenario.playing_site import menu, passes, play, problems, read
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.testkit import SinchVoice

CALL = "steps:\n  - incoming_call: {}\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('variables: { a: "${b}", b: "${a}" }\n' + CALL, "test.yaml:2:17: $.variables.a: variables go in circles: a uses b uses a"),
        ("rows: [ { a: '1' }, { b: '2' } ]\n" + CALL, "test.yaml:2:9: $.rows[0]: this row has no b, which other rows have"),
        ("rows: [ { key: '1' }, { kye: '1' } ]\n" + CALL, "$.rows[1]: this row has no key, which other rows have"),
        ("variables: { calls: x }\n" + CALL, "$.variables.calls: every scenario has ${calls} already: call this one otherwise"),
        ("rows: { now: [x] }\n" + CALL, "$.rows.now: every scenario has ${now} already"),
        (CALL + "  - remember: { now: x }", "$.steps[1].remember: every scenario has ${now} already"),
        ("variables: { k: x }\n" + CALL + '  - press: "${k}"', "test.yaml:5:5: $.steps[1].press: with its variables filled in, press should be keys"),
        ("rows: { k: ['1', x] }\n" + CALL + '  - press: "${k}"', "$.steps[1].press: with its variables filled in"),
        (CALL + "  - expect: { callback: ice, with: { $absent: true } }", "with has members such as { name: { $absent: ... } }; $absent cannot stand for all of them"),
        (CALL + "  - request: { method: GET, path: '/calling/v1/calls/id/${calls.bob.id}' }", "there is no call 'bob' by then (there are: none)"),
        ("given: { start: yesterday }\n" + CALL, "test.yaml:2:17: $.given.start: start should be an instant such as"),
        ("given: { numbers: [ 'user:lin' ] }\n" + CALL, "$.given.numbers[0]: 'user:lin' is no number"),
        ("steps:\n  - together:\n      one: [ { incoming_call: { as: a } } ]\n      two: [ { incoming_call: { as: a } } ]", "two branches begin a call named 'a'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_variables_and_names(text: str, sentence: str) -> None:
    found = problems(text)
    assert any(sentence in one for one in found), found


def test_a_variable_of_the_command_line_is_judged_before_the_run(voice: SinchVoice) -> None:
    text = "variables: { k: '1' }\n" + CALL + '  - press: "${k}"'
    with pytest.raises(BadRequest, match=r"press should be keys.*\(variables set for this run: k\)"):
        play(voice, text, menu, k="x")
    assert not voice.calls


def test_a_variable_that_a_step_sets_is_not_known_beforehand() -> None:
    assert problems("variables: { k: x }\n" + CALL + "  - remember: { k: '1' }\n  - press: '${k}'") == []


def test_an_included_file_names_calls_by_variables(voice: SinchVoice, tmp_path: Path) -> None:
    (tmp_path / "_call.yaml").write_text('- incoming_call: { as: "${who}" }\n- expect: { callback: ice, call: "${who}" }\n')
    text = "steps:\n  - include: { file: _call.yaml, with: { who: bob } }\n  - hang_up: { call: bob }"
    passes(voice, read(text, tmp_path))
    assert any(
        "there is no call 'bib' by then (did you mean bob?)" in one
        for one in problems(text.replace("call: bob", "call: bib"), tmp_path)
    )


def test_an_include_sets_what_the_file_uses(tmp_path: Path) -> None:
    (tmp_path / "_call.yaml").write_text('- incoming_call: { from: "${caller}" }\n')
    [found] = problems('steps:\n  - include: { file: _call.yaml, with: { caller: "+12025550143", callr: x } }', tmp_path)
    assert "with.callr: the file has no use for a variable 'callr' (did you mean caller?)" in found


@pytest.mark.parametrize("order", [("anna", "onlooker"), ("onlooker", "anna")])
def test_an_expectation_waits_for_a_call_of_another_branch(voice: SinchVoice, order: tuple[str, str]) -> None:
    branches = {
        "anna": '      anna: [ { wait: 2s }, { incoming_call: { as: anna } }, { press: "2" }, { wait: 30s } ]\n',
        "onlooker": "      onlooker: [ { expect: { callback: pie, call: anna } } ]\n",
    }
    passes(voice, f"steps:\n  - together:\n{branches[order[0]]}{branches[order[1]]}")


def test_false_is_no_number(voice: SinchVoice) -> None:
    steps = "  - hang_up: caller\n  - expect: { callback: dice, with: { userRate: { amount: false } }, within: 1s }"
    assert not play(voice, CALL + steps).passed


def test_an_empty_answer_is_not_just_any(voice: SinchVoice) -> None:
    steps = "  - hang_up: caller\n  - expect: { callback: dice, answer: { $any: true } }"
    assert "expected  anything" in play(voice, CALL + steps).why
