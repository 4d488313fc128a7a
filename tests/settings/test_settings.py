"""Flags, environment, file and defaults: what beats what, and how each mistake is put into words."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.model.party import Party, number, sip, username
from sinch_voice_emulator.model.phone import OnRing, PhoneBehaviour, Reaction
from sinch_voice_emulator.model.profile import DOCUMENTED, OBSERVED, STRICT
from sinch_voice_emulator.settings import (
    DEFAULT_KEY,
    DEFAULT_NUMBERS,
    ApplicationSettings,
    ListenAddress,
    NumberSettings,
    Settings,
    SettingsError,
    load,
    parsers,
)
from sinch_voice_emulator.settings.options import OPTIONS


def from_file(tmp_path: Path, text: str, environ: dict[str, str] | None = None, **flags: list[str]) -> Settings:
    """Load a configuration file with this text; keyword arguments are flags, with ``_`` for ``-``."""
    path = tmp_path / "emulator.toml"
    path.write_text(text)
    return load({"config": [str(path)], **{name.replace("_", "-"): texts for name, texts in flags.items()}}, environ or {})


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        from_file(tmp_path, text)
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_no_set_up_at_all() -> None:
    settings = load({}, {})
    assert settings == Settings()
    assert settings.listen[0].url == "http://127.0.0.1:8080"
    assert settings.default_credentials
    account = settings.account()
    assert account.application(DEFAULT_KEY.upper()) is not None
    assert all(account.owner_of(one) is not None for one in DEFAULT_NUMBERS)


def test_a_flag_beats_a_variable_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    variable = {"SINCH_VOICE_EMULATOR_REGION": "use1"}
    assert from_file(tmp_path, "region = 'sae1'", variable, region=["apse1"]).region == "apse1"
    assert from_file(tmp_path, "region = 'sae1'", variable).region == "use1"
    assert from_file(tmp_path, "region = 'sae1'").region == "sae1"
    assert from_file(tmp_path, "").region == "euc1"


@pytest.mark.parametrize(
    "option", [option for option in OPTIONS if option.name not in ("fallback-url", "stubs")], ids=lambda option: option.name
)
def test_every_option_is_read_from_a_flag_and_from_its_variable(option: object) -> None:
    samples = {
        "listen": "9000",
        "host": "0.0.0.0",
        "application": "k:s",
        "number": "+46701740605",
        "callback-url": "http://localhost:5000/voice",
        "public-url": "http://emulator:8080",
        "region": "use1",
        "auth": "off",
        "recording": "off",
        "rewrite-callback-host": "localhost=host.docker.internal",
        "tls": "on",
        "clock": "manual",
        "speed": "20",
        "credit": "10.5",
        "fidelity": "strict",
        "log-level": "debug",
        "log-format": "json",
        "profile": "sdk-e2e",
        "scenarios": str(Path(__file__).parent),
    }
    name, variable = str(getattr(option, "name", "")), str(getattr(option, "variable", ""))
    text = samples.get(name, "7")
    by_flag = load({name: [text]}, {})
    assert by_flag != Settings()
    assert by_flag == load({}, {variable: text})


def test_a_folder_of_scenarios_begins_where_the_file_is(tmp_path: Path) -> None:
    (tmp_path / "calls").mkdir()
    assert from_file(tmp_path, "scenarios = 'calls'").scenarios == str(tmp_path / "calls")
    assert load({"scenarios": [str(tmp_path)]}, {}).scenarios == str(tmp_path)
    assert refusal(tmp_path, "scenarios = 'gone'") == 'emulator.toml: "scenarios" must be a folder that is there, not "gone".'
    assert "must be text" in refusal(tmp_path, "scenarios = 5")


def test_container_platforms_say_port() -> None:
    environ = {"PORT": "9000", "SINCH_VOICE_EMULATOR_HOST": "0.0.0.0"}
    assert load({}, environ).listen == (ListenAddress("0.0.0.0", 9000),)
    environ["SINCH_VOICE_EMULATOR_LISTEN"] = "7000, 127.0.0.1:7001"
    assert load({}, environ).listen == (ListenAddress("0.0.0.0", 7000), ListenAddress("127.0.0.1", 7001))


def test_applications_and_numbers_of_the_file(tmp_path: Path) -> None:
    settings = from_file(
        tmp_path,
        """
        numbers = ["+46 70 174 06 05"]
        callback-url = "http://localhost:5000/a"

        [[applications]]
        key = "one"
        secret = "c2VjcmV0"
        fallback-url = "http://localhost:5000/fallback"
        callback_url = "http://localhost:5000/overridden"

        [[applications]]
        key = "two"
        secret = "c2VjcmV0"
        name = "Support"
        numbers = ["+12025550101"]
        """,
    )
    assert settings.applications == (
        ApplicationSettings("one", "c2VjcmV0", CallbackTarget("http://localhost:5000/a", "http://localhost:5000/fallback")),
        ApplicationSettings("two", "c2VjcmV0", name="Support"),
    )
    assert settings.numbers == (NumberSettings("+12025550101", "two"), NumberSettings("+46701740605", "one"))
    assert not settings.default_credentials


def test_applications_given_by_flag_replace_those_of_the_file(tmp_path: Path) -> None:
    text = "[[applications]]\nkey = 'one'\nsecret = 's'\nnumbers = ['+12025550101']"
    settings = from_file(tmp_path, text, application=["two:s", "three:s:with:colons"])
    assert [one.key for one in settings.applications] == ["two", "three"]
    assert settings.applications[1].secret == "s:with:colons"
    assert {one.number for one in settings.numbers} == set(DEFAULT_NUMBERS)


def test_fidelity(tmp_path: Path) -> None:
    assert from_file(tmp_path, "").profile == OBSERVED
    assert from_file(tmp_path, "fidelity = 'documented'").profile == DOCUMENTED
    settings = from_file(
        tmp_path,
        """
        [fidelity]
        preset = "strict"
        callback-timeout = 2000
        prompt_scale = 0.5
        requests_per_second = 5
        timestamp_window = "none"
        patch_status = 200
        basic_auth_allowed = "none"
        """,
    )
    assert settings.profile.validator == "strict"
    assert settings.profile.callback_timeout == 2000
    assert settings.profile.prompt_scale == 0.5
    assert settings.profile.requests_per_second == 5
    assert settings.profile.timestamp_window is None
    assert settings.profile.patch_status == 200
    assert settings.profile.basic_auth_allowed == "none"
    overridden = from_file(tmp_path, "[fidelity]\npreset = 'strict'\ncli_with_plus = true", fidelity=["observed"])
    assert overridden.profile.validator == "lenient"
    assert overridden.profile.cli_with_plus
    assert load({"fidelity": ["STRICT"]}, {}).profile == STRICT


def test_rates(tmp_path: Path) -> None:
    settings = from_file(tmp_path, "[rates]\ncurrency = 'usd'\n[rates.per-minute]\n'+46' = 0.0175\n'' = 1")
    assert settings.rates.currency == "USD"
    assert settings.rates.per_minute == {"46": Decimal("0.0175"), "": Decimal(1)}
    assert from_file(tmp_path, "[rates]\ncurrency = 'GBP'").rates.per_minute == Settings().rates.per_minute


def test_phones(tmp_path: Path) -> None:
    settings = from_file(
        tmp_path,
        """
        [phones]
        lin = "busy"

        [phones."+46 70 174 06 05"]
        rings-for = 2.5
        reactions = [{ hears = "press 1", presses = "1" }]
        """,
    )
    assert settings.phones[username("lin")] == PhoneBehaviour(on_ring=OnRing.BUSY)
    assert settings.phones[number("+46701740605")] == PhoneBehaviour(
        rings_for=2500, reactions=(Reaction(hears="press 1", presses="1"),)
    )
    assert settings.account().phones == settings.phones


def test_account_of_the_settings(tmp_path: Path) -> None:
    settings = from_file(tmp_path, "users = ['lin']\nblocked = ['+4690']\ncredit = 1.50\nrecording = false\nregion = 'use1'")
    account = settings.account("acme")
    assert account.name == "acme"
    assert account.users == {"lin"}
    assert account.is_blocked(number("+4690123"))
    assert account.credit == Decimal("1.50")
    assert not account.recording_enabled
    assert account.region == "use1"
    assert settings.account().users is not account.users


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("+46 70 174", number("+4670174")),
        ("46701740605", number("+46701740605")),
        ("7001@PBX.example", sip("7001@pbx.example")),
        ("sip:queue", sip("queue")),
        ("lin", username("lin")),
        ("user:lin@example.net", username("lin@example.net")),
    ],
)
def test_addresses_of_phones(text: str, party: Party) -> None:
    assert parsers.address(text) == party


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("speed = 0", 'emulator.toml: "speed" must be a number above 0, such as 1 or 20, not "0".'),
        ("speed = 'fast'", 'emulator.toml: "speed" must be a number.'),
        ("max-accounts = 1.5", 'emulator.toml: "max-accounts" must be a whole number of at least 1, not "1.5".'),
        ("auth = 'no'", 'emulator.toml: "auth" must be true or false.'),
        ("numbers = [1]", 'emulator.toml: "number" must be text or an array of them.'),
        ("regoin = 'euc1'", 'emulator.toml: "regoin" is not a setting (did you mean "region"?).'),
        ("region = 'euc2'", 'must be one of euc1, use1, sae1, apse1, apse2 (did you mean "euc1"?), not "euc2".'),
        ("number = '+1'\nnumbers = ['+2']", 'emulator.toml: "numbers" is set twice, in two spellings.'),
        ("region = ", "The configuration file emulator.toml is not TOML: "),
        ("fallback-url = 'http://x'", "A fallback URL needs a callback URL beside it: set callback-url as well."),
        ("callback-url = 'localhost:5000'", "must be an absolute URL that begins with http:// or https://"),
        ("public-url = 'http://x?y'", "must have neither a query nor a fragment"),
        ("application = 'k'", '"application" must be KEY:SECRET, not "k".'),
        ("application = ['k:s', 'K:s']", "The application k is given twice."),
        (
            "application = 'k:s'\n[[applications]]\nkey='a'\nsecret='b'",
            'use either "application" or [[applications]], not both.',
        ),
        ("applications = 1", '"applications" must be an array of tables: [[applications]].'),
        ("[[applications]]\nkey = 'a'", "[[applications]] no. 1 must have a key and a secret."),
        (
            "[[applications]]\nkey = 'a'\nsecrt = 'b'",
            'emulator.toml: "secrt" is not a key of [[applications]] no. 1 (did you mean "secret"?).',
        ),
        ("[[applications]]\nkey = 'a'\nsecret = 'b'\nfallback-url = 'http://x'", "has a fallback-url but no callback-url."),
        ("[[applications]]\nkey = 1\nsecret = 'b'", "[[applications]] no. 1: key must be text."),
        (
            "[[applications]]\nkey = 'a'\nsecret = 'b'\ncallback-url = 'x'",
            "[[applications]] no. 1: callback-url must be an absolute",
        ),
        ("[[applications]]\nkey = 'a'\nsecret = 'b'\nnumbers = 'x'", "numbers must be an array of texts."),
        ("[fidelity]\ncli_with_pluss = true", "[fidelity]: there is no switch 'cli_with_pluss'; did you mean cli_with_plus?"),
        ("[fidelity]\ncli_with_plus = 1", "[fidelity]: cli_with_plus should be true or false, but is 1."),
        ("[fidelity]\npatch_status = 201", "[fidelity]: patch_status should be one of 204, 200, but is 201."),
        ("[fidelity]\ncallback_timeout = -1", "[fidelity]: callback_timeout should be"),
        (
            "[fidelity]\npreset = 'observd'",
            "[fidelity]: the preset should be one of observed, documented, strict, but is 'observd'.",
        ),
        ("fidelity = 1", '"fidelity" must be text.'),
        ("[rates]\ncurrency = 'euro'", "[rates]: currency must have three letters, such as EUR."),
        ("[rates.per-minute]\nx = 1", '"x" must be the first digits of numbers, or "" for the rest.'),
        ("[rates.per-minute]\n46 = 'a'", 'the price for "46" must be a number such as 0.0175.'),
        ("rates = 1", "[rates] must be a table."),
        ("phones = 1", "[phones] must be a table."),
        ("[phones]\nlin = 'buzy'", '[phones."lin"] should be one of answers, busy'),
        ("[phones.'+4']\nringsFro = 1", "[phones.\"+4\"] has no member 'ringsFro'; did you mean ringsFor?"),
        ("[phones]\n' ' = 'busy'", '[phones." "]: a phone\'s address must be'),
        ("credit = -1", '"credit" must be an amount such as 10.00, not "-1".'),
    ],
)
def test_mistakes_in_the_file(tmp_path: Path, text: str, sentence: str) -> None:
    said = refusal(tmp_path, text)
    assert sentence in said
    assert said.endswith((".", "?"))
    assert not said.endswith(("?.", ".."))


def test_mistakes_in_flags_and_variables() -> None:
    with pytest.raises(SettingsError, match=r'^--log-level must be one of debug, info, warning, error, not "loud"\.$'):
        load({"log-level": ["loud"]}, {})
    with pytest.raises(SettingsError, match=r"^environment variable SINCH_VOICE_EMULATOR_AUTH must be"):
        load({}, {"SINCH_VOICE_EMULATOR_AUTH": "perhaps"})


def test_a_variable_that_nobody_reads() -> None:
    with pytest.raises(
        SettingsError, match=r'_CALBACK_URL is not a setting \(did you mean "SINCH_VOICE_EMULATOR_CALLBACK_URL"'
    ):
        load({}, {"SINCH_VOICE_EMULATOR_CALBACK_URL": "http://x"})
    assert load({}, {"SINCH_VOICE_EMULATOR_URL": "http://127.0.0.1:9000"}) == Settings()


def test_a_secret_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"application": [":hush"]}, {})
    assert "hush" not in str(caught.value)


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.toml cannot be read: No such file or directory\.$"):
        load({}, {"SINCH_VOICE_EMULATOR_CONFIG": str(tmp_path / "missing.toml")})
    (tmp_path / "latin.toml").write_bytes(b"region = '\xe5'")
    with pytest.raises(SettingsError, match="not UTF-8 text"):
        load({"config": [str(tmp_path / "latin.toml")]}, {})
