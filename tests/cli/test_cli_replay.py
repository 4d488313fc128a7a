"""``replay``: how answers changed since a call was recorded, and taking the new ones over."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scenario.playing_site import menu
from sinch_voice_emulator.cli import run
from sinch_voice_emulator.scenario.record import happenings, writing
from sinch_voice_emulator.scenario.record.recorder import Recorder
from sinch_voice_emulator.testkit import SinchVoice
from sinch_voice_emulator.testkit.serving import ServedBackend, over_http


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    logger = logging.getLogger("sinch_voice_emulator")
    before = logger.handlers, logger.level, logger.propagate
    yield
    logger.handlers, logger.level, logger.propagate = before


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A call through the menu, recorded."""
    voice = SinchVoice(seed="recorded")
    voice.deliver_to(menu)
    call = voice.incoming_call()
    call.press("1")
    voice.advance(seconds=10)
    call.hang_up()
    path = tmp_path / "call.yaml"
    path.write_text(writing.text_of(Recorder(happenings.of_entries(voice.journal)).scenario("A call"), "Kept by hand."))
    voice.close()
    return path


@pytest.fixture
def replay() -> Iterator[Callable[..., int]]:
    """Replays against a function; the exit code."""
    served: list[ServedBackend] = []

    def begin(backend: Callable[[dict[str, Any]], Any], *arguments: object) -> int:
        one = over_http(backend, "/voice", "function", lambda _: pytest.fail("the server posts"))
        assert isinstance(one, ServedBackend)
        served.append(one)
        return run(["replay", *map(str, arguments), "--callback-url", one.url, "--listen", "127.0.0.1:0"])

    yield begin
    for one in served:
        one.close()


def newer(event: dict[str, Any]) -> dict[str, Any] | None:
    """The menu, barged into."""
    found = menu(event)
    if event["event"] == "ice" and found:
        found["action"]["barge"] = True
    return found


def gone(event: dict[str, Any]) -> dict[str, Any] | None:
    """Nobody is put through any more."""
    return {"action": {"name": "hangup"}} if event["event"] == "ice" else None


def test_nothing_changed(replay: Callable[..., int], recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(menu, recording) == 0
    assert capsys.readouterr().out == "A call: 4 answers compared, none of them changed\n"


def test_an_answer_changed(replay: Callable[..., int], recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(newer, recording) == 1
    said = capsys.readouterr()
    assert "the answer to ice\n" in said.out
    assert '+    "barge": true' in said.out
    assert said.out.endswith("A call: 4 answers compared, 1 of them changed\n")
    assert said.err == "\nIf this is as it should be: replay --update takes the new answers over.\n"


def test_new_answers_are_taken_over(replay: Callable[..., int], recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(newer, recording, "--update") == 0
    assert capsys.readouterr().err == f"{recording}: new answers taken over\n"
    assert recording.read_text().startswith("# Kept by hand.\n")
    assert replay(newer, recording) == 0
    assert replay(menu, recording) == 1
    assert [one.name for one in recording.parent.iterdir()] == ["call.yaml"]


def test_a_call_that_takes_another_way(replay: Callable[..., int], recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(gone, recording, "--update") == 1
    said = capsys.readouterr()
    assert "could not be followed any further" in said.out
    assert f"{recording}: not all of it happens any more; record it anew" in said.err


def test_differences_as_json(replay: Callable[..., int], recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(newer, recording, "--json") == 1
    [found] = json.loads(capsys.readouterr().out)["replays"]
    assert (found["name"], found["same"], found["compared"], found["failure"]) == ("A call", False, 4, "")
    [changed] = found["changed"]
    assert (changed["event"], changed["what"], changed["now"]["action"]["barge"]) == ("ice", "answer", True)


def test_what_cannot_be_replayed(
    replay: Callable[..., int], recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.yaml").write_text("name: Bad\nsteps:\n  - pres: '1'\n")
    (tmp_path / "rows.yaml").write_text("name: Rows\nrows: [ { a: 1 }, { a: 2 } ]\nsteps:\n  - incoming_call: {}\n")
    before = recording.read_text()
    for arguments, sentence in (
        ([tmp_path / "bad.yaml"], "bad.yaml:3:5: $.steps[0].pres: pres is not known here (did you mean press?)"),
        ([tmp_path / "none.yaml"], "there is no such file or folder"),
        ([recording, tmp_path / "rows.yaml", "--update"], "rows.yaml has several rows"),
        ([recording, "--var", "colour=red"], "colour"),
    ):
        assert replay(newer, *arguments) == 2
        assert sentence in capsys.readouterr().err
    assert run(["replay", str(recording), "--listen", "127.0.0.1:0"]) == 2
    assert "it is not known where the backend is" in capsys.readouterr().err
    assert run(["replay", str(recording), "--listen", "127.0.0.1:0", "--callback-url", "http://127.0.0.1:9/voice"]) == 2
    assert "nothing listens at http://127.0.0.1:9/voice" in capsys.readouterr().err
    assert recording.read_text() == before
