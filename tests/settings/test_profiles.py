"""Profiles and stub files as settings: where they are found, what beats what, and what is said of those that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.settings import Settings, load
from sinch_voice_emulator.settings.profiles import NAMES

STUBS = "stubs:\n- name: {name}\n  answer: {{}}\n"


def names(settings: Settings) -> list[str]:
    return [stub.name for stub in settings.stubs]


def stub_file(folder: Path, name: str) -> str:
    """A file with one stub, named as the file is."""
    path = folder / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(STUBS.format(name=path.stem))
    return str(path)


def refusal(flags: dict[str, list[str]], environ: dict[str, str] | None = None) -> str:
    with pytest.raises(BadRequest) as caught:
        load(flags, environ or {})
    return str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_every_profile_that_ships_can_be_loaded(name: str) -> None:
    assert load({"profile": [name]}, {}) != Settings()


def test_the_profile_for_the_suites_of_the_sdks() -> None:
    settings = load({"profile": ["sdk-e2e"]}, {})
    assert [(place.host, place.port) for place in settings.listen] == [("127.0.0.1", 3019), ("127.0.0.1", 3020)]
    assert [(one.key, one.secret) for one in settings.applications] == [("appKey", "YXBwU2VjcmV0")]
    assert not settings.auth
    assert len(settings.stubs) == 26


def test_everything_else_beats_a_profile(tmp_path: Path) -> None:
    profile, config = tmp_path / "p.toml", tmp_path / "c.toml"
    profile.write_text("region = 'use1'\nspeed = 2\nusers = ['lin']\n[[applications]]\nkey = 'a'\nsecret = 'YQ=='\n")
    config.write_text("profile = 'PROFILE'\nspeed = 3\napplication = 'b:Yg=='\n".replace("PROFILE", str(profile)))
    settings = load({"config": [str(config)], "user": ["ada"]}, {})
    assert (settings.region, settings.speed, settings.users) == ("use1", 3.0, ("ada",))
    assert [one.key for one in settings.applications] == ["b"]
    assert load({"profile": [str(profile)]}, {"SINCH_VOICE_EMULATOR_REGION": "sae1"}).region == "sae1"


def test_stub_files_are_read_in_order_and_those_of_the_profile_last(tmp_path: Path) -> None:
    one, two = stub_file(tmp_path, "one"), stub_file(tmp_path, "two")
    stub_file(tmp_path / "kept", "three")
    profile = tmp_path / "kept" / "p.toml"
    profile.write_text("stubs = 'three.yaml'")
    assert names(load({"stubs": [two, one], "profile": [str(profile)]}, {})) == ["two", "one", "three"]
    assert names(load({}, {"SINCH_VOICE_EMULATOR_STUBS": f"{one}, {two}"})) == ["one", "two"]


def test_a_stub_file_is_found_beside_the_file_that_names_it(tmp_path: Path) -> None:
    stub_file(tmp_path, "one")
    (tmp_path / "c.toml").write_text("stubs = ['one.yaml']")
    assert names(load({"config": [str(tmp_path / "c.toml")]}, {})) == ["one"]


def test_an_unknown_profile() -> None:
    sentence = '--profile must be one of sdk-e2e, or a file that ends in .toml (did you mean "sdk-e2e"?), not "sdk-2e2".'
    assert refusal({"profile": ["sdk-2e2"]}) == sentence


def test_mistakes_in_a_profile_name_its_file(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    for text, sentence in {
        "profile = 'sdk-e2e'": '"profile" cannot stand here: a profile has no profile of its own.',
        "region = 'mars1'": '"region" must be one of euc1, use1, sae1, apse1, apse2 (did you mean "apse1"?), not "mars1".',
        "rates = 5": "[rates] must be a table.",
        "stubs = 5": '"stubs" must be text or an array of them.',
        "stubbs = 'x'": '"stubbs" is not a setting (did you mean "stubs"?).',
    }.items():
        path.write_text(text)
        assert refusal({"profile": [str(path)]}) == f"{path}: {sentence}"
    assert refusal({"profile": ["none.toml"]}) == "The configuration file none.toml cannot be read: No such file or directory."


def test_a_broken_stub_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("stubs:\n- anser: {}\n")
    assert (
        refusal({"stubs": [str(path)]})
        == f"{path}:2:3: $.stubs[0].anser: anser is not known here (did you mean answer?) (1 more)"
    )
    assert refusal({"stubs": ["none.yaml"]}) == "none.yaml: cannot be read: no such file or directory"
