"""``runMenu``: ask for input."""

from __future__ import annotations

import re
from typing import Any

from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.model.script import EnterMenu, GoToMenu, Menu, MenuOption, Prompt, PromptKind, ReturnValue
from sinch_voice_emulator.v1.problems import nearest
from sinch_voice_emulator.v1.svaml.case import ActionKind, Case, Values
from sinch_voice_emulator.v1.svaml.prompts import DEFAULT_LOCALE

_OPTION = re.compile(r"\s*(return|menu)\s*\((.*)\)\s*", re.IGNORECASE | re.DOTALL)


def translate(values: Values, case: Case) -> EnterMenu:
    """All menus, and which one to begin with."""
    menus: list[dict[str, Any]] = values["menus"]
    ids = _ids(menus, case)
    first = values.get("mainMenu", "main")
    if first not in ids:
        member = "mainMenu" if "mainMenu" in values else "menus"
        _no_such_menu(member, f"there is no menu {first} to begin with", first, ids, case)
    voice = values.get("enableVoice", False)
    if voice and "locale" not in values:
        case.error("locale", "locale is missing, which enableVoice needs", expected="locale", found="nothing")
    locale = values.get("locale", DEFAULT_LOCALE)
    translated = tuple(_menu(menu, f"menus[{index}]", locale, ids, case) for index, menu in enumerate(menus))
    return EnterMenu(translated, first, barge=values.get("barge", True), voice=voice, locale=locale)


def _ids(menus: list[dict[str, Any]], case: Case) -> set[str]:
    ids: set[str] = set()
    for index, menu in enumerate(menus):
        if menu["id"] in ids:
            case.error(f"menus[{index}].id", f"there is already a menu {menu['id']}", expected="a new id", found=menu["id"])
        ids.add(menu["id"])
    return ids


def _no_such_menu(member: str, message: str, name: str, ids: set[str], case: Case) -> None:
    near = nearest(name, ids)
    hint = f" (did you mean {near}?)" if near else ""
    case.error(member, message + hint, expected=f"one of {', '.join(sorted(ids))}", found=name, nearest=near)


def _menu(values: Values, member: str, locale: str, ids: set[str], case: Case) -> Menu:
    main = _prompts(values, member, "main", locale, case)
    digits = values.get("maxDigits")
    return Menu(
        id=values["id"],
        main_prompt=main or (),
        repeat_prompt=_prompts(values, member, "repeat", locale, case),
        repeats=int(values.get("repeats", 3)),
        max_digits=None if digits is None else int(digits),
        silence=int(values.get("timeoutMills", 5_000)),
        max_speech=int(values.get("maxTimeoutMills", 20_000)),
        options=_options(values.get("options", ()), member, ids, case),
    )


def _prompts(values: Values, member: str, which: str, locale: str, case: Case) -> tuple[Prompt, ...] | None:
    """``mainPrompt``, or ``mainText`` in its place; likewise for repeating. ``None`` when neither is there."""
    if f"{which}Prompt" in values:
        return case.prompts(f"{member}.{which}Prompt", values[f"{which}Prompt"], locale)
    if f"{which}Text" in values:
        return (Prompt(PromptKind.SPEECH, values[f"{which}Text"], locale),)
    return None


def _options(options: Any, member: str, ids: set[str], case: Case) -> tuple[MenuOption, ...]:
    translated: dict[tuple[str, str], MenuOption] = {}
    for index, values in enumerate(options):
        here = f"{member}.options[{index}]"
        option = _option(values, here, ids, case)
        if option is None:
            continue
        known = (option.key, "" if option.key else option.word)
        if known in translated:
            case.warn(here, f"{option.key or option.word} has an option already; the first one counts")
        else:
            translated[known] = option
    return tuple(translated.values())


def _option(values: Values, member: str, ids: set[str], case: Case) -> MenuOption | None:
    does = _effect(values["action"], f"{member}.action", ids, case)
    if does is None:
        return None
    context = tuple((pair["key"], pair["value"]) for pair in values.get("add", ()))
    return MenuOption(values.get("dtmf", ""), does, word=values.get("input", ""), context=context)


def _effect(action: str, member: str, ids: set[str], case: Case) -> ReturnValue | GoToMenu | None:
    """``return(text)`` or ``menu(id)``; a bare ``return`` is seen in the wild."""
    if action.strip().lower() == "return":
        case.tolerate(member, "option action without parentheses; return is read as return()")
        return ReturnValue("")
    match = _OPTION.fullmatch(action)
    if match is None:
        message = f"an option's action should be return(text) or menu(id), but is {action}"
        case.error(member, message, expected="return(text) or menu(id)", found=action)
        return None
    if match[1].lower() == "return":
        return ReturnValue(match[2])
    if match[2] not in ids:
        _no_such_menu(member, f"there is no menu {match[2]}", match[2], ids, case)
    return GoToMenu(match[2])


RUN_MENU = ActionKind(
    "runMenu",
    frozenset({"ice", "ace", "pie", "manage"}),
    translate,
    manage_in=frozenset({CallState.PARKED, CallState.CONFERENCE}),
)
