"""The pytest plugin as its users meet it: each test writes a test, runs it, and reads what comes out."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from plugin_runs import HELPERS, Run, said

pytest_plugins = ["pytester"]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Write a test file and run it."""
    return Run(pytester)


# --- what every test gets ---------------------------------------------------------------------------------------------------


def test_each_test_begins_anew_with_the_same_credentials(run: Run) -> None:
    result = run(
        """
seen = []
@pytest.mark.parametrize("n", [1, 2])
def test_it(sinch_voice, sinch_voice_url, sinch_voice_key, sinch_voice_secret, n):
    assert sinch_voice.calls == [] and sinch_voice.callbacks == []
    sinch_voice.deliver_to(backend)
    call = sinch_voice.incoming_call()
    sinch_voice.advance(hours=1)
    call.expect_ended()
    assert (sinch_voice.url, sinch_voice.key, sinch_voice.secret) == (sinch_voice_url, sinch_voice_key, sinch_voice_secret)
    seen.append((sinch_voice_url, sinch_voice_key, call.id))
def test_after():
    assert seen[0][:2] == seen[1][:2] and seen[0][2] != seen[1][2]
"""
    )
    result.assert_outcomes(passed=3)


def test_ids_come_from_the_name_of_the_test(run: Run) -> None:
    code = """
def test_before(sinch_voice):
    sinch_voice.deliver_to(backend)
    sinch_voice.incoming_call().hang_up()
def test_it(sinch_voice):
    sinch_voice.deliver_to(backend)
    print("ID", sinch_voice.incoming_call().id)
    sinch_voice.expect_open()
"""
    lines = [run(code, "-s", *only).outlines for only in ([], ["-k", "test_it"])]
    ids = [re.findall(r"ID (\S+)", "\n".join(one)) for one in lines]
    assert ids[0] == ids[1] != []


def test_two_runs_of_one_test_write_the_same_journal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code = """
import hashlib, json
def test_before(sinch_voice):
    assert sinch_voice.url
def test_it(sinch_voice):
    sinch_voice.deliver_to(backend)
    calls = [sinch_voice.incoming_call(f"+1202555{n:04d}") for n in range(20)]
    for call in calls:
        call.expect_ended()
    print("DIGEST", hashlib.sha256(json.dumps(sinch_voice.canonical()).encode()).hexdigest(), sinch_voice.cursor)
"""
    run.pytester.makepyfile(test_it=HELPERS + code)
    digests = set()
    for seed, only in (("1", []), ("2", ["-k", "test_it"]), ("3", ["-n", "1"])):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        result = run.pytester.runpytest_subprocess("-rP", *only)
        digests |= set(re.findall(r"DIGEST (\w+)", "\n".join(result.outlines)))
    assert len(digests) == 1


def test_nothing_listens_until_the_url_is_asked_for(run: Run) -> None:
    result = run(
        """
def test_without(sinch_voice):
    assert sinch_voice.emulator.listeners == ()
def test_with(sinch_voice):
    from urllib.request import urlopen
    assert urlopen(sinch_voice.url + "/_emulator/health").status == 200
"""
    )
    result.assert_outcomes(passed=2)


def test_the_environment(run: Run) -> None:
    result = run(
        """
import os
def test_fixture(sinch_voice_env, sinch_voice_url, sinch_voice_key, sinch_voice_secret):
    assert os.environ["MY_URL"] == sinch_voice_env["MY_URL"] == sinch_voice_url
    assert os.environ["MY_KEY"] == sinch_voice_key
""",
        ini="sinch_voice_env =\n    MY_URL = url\n    MY_KEY = key\n",
    )
    result.assert_outcomes(passed=1)


def test_the_environment_before_collection(run: Run) -> None:
    code = """
import os
URL = os.environ["SINCH_VOICE_URL"], os.environ["SINCH_APPLICATION_KEY"], os.environ["SINCH_APPLICATION_SECRET"]
def test_it(sinch_voice):
    assert URL == (sinch_voice.url, sinch_voice.key, sinch_voice.secret)
"""
    run(code, "--sinch-voice-env").assert_outcomes(passed=1)


