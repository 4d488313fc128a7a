"""Ports with roles, regions and TLS, and what makes no sense of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinch_voice_emulator.cli import run
from sinch_voice_emulator.settings import ListenAddress, Role, SettingsError, TlsSettings, listening, load

CALLING, CONFIGURATION, CONTROL, PROXY = Role


def test_addresses() -> None:
    assert listening.listen("[::1]:0") == ListenAddress("::1", 0)
    assert listening.listen("8080") == ListenAddress("", 8080)
    assert ListenAddress("::", 80).url == "http://[::1]:80"
    assert ListenAddress("0.0.0.0", 80).url == "http://127.0.0.1:80"
    assert ListenAddress("::1", 443, tls=True).url == "https://[::1]:443"


@pytest.mark.parametrize("wrong", ["", "x", "1.2.3.4:", ":80", "::1:80", "65536", "-1", "²", "=tls", "80=", "80=+", "80=tls+"])
def test_what_is_no_address(wrong: str) -> None:
    with pytest.raises(ValueError, match="must "):
        listening.listen(wrong)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("3020=configuration", ListenAddress("", 3020, frozenset({CONFIGURATION}))),
        ("8081=euc1", ListenAddress("", 8081, region="euc1")),
        ("8443=tls", ListenAddress("", 8443, tls=True)),
        ("0.0.0.0:443 = TLS + Use1", ListenAddress("0.0.0.0", 443, region="use1", tls=True)),
        ("9=control+proxy", ListenAddress("", 9, frozenset({CONTROL, PROXY}))),
        ("9=calling+sae1+configuration", ListenAddress("", 9, frozenset({CALLING, CONFIGURATION}), "sae1")),
        ("9=tls+tls", ListenAddress("", 9, tls=True)),
    ],
)
def test_what_a_port_is_for(text: str, place: ListenAddress) -> None:
    assert listening.listen(text) == place


def test_a_port_without_roles_answers_everything_and_one_with_roles_nothing_else() -> None:
    assert all(ListenAddress(region="euc1", tls=True).answers(role) for role in Role)
    assert [role for role in Role if listening.listen("1=calling+control").answers(role)] == [CALLING, CONTROL]


def test_tls_adds_a_port_where_none_has_it() -> None:
    both = (ListenAddress(), ListenAddress("127.0.0.1", 8443, tls=True))
    assert load({"tls": ["on"]}, {}).listen == both
    assert load({"tls": ["on"], "listen": ["8080", "8443=tls"]}, {}).listen == both
    assert load({}, {"SINCH_VOICE_EMULATOR_LISTEN": "8080,8443=tls"}).listen == both
    assert load({}, {"SINCH_VOICE_EMULATOR_TLS": "on", "PORT": "80", "SINCH_VOICE_EMULATOR_HOST": "::"}).listen == (
        ListenAddress("::", 80),
        ListenAddress("::", 8443, tls=True),
    )


def test_a_file_can_say_it_all(tmp_path: Path) -> None:
    (tmp_path / "e.toml").write_text(
        """
        listen = [8080, "3020=configuration"]
        tls = true
        tls-directory = "here"
        tls-name = ["Emulator.", "[FD00::1]"]
        tls-certificate = "a.pem"
        tls-key = "b.pem"
        """
    )
    settings = load({"config": [str(tmp_path / "e.toml")]}, {})
    assert [place.url for place in settings.listen] == [
        "http://127.0.0.1:8080",
        "http://127.0.0.1:3020",
        "https://127.0.0.1:8443",
    ]
    assert settings.tls == TlsSettings("here", ("emulator", "fd00::1"), "a.pem", "b.pem")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--listen", "8081=euc2"],
            "--listen must say after = calling, configuration, control, proxy, euc1, use1, sae1, apse1, apse2, tls, "
            'or several of these joined by + (did you mean "euc1"?), not "8081=euc2".',
        ),
        (["--listen", "1=euc1+use1"], '--listen must name one region at most, not "1=euc1+use1".'),
        (
            ["--listen", "1=configuration+euc1"],
            "--listen must say calling beside a region, which nothing else has, as in 1=calling+euc1, "
            'not "1=configuration+euc1".',
        ),
        (
            ["--listen", "8080", "--listen", "8080=tls"],
            "The port 8080 of 127.0.0.1 is given twice; join what it is for by +, as in 8080=calling+tls.",
        ),
        (
            ["--listen", "0.0.0.0:18100", "--listen", "127.0.0.1:18100"],
            "0.0.0.0:18100 and 127.0.0.1:18100 overlap, since 0.0.0.0 is every address of this machine; leave one of them out.",
        ),
        (
            ["--listen", "[::1]:18100", "--listen", "[::]:18100"],
            "[::1]:18100 and [::]:18100 overlap, since :: is every address of this machine; leave one of them out.",
        ),
        (
            ["--listen", "18100=tls", "--no-tls"],
            "TLS is switched off, but the port 18100 is to speak it; leave out --no-tls, or =tls.",
        ),
        (
            ["--tls-name", "a b"],
            '--tls-name must be a host name or an address such as emulator.example.net or 192.168.1.5, not "a b".',
        ),
        (["--region", "euc2"], '--region must be one of euc1, use1, sae1, apse1, apse2 (did you mean "euc1"?), not "euc2".'),
    ],
)
def test_bad_input_is_one_sentence(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", *arguments]) == 2
    assert capsys.readouterr().err == f"Error: {sentence}\n"


def test_any_free_port_may_be_wanted_twice() -> None:
    assert len(load({"listen": ["0", "0=tls"]}, {}).listen) == 2
    with pytest.raises(SettingsError, match="given twice"):
        load({"listen": ["80", "127.0.0.1:80"]}, {})
