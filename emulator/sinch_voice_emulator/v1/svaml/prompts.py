"""Prompts: the little language for things to hear (``callbacks-and-svaml.md`` section 7.1).

A prompt string is a list separated by ``;``. Inside ``#tts[`` and the like the text reaches up to the first ``]`` that is
directly followed by ``;`` or by the end, so that markup may contain both characters. Names of tags are read in any case.
"""

from __future__ import annotations

import re

from sinch_voice_emulator.model.script import Prompt, PromptKind
from sinch_voice_emulator.v1.problems import Problem, error, nearest, warning

TAGS = {"tts": PromptKind.SPEECH, "ssml": PromptKind.SSML, "href": PromptKind.URL}
MAX_SPEECH = 600
"""Characters of one spoken prompt: the platform's default for an application."""
DEFAULT_LOCALE = "en-US"

_TAG = re.compile(r"#(\w+)\[")
_END = re.compile(r"\](?=;|\Z)")
_WEB = ("http://", "https://")


def parse_prompts(text: str, locale: str = DEFAULT_LOCALE, path: str = "$") -> tuple[tuple[Prompt, ...], list[Problem]]:
    """The prompts in ``text`` and what is wrong with them. ``path`` is where the text stands, for the problems."""
    prompts: list[Prompt] = []
    problems: list[Problem] = []
    text = text.strip()
    position, length = 0, len(text)
    while position < length:
        if text[position] == ";" or text[position].isspace():
            position += 1
            continue
        tag = _TAG.match(text, position)
        kind = TAGS.get(tag[1].lower()) if tag else None
        if tag is None or kind is None:
            position, name = _plain(text, position)
            if tag is not None:
                problems.append(_unknown_tag(path, tag[1]))
            prompts.append(Prompt(PromptKind.URL if name.lower().startswith(_WEB) else PromptKind.FILE, name, locale))
            continue
        end = _END.search(text, tag.end())
        if end is None:
            found = text[position : position + 40]
            problems.append(error(path, f"{tag[0]} is never closed: a ] belongs before the next ; or the end", found=found))
            return (), problems
        prompt = Prompt(kind, text[tag.end() : end.start()], locale)
        prompts.append(prompt)
        problems += _complaints(prompt, path)
        position = end.end()
    return tuple(prompts), problems


def is_spoken(prompt: Prompt) -> bool:
    """Whether a prompt needs a voice, and therefore a locale."""
    return prompt.kind in (PromptKind.SPEECH, PromptKind.SSML)


def _plain(text: str, position: int) -> tuple[int, str]:
    """An element without brackets, up to the next separator."""
    end = text.find(";", position)
    end = len(text) if end < 0 else end
    return end, text[position:end].strip()


def _unknown_tag(path: str, tag: str) -> Problem:
    near = nearest(tag, TAGS)
    hint = f" (did you mean #{near}?)" if near else ""
    return warning(
        path, f"#{tag} is not a kind of prompt{hint}, so it is taken for the name of a file", found=tag, nearest=near
    )


def _complaints(prompt: Prompt, path: str) -> list[Problem]:
    if is_spoken(prompt) and len(prompt.text) > MAX_SPEECH:
        found = f"{len(prompt.text)} characters"
        return [
            error(
                path, f"a spoken prompt has at most {MAX_SPEECH} characters, but this one has {len(prompt.text)}", found=found
            )
        ]
    if prompt.kind is PromptKind.URL and not prompt.text.strip().lower().startswith(_WEB):
        return [warning(path, "#href[...] should hold an address that begins with http:// or https://", found=prompt.text[:60])]
    return []
