"""Menus: prompts, keys, repeats and what they come to.

The algorithm of ``callbacks-and-svaml.md`` section 7.2. A pass is one prompt and the silence after it; ``repeats`` counts the
passes after the first. With ``maxDigits`` above 1 keys are collected, and an option counts only when it is the whole input.
"""

from __future__ import annotations

from sinch_voice_emulator.engine import scripts
from sinch_voice_emulator.engine.effects import Basis
from sinch_voice_emulator.engine.moves import FinishMenu
from sinch_voice_emulator.engine.state import Turn
from sinch_voice_emulator.engine.timers import TimerKind
from sinch_voice_emulator.model.call import Call, CallState, MenuResult, MenuRun
from sinch_voice_emulator.model.script import EnterMenu, GoToMenu, Menu, MenuOption, Prompt, ReturnValue

_SPOKEN_DIGITS = {
    **{str(digit): str(digit) for digit in range(10)},
    **dict(zip(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), "0123456789", strict=True)),
    "oh": "0",
    "star": "*",
    "pound": "#",
    "hash": "#",
}


def start(turn: Turn, call: Call, script: EnterMenu) -> None:
    """Run a menu on a call."""
    call.menu = MenuRun(script, script.first)
    turn.enter(call, CallState.MENU)
    _enter(turn, call, script.first)


def again(turn: Turn, call: Call) -> None:
    """Back to a menu that a management request interrupted: its prompt begins again."""
    turn.enter(call, CallState.MENU)
    _prompt(turn, call, _current(call).main_prompt)


def _run(call: Call) -> MenuRun:
    assert call.menu is not None, "the call is in a menu"
    return call.menu


def _current(call: Call) -> Menu:
    run = _run(call)
    return next(menu for menu in run.script.menus if menu.id == run.current)


def _enter(turn: Turn, call: Call, menu_id: str) -> None:
    run = _run(call)
    run.current = menu_id
    run.passes = 0
    turn.note("menu.entered", call, call.near, menu=menu_id)
    if not any(menu.id == menu_id for menu in run.script.menus):
        return turn.then(FinishMenu(call, MenuResult(menu_id, "error")))
    return _prompt(turn, call, _current(call).main_prompt)


def _prompt(turn: Turn, call: Call, prompts: tuple[Prompt, ...]) -> None:
    run = _run(call)
    run.digits = ""
    length = scripts.play(turn, call, prompts) if prompts else 0
    run.prompting = length > 0
    turn.cancel(call, TimerKind.GAP)
    if run.prompting:
        turn.cancel(call, TimerKind.SILENCE)
        turn.after(call, TimerKind.STEP, length)
    else:
        _wait(turn, call)


def _wait(turn: Turn, call: Call) -> None:
    _run(call).prompting = False
    turn.after(call, TimerKind.SILENCE, _current(call).silence)


def prompt_ended(turn: Turn, call: Call) -> None:
    """The prompt is over: the silence begins to count."""
    turn.note("prompt.ended", call, call.near)
    _wait(turn, call)


def silence(turn: Turn, call: Call) -> None:
    """Nobody pressed anything in time."""
    menu = _current(call)
    _missed(turn, call, MenuResult(menu.id, "timeout"))


def _missed(turn: Turn, call: Call, result: MenuResult) -> None:
    """No valid input: once more, or that is the result."""
    run, menu = _run(call), _current(call)
    run.passes += 1
    if run.passes > menu.repeats:
        return turn.then(FinishMenu(call, result))
    return _prompt(turn, call, menu.main_prompt if menu.repeat_prompt is None else menu.repeat_prompt)


def key(turn: Turn, call: Call, pressed: str) -> None:
    """One key. While a prompt plays that may not be interrupted, it is lost."""
    run, menu = _run(call), _current(call)
    if run.prompting:
        if not run.script.barge:
            return turn.remark(call, f"key {pressed} is lost: this menu does not allow barge", basis=Basis.ASSUMED)
        turn.cancel(call, TimerKind.STEP)
        turn.note("prompt.ended", call, call.near, cut_by=pressed)
        run.prompting = False
    turn.cancel(call, TimerKind.SILENCE)
    if menu.max_digits is None or menu.max_digits <= 1:
        return _single(turn, call, menu, pressed, "dtmf")
    return _collect(turn, call, menu, pressed)


def _single(turn: Turn, call: Call, menu: Menu, pressed: str, method: str) -> None:
    if (option := _option(menu, pressed)) is not None:
        return _choose(turn, call, option, method)
    if menu.max_digits == 1:
        return turn.then(FinishMenu(call, MenuResult(menu.id, "sequence", pressed, method)))
    return _missed(turn, call, MenuResult(menu.id, "invalidinput", pressed, method))


def _collect(turn: Turn, call: Call, menu: Menu, pressed: str) -> None:
    run = _run(call)
    if pressed == "#":
        option = _option(menu, "#")
        if not run.digits and option is not None:
            return _choose(turn, call, option, "dtmf")
        return collected(turn, call)
    run.digits += pressed
    if len(run.digits) == menu.max_digits:
        return collected(turn, call)
    return turn.after(call, TimerKind.GAP, menu.silence)


def collected(turn: Turn, call: Call, method: str = "dtmf") -> None:
    """A row of keys is complete: by length, by ``#``, or because no further one came."""
    run, menu = _run(call), _current(call)
    turn.cancel(call, TimerKind.GAP)
    if (option := _option(menu, run.digits)) is not None:
        return _choose(turn, call, option, method)
    return turn.then(FinishMenu(call, MenuResult(menu.id, "sequence", run.digits, method)))


def words(turn: Turn, call: Call, text: str) -> None:
    """Something was said. Only a menu with voice listens; words match an option's word, else digits are made of them."""
    run, menu = _run(call), _current(call)
    if not run.script.voice:
        return turn.remark(call, "nobody listens: this menu has no enableVoice")
    if run.prompting and not run.script.barge:
        return turn.remark(call, "these words are lost: this menu does not allow barge", basis=Basis.ASSUMED)
    turn.cancel(call, TimerKind.STEP, TimerKind.SILENCE, TimerKind.GAP)
    run.prompting = False
    spoken = [word.strip(".,!?") for word in text.casefold().split()]
    for option in menu.options:
        if option.word and f" {option.word.casefold()} " in f" {' '.join(spoken)} ":
            return _choose(turn, call, option, "voice")
    digits = "".join(_SPOKEN_DIGITS.get(word, "") for word in spoken)
    if not digits:
        return _missed(turn, call, MenuResult(menu.id, "invalidinput", text, "voice"))
    if menu.max_digits is None or menu.max_digits <= 1:
        return _single(turn, call, menu, digits[0], "voice")
    run.digits = digits[: menu.max_digits]
    return collected(turn, call, "voice")


def _option(menu: Menu, pressed: str) -> MenuOption | None:
    return next((option for option in menu.options if option.key == pressed and pressed), None)


def _choose(turn: Turn, call: Call, option: MenuOption, method: str) -> None:
    match option.does:
        case GoToMenu(menu):
            _enter(turn, call, menu)
        case ReturnValue(value):
            turn.then(FinishMenu(call, MenuResult(_run(call).current, "return", value, method)))
