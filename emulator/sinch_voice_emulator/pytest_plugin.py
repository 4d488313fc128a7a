"""The pytest plugin: ``sinch_voice`` and its relatives. Loads nothing but pytest until a test asks for a fixture."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from sinch_voice_emulator.emulator import Emulator
    from sinch_voice_emulator.pytest_items import Marked
    from sinch_voice_emulator.testkit import AsyncSinchVoice, SinchVoice
    from sinch_voice_emulator.testkit.backends import Target

INI = (
    (
        "sinch_voice_clock",
        "string",
        "auto",
        "auto: time moves while a test waits; manual: only advance() moves it; real: it runs by itself",
    ),
    ("sinch_voice_start", "string", "", "where the clock begins: an ISO instant, or now; default 2026-03-01T12:00:00Z"),
    ("sinch_voice_path", "string", "/", "path of the callback route, for deliver_to(app)"),
    ("sinch_voice_config", "string", "", "configuration file of the emulator (TOML): applications, numbers, switches"),
    (
        "sinch_voice_scenarios",
        "linelist",
        ["scenarios"],
        "folders whose YAML and JSON files are scenarios; *.scenario.yaml always is",
    ),
    ("sinch_voice_backend", "string", "", "backend of the scenarios: a URL, or package.module:attribute for an app"),
    ("sinch_voice_env", "linelist", None, "environment variables to set, one NAME = url, key, secret or number a line"),
)
MARKER = (
    "sinch_voice(clock=..., start=..., problems=[...], open=False, check=True, **switches): how this test's account behaves, "
    "which problems it expects, whether calls may stay open, whether it is checked at the end; switches are those of the "
    "behaviour profile"
)
ENVIRONMENT = (
    "SINCH_VOICE_URL = url",
    "SINCH_APPLICATION_KEY = key",
    "SINCH_APPLICATION_SECRET = secret",
    "SINCH_VOICE_NUMBER = number",
)
SCENARIO_SUFFIXES = (".yaml", ".yml", ".json")
_VOICE = pytest.StashKey["SinchVoice | AsyncSinchVoice"]()
_MARKED = pytest.StashKey["Marked"]()
_PASSED = pytest.StashKey[bool]()
_LEFT_BEHIND = pytest.StashKey[list[str]]()
LEFT_BEHIND = "sinch_voice_left_behind"
"""Set on the report of a teardown that found out what the test had left behind; as a plain attribute, which xdist passes on."""
V = TypeVar("V", "SinchVoice", "AsyncSinchVoice")
_EMULATOR = pytest.StashKey["Emulator"]()
_ENVIRONMENT = pytest.StashKey[dict[str, str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the command line and of the ini file."""
    group = parser.getgroup("sinch-voice", "Sinch Voice emulator")
    group.addoption(
        "--sinch-voice-env",
        action="store_true",
        help="Start the emulator before anything else is imported and set the environment variables of sinch_voice_env, for "
        "applications that read their settings when they are imported.",
    )
    group.addoption(
        "--sinch-voice-var",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="A variable of scenarios, in place of its value in the file; may be given several times.",
    )
    for name, kind, default, text in INI:
        parser.addini(name, f"Sinch Voice emulator: {text}.", type=kind, default=default)  # type: ignore[arg-type]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """With ``--sinch-voice-env`` set the environment before a conftest, or a plugin such as pytest-django, imports settings.

    With xdist, who hands out the tests imports conftests too, and has an emulator like every worker.
    """
    if early_config.known_args_namespace.sinch_voice_env:
        _set_environment_early(early_config)
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; with ``--sinch-voice-env`` set the environment, if this plugin was loaded too late for the above."""
    config.addinivalue_line("markers", MARKER)
    if config.getoption("--sinch-voice-env"):
        _set_environment_early(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect scenario files: in the folders of sinch_voice_scenarios, and wherever a name ends in .scenario.yaml."""
    if file_path.suffix.lower() not in SCENARIO_SUFFIXES or file_path.name.startswith("_"):
        return None
    folders = [parent.config.rootpath / name for name in parent.config.getini("sinch_voice_scenarios")]
    if not file_path.stem.endswith(".scenario") and not any(file_path.is_relative_to(folder) for folder in folders):
        return None
    from sinch_voice_emulator.pytest_scenarios import ScenarioFile

    found: pytest.Collector = ScenarioFile.from_parent(parent, path=file_path)
    return found


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse a variable on the command line that none of the scenarios has."""
    if config.getoption("--sinch-voice-var"):
        from sinch_voice_emulator.pytest_scenarios import check_variables

        check_variables(config, items)


def _emulator(config: pytest.Config) -> Emulator:
    """The emulator of this process, made when it is first needed."""
    if _EMULATOR not in config.stash:
        from sinch_voice_emulator.settings import SettingsError, load
        from sinch_voice_emulator.testkit.opening import make_emulator

        path = str(config.getini("sinch_voice_config"))
        try:
            settings = load({"config": [str(config.rootpath / path)]}, {}) if path else None
        except SettingsError as error:
            raise pytest.UsageError(f"sinch_voice_config: {error}") from None
        config.stash[_EMULATOR] = emulator = make_emulator(settings=settings)
        config.add_cleanup(emulator.stop)
    return config.stash[_EMULATOR]


def _running(config: pytest.Config) -> Emulator:
    emulator = _emulator(config)
    if not emulator.listeners:
        emulator.start()
    return emulator


def _set_environment_early(config: pytest.Config) -> None:
    """Set the environment once, for as long as ``config`` lasts."""
    if _ENVIRONMENT not in config.stash:
        patch = pytest.MonkeyPatch()
        config.add_cleanup(patch.undo)
        config.stash[_ENVIRONMENT] = _set_environment(config, patch)


def _set_environment(config: pytest.Config, patch: pytest.MonkeyPatch) -> dict[str, str]:
    emulator = _running(config)
    application = next(iter(emulator.account().account.applications.values()))
    values = {
        "url": emulator.url,
        "key": application.key,
        "secret": application.secret,
        "number": next((number for number, _ in emulator.account().account.numbers), ""),
    }
    variables = {}
    for line in config.getini("sinch_voice_env") or ENVIRONMENT:
        name, _, what = (part.strip() for part in line.partition("="))
        if what not in values:
            raise pytest.UsageError(f"sinch_voice_env: {line!r} should be NAME = one of {', '.join(values)}")
        variables[name] = values[what]
        patch.setenv(name, values[what])
    return variables


# --- fixtures --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sinch_voice_server(request: pytest.FixtureRequest) -> Emulator:
    """The emulator of this process, serving the REST API on a free port for the whole session."""
    return _running(request.config)


@pytest.fixture(scope="session")
def sinch_voice_url(sinch_voice_server: Emulator) -> str:
    """Base URL of the REST API, the same for the whole session: what an application uses instead of https://calling.api..."""
    return sinch_voice_server.url


@pytest.fixture(scope="session")
def sinch_voice_key(request: pytest.FixtureRequest) -> str:
    """Key of the application, the same for the whole session."""
    return next(iter(_emulator(request.config).account().account.applications.values())).key


@pytest.fixture(scope="session")
def sinch_voice_secret(request: pytest.FixtureRequest) -> str:
    """Secret of the application, the same for the whole session."""
    return next(iter(_emulator(request.config).account().account.applications.values())).secret


@pytest.fixture(scope="session")
def sinch_voice_env(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Environment variables with URL, key, secret and number, set for the session (ini option sinch_voice_env names them)."""
    with pytest.MonkeyPatch.context() as patch:
        yield _set_environment(request.config, patch)


@pytest.fixture
def sinch_voice(request: pytest.FixtureRequest) -> Iterator[SinchVoice]:
    """A simulated voice platform for one test: say deliver_to(app), then place calls, press keys, expect, advance().

    At the end the test fails on what the backend did wrong, on calls it left open and on callbacks nobody answered, unless it
    said expect_problem(...) or expect_open().
    """
    from sinch_voice_emulator.testkit import SinchVoice

    yield from _for_a_test(SinchVoice, request)


@pytest.fixture
def async_sinch_voice(request: pytest.FixtureRequest) -> Iterator[AsyncSinchVoice]:
    """The same as sinch_voice for asynchronous tests: what waits is awaited, an ASGI app runs on the test's own loop."""
    from sinch_voice_emulator.testkit import AsyncSinchVoice

    yield from _for_a_test(AsyncSinchVoice, request)


@pytest.fixture
def sinch_voice_backend(request: pytest.FixtureRequest) -> Target | None:
    """The backend that scenario files run against: define a fixture of this name that returns a WSGI or ASGI app, a URL or a
    function, or set the ini option sinch_voice_backend. None: a fixture of yours has said deliver_to itself."""
    written = str(request.config.getini("sinch_voice_backend"))
    if not written:
        raise pytest.UsageError(
            "scenarios need a backend: define a fixture sinch_voice_backend that returns your app or its URL, "
            "or set sinch_voice_backend = package.module:app in the ini file"
        )
    from sinch_voice_emulator.pytest_scenarios import target_of

    return target_of(written, request.config.rootpath)


@pytest.fixture
def sinch_voice_variables(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Variables of scenarios, in place of their values in the files: those of --sinch-voice-var, unless you define your own."""
    from sinch_voice_emulator.pytest_scenarios import variables_given

    return dict(variables_given(request.config))


def _for_a_test(make: type[V], request: pytest.FixtureRequest) -> Iterator[V]:
    """An account for one test, as its markers say; looked at when the fixtures that use it have come down."""
    from sinch_voice_emulator.errors import EmulatorError
    from sinch_voice_emulator.pytest_items import marked

    item: pytest.Item = request.node
    item.stash[_PASSED], item.stash[_LEFT_BEHIND] = False, []
    item.stash[_MARKED] = wanted = marked(item)
    try:
        voice = make(_emulator(request.config), clock=wanted.clock, start=wanted.start, seed=item.nodeid)
    except EmulatorError as refusal:
        pytest.fail(str(refusal), pytrace=False)
    item.stash[_VOICE] = voice
    try:
        _prepare(voice, wanted, request.config)
        yield voice
        if item.stash[_PASSED] and wanted.check:
            item.stash[_LEFT_BEHIND] = wrong = voice.at_end()
            _fail(wrong)
    finally:
        voice.close()


def _prepare(voice: SinchVoice | AsyncSinchVoice, wanted: Marked, config: pytest.Config) -> None:
    """Do as the markers say."""
    voice.callback_path = str(config.getini("sinch_voice_path"))
    if wanted.switches:
        voice.set_profile(**wanted.switches)
    if wanted.open:
        voice.expect_open()
    for text in wanted.problems:
        voice.expect_problem(text)


# --- the end of a test -----------------------------------------------------------------------------------------------------


def _fail(wrong: list[str]) -> None:
    if wrong:
        pytest.fail("\n\n".join(wrong), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """When the body of a test has passed, see what it left behind: that is a failure of the test like any other.

    Where a fixture may still hang up, only what the backend did wrong is told now, and the rest when the fixtures are down.
    """
    result = yield
    voice = item.stash.get(_VOICE, None)
    if voice is not None and item.stash[_MARKED].check:
        from sinch_voice_emulator.pytest_items import may_act_late

        _fail(voice.at_end(final=not may_act_late(item)))
    return result


def pytest_enter_pdb() -> None:
    """Somebody looks at a backend from within: no handler is late from now on."""
    from sinch_voice_emulator.testkit import patience

    patience.stopped()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, object]:
    """Below a test that failed by an assertion of its own, show what happened on its calls."""
    report = yield
    voice = item.stash.get(_VOICE, None)
    if voice is None:
        return report
    if call.when == "call":
        item.stash[_PASSED] = report.passed
    if not report.failed or call.excinfo is None:
        return report
    from sinch_voice_emulator.testkit import ExpectationFailed

    if call.when == "teardown":
        ours = call.excinfo.errisinstance(pytest.fail.Exception) and bool(item.stash[_LEFT_BEHIND])
        setattr(report, LEFT_BEHIND, ours)
    elif not call.excinfo.errisinstance((ExpectationFailed, pytest.fail.Exception)) and not voice.closed:
        story = voice.reporter.story(str(call.excinfo.value))
        if story:
            report.sections.append(("Sinch Voice calls", story))
    return report


def pytest_report_teststatus(report: pytest.CollectReport | pytest.TestReport) -> tuple[str, str, str] | None:
    """A test that left something behind has failed: it is no error of a fixture that only its end could tell."""
    return ("failed", "F", "FAILED") if report.failed and getattr(report, LEFT_BEHIND, False) else None
