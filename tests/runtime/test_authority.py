"""The certificate authority: made once, kept, found again, and what is said when that is impossible."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.runtime.authority import NotKept, default_directory, found_or_made, kept


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_it_is_made_once_and_found_again(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "b"
    made = kept(directory)
    assert made.file == directory / "ca.pem"
    assert made.file.read_bytes() == made.certificate
    assert b"PRIVATE KEY" not in made.certificate
    assert sorted(path.name for path in directory.iterdir()) == ["authority.pem", "ca.pem"]
    assert kept(directory) == made
    assert kept(tmp_path / "other") != made


def test_its_key_is_for_nobody_else(tmp_path: Path) -> None:
    made = kept(tmp_path)
    secret = tmp_path / "authority.pem"
    assert (mode(secret), mode(tmp_path / "ca.pem")) == (0o600, 0o644)
    assert "PRIVATE KEY" not in repr(made)
    secret.chmod(0o644)
    kept(tmp_path)
    assert mode(secret) == 0o600


def test_a_certificate_that_was_lost_or_changed_is_written_anew(tmp_path: Path) -> None:
    made = kept(tmp_path)
    (tmp_path / "ca.pem").write_text("something else")
    assert kept(tmp_path) == made
    (tmp_path / "ca.pem").unlink()
    assert kept(tmp_path) == made
    assert (tmp_path / "ca.pem").read_bytes() == made.certificate


def test_who_comes_at_the_same_time_gets_the_same_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(kept, [tmp_path] * 8))
    assert len({one.certificate for one in found}) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["authority.pem", "ca.pem"]


def test_a_file_system_without_second_names_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_source: str, _target: Path) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr("os.link", unknown)
    assert kept(tmp_path) == kept(tmp_path)


@pytest.mark.parametrize("content", ["", "nonsense", "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n"])
def test_a_file_that_is_no_authority_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "authority.pem").write_text(content)
    with pytest.raises(EmulatorError, match=r"authority\.pem does not hold a private key and its certificate; delete it"):
        kept(tmp_path)


def test_a_directory_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotKept, match=rf"^the certificate authority cannot be kept in {tmp_path}/file: File exists$"):
        found_or_made(f"{tmp_path}/file")


def test_the_default_is_where_a_user_s_programs_keep_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert found_or_made().file == tmp_path / "data" / "sinch-voice-emulator" / "tls" / "ca.pem"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert default_directory() == tmp_path / "home" / ".local" / "share" / "sinch-voice-emulator" / "tls"


def test_where_nothing_can_be_kept_it_is_for_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    assert found_or_made().file is None
    assert "cannot be kept in" in caplog.text
    assert "--tls-directory" in caplog.text


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(EmulatorError, match=r"pip install 'sinch-voice-emulator\[tls\]', or bring a certificate"):
        kept(tmp_path)
    assert list(tmp_path.iterdir()) == []
