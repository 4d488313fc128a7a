"""Files that are no scenarios: what is said about them, and where, before anything runs."""

# ruff: noqa: E501 - a file and the sentence about it stand side by side

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from scenario.playing_site import problems, read
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.scenario import forms, reading
from sinch_voice_emulator.scenario.model import titled
from sinch_voice_emulator.scenario.words import WORDS

CALL = "steps:\n  - incoming_call: {}\n"


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(forms.schema())


def test_every_word_of_the_schema_is_played() -> None:
    assert set(forms.schema()["$defs"]["step"]["properties"]) == set(WORDS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("steps:\n  - incomming_call: {}", "test.yaml:3:5: $.steps[0].incomming_call: incomming_call is not known here (did you mean incoming_call?)"),
        (CALL + "  - press: 1", 'test.yaml:4:12: $.steps[1].press: press should be keys in quotes such as "1", or { keys: "1", by: caller }, but is the number 1'),
        (CALL + "  - wait: 5 sec", 'test.yaml:4:11: $.steps[1].wait: wait should be seconds, or a text such as "3s", "250ms", "2m" or "1h", but is the text "5 sec"'),
        (CALL + "  - expect: { callback: icee }", '$.steps[1].expect.callback: callback should be one of "ice", "ace", "pie", "dice", "notify", but is the text "icee" (did you mean ice?)'),
        (CALL + "  - expect: { heard: x, withh: {} }", "$.steps[1].expect.withh: withh is not known here (did you mean with?)"),
        (CALL + "  - expect: { within: 3s }", "$.steps[1].expect: expect should say one of callback, heard,"),
        (CALL + "  - expect: { callback: ice, heard: x }", "but says callback, heard"),
        (CALL + "  - expect: { callback: ice, cli: x }", "$.steps[1].expect: cli does not go with callback; it goes with dialled, ringing, callout"),
        (CALL + '  - expect: { callback: ice, with: { a: { $matchs: "x" } } }', "there is no matcher '$matchs' (did you mean $matches?)"),
        (CALL + '  - expect: { callback: ice, with: { a: { $matches: "(" } } }', "$matches takes a regular expression"),
        (CALL + "  - expect: { callback: ice, answer: { a: { $between: [1] } } }", "$between takes two numbers"),
        (CALL + "  - expect: { cookies: { a: { $one_of: x } } }", "$one_of takes a list of values, not 'x'"),
        (CALL + "  - expect: { cookies: { a: { $any: 1 } } }", "$any takes true, not 1"),
        (CALL + "  - expect: { cookies: { a: { $any: true, $absent: true } } }", "a matcher stands alone, but there are: $any, $absent"),
        (CALL + "  - expect: { dialled: 'user:' }", "$.steps[1].expect: 'user:' is not an address"),
        (CALL + '  - answer: "user:"', "$.steps[1].answer: 'user:' is not an address"),
        (CALL + '  - phones: { "+46700000001": { ring_for: 3s } }', "ring_for is not known here (did you mean rings_for?)"),
        (CALL + '  - phones: { "+46700000001": { reactions: [ { hears: x } ] } }', "reactions[0] does nothing: it needs one of presses, says, hangsUp"),
        (CALL + "  - profile: { callback_timeot: 3s }", "there is no switch 'callback_timeot'; did you mean callback_timeout?"),
        (CALL + '  - rates: { "46": cheap }', "the price of '46' should be a number, but is 'cheap'"),
        (CALL + "  - detect: robot", "answering machine detection concludes human, machine, notsure, hangup, not 'robot'"),
        (CALL + "  - fault: { kind: bad-signature, signature: ugly }", "signature should be one of"),
        (CALL + "  - fault: { kind: alter }", "alter needs the path of a member, such as $.to.endpoint"),
        (CALL + "  - nothing_more: 0", "nothing_more should be a length of time of more than nothing"),
        (CALL + "  - together: [ [ { wait: 1s } ] ]", "together should be two or more lists of steps, but is a list"),
        (CALL + "  - request: { method: GET, path: calling }", "path should be a path such as /calling/v1/callouts, but is the text"),
        ("steps:\n  - incoming_call: { from: nobody }", "a telephone calls from a number, and 'nobody' is none"),
        ("steps:\n  - sip_call: { from: nobody, to: a@b }", "a SIP peer calls from an address such as pbx@example.test, and 'nobody' is none"),
        ("steps:\n  - app_call: { user: lin, to: 'conference:' }", "'conference:' is not an address"),
        ("steps:\n  - incoming_call: { caller: { gives_up: 3s } }", "gives_up is not known here (did you mean gives_up_after?)"),
        ("given: { profile: sloppy }\n" + CALL, "$.given.profile: the preset should be one of"),
        ("given: { faults: [ { kind: alter } ] }\n" + CALL, "$.given.faults[0]: alter needs the path of a member"),
        ("rows: { a: [], b: [1] }\n" + CALL, "$.rows"),
        ("rows: {}\n" + CALL, "rows should be"),
        ("variables: { 1a: x }\n" + CALL, "$.variables"),
        ("steps: []\nallow: { problem: [] }", "problem is not known here (did you mean problems?)"),
        ('steps: [{ phones: { "+46700000001": { answers_after: 3s } } }]', "answers_after is not known here (rings_for says how"),
        ('steps: [{ press: "1", by: caller }]', 'by is not known here (it belongs inside the word: press: { keys: "1", by: ... })'),
        ("steps: [{ expect: { heard: { by: caller, text: Hi } } }]", 'text is not known here (write heard: "Press 1")'),
        ("steps: [{ expect: {} }]", "expect should be an object that is not empty"),
        ("name: Test\nname: Twice\n" + CALL, '"name" is given twice, first in line 1'),
        ("name: Test\n", "steps is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(text: str, sentence: str) -> None:
    found = problems(text)
    assert any(sentence in one for one in found), found
    assert all(one.startswith("test.yaml:") for one in found), found


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ('- press: "1"', "press is about a call, and there is none by then"),
        ("- expect: { callback: ice }", "expect is about a call, and there is none by then"),
        ("- incoming_call: { as: anna }\n  - hang_up: { call: anne }", "there is no call 'anne' by then (did you mean anna?)"),
        ("- incoming_call: {}\n  - say: { text: hi, call: anna }", "there is no call 'anna' by then (there are: none)"),
        ('- incoming_call: {}\n  - press: "${digit}"', "there is no variable 'digit'"),
        ("- incoming_call: { to: '${numbr}' }", "there is no variable 'numbr' (did you mean number?)"),
        ("- together:\n      a: [ { nothing_more: 3s } ]\n      b: [ { wait: 1s } ]", "nothing_more cannot stand in one branch"),
        ("- together:\n      a: [ { incoming_call: { as: x } } ]\n      b: [ { hang_up: { call: x } } ]", "there is no call 'x' by then"),
    ],
)  # fmt: skip
def test_names_that_stand_for_nothing(steps: str, sentence: str) -> None:
    [found] = problems(f"steps:\n  {steps}")
    assert sentence in found


