"""Requests to the REST API, and callbacks that no call caused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.model.delivery import Delivery, DeliveryState
from sinch_voice_emulator.runtime.resending import send_again
from sinch_voice_emulator.scenario import operator
from sinch_voice_emulator.scenario.matchers import expected
from sinch_voice_emulator.scenario.model import Step
from sinch_voice_emulator.scenario.stage import Branch, Mismatch, Play
from sinch_voice_emulator.scenario.words.word import Word
from sinch_voice_emulator.testkit import arrivals
from sinch_voice_emulator.testkit.expectations import diff_lines
from sinch_voice_emulator.testkit.matching import MISSING, Difference, at, differences, matches
from sinch_voice_emulator.testkit.values import Callback


def compared(what: str, wanted: Any, found: Any) -> list[Difference]:
    """How an answer differs from what is expected of it."""
    wish = expected(wanted)
    if isinstance(wish, Mapping) and isinstance(found, Mapping):
        return differences(found, dict(wish))
    return [] if matches(wish, found) else [Difference(what, wish, found)]


def judged(sentence: str, apart: list[Difference], shown: Any) -> None:
    """Raise ``Mismatch`` when an answer differs."""
    if apart:
        text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)
        raise Mismatch("\n".join([sentence, *diff_lines(apart), f"    answered  {text[:2000]}"]))


def saved(branch: Branch, names: Mapping[str, str], document: Any) -> None:
    """Set variables to what stands at these paths."""
    for name, path in names.items():
        value = at(document, path.removeprefix("$.")) if path not in ("", "$") else document
        if value is MISSING:
            raise Mismatch(f"save: there is nothing at {path} to remember as {name}; there is: {json.dumps(document)[:500]}")
        branch.scope.set(name, value)


def _request(branch: Branch, body: Any, _step: Step) -> Play[None]:
    voice = branch.voice
    yield from voice.driver.settle()
    account, method, path = voice.runtime.account, body["method"], body["path"]
    headers, auth = body.get("headers", {}), body.get("auth", "basic")
    reply = operator.send(voice.emulator, account, method, path, body.get("body"), headers, auth)
    yield from voice.driver.settle()
    wanted = body.get("expect", {})
    status = wanted.get("status")
    apart = [] if status is None or reply.status == status else [Difference("status", status, reply.status)]
    if status is None and reply.status >= 400:
        apart = [Difference("status", "less than 400", reply.status)]
    if "body" in wanted:
        apart += compared("body", wanted["body"], reply.body)
    judged(f"{method} {path} was answered otherwise:", apart, reply.body)
    if "as" in body:
        call_id = reply.body.get("callId") if isinstance(reply.body, dict) else None
        if not call_id:
            raise Mismatch(f"as: {method} {path} created no call that could be called {body['as']}: no callId in the answer")
        branch.placed(call_id, body["as"])
    elif isinstance(reply.body, dict) and method == "POST" and isinstance(reply.body.get("callId"), str):
        branch.placed(reply.body["callId"], None)
    saved(branch, body.get("save", {}), reply.body)


def _fire(branch: Branch, body: Any, _step: Step) -> Play[None]:
    voice = branch.voice
    call = branch.call(body["call"]).id if "call" in body else ""
    application = next(iter(voice.runtime.account.applications.values()))
    delivery = arrivals.made_up(voice.emulator, voice.runtime, application, body["event"], call, body.get("with", {}))
    yield from _answered(branch, body, delivery)


def _redeliver(branch: Branch, body: Any, _step: Step) -> Play[None]:
    voice = branch.voice
    yield from voice.driver.settle()
    call = branch.call(body.get("call"))
    told = [one for one in call.callbacks if one.event == body["event"]]
    nth = body.get("nth", len(told))
    if not 1 <= nth <= len(told):
        events = ", ".join(one.event for one in call.callbacks) or "nothing"
        raise Conflict(f"there is no {body['event']} number {max(nth, 1)} to deliver again; the backend was told: {events}")
    yield from _answered(branch, body, send_again(voice.runtime, told[nth - 1].delivery.id))


def _answered(branch: Branch, body: Any, delivery: Delivery) -> Play[None]:
    """Wait for the backend's answer, and compare it."""
    over = (DeliveryState.ANSWERED, DeliveryState.FAILED, DeliveryState.DROPPED)
    runtime = branch.voice.runtime
    yield from branch.voice.driver.run_until(
        lambda: delivery.state in over or None, runtime.account.profile.callback_timeout * 4
    )
    branch.voice.noticed(*branch.stage.ids)
    got, wanted = Callback.of(delivery), body.get("expect", {})
    judged(f"the backend answered {body['event']} otherwise:", answer_differences(wanted, got), got.answer)
    saved(branch, body.get("save", {}), got.answer)


def answer_differences(wanted: Mapping[str, Any], got: Callback) -> list[Difference]:
    """How the backend's answer to a callback differs from ``status`` and ``answer`` of ``wanted``."""
    apart = []
    if "status" in wanted and got.status != wanted["status"]:
        apart.append(Difference("status", wanted["status"], got.status if got.status is not None else got.error))
    if "answer" in wanted:
        apart += compared("answer", wanted["answer"], MISSING if got.answer is None else got.answer)
    return apart


def check_request(body: Any) -> None:
    """Raise ``BadRequest`` for matchers that are none."""
    expected(body.get("expect", {}).get("body"))


def check_answer(body: Any) -> None:
    """Raise ``BadRequest`` for matchers that are none."""
    expected(body.get("expect", {}).get("answer"))


WORDS = (
    Word("request", _request, check_request),
    Word("fire", _fire, check_answer),
    Word("redeliver", _redeliver, check_answer),
)
