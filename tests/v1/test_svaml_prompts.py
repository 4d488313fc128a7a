"""The prompt grammar."""

from __future__ import annotations

import pytest

from sinch_voice_emulator.model.script import Prompt, PromptKind
from sinch_voice_emulator.v1.svaml.prompts import is_spoken, parse_prompts

SPEECH, SSML, URL, FILE = PromptKind.SPEECH, PromptKind.SSML, PromptKind.URL, PromptKind.FILE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ; ;", []),
        ("#tts[hello]", [(SPEECH, "hello")]),
        ("#TTS[hello]", [(SPEECH, "hello")]),
        ("#tts[a];#tts[b]", [(SPEECH, "a"), (SPEECH, "b")]),
        (" #tts[a] ", [(SPEECH, "a")]),
        ("#tts[a]; #tts[b];", [(SPEECH, "a"), (SPEECH, "b")]),
        ("#tts[one [two] three]", [(SPEECH, "one [two] three")]),
        ("#tts[a;b]", [(SPEECH, "a;b")]),
        ("#tts[]", [(SPEECH, "")]),
        ("#ssml[<speak>x &amp; y; z</speak>]", [(SSML, "<speak>x &amp; y; z</speak>")]),
        ("#href[https://media.example.net/a.wav];beep", [(URL, "https://media.example.net/a.wav"), (FILE, "beep")]),
        (
            "https://media.example.net/a.wav;HTTP://x.example/b.wav",
            [(URL, "https://media.example.net/a.wav"), (URL, "HTTP://x.example/b.wav")],
        ),
        ("welcome", [(FILE, "welcome")]),
        ("tts#[hello]", [(FILE, "tts#[hello]")]),
        ("#tts[line\nbreak]", [(SPEECH, "line\nbreak")]),
    ],
)
def test_prompts(text: str, expected: list[tuple[PromptKind, str]]) -> None:
    prompts, problems = parse_prompts(text, "sv-SE")
    assert problems == []
    assert prompts == tuple(Prompt(kind, words, "sv-SE") for kind, words in expected)


@pytest.mark.parametrize("text", ["#tts[hello", "beep;#tts[a]b", "#ssml[<speak>", "#tts[a]\n;#href[https://x"])
def test_a_bracket_that_is_never_closed(text: str) -> None:
    prompts, problems = parse_prompts(text, path="$.action.holdPrompt")
    assert prompts == ()
    assert [(problem.path, problem.severity) for problem in problems] == [("$.action.holdPrompt", "error")]
    assert "is never closed" in problems[0].message


def test_speech_is_limited_and_files_are_not() -> None:
    assert parse_prompts(f"#tts[{'a' * 600}];{'f' * 700}")[1] == []
    (problem,) = parse_prompts(f"#ssml[{'a' * 601}]")[1]
    assert problem.severity == "error"
    assert problem.message == "a spoken prompt has at most 600 characters, but this one has 601"


def test_what_is_only_suspicious() -> None:
    prompts, (problem,) = parse_prompts("#tss[hello]")
    assert prompts == (Prompt(FILE, "#tss[hello]"),)
    assert (problem.severity, problem.nearest) == ("warning", "tts")
    assert problem.message == "#tss is not a kind of prompt (did you mean #tts?), so it is taken for the name of a file"
    assert parse_prompts("#qqqqq[hello]")[1][0].nearest == ""
    (problem,) = parse_prompts("#href[ftp://x]")[1]
    assert (problem.severity, problem.found) == ("warning", "ftp://x")


def test_which_prompts_need_a_voice() -> None:
    assert [is_spoken(Prompt(kind, "x")) for kind in (SPEECH, SSML, URL, FILE)] == [True, True, False, False]