@pytest.mark.parametrize(
    "steps",
    [
        "- expect: { callout: tts }\n  - hang_up: caller",
        '- request: { method: POST, path: /calling/v1/callouts, as: it, save: { id: callId } }\n  - expect: { callback: ace, call: it, with: { callid: "${id}" } }',
        "- together:\n      a: [ { incoming_call: { as: x } } ]\n      b: [ { incoming_call: { as: y } } ]\n  - hang_up: { call: x }\n  - hang_up: { call: y }",
        "- remember: { digit: '1' }\n  - incoming_call: {}\n  - press: '${digit}'",
        "- incoming_call: {}\n  - expect: { callback: ice, save: { id: callid } }\n  - request: { method: GET, path: '/calling/v1/calls/id/${id}' }",
        "- incoming_call: { as: anna }\n  - request: { method: GET, path: '/calling/v1/calls/id/${calls.anna.id}' }",
    ],
)  # fmt: skip
def test_names_that_stand_for_something(steps: str) -> None:
    assert problems(f"steps:\n  {steps}") == []


def test_everything_wrong_is_said_at_once() -> None:
    found = problems('steps:\n  - press: "1"\n  - incoming_call: { from: nobody }\n  - press: "${x}"')
    assert len(found) == 3


def test_rows_are_listed_or_multiplied() -> None:
    listed = read('rows: [ { key: "1", team: sales }, { key: "2", team: support } ]\n' + CALL)
    assert [dict(row) for row in listed.rows] == [{"key": "1", "team": "sales"}, {"key": "2", "team": "support"}]
    multiplied = read('rows: { key: ["1", "2"], region: [euc1, use1] }\n' + CALL)
    assert len(multiplied.rows) == 4
    assert titled(multiplied, multiplied.rows[1]) == "Test [key=1, region=use1]"


