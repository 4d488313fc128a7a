"""Following a recording while a backend answers otherwise than it did: what differs is collected, and fails nothing.

Before the first difference a recording is played as any scenario. After it, what follows from the difference is expected to
differ too: the next prompt counts for the one that was recorded, an end for the end; anything else is waited for only while the
call is busy with what the backend told it, since waiting moves the clock, and the people on the phone act by the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.scenario.matchers import expected
from sinch_voice_emulator.scenario.model import Step
from sinch_voice_emulator.scenario.stage import Approval, Awaiting, Branch, Changed, Play
from sinch_voice_emulator.scenario.words.world import within_of
from sinch_voice_emulator.testkit.calls import CallSteps
from sinch_voice_emulator.testkit.expectations import Expectation, contains
from sinch_voice_emulator.testkit.matching import differences, matches
from sinch_voice_emulator.testkit.values import Callback, Heard

Look: TypeAlias = Callable[[Branch, Mapping[str, Any]], tuple[Expectation[Any], tuple[str, ...]]]

GONE = object()
"""A prompt that does not come any more."""


def followed(
    branch: Branch, body: Mapping[str, Any], kind: str, look: Look, step: Step, approval: Approval, longest: int
) -> Play[Any]:
    """What was found of an expectation; ``None`` when it is no longer so."""
    astray = bool(approval.changed)
    within = within_of(body, longest)
    if not astray:
        wanted, calls = look(branch, body)
        found = yield Awaiting(wanted, within, calls)
    elif kind == "callback":
        wanted, calls = look(branch, {**body, "with": {}})
        found = yield Awaiting(wanted, within, calls)
    elif kind == "heard":
        call = branch.call(body.get("call"))
        found = yield Awaiting(NextPrompt(call), within, (call.id,))
        return _heard(approval, body, found, step)
    elif kind == "ended":
        wanted, calls = look(branch, {**body, "ended": True})
        found = yield Awaiting(wanted, within, calls)
        return _ended(approval, body, branch.call(body.get("call")), step)
    else:
        wanted, calls = look(branch, body)
        return (yield Awaiting(WhileBusy(branch, calls, wanted), within, calls, missable=True))
    if kind == "callback":
        _told(approval, body, found, step)
    return found


def _told(approval: Approval, body: Mapping[str, Any], found: Callback, step: Step) -> None:
    call = found.delivery.call_id
    if differences(found.body, expected(body.get("with", {}))):
        approval.changed.append(Changed(step, call, found.event, "with", body["with"], found.body))
    if "answer" in body:
        approval.compared += 1
        same = same_whole if approval.whole else _matches
        if not same(body["answer"], found.answer):
            approval.changed.append(Changed(step, call, found.event, "answer", body["answer"], found.answer))


def _heard(approval: Approval, body: Mapping[str, Any], found: Any, step: Step) -> Any:
    if found is GONE:
        approval.missed.append((step, f"heard: {body['heard']}"))
        return None
    if not contains(found.text, expected(body["heard"])):
        approval.changed.append(Changed(step, found.call, "", "heard", body["heard"], found.text))
    return found


def _ended(approval: Approval, body: Mapping[str, Any], call: CallSteps, step: Step) -> Any:
    now = {"result": call.result, "reason": call.reason, "duration": call.duration, "debit": float(call.debit)}
    if body["ended"] is not True and differences(now, expected(body["ended"])):
        approval.changed.append(Changed(step, call.id, "", "ended", body["ended"], now))
    return call


def same_whole(before: Any, after: Any) -> bool:
    """Whether an answer is what it was, with nothing more in it either; matchers stand for what they accept."""
    if isinstance(before, Mapping) and isinstance(after, Mapping) and not is_matcher(before):
        return before.keys() == after.keys() and all(same_whole(item, after[name]) for name, item in before.items())
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(same_whole, before, after))
    return _matches(before, after)


def _matches(before: Any, after: Any) -> bool:
    return matches(expected(before), after)


def is_matcher(value: Any) -> bool:
    """Whether a value stands for what it accepts."""
    return isinstance(value, Mapping) and any(str(name).startswith("$") for name in value)


class NextPrompt:
    """The next prompt of a call, whatever it says; ``GONE`` when something else comes before it."""

    sentence = "the call was to hear something"

    def __init__(self, call: CallSteps) -> None:
        self._call = call

    def look(self) -> Heard | object | None:
        prompt, callback = self._call.next_prompt(), self._call.next_callback()
        if prompt is not None and (callback is None or prompt < callback):
            return self._call.take_prompt(prompt)
        if callback is not None or not self._call.live:
            return GONE
        return None

    def hopeless(self) -> str:
        return ""

    def near(self) -> str:
        return "Nothing more was played on this call."


_BUSY = (CallState.EXECUTING, CallState.ASKING_INCOMING, CallState.ASKING_ANSWERED, CallState.ASKING_INPUT)


class WhileBusy:
    """Something that is to happen before its call (or, where it is about none, any call) waits for people."""

    def __init__(self, branch: Branch, calls: tuple[str, ...], wanted: Expectation[Any]) -> None:
        self.sentence = wanted.sentence
        self._branch = branch
        self._calls = calls
        self._wanted = wanted

    def look(self) -> Any:
        return self._wanted.look()

    def hopeless(self) -> str:
        handles = [self._branch.stage.handle(call) for call in self._calls or self._branch.stage.ids]
        busy = any(handle.live and handle.model().state in _BUSY for handle in handles)
        return self._wanted.hopeless() or ("" if busy else "nothing goes on by itself")

    def near(self) -> str:
        return self._wanted.near()
