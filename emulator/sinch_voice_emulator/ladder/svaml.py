"""A SVAML document in half a line, for people who read along: ``say "Hello", runMenu main: 1 sales, 2 support``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

LONGEST_QUOTE = 76
EMPTY = "(empty)"

_PROMPT = re.compile(r"#(?:tts|ssml|href)\[(.*?)\](?=;|$)", re.IGNORECASE | re.DOTALL)
_RETURN = re.compile(r"\s*return\s*\((.*)\)\s*", re.IGNORECASE | re.DOTALL)
_MENU = re.compile(r"\s*menu\s*\((.*)\)\s*", re.IGNORECASE | re.DOTALL)


def quoted(text: str) -> str:
    """``text`` on one line, in quotation marks, cut where it gets long."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= LONGEST_QUOTE else f'"{line[: LONGEST_QUOTE - 3].rstrip()}..."'


def summary(answer: object) -> str:
    """What an answer says: a SVAML document, or its text; ``"(empty)"`` when it says nothing."""
    document = parsed(answer)
    if isinstance(document, str):
        return quoted(document) if document.strip() else EMPTY
    if not isinstance(document, Mapping):
        return EMPTY if document in (None, [], b"") else quoted(json.dumps(document, ensure_ascii=False, default=str))
    steps = _get(document, "instructions")
    parts = [_step(step) for step in steps] if isinstance(steps, list) else []
    action = _get(document, "action")
    if isinstance(action, Mapping):
        parts.append(_action(action))
    return ", ".join(parts) or EMPTY


def parsed(answer: object) -> object:
    """``answer`` parsed, if it is JSON text."""
    if isinstance(answer, bytes):
        answer = answer.decode("utf-8", "replace")
    if isinstance(answer, str):
        try:
            return json.loads(answer)
        except ValueError:
            return answer
    return answer


def _get(table: object, key: str, default: object = None) -> object:
    """A member, whatever the case of its name."""
    if not isinstance(table, Mapping):
        return default
    for name, value in table.items():
        if isinstance(name, str) and name.lower() == key.lower():
            return value
    return default


def _text(table: object, key: str) -> str:
    value = _get(table, key)
    return "" if value is None else str(value)


def prompt(text: object) -> str:
    """A prompt string as one hears it: the words of ``#tts[...]``, the name of a file."""
    spoken = _PROMPT.findall(str(text))
    return quoted(" ".join(spoken) if spoken else str(text))


def _step(step: object) -> str:
    name = _text(step, "name")
    match name.lower():
        case "say":
            return f"say {quoted(_text(step, 'text'))}"
        case "playfiles":
            ids = _get(step, "ids")
            return "play " + " ".join(prompt(one) for one in ids) if isinstance(ids, list) else "play"
        case "setcookie":
            return f"setCookie {_text(step, 'key')}={_text(step, 'value')}"
        case "senddtmf":
            return f"sendDtmf {_text(step, 'value')}"
        case _:
            return name or "an instruction without a name"


def _action(action: Mapping[str, object]) -> str:
    name = _text(action, "name")
    describe = _ACTIONS.get(name.lower())
    detail = describe(action) if describe else ""
    return f"{name or 'an action without a name'} {detail}".rstrip()


def _destination(action: Mapping[str, object]) -> str:
    return _text(_get(action, "destination"), "endpoint")


def _run_menu(action: Mapping[str, object]) -> str:
    menus = _get(action, "menus")
    listed = [menu for menu in menus if isinstance(menu, Mapping)] if isinstance(menus, list) else []
    wanted = _text(action, "mainMenu") or "main"
    menu = next((one for one in listed if _text(one, "id") == wanted), listed[0] if listed else {})
    options = _get(menu, "options")
    choices = [_choice(option) for option in options] if isinstance(options, list) else []
    if digits := _text(menu, "maxDigits"):
        choices.append(f"up to {digits} digits")
    return _text(menu, "id") + (f": {', '.join(choices)}" if choices else "")


def _choice(option: object) -> str:
    does = _text(option, "action")
    if found := _RETURN.fullmatch(does):
        does = found[1]
    elif found := _MENU.fullmatch(does):
        does = f"menu {found[1]}"
    return f"{_text(option, 'dtmf')} {does}".strip()


_ACTIONS: dict[str, Callable[[Mapping[str, object]], str]] = {
    "connectpstn": lambda action: _text(action, "number") or _destination(action),
    "connectmxp": _destination,
    "connectsip": _destination,
    "connectstream": _destination,
    "connectconf": lambda action: _text(action, "conferenceId"),
    "runmenu": _run_menu,
    "park": lambda action: prompt(_text(action, "holdPrompt")) if _get(action, "holdPrompt") else "",
}
