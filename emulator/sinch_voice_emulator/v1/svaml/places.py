"""Where an action or an instruction may stand (``callbacks-and-svaml.md`` sections 5.2 and 8.6), and what else may."""

from __future__ import annotations

from typing import TypeAlias

from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.v1.problems import nearest
from sinch_voice_emulator.v1.svaml import actions, instructions
from sinch_voice_emulator.v1.svaml.case import ActionKind, Case, InstructionKind, Tolerance
from sinch_voice_emulator.v1.svaml.context import Context

Part: TypeAlias = ActionKind | InstructionKind

PLACES = {"ice": "the answer to ICE", "ace": "the answer to ACE", "pie": "the answer to PIE", "manage": "a management request"}

HEARD_BY_A_LEG = ("playFiles", "say")
AFTER_A_LEG_HEARD = ("hangup", "continue")


def check_place(kind: Part, case: Case) -> None:
    """Whether the reference allows it here; and if not, whether a lenient account does. Problems go on record."""
    context, event = case.context, case.context.event
    tolerance = _tolerance(kind, context)
    if event not in kind.events and tolerance is not None:
        case.warn("name", tolerance.message)
    elif event not in kind.events:
        _refuse(kind, case, f"is not allowed in {PLACES[event]}", "allowed there")
    elif states := _missed_states(kind, context):
        words = " or ".join(sorted(state.value for state in states))
        now = f", but is {context.state.value}" if context.state is not None else ""
        _refuse(kind, case, f"is allowed in a management request only while the call is {words}{now}", "allowed now")
    elif context.leg_url:
        _check_leg(kind, case)


def _check_leg(kind: Part, case: Case) -> None:
    """A leg is named for the sake of what it hears; a lenient account takes any action for the whole call after that."""
    if kind.name in (*HEARD_BY_A_LEG, *AFTER_A_LEG_HEARD):
        return
    if kind.name.lower() in instructions.BY_NAME:
        expected = f"one of {', '.join(HEARD_BY_A_LEG)}"
        message = f"{kind.name} is not allowed for one leg, which hears {' and '.join(HEARD_BY_A_LEG)} only"
        case.error("name", message, expected=expected, found=kind.name)
    else:
        case.tolerate("name", f"{kind.name} is for the whole call; what a leg hears is followed by hangup or continue")


def _refuse(kind: Part, case: Case, why: str, otherwise: str) -> None:
    instead = ", ".join(_allowed_instead(kind, case.context))
    near = nearest(kind.name, instead.split(", "))
    case.error(
        "name", f"{kind.name} {why}; {otherwise}: {instead}", expected=f"one of {instead}", found=kind.name, nearest=near
    )


def _allowed_instead(kind: Part, context: Context) -> list[str]:
    """The names of the same sort that may stand here."""
    kinds: tuple[Part, ...] = actions.ACTIONS if isinstance(kind, ActionKind) else instructions.INSTRUCTIONS
    return [one.name for one in kinds if _fits(one, context)]


def _fits(kind: Part, context: Context) -> bool:
    if context.event not in kind.events:
        return _tolerance(kind, context) is not None
    return not _missed_states(kind, context)


def _tolerance(kind: Part, context: Context) -> Tolerance | None:
    tolerance = kind.tolerated.get(context.event)
    return tolerance if tolerance is not None and context.lenient and tolerance.when(context) else None


def _missed_states(kind: Part, context: Context) -> frozenset[CallState]:
    """The states to which a management request's action is limited, when the call is in none of them."""
    states = kind.manage_in if isinstance(kind, ActionKind) and context.event == "manage" else None
    return frozenset() if states is None or context.state in states else states
