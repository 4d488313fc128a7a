"""Calls that begin, and what the people on them do."""

from __future__ import annotations

from typing import Any

from sinch_voice_emulator.engine.inputs import CallArrived, Refusal
from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.model.party import PartyKind
from sinch_voice_emulator.model.phone import Verdict
from sinch_voice_emulator.scenario.model import Step
from sinch_voice_emulator.scenario.stage import Branch, Play
from sinch_voice_emulator.scenario.words.word import Word, members
from sinch_voice_emulator.testkit import arrivals
from sinch_voice_emulator.testkit.addresses import WITHHELD, party_of
from sinch_voice_emulator.testkit.lines import Place
from sinch_voice_emulator.testkit.phones import PhoneSteps
from sinch_voice_emulator.testkit.voice import CALLER
from sinch_voice_emulator.v1.phones_json import behaviour_from_json

_PASSED_ON = ("region", "headers", "rdnis", "cli", "custom", "application")


def _incoming_call(branch: Branch, body: Any, _step: Step) -> Play[None]:
    to = body.get("to") or branch.voice.number
    arrived = arrivals.from_phone(branch.voice.runtime.account, body.get("from", CALLER), to, **_details(body))
    yield from _place(branch, arrived, body)


def _sip_call(branch: Branch, body: Any, _step: Step) -> Play[None]:
    arrived = arrivals.from_sip(branch.voice.runtime.account, body["from"], body["to"], **_details(body))
    yield from _place(branch, arrived, body)


def _app_call(branch: Branch, body: Any, _step: Step) -> Play[None]:
    arrived = arrivals.from_app(branch.voice.runtime.account, body["user"], body["to"], **_details(body))
    yield from _place(branch, arrived, body)


def _details(body: Any) -> dict[str, Any]:
    details = {name: body[name] for name in _PASSED_ON if name in body}
    behaviour = body.get("caller", {})
    return details | ({"on_ring": behaviour} if isinstance(behaviour, str) else behaviour)


def _place(branch: Branch, arrived: CallArrived, body: Any) -> Play[None]:
    call_id = yield from branch.voice._placing(arrived)
    branch.placed(call_id, body.get("as"))


def _check_incoming(body: Any) -> None:
    caller = body.get("from")
    if caller is not None and caller.strip().lower() not in WITHHELD and party_of(caller).kind is not PartyKind.NUMBER:
        raise BadRequest(f"a telephone calls from a number, and {caller!r} is none; see sip_call and app_call")
    _check_caller(body)


def _check_sip(body: Any) -> None:
    if party_of(body["from"]).kind is not PartyKind.SIP:
        raise BadRequest(f"a SIP peer calls from an address such as pbx@example.test, and {body['from']!r} is none")
    party_of(body["to"])
    _check_caller(body)


def _check_app(body: Any) -> None:
    party_of(body["to"])
    _check_caller(body)


def _check_caller(body: Any) -> None:
    if "caller" in body:
        behaviour_from_json(body["caller"], "caller")


def _press(branch: Branch, body: Any, _step: Step) -> Play[None]:
    said = members(body, "keys")
    call = branch.call(said.get("call"))
    yield from call._press(said["keys"], branch.leg(call, said.get("by")))


def _say(branch: Branch, body: Any, _step: Step) -> Play[None]:
    said = members(body, "text")
    call = branch.call(said.get("call"))
    yield from call._speak(said["text"], branch.leg(call, said.get("by")))


def _hang_up(branch: Branch, body: Any, _step: Step) -> Play[None]:
    said = members(body, "by")
    call = branch.call(said.get("call"))
    yield from call._hang_up(branch.leg(call, said.get("by")))


def _lose_network(branch: Branch, body: Any, _step: Step) -> Play[None]:
    said = members(body, "by")
    call = branch.call(said.get("call"))
    yield from call._lose_network(branch.leg(call, said.get("by")))


def _detect(branch: Branch, body: Any, _step: Step) -> Play[None]:
    said = members(body, "verdict")
    yield from branch.call(said.get("call"))._detect(said["verdict"], said.get("reason", "n/a"))


def _check_detect(body: Any) -> None:
    verdict = members(body, "verdict").get("verdict")
    if verdict is not None and verdict not in tuple(Verdict):
        raise BadRequest(f"answering machine detection concludes {', '.join(Verdict)}, not {verdict!r}")


def _beep(branch: Branch, body: Any, _step: Step) -> Play[None]:
    yield from branch.call(members(body, "_").get("call"))._beep()


def _phone(branch: Branch, body: Any) -> PhoneSteps:
    """A phone that rings, and for which call where that is said."""
    said = members(body, "phone")
    if "call" not in said:
        return branch.stage.phone(said["phone"])
    call = branch.call(said["call"])
    return PhoneSteps(branch.voice, party_of(said["phone"]), place=Place(call.id, branch.leg(call, said["phone"])))


def _answer(branch: Branch, body: Any, _step: Step) -> Play[None]:
    yield from _phone(branch, body)._answer()


def _decline(branch: Branch, body: Any, _step: Step) -> Play[None]:
    yield from _phone(branch, body)._decline()


def _busy(branch: Branch, body: Any, _step: Step) -> Play[None]:
    yield from _phone(branch, body)._busy()


def _unreachable(branch: Branch, body: Any, _step: Step) -> Play[None]:
    yield from _phone(branch, body)._unreachable()


def _refuse(branch: Branch, body: Any, _step: Step) -> Play[None]:
    yield from _phone(branch, body)._refuse(Refusal(body["how"]), f"refuse ({body['how']})")


def _check_address(body: Any) -> None:
    phone = members(body, "phone").get("phone")
    if phone is not None:
        party_of(phone)


WORDS = (
    Word("incoming_call", _incoming_call, _check_incoming),
    Word("sip_call", _sip_call, _check_sip),
    Word("app_call", _app_call, _check_app),
    Word("press", _press),
    Word("say", _say),
    Word("hang_up", _hang_up),
    Word("lose_network", _lose_network),
    Word("detect", _detect, _check_detect),
    Word("beep", _beep),
    Word("answer", _answer, _check_address),
    Word("decline", _decline, _check_address),
    Word("busy", _busy, _check_address),
    Word("refuse", _refuse, _check_address),
    Word("unreachable", _unreachable, _check_address),
)
