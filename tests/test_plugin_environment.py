"""Applications that read their settings when they are imported: ``--sinch-voice-env`` sets the environment before that."""

from __future__ import annotations

import os

import pytest

from plugin_runs import INI, Run, said

pytest_plugins = ["pytester"]

SETTINGS = 'import os\nURL, KEY = os.environ["SINCH_VOICE_URL"], os.environ["SINCH_APPLICATION_KEY"]\n'
TEST = """
import os, settings_app
def test_it(sinch_voice):
    assert (settings_app.URL, settings_app.KEY) == (sinch_voice.url, sinch_voice.key)
    assert os.environ["SINCH_VOICE_URL"] == sinch_voice.url
"""
DJANGO = """
import pytest
@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests():
    import settings_app
"""
"""As pytest-django does it: the settings are imported before any conftest."""


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Write a test file and run it."""
    pytester.makepyfile(settings_app=SETTINGS)
    return Run(pytester)


def test_a_conftest_that_imports_the_application(run: Run) -> None:
    run.pytester.makeconftest("import settings_app")
    run(TEST, "--sinch-voice-env", apart=True).assert_outcomes(passed=1)


def test_a_plugin_that_imports_the_settings_before_any_conftest(run: Run) -> None:
    run.pytester.makeini(INI.replace("addopts =", "addopts = --sinch-voice-env"))
    run.pytester.makepyfile(like_django=DJANGO)
    run(TEST, "-p", "like_django", apart=True).assert_outcomes(passed=1)


@pytest.mark.parametrize("workers", ["1", "0"])
def test_workers_have_an_emulator_each_and_so_has_who_hands_out_tests(run: Run, workers: str) -> None:
    run.pytester.makeconftest("import settings_app")
    run.pytester.makepyfile(test_other=TEST)
    run(TEST, "--sinch-voice-env", "-n", workers, apart=True).assert_outcomes(passed=2)


def test_a_plugin_that_is_loaded_late(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    run.pytester.makepyfile(late="pytest_plugins = ['sinch_voice_emulator.pytest_plugin']")
    run(TEST, "-p", "late", "--sinch-voice-env", apart=True).assert_outcomes(passed=1)


def test_the_environment_is_given_back(run: Run) -> None:
    run(TEST, "--sinch-voice-env").assert_outcomes(passed=1)
    assert "SINCH_VOICE_URL" not in os.environ
    run.pytester.makeconftest("import nothing_of_that_name")
    assert run(TEST, "--sinch-voice-env").ret == pytest.ExitCode.USAGE_ERROR
    assert "SINCH_VOICE_URL" not in os.environ


@pytest.mark.parametrize(
    ("ini", "says"),
    [
        ("sinch_voice_env = MY_URL = uri", "sinch_voice_env: 'MY_URL = uri' should be NAME = one of url, key, secret, number"),
        ("sinch_voice_config = there_is_none.toml", "there_is_none.toml cannot be read"),
    ],
)
def test_what_cannot_be_set_ends_the_run_with_a_sentence(run: Run, ini: str, says: str) -> None:
    result = run(TEST, "--sinch-voice-env", ini=ini, apart=True)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert says in said(result) + "\n".join(result.errlines)
    assert "Traceback" not in "\n".join(result.errlines)
