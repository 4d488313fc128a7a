"""``playFiles`` and ``say``: something to hear."""

from __future__ import annotations

from sinch_voice_emulator.model.script import Play, Prompt, PromptKind
from sinch_voice_emulator.v1.svaml.case import Case, InstructionKind, Values
from sinch_voice_emulator.v1.svaml.prompts import DEFAULT_LOCALE, is_spoken


def _play_files(values: Values, case: Case) -> Play | None:
    locale = values.get("locale", DEFAULT_LOCALE)
    prompts: list[Prompt] = []
    for index, text in enumerate(values["ids"]):
        prompts += case.prompts(f"ids[{index}]", text, locale)
    if "locale" not in values and any(is_spoken(prompt) for prompt in prompts):
        if case.context.lenient:
            case.warn("locale", f"locale missing, using {DEFAULT_LOCALE}")
        else:
            case.error("locale", "locale is missing, which spoken prompts need", expected="locale", found="nothing")
    return Play(tuple(prompts)) if prompts else None


def _say(values: Values, case: Case) -> Play:
    text: str = values["text"]
    if text.lower().startswith(("#tts[", "#ssml[")):
        case.warn("text", "say speaks its text literally, markup included; playFiles takes prompts", found=text[:40])
    return Play((Prompt(PromptKind.SPEECH, text, values.get("locale", DEFAULT_LOCALE)),))


PLAY_FILES = InstructionKind("playFiles", frozenset({"ice", "ace", "pie", "manage"}), _play_files)
SAY = InstructionKind("say", frozenset({"ice", "ace", "pie", "manage"}), _say)
