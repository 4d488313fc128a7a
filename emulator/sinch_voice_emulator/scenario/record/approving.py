"""Replaying a recording against another version of a backend: how its answers differ, and taking the new ones over."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.scenario.following import is_matcher
from sinch_voice_emulator.scenario.matchers import expected
from sinch_voice_emulator.scenario.model import Scenario, Step
from sinch_voice_emulator.scenario.record.general import Names
from sinch_voice_emulator.scenario.record.writing import flow
from sinch_voice_emulator.scenario.running import Outcome, playing
from sinch_voice_emulator.scenario.stage import Approval, Changed, Plays
from sinch_voice_emulator.testkit.core import VoiceSteps
from sinch_voice_emulator.testkit.matching import matches


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay came to: the outcome of its steps, how many answers were compared, and those that differ."""

    outcome: Outcome
    compared: int
    changed: tuple[Changed, ...]
    missed: tuple[tuple[Step, str], ...]
    """What did not happen any more after the first answer that differs."""
    names: Mapping[str, str]
    """Names of calls, by id."""

    @property
    def same(self) -> bool:
        """Whether the backend does what it did."""
        return self.outcome.passed and not self.changed and not self.missed

    def as_json(self) -> dict[str, Any]:
        """The differences as JSON."""
        return {
            "name": self.outcome.title,
            "source": self.outcome.scenario.source,
            "same": self.same,
            "compared": self.compared,
            "changed": [
                {
                    "at": str(one.step.place),
                    "call": self.names.get(one.call, one.call),
                    "event": one.event,
                    "what": one.member,
                    "recorded": one.before,
                    "now": one.after,
                }
                for one in self.changed
            ],
            "missed": [{"at": str(step.place), "sentence": sentence} for step, sentence in self.missed],
            "failure": self.outcome.text() if not self.outcome.passed else "",
        }

    def text(self) -> str:
        """The differences for people, call by call."""
        parts = []
        for call in dict.fromkeys(one.call for one in self.changed):
            parts.append(f"Call {self.names.get(call, call)}")
            parts += [_shown(one) for one in self.changed if one.call == call]
        if self.missed:
            parts.append("\n".join(["No longer so:", *(f"  {step.place}: {sentence}" for step, sentence in self.missed)]))
        if not self.outcome.passed:
            after = "Then the recording could not be followed any further:\n" if self.changed else ""
            parts.append(after + self.outcome.text())
        answers = f"{self.compared} answer{'' if self.compared == 1 else 's'} compared"
        changed = sum(1 for one in self.changed if one.member == "answer")
        verdict = f"{changed} of them changed" if changed else "none of them changed"
        return "\n\n".join([*parts, f"{self.outcome.title}: {answers}, {verdict}"])


def replaying(voice: VoiceSteps, scenario: Scenario, row: Mapping[str, Any], variables: Mapping[str, Any]) -> Plays[Replay]:
    """Play a recording, collecting the answers that differ instead of failing at the first."""
    approval = Approval(scenario.recorded)
    outcome = yield from playing(voice, scenario, row, variables, approval=approval)
    return Replay(outcome, approval.compared, tuple(approval.changed), tuple(approval.missed), names_of(scenario, voice))


def names_of(scenario: Scenario, voice: VoiceSteps) -> dict[str, str]:
    """Names that the scenario gives to calls, by the ids they have now: calls are told apart by their order."""
    named = [step.body["as"] for step in scenario.steps if isinstance(step.body, dict) and "as" in step.body]
    created = [entry.call_id for entry in voice.watch.created()]
    return dict(zip(created, named, strict=False)) if len(created) == len(named) else {}


_WHAT = {
    "answer": "the answer to {event}",
    "with": "what the backend was told with {event}",
    "heard": "what was heard",
    "ended": "how the call ended",
}


def _shown(one: Changed) -> str:
    now = one.after
    if one.member in ("with", "ended"):
        now = {name: one.after.get(name) for name in one.before}
    before, after = _lines(one.before), _lines(now)
    diff = difflib.unified_diff(before, after, "recorded", "now", lineterm="", n=3)
    body = "\n".join(f"    {line}" for line in list(diff)[2:])
    return f"  {one.step.place}: step {one.step.number}, {_WHAT[one.member].format(event=one.event)}\n{body}"


def _lines(value: Any) -> list[str]:
    if value is None:
        return ["(an empty answer)"]
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=False).splitlines()


# --- taking answers over -------------------------------------------------------------------------------------------------


def approved(text: str, changed: Sequence[Changed], names: Mapping[str, str], whole: bool = True) -> str:
    """The text of a scenario file with the new answers in it; everything else stays: comments, and what still fits.

    Raises ``BadRequest`` for an answer that stands in another file (``include``), or in a file that is JSON.
    """
    calls = Names()
    for call_id, name in names.items():
        calls.give(call_id, name)
    edits = []
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for one in changed:
        node = _member(_node(root, one.step.place.path), one.member)
        if node is None:
            raise BadRequest(f"{one.step.place}: this answer does not stand in the file itself and cannot be replaced there")
        start, end = node.start_mark.index, node.end_mark.index
        while end > start and text[end - 1].isspace():
            end -= 1
        edits.append((start, end, flow([_approved(one, calls, whole)])[1:-1]))
    return _edited(text, edits)


def _approved(one: Changed, calls: Names, whole: bool) -> Any:
    """What is to stand in the place of a member that changed."""
    written = one.step.body[one.member]
    if one.member == "heard":
        return calls.text(one.after)
    as_new = calls.value if one.member == "answer" else calls.expected
    return merged(written, one.before, one.after, as_new, whole and one.member == "answer")


def merged(written: Any, before: Any, after: Any, as_new: Callable[[Any], Any], whole: bool) -> Any:
    """``written``, changed as little as makes it fit ``after``. ``before`` is ``written`` with its variables filled in.

    ``whole``: members that are new are taken over, too.
    """
    if isinstance(written, Mapping) and isinstance(before, Mapping) and isinstance(after, Mapping) and not is_matcher(written):
        kept = {
            name: merged(item, before.get(name), after[name], as_new, whole) for name, item in written.items() if name in after
        }
        return kept | {name: as_new(item) for name, item in after.items() if whole and name not in written}
    if isinstance(written, list) and isinstance(before, list) and isinstance(after, list) and len(written) == len(after):
        return [merged(one, other, new, as_new, whole) for one, other, new in zip(written, before, after, strict=True)]
    if matches(expected(before), after):
        return written
    return _around(written, after) or as_new(after)


def _around(written: Any, after: Any) -> Any:
    """A range as wide as it was, around what there is now; ``None`` where none was written."""
    if not (isinstance(written, Mapping) and list(written) == ["$between"] and isinstance(after, int | float)):
        return None
    low, high = written["$between"]
    reach = (high - low) / 2
    reach = int(reach) if reach == int(reach) else reach
    return {"$between": [max(0, after - reach), after + reach]}


def _edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _node(root: yaml.Node | None, path: str) -> yaml.Node | None:
    """The node at ``$.steps[3].expect``."""
    node = root
    for part in _parts(path):
        if isinstance(part, int) and isinstance(node, yaml.SequenceNode) and part < len(node.value):
            node = node.value[part]
        elif isinstance(part, str):
            node = _member(node, part)
        else:
            return None
    return node


def _member(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if key.value == name), None)


def _parts(path: str) -> list[str | int]:
    parts: list[str | int] = []
    for piece in path.removeprefix("$").replace("[", ".[").split("."):
        if piece.startswith("["):
            parts.append(int(piece[1:-1]))
        elif piece:
            parts.append(piece)
    return parts
