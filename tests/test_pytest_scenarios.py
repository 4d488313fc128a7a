"""Scenario files as tests, as their users meet them."""

from __future__ import annotations

from typing import Any

import pytest

from plugin_runs import HELPERS, INI, said
from sinch_voice_emulator.testkit import ExpectationFailed, SinchVoice

pytest_plugins = ["pytester"]

BACKEND = (
    HELPERS
    + """
@pytest.fixture
def sinch_voice_backend():
    return backend
"""
)
CALL = """
name: A caller chooses support
teaches: how a menu is used
variables: { key: "1", text: support }
rows: [ { key: "1" }, { key: "2" } ]
steps:
  - incoming_call: {}
  - expect: { heard: "press 1 for ${text}" }
  - press: "${key}"
  - expect: { callback: pie, with: { menuResult: { inputMethod: dtmf } }, within: 1s }
  - expect: { ended: true }
"""


@pytest.fixture
def files(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with a backend and a folder of scenarios."""
    pytester.makeini(INI)
    pytester.makeconftest(BACKEND)
    folder = pytester.mkdir("scenarios")
    (folder / "support.yaml").write_text(CALL)
    (folder / "_part.yaml").write_text("- incoming_call: {}\n")
    return pytester


def test_each_row_of_a_file_is_a_test(files: pytest.Pytester) -> None:
    result = files.runpytest_inprocess("scenarios", "-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "scenarios/support.yaml::A caller chooses support [[]key=1[]] PASSED*",
            "scenarios/support.yaml::A caller chooses support [[]key=2[]] FAILED*",
        ]
    )
    text = said(result)
    assert "scenarios/support.yaml:10:5: step 4 (expect): The backend was to be told pie with menuResult" in text
    assert "caller    presses 2" in text
    assert "Traceback" not in text


def test_a_test_is_chosen_by_name(files: pytest.Pytester) -> None:
    files.runpytest_inprocess("-k", "chooses and not 2", "scenarios").assert_outcomes(passed=1, deselected=1)
    files.runpytest_inprocess("scenarios/support.yaml::A caller chooses support [key=1]").assert_outcomes(passed=1)


def test_a_file_that_is_no_scenario_is_an_error_of_collection(files: pytest.Pytester) -> None:
    (files.path / "scenarios" / "support.yaml").write_text(CALL.replace("press:", "pres:"))
    result = files.runpytest_inprocess("scenarios")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["scenarios/support.yaml:9:5: $.steps[[]2].pres: pres is not known here (did you mean press?)"])


def test_other_files_are_left_alone(files: pytest.Pytester) -> None:
    (files.path / "docker-compose.yaml").write_text("services: {}\n")
    (files.path / "one.scenario.yaml").write_text(CALL.replace('{ key: "2" }', '{ key: "1", text: support }'))
    files.runpytest_inprocess().assert_outcomes(passed=3, failed=1)
    files.runpytest_inprocess("-o", "sinch_voice_scenarios=elsewhere").assert_outcomes(passed=2)


def test_variables_on_the_command_line(files: pytest.Pytester) -> None:
    (files.path / "scenarios" / "other.yaml").write_text("name: Other\nvariables: { x: 1 }\nsteps:\n  - wait: 1s\n")
    result = files.runpytest_inprocess(
        "scenarios", "-k", "not 2", "--sinch-voice-var", "text=sales", "--sinch-voice-var", "x=5"
    )
    result.assert_outcomes(passed=1, failed=1, deselected=1)
    assert 'The call was to hear "press 1 for sales"' in said(result)
    wrong = files.runpytest_inprocess("scenarios", "--sinch-voice-var", "text")
    assert "--sinch-voice-var takes NAME=VALUE, not 'text'" in said(wrong)


def test_a_variable_that_no_scenario_has_is_refused(files: pytest.Pytester) -> None:
    result = files.runpytest_inprocess("scenarios", "--sinch-voice-var", "txt=sales")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "--sinch-voice-var: no scenario that is to run has a variable 'txt' (did you mean text?)" in result.stderr.str()
    files.makepyfile("def test_own(sinch_voice_variables):\n    assert sinch_voice_variables == {'txt': 'sales'}\n")
    files.runpytest_inprocess("--sinch-voice-var", "txt=sales").assert_outcomes(passed=2, failed=1)


def test_a_variable_of_rows_chooses_the_row(files: pytest.Pytester) -> None:
    result = files.runpytest_inprocess("scenarios", "-v", "--sinch-voice-var", "key=1")
    result.assert_outcomes(passed=1)
    assert "[key=1]" in said(result)
    result = files.runpytest_inprocess("scenarios", "-v", "--sinch-voice-var", "key=5")
    result.assert_outcomes(failed=1)
    assert "[key=5]" in said(result)


def test_a_backend_named_in_the_ini_file(files: pytest.Pytester) -> None:
    files.makeconftest("")
    files.makepyfile(my_backend=HELPERS)
    named = ("-k", "not 2", "scenarios", "-o")
    files.runpytest_inprocess(*named, "sinch_voice_backend=my_backend:backend").assert_outcomes(passed=1, deselected=1)
    for written, sentence in (
        ("my_backend:nobody", "'my_backend:nobody' cannot be loaded: module 'my_backend' has no attribute 'nobody'"),
        ("nowhere", "'nowhere' should be a URL, or package.module:attribute such as myapp.voice:app"),
        ("", "scenarios need a backend: define a fixture sinch_voice_backend"),
    ):
        result = files.runpytest_inprocess(*named, f"sinch_voice_backend={written}")
        assert sentence in said(result)


def test_marks_and_checks_are_those_of_any_test(files: pytest.Pytester) -> None:
    (files.path / "scenarios" / "support.yaml").write_text("name: Left open\nsteps:\n  - incoming_call: {}\n")
    result = files.runpytest_inprocess("scenarios")
    result.assert_outcomes(failed=1)
    assert "scenarios/support.yaml: at the end: Calls are still open" in said(result)


def test_scenarios_inside_a_test_do_not_see_each_other() -> None:
    call = {"steps": [{"incoming_call": {}}, {"expect": {"ended": {"result": "${result}"}}}]}
    given = {"given": {"phones": {"+46700000001": "${phone}"}}}
    rows = [{"phone": "busy", "result": "BUSY"}, {"phone": {"hangs_up_after": "5s"}, "result": "ANSWERED"}]
    fault = {"steps": [{"fault": {"kind": "drop", "event": "dice"}}]}

    def backend(event: dict[str, Any]) -> object:
        connect = {"name": "connectPstn", "number": "+46700000001", "cli": "+12025550100"}
        return {"action": connect if event["event"] == "ice" else {"name": "continue"}} if event["event"] != "dice" else None

    with SinchVoice(seed="apart") as voice:
        voice.deliver_to(backend)
        voice.phone("+46700000001", on_ring="busy")
        assert voice.run_scenario({"name": "Rows", **call, **given, "rows": rows})
        assert voice.run_scenario({"name": "Fault", **fault})
        assert voice.run_scenario({"name": "Again", **call, "variables": {"result": "BUSY"}})
        assert voice.calls == []
        voice.incoming_call().expect_ended(result="BUSY")
        voice.fault("drop", event="ice")
        lost = {"name": "Lost", "steps": [{"incoming_call": {}}, {"expect": {"ended": {"reason": "CALLBACKERROR"}}}]}
        assert voice.run_scenario({**lost, "given": {"profile": {"callback_timeout": "2s"}}})
        voice.incoming_call().expect_ended(reason="CALLBACKERROR")
    assert not voice.emulator.twins


def test_what_the_backend_raises_is_told_inside_a_test() -> None:
    with SinchVoice(seed="raises") as voice:
        voice.deliver_to(lambda event: {}[event["event"]])
        with pytest.raises(ExpectationFailed, match="KeyError while it handled ice"):
            voice.run_scenario({"name": "Raises", "steps": [{"incoming_call": {}}, {"expect": {"heard": "Welcome"}}]})


def test_a_scenario_inside_a_test() -> None:
    with SinchVoice(seed="inside") as voice:
        voice.deliver_to(lambda event: {"action": {"name": "hangup"}} if event["event"] == "ice" else None)
        call = {"name": "Hung up", "steps": [{"incoming_call": {}}, {"expect": {"ended": {"reason": "${reason}"}}}]}
        named = {**call, "variables": {"reason": "MANAGERHANGUP"}}
        assert [one.passed for one in voice.run_scenario(named)] == [True]
        with pytest.raises(ExpectationFailed, match="The call was to end with CALLERHANGUP"):
            voice.run_scenario(named, reason="CALLERHANGUP")
