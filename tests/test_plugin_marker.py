"""The marker and the ini options: what they take, and what is said where they take something else."""

from __future__ import annotations

import pytest

from plugin_runs import Run, said

pytest_plugins = ["pytester"]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Write a test file and run it."""
    return Run(pytester)


@pytest.mark.parametrize(
    ("marker", "says"),
    [
        ("'manual'", "@pytest.mark.sinch_voice('manual'): say what it is by name, such as clock='manual'"),
        ("['no action']", """@pytest.mark.sinch_voice(['no action']): say what it is by name, such as clock="manual\""""),
        (
            "clok='manual'",
            "there is no clok (did you mean clock?); it takes clock, start, problems, open, check and the switches",
        ),
        ("clu_with_plus=True", "there is no clu_with_plus (did you mean cli_with_plus?)"),
        ("xyzzy=1", "there is no xyzzy; it takes clock"),
        ("clock='manuel'", "clock should be one of real, manual, auto, but is 'manuel' (did you mean manual?)"),
        ("clock=None", "clock should be one of real, manual, auto, but is None"),
        (
            "start='yesterday'",
            'start should be an instant such as "2026-03-01T12:00:00Z", "now" or a datetime, but is \'yesterday\'',
        ),
        ("start=5", "but is 5"),
        ("start='1066-10-14'", "a clock shows times from 1970 to 8999"),
        ("problems=5", "problems should be a list of texts, but is 5"),
        ("problems=['a', None]", "problems should be a list of texts, but is ['a', None]"),
        ("open='yes'", "open should be True or False, but is 'yes'"),
        ("check=0", "check should be True or False, but is 0"),
        ("cli_with_plus='yes'", "cli_with_plus should be true or false, but is 'yes'"),
        ("callback_timeout=-5", "callback_timeout should be milliseconds"),
    ],
)
@pytest.mark.parametrize("fixture", ["sinch_voice", "async_sinch_voice"])
def test_a_marker_that_is_wrong(run: Run, fixture: str, marker: str, says: str) -> None:
    result = run(f"@pytest.mark.sinch_voice({marker})\ndef test_it({fixture}): pass")
    result.assert_outcomes(errors=1)
    assert says in said(result)
    assert "pytest_plugin" not in said(result)
    assert "Traceback" not in said(result)


@pytest.mark.parametrize(
    ("ini", "says"),
    [
        (
            "sinch_voice_clock = manuel",
            "sinch_voice_clock in the ini file should be one of real, manual, auto, but is 'manuel'",
        ),
        ("sinch_voice_start = yesterday", "sinch_voice_start in the ini file should be an instant such as"),
    ],
)
def test_an_ini_option_that_is_wrong(run: Run, ini: str, says: str) -> None:
    result = run("def test_it(sinch_voice): pass", ini=ini)
    result.assert_outcomes(errors=1)
    assert says in said(result)
    assert "pytest_plugin" not in said(result)


WRONG = """
def wrong(event):
    return {"action": {"name": "hangupp"}}
def check(sinch_voice):
    sinch_voice.deliver_to(wrong)
    sinch_voice.incoming_call().expect_ended()
"""


def test_one_problem_may_stand_without_a_list(run: Run) -> None:
    code = (
        WRONG
        + """
@pytest.mark.sinch_voice(problems="no action hangupp")
def test_meant(sinch_voice):
    check(sinch_voice)
@pytest.mark.sinch_voice(problems="ano")
def test_another(sinch_voice):
    check(sinch_voice)
@pytest.mark.sinch_voice(problems=("no action hangupp",))
class TestOfAClass:
    def test_meant(self, sinch_voice):
        check(sinch_voice)
    @pytest.mark.sinch_voice(cli_with_plus=True)
    def test_below(self, sinch_voice):
        check(sinch_voice)
        assert sinch_voice.callbacks[0]["cli"] == "+12025550143"
"""
    )
    run(code).assert_outcomes(passed=3, failed=1)


def test_a_switch_may_be_written_as_in_the_configuration_file(run: Run) -> None:
    code = """
@pytest.mark.sinch_voice(callback_timeout="3s", start=__import__("datetime").datetime(2025, 5, 5))
def test_it(sinch_voice):
    assert sinch_voice.runtime.account.profile.callback_timeout == 3_000
    assert sinch_voice.now.isoformat() == "2025-05-05T00:00:00+00:00"
"""
    run(code).assert_outcomes(passed=1)


def test_a_clock_that_runs(run: Run) -> None:
    code = """
@pytest.mark.sinch_voice(clock="real")
def test_it(sinch_voice):
    assert sinch_voice.clock.mode == "real"
@pytest.mark.sinch_voice(start="now")
def test_now(sinch_voice):
    assert sinch_voice.now.year >= 2026
"""
    run(code).assert_outcomes(passed=2)
