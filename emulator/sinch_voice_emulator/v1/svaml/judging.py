"""The verdict on a document: spelling, then place, then form, then meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sinch_voice_emulator.model.call import CalloutKind
from sinch_voice_emulator.model.script import Action, Dial, HangUp, Play, Proceed, Script, StartRecording, Step, StopRecording
from sinch_voice_emulator.v1.canonical import Spelling, as_written, canonicalise
from sinch_voice_emulator.v1.problems import nearest
from sinch_voice_emulator.v1.spec import voice
from sinch_voice_emulator.v1.svaml import actions, instructions
from sinch_voice_emulator.v1.svaml.case import ActionKind, Case
from sinch_voice_emulator.v1.svaml.context import Context, Judgement
from sinch_voice_emulator.v1.svaml.places import PLACES, check_place
from sinch_voice_emulator.v1.wording import describe

NOBODY_TO_DIAL = "a custom callout's ICE has to connect, and the callout has no destination to dial first"


def judge(document: object, context: Context) -> Judgement:
    """Say whether ``document`` (parsed JSON) can be run for ``context`` and, if so, as which script. Never raises."""
    if document is None or document == "":
        return Judgement(None, empty=True)
    case = Case(context)
    if not isinstance(document, dict):
        found = describe(document)
        case.error("", f"SVAML should be one object with an action, but is {found}", expected="an object", found=found)
        return Judgement(None, tuple(case.problems))
    spelling: Spelling = {}
    canonical, remarks = canonicalise(
        document, "Svaml", voice(), snake_case=context.profile.accept_snake_case, clamp=context.lenient, spelling=spelling
    )
    if not canonical.get("instructions") and not canonical.keys() - {"instructions"} and _is_list(canonical):
        return Judgement(None, empty=True)
    case.problems += remarks
    script = _dice(canonical, case) if context.event == "dice" else _script(canonical, case)
    if spelling and case.problems:
        case.problems = [replace(problem, path=as_written(problem.path, spelling)) for problem in case.problems]
    failed = any(problem.severity == "error" for problem in case.problems)
    return Judgement(None if failed else script, tuple(case.problems))


def _is_list(canonical: Mapping[str, Any]) -> bool:
    return isinstance(canonical.get("instructions", []), list)


def _script(document: Mapping[str, Any], case: Case) -> Script | None:
    kind = _action_kind(document, case)
    if kind is not None:
        case.action_name = kind.name
    steps = _steps(document.get("instructions", []), case)
    case.path = "$"
    if "action" not in document:
        return _without_action(document, steps, case)
    if kind is None:
        return None
    case.path = "$.action"
    return _with_action(kind, document["action"], steps, case)


# --- the action ----------------------------------------------------------------------------------------------------------


def _action_kind(document: Mapping[str, Any], case: Case) -> ActionKind | None:
    """Which action it is; the problem, if it is none, goes on record."""
    if "action" not in document:
        return None
    case.path = "$.action"
    name = _name_of(document["action"], "action", case)
    kind = actions.BY_NAME.get(name.lower()) if name else None
    if name and kind is None:
        instruction = instructions.BY_NAME.get(name.lower())
        hint = f"{instruction.name} is an instruction, not an action" if instruction else f"there is no action {name}"
        _unknown_name(name, hint, [known.name for known in actions.ACTIONS], case)
    return kind


def _with_action(kind: ActionKind, values: dict[str, Any], steps: tuple[Step, ...], case: Case) -> Script | None:
    check_place(kind, case)
    if _broken("action", kind.name, values, case):
        return None
    action = kind.translate(values, case)
    if isinstance(action, StartRecording | StopRecording):
        return Script((*steps, action))
    context = case.context
    if context.event == "ice" and context.callout is CalloutKind.CUSTOM and not kind.connects:
        return _after_dialling(steps, action, case)
    return Script(steps, action)


def _after_dialling(steps: tuple[Step, ...], action: Action, case: Case) -> Script:
    """A custom callout that does not begin by connecting: dial its destination first, and do this on the answer."""
    context = case.context
    nobody = not context.lenient or context.dialled is None
    if isinstance(action, HangUp) and (nobody or not any(isinstance(step, Play) for step in steps)):
        return Script(steps, action)
    if not context.lenient:
        case.error("name", "a custom callout's ICE has to connect (connectPstn, connectMxp, connectSip or connectStream)")
    elif context.dialled is None:
        case.error("name", NOBODY_TO_DIAL)
    else:
        case.warn("name", "a custom callout's ICE normally connects; this is run when the called party answers")
    return Script((), Dial(to=context.dialled, on_answer=Script(steps, action)))


def _without_action(document: Mapping[str, Any], steps: tuple[Step, ...], case: Case) -> Script | None:
    """Instructions alone, where that means something (``defaults.md``, unusable answers)."""
    event = case.context.event
    if not document.get("instructions"):
        names = ", ".join(document)
        case.error("action", f"action is missing; nothing is known of {names}", expected="action", found="nothing")
    elif event == "manage":
        return Script(steps)
    elif event == "ace":
        case.warn("action", "no action: the call continues after the instructions")
        return Script(steps, Proceed())
    elif event == "pie" and case.context.lenient and case.context.profile.pie_without_action == "hangup":
        case.warn("action", "no action: the call is hung up after the instructions")
        return Script(steps, HangUp())
    else:
        case.error("action", f"action is missing, which {PLACES[event]} needs", expected="action", found="nothing")
    return None


# --- the instructions ------------------------------------------------------------------------------------------------------


def _steps(listed: Any, case: Case) -> tuple[Step, ...]:
    case.path = "$.instructions"
    if not isinstance(listed, list):
        found = describe(listed)
        case.error("", f"instructions should be a list, but is {found}", expected="a list", found=found)
        return ()
    steps: list[Step] = []
    for index, values in enumerate(listed):
        case.path = f"$.instructions[{index}]"
        step = _step(values, case)
        if step is not None:
            steps.append(step)
    return tuple(steps)


def _step(values: Any, case: Case) -> Step | None:
    name = _name_of(values, "instruction", case)
    if not name:
        return None
    kind = instructions.BY_NAME.get(name.lower())
    if kind is None:
        action = actions.BY_NAME.get(name.lower())
        hint = f"{action.name} is an action, not an instruction" if action else f"there is no instruction {name}"
        _unknown_name(name, hint, [known.name for known in instructions.INSTRUCTIONS], case)
        return None
    check_place(kind, case)
    if _broken("instruction", kind.name, values, case):
        return None
    return kind.translate(values, case)


def _dice(document: Mapping[str, Any], case: Case) -> Script:
    """The answer to DICE is not acted on, but for a verdict; nothing in it is ever an error."""
    steps: list[Step] = []
    listed = document.get("instructions")
    for index, values in enumerate(listed if isinstance(listed, list) else ()):
        case.path = f"$.instructions[{index}]"
        name = values.get("name") if isinstance(values, dict) else None
        if name != "ReportCallStatus" or voice().problems("instruction.ReportCallStatus", values):
            case.warn("", "the call is over, so this is ignored")
        elif (step := instructions.report.REPORT_CALL_STATUS.translate(values, case)) is not None:
            steps.append(step)
    return Script(tuple(steps))


# --- both ------------------------------------------------------------------------------------------------------------------


def _name_of(values: Any, what: str, case: Case) -> str:
    """The name of an action or instruction, ``""`` (and a problem) when it has none."""
    if not isinstance(values, dict):
        found = describe(values)
        advice = ", and there can be only one" if isinstance(values, list) else ""
        message = f"an {what} should be an object with a name, but is {found}{advice}"
        case.error("", message, expected="an object", found=found)
        return ""
    named = next((item for key, item in values.items() if key.lower() == "name" and item is not None), None)
    if not isinstance(named, str) or not named:
        found = "nothing" if named is None else describe(named)
        case.error("name", f"the name of the {what} is missing", expected="name", found=found)
        return ""
    return named


def _unknown_name(name: str, message: str, known: list[str], case: Case) -> None:
    near = nearest(name, known)
    hint = f" (did you mean {near}?)" if near and near.lower() != name.lower() else ""
    case.error("name", message + hint, expected=f"one of {', '.join(known)}", found=name, nearest=near)


def _broken(group: str, name: str, values: dict[str, Any], case: Case) -> bool:
    """Whether the schema has objections; they go on record."""
    spec = voice()
    component = f"{group}.{name}"
    if spec.is_valid(component, values):
        return False
    case.problems += [replace(problem, path=case.path + problem.path[1:]) for problem in spec.problems(component, values)]
    return True
