"""Phone behaviour as the control API and the configuration file write it.

Names are in camel case; dashes and underscores are read too. Times are seconds, or text with a unit (``v1.durations``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.instants import Millis
from sinch_voice_emulator.model.phone import HUMAN, MACHINE, Answerer, OnRing, PhoneBehaviour, Reaction, Verdict
from sinch_voice_emulator.v1.durations import duration_from_json, duration_to_json
from sinch_voice_emulator.v1.problems import nearest
from sinch_voice_emulator.v1.values import Json

KEYS = frozenset("0123456789*#")
AMD_REASONS = ("n/a", "longgreeting", "initialsilence", "beep")

_Read: TypeAlias = Callable[[object, str], Any]
_Word = TypeVar("_Word", bound=StrEnum)


def behaviour_from_json(value: object, where: str = "behaviour") -> PhoneBehaviour:
    """A behaviour from an object, or from a word alone for ``onRing``; what is left out is as with an ordinary phone.

    Raises ``BadRequest`` that names the member and what it can be.
    """
    if isinstance(value, str):
        return PhoneBehaviour(on_ring=_word(OnRing)(value, where))
    return PhoneBehaviour(**_members(value, where, _BEHAVIOUR))


def behaviour_to_json(behaviour: PhoneBehaviour) -> Json:
    """A behaviour with every member, in the form ``behaviour_from_json`` reads."""
    answerer = behaviour.answerer
    return {
        "onRing": behaviour.on_ring.value,
        "ringsFor": duration_to_json(behaviour.rings_for),
        "answerer": {
            "verdict": answerer.verdict.value,
            "reason": answerer.reason,
            "verdictAfter": duration_to_json(answerer.verdict_after),
            "beepAfter": duration_to_json(answerer.beep_after),
        },
        "hangsUpAfter": duration_to_json(behaviour.hangs_up_after),
        "givesUpAfter": duration_to_json(behaviour.gives_up_after),
        "hangsUpOnKey": behaviour.hangs_up_on_key,
        "reactions": [_reaction_to_json(reaction) for reaction in behaviour.reactions],
    }


def _reaction_to_json(reaction: Reaction) -> Json:
    return {
        "hears": reaction.hears,
        "after": duration_to_json(reaction.after),
        "presses": reaction.presses,
        "says": reaction.says,
        "hangsUp": reaction.hangs_up,
        "times": reaction.times,
    }


# --- reading ----------------------------------------------------------------------------------------------------------------


def _members(value: object, where: str, readers: Mapping[str, tuple[str, _Read]]) -> dict[str, Any]:
    """The members of an object as arguments. ``readers``: JSON name -> argument and reader. ``null`` is left out."""
    if not isinstance(value, Mapping):
        raise BadRequest(f"{where} should be an object with members such as {next(iter(readers))}, but is {value!r}")
    names = {name.lower(): name for name in readers}
    found: dict[str, Any] = {}
    for written, item in value.items():
        name = names.get(str(written).replace("_", "").replace("-", "").lower())
        if name is None:
            close = nearest(str(written), readers)
            hint = f"; did you mean {close}?" if close else "."
            raise BadRequest(f"{where} has no member {written!r}{hint} Members: {', '.join(readers)}").at(f".{written}")
        argument, read = readers[name]
        try:
            if item is not None:
                found[argument] = read(item, f"{where}.{name}")
        except BadRequest as error:
            raise error.at(f".{written}") from None
    return found


def _word(words: type[_Word]) -> Callable[[object, str], _Word]:
    def read(value: object, where: str) -> _Word:
        known = {word.value.replace("-", ""): word for word in words}
        folded = str(value).replace("-", "").replace("_", "").replace(" ", "").lower()
        if not isinstance(value, str) or folded not in known:
            raise BadRequest(f"{where} should be one of {', '.join(words)}, but is {value!r}")
        return known[folded]

    return read


def _duration(value: object, where: str) -> Millis:
    return duration_from_json(value, where)


def _after(value: object, where: str) -> Millis | None:
    """When a reaction comes; ``"end"`` is the end of the prompt."""
    return None if value == "end" else duration_from_json(value, where)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise BadRequest(f"{where} should be text, but is {value!r}")
    return value


def _keys(value: object, where: str) -> str:
    """Keys may be a text or, as long as no zero leads, a number."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not KEYS.issuperset(text):
        raise BadRequest(f"{where} should be keys out of 0-9 * #, but is {value!r}")
    return text


def _key(value: object, where: str) -> str:
    keys = _keys(value, where)
    if len(keys) > 1:
        raise BadRequest(f"{where} should be one key out of 0-9 * #, but is {value!r}")
    return keys


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise BadRequest(f"{where} should be true or false, but is {value!r}")
    return value


def _count(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadRequest(f"{where} should be a whole number from 1, but is {value!r}")
    return value


def _amd_reason(value: object, where: str) -> str:
    if value not in AMD_REASONS:
        raise BadRequest(f"{where} should be one of {', '.join(AMD_REASONS)}, but is {value!r}")
    return str(value)


def _answerer(value: object, where: str) -> Answerer:
    """``"human"``, ``"machine"`` (with greeting and beep) or another verdict alone, or an object."""
    if not isinstance(value, str):
        return Answerer(**_members(value, where, _ANSWERER))
    verdict = _word(Verdict)(value, where)
    return {Verdict.HUMAN: HUMAN, Verdict.MACHINE: MACHINE}.get(verdict, Answerer(verdict))


def _reactions(value: object, where: str) -> tuple[Reaction, ...]:
    if not isinstance(value, list):
        raise BadRequest(f'{where} should be a list such as [{{"hears": "press one", "presses": "1"}}], but is {value!r}')
    found = []
    for index, item in enumerate(value):
        try:
            found.append(_reaction(item, f"{where}[{index}]"))
        except BadRequest as error:
            raise error.at(f"[{index}]") from None
    return tuple(found)


def _reaction(value: object, where: str) -> Reaction:
    reaction = Reaction(**_members(value, where, _REACTION))
    if not (reaction.presses or reaction.says or reaction.hangs_up):
        raise BadRequest(f"{where} does nothing: it needs one of presses, says, hangsUp")
    return reaction


_ANSWERER: Mapping[str, tuple[str, _Read]] = {
    "verdict": ("verdict", _word(Verdict)),
    "reason": ("reason", _amd_reason),
    "verdictAfter": ("verdict_after", _duration),
    "beepAfter": ("beep_after", _duration),
}
_REACTION: Mapping[str, tuple[str, _Read]] = {
    "hears": ("hears", _text),
    "after": ("after", _after),
    "presses": ("presses", _keys),
    "says": ("says", _text),
    "hangsUp": ("hangs_up", _flag),
    "times": ("times", _count),
}
_BEHAVIOUR: Mapping[str, tuple[str, _Read]] = {
    "onRing": ("on_ring", _word(OnRing)),
    "ringsFor": ("rings_for", _duration),
    "answerer": ("answerer", _answerer),
    "hangsUpAfter": ("hangs_up_after", _duration),
    "givesUpAfter": ("gives_up_after", _duration),
    "hangsUpOnKey": ("hangs_up_on_key", _key),
    "reactions": ("reactions", _reactions),
}