def test_a_misspelt_environment_option(run: Run) -> None:
    result = run("def test_it(sinch_voice_env): pass", ini="sinch_voice_env = MY_URL = uri\n")
    assert "should be NAME = one of url, key, secret, number" in said(result)


def test_two_workers(run: Run) -> None:
    run.pytester.makepyfile(
        test_it=HELPERS
        + """
@pytest.mark.parametrize("n", range(20))
def test_it(sinch_voice, sinch_voice_url, n):
    sinch_voice.deliver_to(backend)
    call = sinch_voice.incoming_call()
    call.press("1")
    call.expect_ended("ANSWERED")
"""
    )
    run.pytester.runpytest_subprocess("-n", "2", "--sinch-voice-env").assert_outcomes(passed=20)


def test_the_markers_and_options(run: Run) -> None:
    result = run(
        """
from datetime import datetime, UTC
@pytest.mark.sinch_voice(clock="manual", start="2025-05-05T05:05:05", open=True, cli_with_plus=True)
def test_marked(sinch_voice):
    assert sinch_voice.now == datetime(2025, 5, 5, 5, 5, 5, tzinfo=UTC)
    sinch_voice.deliver_to(backend)
    call = sinch_voice.incoming_call("+12025550143")
    assert call.callbacks[0]["cli"] == "+12025550143"
    with pytest.raises(AssertionError, match="The clock is manual: advance"):
        call.expect_callback("pie")
    sinch_voice.advance(seconds=30)
    call.expect_callback("pie")
@pytest.mark.sinch_voice(problems=["there is no action hangupp"])
def test_problems(sinch_voice):
    sinch_voice.deliver_to(lambda event: {"action": {"name": "hangupp"}})
    sinch_voice.incoming_call().expect_ended()
@pytest.mark.sinch_voice(check=False)
def test_unchecked(sinch_voice):
    sinch_voice.deliver_to(lambda event: {"action": {"name": "hangupp"}})
    sinch_voice.incoming_call()
def test_ini(sinch_voice):
    assert sinch_voice.now == datetime(2024, 1, 1, tzinfo=UTC)
    sinch_voice.deliver_to(backend)
    assert sinch_voice._application().callback.primary.endswith("/hooks")
""",
        "--strict-markers",
        ini="sinch_voice_start = 2024-01-01\nsinch_voice_path = /hooks\n",
    )
    result.assert_outcomes(passed=4)


def test_a_configuration_file(run: Run) -> None:
    run.pytester.makefile(".toml", emulator='number = ["+4612345"]\nuser = ["lin"]\n')
    code = 'def test_it(sinch_voice): assert sinch_voice.numbers == ["+4612345"]'
    run(code, ini="sinch_voice_config = emulator.toml\n").assert_outcomes(passed=1)


def test_frozen_time(run: Run) -> None:
    result = run(
        """
from datetime import datetime, UTC
from freezegun import freeze_time
@freeze_time("2024-02-29 12:00")
def test_decorated(sinch_voice):
    check(sinch_voice, None)
def test_block(sinch_voice):
    with freeze_time("2024-02-29 12:00") as frozen:
        check(sinch_voice, frozen)
    sinch_voice.settle()
    assert sinch_voice.now == datetime(2024, 2, 29, 12, 0, 40, tzinfo=UTC)
def check(sinch_voice, frozen):
    sinch_voice.deliver_to(backend)
    sinch_voice.expect_open()
    call = sinch_voice.incoming_call()
    assert sinch_voice.now == datetime(2024, 2, 29, 12, tzinfo=UTC)
    assert call.callbacks[0].headers["x-timestamp"].startswith("2024-02-29T12:00:00")
    if frozen:
        frozen.tick(30)
        sinch_voice.advance(seconds=10)
        assert sinch_voice.now == datetime(2024, 2, 29, 12, 0, 40, tzinfo=UTC)
        assert [one.event for one in call.callbacks] == ["ice", "pie", "dice"]
"""
    )
    result.assert_outcomes(passed=2)