def test_too_many_rows_are_refused() -> None:
    numbers = list(range(200))
    [found] = problems(f"rows: {{ a: {numbers}, b: {numbers} }}\n" + CALL)
    assert "these are 40000 combinations; the most is 10000" in found


def test_json_is_read_too() -> None:
    text = json.dumps({"name": "As JSON", "steps": [{"incoming_call": {}}]})
    assert reading.load(text, "call.json").name == "As JSON"
    with pytest.raises(reading.BadScenario, match=r"call\.json:1:1: is not JSON"):
        reading.load("]", "call.json")


def test_a_value_is_read_too() -> None:
    assert reading.of_value({"name": "Posted", "steps": [{"incoming_call": {}}]}).steps[0].word == "incoming_call"
    with pytest.raises(BadRequest, match="steps is missing"):
        reading.of_value({"name": "Posted"})


def test_a_file_may_include_another(tmp_path: Path) -> None:
    (tmp_path / "_in.yaml").write_text("steps:\n  - incoming_call: { as: anna }\n  - expect: { callback: ice }\n")
    scenario = read("steps:\n  - include: _in.yaml\n  - hang_up: { call: anna }", tmp_path)
    [first, second] = scenario.steps[0].branches["included"]
    assert (first.number, second.number, second.place.line) == ("1.1", "1.2", 3)
    assert second.place.source.endswith("_in.yaml")


def test_what_is_wrong_with_an_included_file(tmp_path: Path) -> None:
    (tmp_path / "_bad.yaml").write_text("- incomming_call: {}\n")
    (tmp_path / "_self.yaml").write_text("- include: _self.yaml\n")
    (tmp_path / "_vars.yaml").write_text('- incoming_call: { from: "${who}" }\n')
    [bad] = problems("steps:\n  - include: _bad.yaml", tmp_path)
    assert "_bad.yaml:1:3: $[0].incomming_call" in bad
    [itself] = problems("steps:\n  - include: _self.yaml", tmp_path)
    assert "_self.yaml includes itself" in itself
    [missing] = problems("steps:\n  - include: _none.yaml", tmp_path)
    assert "_none.yaml: cannot be read: no such file or directory" in missing
    [unset] = problems("steps:\n  - include: _vars.yaml", tmp_path)
    assert "_vars.yaml:1:3: $[0].incoming_call: there is no variable 'who'" in unset
    assert problems('steps:\n  - include: { file: _vars.yaml, with: { who: "+12025550143" } }', tmp_path) == []


def test_files_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for name in ("b.yaml", "a.yml", "inner/c.json", "_part.yaml", "notes.txt"):
        (tmp_path / name).write_text("x")
    assert [one.name for one in reading.files_in([tmp_path])] == ["a.yml", "b.yaml", "c.json"]
    assert [one.name for one in reading.files_in([tmp_path / "_part.yaml", tmp_path / "_part.yaml"])] == ["_part.yaml"]


def test_folders_without_scenarios(tmp_path: Path) -> None:
    with pytest.raises(reading.BadScenario, match="there is no scenario in this folder"):
        reading.files_in([tmp_path])
    with pytest.raises(reading.BadScenario, match="there is no such file or folder"):
        reading.files_in([tmp_path / "none"])


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ("[ { incoming_call: {} }, { hang_up: caller }, { press: '1' } ]", "press comes too late: step 2 hangs up the call; leave it out"),
        ("[ { incoming_call: { as: a } }, { hang_up: { by: caller, call: a } }, { say: { text: hi, call: a } } ]", "say comes too late: step 2 hangs up the call 'a'"),
        ("[ { incoming_call: {} }, { hang_up: caller }, { together: [ [ { beep: true } ], [ { wait: 1s } ] ] } ]", ""),
        ("[ { incoming_call: {} }, { hang_up: caller }, { incoming_call: {} }, { press: '1' } ]", ""),
        ("[ { incoming_call: {} }, { hang_up: callee }, { press: '1' } ]", ""),
        ("[ { incoming_call: { as: a } }, { incoming_call: { as: b } }, { hang_up: caller }, { press: { keys: '1', call: a } } ]", ""),
        ("[ { incoming_call: {} }, { hang_up: caller }, { redeliver: { event: ice } }, { expect: { ended: true } } ]", ""),
    ],
)  # fmt: skip
def test_what_comes_after_the_caller_has_hung_up(steps: str, sentence: str) -> None:
    found = problems(f"steps: {steps}")
    assert [sentence in one for one in found] == ([True] if sentence else [])
