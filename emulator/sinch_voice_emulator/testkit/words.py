"""The keyword arguments of the Python API, for type checkers, and what is wrong with words that are none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypedDict, TypeVar

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.testkit.addresses import listed
from sinch_voice_emulator.v1.problems import nearest

T = TypeVar("T")
Duration: TypeAlias = float | str
"""Seconds, or a text such as ``"250ms"``, ``"3s"``, ``"2m"``."""
LegName: TypeAlias = int | str
"""A number counted from 1, ``caller``, ``callee``, or the address of a party; 0 is the caller."""
Event: TypeAlias = Literal["ice", "ace", "pie", "dice", "notify"]
FaultName: TypeAlias = Literal[
    "drop",
    "delay",
    "duplicate",
    "reorder",
    "alter",
    "bad-signature",
    "slow-answer",
    "refused",
    "reset",
    "status",
    "garbage",
]


class Behaviour(TypedDict, total=False):
    """How a phone behaves; see docs/phones-and-numbers.md. What is left out is as with an ordinary phone."""

    on_ring: Literal[
        "answers",
        "busy",
        "declines",
        "never-answers",
        "rings-out",
        "unreachable",
        "blocked",
        "fails",
        "unknown",
        "manual",
    ]
    rings_for: Duration
    answerer: Literal["human", "machine", "notsure", "hangup"] | Mapping[str, Any]
    hangs_up_after: Duration
    gives_up_after: Duration
    hangs_up_on_key: str
    reactions: Sequence[Mapping[str, Any]]


class CallDetails(Behaviour, total=False):
    """What else there is to say about a call that arrives, and how the caller behaves."""

    region: str
    rdnis: str
    headers: Mapping[str, str]
    custom: str
    application: str


class CallDetailsWithCli(CallDetails, total=False):
    """The same, where the display of the called party is the caller's choice."""

    cli: str


class FaultDetails(TypedDict, total=False):
    """Which attempts a fault means, and what goes wrong; each kind takes its own details."""

    event: Event | None
    call: Any
    nth: int
    count: int | None
    chance: float
    milliseconds: int
    copies: int
    path: str
    value: Any
    signature: Literal["wrong-key", "stale-time", "changed-body", "changed-path", "absent", "replayed"]
    status: int


def one_of(value: T, words: Iterable[str], what: str) -> T:
    """A word that is one of ``words``; anything that is no text (a pattern, a predicate) may be. Raises ``BadRequest``."""
    known = [str(word) for word in words]
    if not isinstance(value, str) or value in known:
        return value
    near = nearest(value, known)
    hint = f"; did you mean {near}?" if near else ""
    raise BadRequest(f"{what} {listed(known)}, and {value!r} is none of them{hint}")


def text(value: object, what: str) -> str:
    """A text. Raises ``BadRequest``."""
    if not isinstance(value, str):
        raise BadRequest(f"{what}, not {value!r}")
    return value


def check_names(given: Iterable[str], known: Iterable[str], what: str) -> None:
    """Raise ``BadRequest`` for a name that is not among the known ones. Snake and camel case are the same."""
    names = list(known)
    folded = {_fold(name) for name in names}
    for name in given:
        if _fold(name) not in folded:
            near = nearest(name, names)
            hint = f"; did you mean {near}?" if near else "."
            raise BadRequest(f"{what} {name!r}{hint} There are: {listed(names)}")


def _fold(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
