"""When a test is checked: what the backend did wrong when its body is over, the rest when the fixtures that use it are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plugin_runs import Run, said

pytest_plugins = ["pytester"]

REST = """
import base64, json, urllib.request
def place(url, key, secret, ace):
    details = {"cli": "+12025550100", "destination": {"type": "number", "endpoint": "+46700000009"}, "ace": ace}
    body = json.dumps({"method": "customCallout", "customCallout": details}).encode()
    credentials = base64.b64encode(f"{key}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(url + "/calling/v1/callouts", body, headers)).read()
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Write a test file and run it."""
    return Run(pytester)


# --- after the finalizers of fixtures ---------------------------------------------------------------------------------------


PLACES = """
def placed(voice):
    voice.deliver_to(backend)
    return voice.incoming_call()
"""


@pytest.mark.parametrize(
    "code",
    [
        """
@pytest.fixture
def call(sinch_voice):
    call = placed(sinch_voice)
    yield call
    call.hang_up()
def test_it(call):
    call.expect_prompt("Press 1")
""",
        """
@pytest.fixture
def platform(sinch_voice):
    return sinch_voice
@pytest.fixture
def call(platform):
    call = placed(platform)
    yield call
    call.hang_up()
@pytest.fixture(autouse=True)
def around(call):
    return None
def test_it():
    pass
""",
        """
@pytest.fixture
def call(sinch_voice, request):
    call = placed(sinch_voice)
    request.addfinalizer(call.hang_up)
def test_it(call):
    pass
""",
        """
@pytest.fixture
def call(request):
    call = placed(request.getfixturevalue("sinch_voice"))
    yield call
    call.hang_up()
def test_it(call):
    pass
""",
        """
def test_it(sinch_voice, request):
    request.addfinalizer(placed(sinch_voice).hang_up)
""",
        """
def test_it(request):
    voice = request.getfixturevalue("sinch_voice")
    request.addfinalizer(placed(voice).hang_up)
""",
    ],
    ids=["yield", "at a distance", "finalizer", "dynamic", "the test's own", "the test's own, dynamic"],
)
def test_a_fixture_may_hang_up(run: Run, code: str) -> None:
    run(PLACES + code).assert_outcomes(passed=1)


def test_where_nobody_can_hang_up_any_more_the_test_itself_fails(run: Run) -> None:
    code = """
@pytest.fixture
def app(sinch_voice):
    sinch_voice.deliver_to(backend)
    return sinch_voice
@pytest.fixture(autouse=True)
def unrelated(request):
    yield
def test_it(app, tmp_path, capsys, monkeypatch):
    app.incoming_call()
"""
    result = run(code)
    result.assert_outcomes(failed=1)
    assert "still open" in said(result)


def test_a_fixture_that_leaves_a_call_open(run: Run) -> None:
    code = """
@pytest.fixture
def call(sinch_voice):
    sinch_voice.deliver_to(backend)
    yield sinch_voice.incoming_call()
def test_it(call):
    pass
"""
    result = run(code)
    result.assert_outcomes(passed=1, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "Calls are still open:\n  * <id> is in a menu" in said(result)
    assert "FAILED test_it.py::test_it - Failed: Calls are still open" in said(result)


LATE = """
def late(event):
    if event["event"] == "pie":
        raise KeyError("the reason")
    return backend(event)
@pytest.fixture
def call(sinch_voice):
    sinch_voice.deliver_to(late)
    yield
    sinch_voice.incoming_call().press("1")
def test_it(call):
    pass
def test_other(sinch_voice):
    sinch_voice.deliver_to(backend)
    sinch_voice.incoming_call().hang_up()
"""


@pytest.mark.parametrize("distribution", [[], ["-n", "1"]])
def test_a_problem_while_fixtures_come_down_fails_the_test(run: Run, distribution: list[str]) -> None:
    result = run(LATE, "-v", *distribution, apart=bool(distribution))
    result.assert_outcomes(passed=2, failed=1)
    assert "The backend did something wrong:\n  * backend <- no answer to PIE" in said(result)
    assert "KeyError while it handled pie: 'the reason'" in said(result)
    assert "pytest_plugin" not in said(result)


def test_it_is_an_error_of_the_test_for_a_reader_of_junit_xml(run: Run) -> None:
    run(LATE, "--junitxml=report.xml")
    report = (Path(run.pytester.path) / "report.xml").read_text()
    assert 'errors="1"' in report
    assert re.search(r'<testcase [^>]*name="test_it"[^>]*><error message="failed on teardown', report)


def test_what_a_fixture_finds_out_late_may_be_expected(run: Run) -> None:
    code = LATE.replace(
        "def test_it(call):",
        "def test_it(call, sinch_voice):\n    sinch_voice.expect_problem('no answer to PIE')\n    sinch_voice.expect_open()",
    )
    run(code).assert_outcomes(passed=2)


def test_a_mistake_of_the_backend_fails_the_test_itself(run: Run) -> None:
    code = """
def wrong(event):
    return {"action": {"name": "hangupp"}}
@pytest.fixture
def voice(sinch_voice):
    sinch_voice.deliver_to(wrong)
    yield sinch_voice
def test_it(voice):
    voice.incoming_call()
@pytest.mark.xfail(strict=True)
def test_known(voice):
    voice.incoming_call()
"""
    run(code).assert_outcomes(failed=1, xfailed=1)


def test_who_has_failed_or_was_skipped_is_not_checked_on_top(run: Run) -> None:
    code = """
import unittest
@pytest.fixture
def call(sinch_voice):
    sinch_voice.deliver_to(backend)
    return sinch_voice.incoming_call()
@pytest.fixture
def broken(call):
    raise ZeroDivisionError
def test_failed(call):
    assert 1 == 2
def test_skipped(call):
    pytest.skip("not today")
@pytest.mark.xfail
def test_xfailed(call):
    assert 1 == 2
def test_error(broken):
    pass
class TestOld(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _call(self, call):
        self.call = call
    def test_failed(self):
        self.assertEqual(1, 2)
"""
    result = run(code)
    result.assert_outcomes(failed=2, skipped=1, xfailed=1, errors=1)
    assert "still open" not in said(result)


def test_the_calls_of_a_fixture_that_fails_are_shown(run: Run) -> None:
    code = """
@pytest.fixture
def call(sinch_voice):
    sinch_voice.deliver_to(backend)
    assert sinch_voice.incoming_call().keys == "1"
def test_it(call):
    pass
"""
    result = run(code)
    result.assert_outcomes(errors=1)
    assert "- Sinch Voice calls -" in said(result)


# --- what a reset does not wipe out -----------------------------------------------------------------------------------------


def test_a_reset_in_the_middle_forgets_no_problem(run: Run) -> None:
    code = """
def wrong(event):
    return {"action": {"name": "hangupp"}}
def test_it(sinch_voice):
    sinch_voice.deliver_to(wrong)
    sinch_voice.incoming_call()
    sinch_voice.reset()
def test_expected_before(sinch_voice):
    sinch_voice.expect_problem("no action hangupp")
    sinch_voice.deliver_to(wrong)
    sinch_voice.incoming_call()
    sinch_voice.reset()
def test_expected_after(sinch_voice):
    sinch_voice.deliver_to(wrong)
    sinch_voice.incoming_call()
    sinch_voice.reset()
    sinch_voice.expect_problem("no action hangupp")
def test_missed(sinch_voice):
    sinch_voice.expect_problem("no action hangupp")
    sinch_voice.reset()
def test_open(sinch_voice):
    sinch_voice.deliver_to(backend)
    sinch_voice.incoming_call()
    sinch_voice.reset()
"""
    result = run(code)
    result.assert_outcomes(failed=2, passed=3)
    text = said(result)
    assert (
        "The backend did something wrong before a reset:\n  * backend SVAML $.action.name: there is no action hangupp" in text
    )
    assert "If this is meant: sinch_voice.expect_problem" in text
    assert "0.000  backend   !! SVAML" in text
    assert "Problems were expected that did not happen:\n  * no action hangupp" in text


def test_what_the_backend_raised_before_a_reset(run: Run) -> None:
    code = """
def broken(event):
    raise KeyError("the reason")
def test_it(sinch_voice):
    sinch_voice.deliver_to(broken)
    sinch_voice.incoming_call()
    sinch_voice.reset()
"""
    result = run(code)
    result.assert_outcomes(failed=1)
    assert "KeyError while it handled ice: 'the reason'" in said(result)


def test_who_gives_the_account_back_early_is_judged_all_the_same(run: Run) -> None:
    code = """
def test_it(sinch_voice):
    sinch_voice.deliver_to(lambda event: {"action": {"name": "hangupp"}})
    sinch_voice.incoming_call()
    sinch_voice.close()
def test_next(sinch_voice):
    assert sinch_voice.calls == []
"""
    result = run(code)
    result.assert_outcomes(failed=1, passed=1)
    assert "The backend did something wrong:" in said(result)


# --- asynchronous tests -----------------------------------------------------------------------------------------------------


def test_the_end_of_an_asynchronous_test_lets_callbacks_leave(run: Run) -> None:
    code = (
        REST
        + """
import asyncio
def broken(event):
    raise KeyError("the reason")
def ok(event):
    return {}
@pytest.mark.parametrize("target", [ok, broken])
def test_it(async_sinch_voice, target):
    async def test():
        async_sinch_voice.deliver_to(target)
        async_sinch_voice.phone("+46700000009", on_ring="answers", rings_for=0)
        voice = async_sinch_voice
        await asyncio.to_thread(place, voice.url, voice.key, voice.secret, '{"action": {"name": "hangup"}}')
    asyncio.run(test())
"""
    )
    result = run(code)
    result.assert_outcomes(passed=1, failed=1)
    assert "KeyError while it handled" in said(result)


def test_callbacks_that_only_the_loop_of_the_test_could_have_taken(run: Run) -> None:
    code = (
        REST
        + """
import asyncio
async def asynchronous(event):
    return {}
def test_it(async_sinch_voice):
    async def test():
        async_sinch_voice.deliver_to(asynchronous)
        async_sinch_voice.phone("+46700000009", on_ring="answers", rings_for=0)
        voice = async_sinch_voice
        await asyncio.to_thread(place, voice.url, voice.key, voice.secret, "")
    asyncio.run(test())
"""
    )
    result = run(code)
    result.assert_outcomes(failed=1)
    assert "Callbacks got no answer:\n  * " in said(result)
    assert "await sinch_voice.settle() at its end" in said(result)


# --- what is said ------------------------------------------------------------------------------------------------------------


def test_how_a_callback_without_an_answer_is_forgiven(run: Run) -> None:
    code = """
def dies(event):
    if event["event"] == "dice":
        raise ZeroDivisionError
    return backend(event)
def test_it(sinch_voice):
    sinch_voice.deliver_to(dies)
    sinch_voice.incoming_call().hang_up()
"""
    text = said(run(code))
    assert re.search(r"Callbacks got no answer:\n  \* .*DICE.*\nIf this is meant: sinch_voice.expect_problem", text)


def test_a_backend_that_accepts_what_is_not_signed(run: Run) -> None:
    code = """
def test_it(sinch_voice):
    sinch_voice.deliver_to(backend)
    sinch_voice.fault("bad-signature", signature="absent", event="ice")
    sinch_voice.incoming_call().hang_up()
"""
    result = run(code)
    result.assert_outcomes(failed=1)
    assert "the backend accepted ice although its signature does not hold (absent)" in said(result)