def test_asynchronous_tests(run: Run) -> None:
    result = run(
        """
import asyncio
def test_it(async_sinch_voice):
    async def test():
        async def asynchronous(event):
            await asyncio.sleep(0)
            return backend(event)
        async_sinch_voice.deliver_to(asynchronous)
        call = await async_sinch_voice.incoming_call()
        await call.expect_ended("ANSWERED")
    asyncio.run(test())
def test_open(async_sinch_voice):
    async def test():
        async_sinch_voice.deliver_to(backend)
        await async_sinch_voice.incoming_call()
    asyncio.run(test())
"""
    )
    result.assert_outcomes(passed=1, failed=1)
    assert "Calls are still open" in said(result)


# --- what the end of a test finds ---------------------------------------------------------------------------------------------


def test_a_call_left_open(run: Run) -> None:
    result = run("def test_it(sinch_voice):\n    sinch_voice.deliver_to(backend)\n    sinch_voice.incoming_call()")
    result.assert_outcomes(failed=1)
    assert "* <id> is in a menu\nHang up, or say sinch_voice.expect_open()" in said(result)
    assert "Traceback" not in said(result)
    assert "pytest_plugin" not in said(result)


def test_what_the_backend_did_wrong(run: Run) -> None:
    result = run("def test_it(sinch_voice):\n    sinch_voice.deliver_to(lambda event: {'action': {'name': 'hangupp'}})\n"
                 "    sinch_voice.incoming_call()")  # fmt: skip
    result.assert_outcomes(failed=1)
    assert "The backend did something wrong:\n  * backend SVAML $.action.name: there is no action hangupp" in said(result)
    assert "0.000  backend   !! SVAML" in said(result)


def test_what_the_backend_raised(run: Run) -> None:
    result = run("def broken(event):\n    return event['nothing']\n"
                 "def test_it(sinch_voice):\n    sinch_voice.deliver_to(broken)\n    sinch_voice.incoming_call()")  # fmt: skip
    result.assert_outcomes(failed=1)
    assert re.search(r"\* KeyError while it handled ice: 'nothing' \(.*test_it.py:<line>, in broken\)", said(result))


def test_a_problem_that_did_not_happen(run: Run) -> None:
    result = run("def test_it(sinch_voice):\n    sinch_voice.expect_problem('no action')")
    result.assert_outcomes(failed=1)
    assert "Problems were expected that did not happen:\n  * no action" in said(result)


def test_a_callback_that_nobody_answered(run: Run) -> None:
    result = run(
        """
def dies(event):
    if event["event"] == "dice":
        raise ZeroDivisionError
    return backend(event)
def test_it(sinch_voice):
    sinch_voice.deliver_to(dies)
    sinch_voice.incoming_call().hang_up()
def test_meant(sinch_voice):
    sinch_voice.deliver_to(dies)
    sinch_voice.incoming_call().hang_up()
    sinch_voice.expect_problem("no answer to DICE")
"""
    )
    result.assert_outcomes(failed=1, passed=1)
    assert "Callbacks got no answer:\n  * backend <- no answer to DICE" in said(result)


def test_a_wrong_path_and_wrong_credentials(run: Run) -> None:
    result = run(
        """
from sinch_voice_emulator.sample_backend import create_app
def test_path(sinch_voice):
    sinch_voice.deliver_to(create_app(sinch_voice.key, sinch_voice.secret, "+46700000001"))
    sinch_voice.incoming_call()
def test_secret(sinch_voice):
    sinch_voice.deliver_to(create_app(sinch_voice.key, "c2VjcmV0", "+46700000001"), "/voice")
    sinch_voice.incoming_call()
"""
    )
    result.assert_outcomes(failed=2)
    assert 'The app has no route /: name its callback route, such as deliver_to(app, path="/voice").' in said(result)
    assert "answered 401: does the app know the key and the secret" in said(result)


def test_a_view_that_wants_a_csrf_token(run: Run) -> None:
    code = """
from flask import Flask
app = Flask("guarded")
@app.post("/")
def view():
    return "<p>CSRF verification failed. Request aborted.</p>", 403
def test_it(sinch_voice):
    sinch_voice.deliver_to(app)
    sinch_voice.incoming_call()
"""
    text = said(run(code))
    assert "answered 403: it wants a CSRF token, which no callback has; exempt its view (in Django: @csrf_exempt)." in text
    assert "does the app know the key" not in text


def test_a_failing_test_shows_its_calls_and_is_not_checked_on_top(run: Run) -> None:
    result = run(
        """
def test_it(sinch_voice):
    sinch_voice.deliver_to(lambda event: {}["the reason"])
    assert sinch_voice.incoming_call().keys == "1"
"""
    )
    result.assert_outcomes(failed=1)
    assert "- Sinch Voice calls -" in said(result)
    assert "The backend raised:\n  * KeyError while it handled ice: 'the reason'" in said(result)
    assert "caller    +12025550143 calls +12025550100 by phone" in said(result)
    assert "still open" not in said(result)


# --- how expectations fail -------------------------------------------------------------------------------------------------


def test_an_expectation_that_is_not_met(run: Run) -> None:
    result = run(
        """
def test_it(sinch_voice):
    sinch_voice.deliver_to(backend)
    call = sinch_voice.incoming_call()
    call.expect_prompt("Press 1 for sales", within=3)
"""
    )
    result.assert_outcomes(failed=1)
    assert """
>       call.expect_prompt("Press 1 for sales", within=3)
E       sinch_voice_emulator.ExpectationFailed: The call was to hear "Press 1 for sales" within 3 s, and that did not happen.
E
E       Closest:
E         "Press 1 for support." was heard at 0.000
E           text
E               expected  'Press 1 for sales'
E               found     'Press 1 for support.'
E
E       By then: call <id> is in a menu; the next deadline is 3.2 s away.
E
E       Call <id>
E           0.000  caller    +12025550143 calls +12025550100 by phone
E           0.000  backend   -> ICE
E           0.000  backend   <- runMenu main: 1 support
E           0.000  caller    is answered
E           0.000  platform  runs menu main
E           0.000  caller    hears "Press 1 for support." (1.2 s)

test_it.py:<line>: ExpectationFailed""" in said(result)


def test_bad_use_is_raised_at_the_line_that_is_wrong(run: Run) -> None:
    result = run(
        """
def test_it(sinch_voice):
    sinch_voice.deliver_to(backend)
    call = sinch_voice.incoming_call()
    call.hang_up()
    call.press("1")
"""
    )
    result.assert_outcomes(failed=1)
    assert '>       call.press("1")\nE       sinch_voice_emulator.errors.Conflict: pressing 1 is not possible' in said(result)


def test_both_fixtures_in_one_test(run: Run) -> None:
    result = run("def test_it(sinch_voice, async_sinch_voice): pass")
    result.assert_outcomes(errors=1)
    assert "account default is in use by another test" in said(result)


# --- what it costs and how it reads ----------------------------------------------------------------------------------------


def test_fixtures_read_well(run: Run) -> None:
    shown = said(run("def test_it(): pass", "--fixtures", "-v"))
    for name in ("sinch_voice", "async_sinch_voice", "sinch_voice_url", "sinch_voice_key", "sinch_voice_env"):
        assert re.search(rf"^{name}( \[session scope\])? -- .*\n    [A-Z]", shown, re.MULTILINE), name
    assert "@pytest.mark.sinch_voice(" in said(run("def test_it(): pass", "--markers"))
    assert "--sinch-voice-env" in said(run("def test_it(): pass", "--help"))


def test_an_unrelated_run_loads_next_to_nothing() -> None:
    code = (
        "import sys, pytest; old = set(sys.modules); import sinch_voice_emulator.pytest_plugin; print(*set(sys.modules) - old)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert sorted(loaded) == ["sinch_voice_emulator", "sinch_voice_emulator.pytest_plugin"]
