"""Questions that change nothing: is this SVAML usable, how is this request signed."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.accounts import at_path
from sinch_voice_emulator.api.control.answers import json_response, problem_json
from sinch_voice_emulator.api.control.applications import application_of
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.errors import ControlRefusal
from sinch_voice_emulator.api.control.parties import party
from sinch_voice_emulator.errors import NotFound
from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.model.call import CallState, Origin
from sinch_voice_emulator.v1.callout_names import CALLOUT_NAMES
from sinch_voice_emulator.v1.explain import explain
from sinch_voice_emulator.v1.profile_json import profile_from_json
from sinch_voice_emulator.v1.svaml import Context, judge


def check_svaml(control: ControlRequest) -> Response:
    """Judge a document as the answer to an event, or as a management request."""
    body = control.body
    profile = control.runtime.account.profile
    if "profile" in body:
        profile = at_path(lambda: profile_from_json(body["profile"], profile), "$.profile")
    callout = CALLOUT_NAMES[body["callout"]] if body.get("callout") else None
    context = Context(
        event=body["event"],
        profile=profile,
        origin=Origin(body.get("origin", "server" if callout else "pstn")),
        callout=callout,
        state=_state(body["state"]) if "state" in body else None,
        dialled=party(body["dialled"], "$.dialled") if "dialled" in body else None,
        leg_url=body.get("leg", False),
    )
    judgement = judge(body["svaml"], context)
    valid = not judgement.empty and not judgement.errors
    problems = [problem_json(problem) for problem in judgement.problems]
    return json_response({"valid": valid, "empty": judgement.empty, "problems": problems})


def _state(text: str) -> CallState:
    """A state by its words (``in a menu``) or its name (``menu``)."""
    folded = text.strip().lower().replace("_", " ").replace("-", " ")
    for state in CallState:
        if folded in (state.value.lower(), state.name.lower().replace("_", " ")):
            return state
    choices = ", ".join(state.name.lower().replace("_", "-") for state in CallState)
    raise ControlRefusal(f"state should be one of {choices}, but is {text[:40]!r}", path="$.state")


def explain_signature(control: ControlRequest) -> Response:
    """How a request or callback is signed, and the smallest change that would explain the signature given."""
    body = control.body
    explanation = explain(
        body.get("method", "POST"),
        body["path"],
        _headers(body.get("headers", {})),
        _bytes(body),
        _application(control, body),
        body.get("signature", ""),
        body.get("prefix", ""),
    )
    return json_response(
        {
            "stringToSign": explanation.string_to_sign,
            "contentMd5": explanation.md5,
            "expected": explanation.expected,
            "given": explanation.given,
            "matches": explanation.matches,
            "difference": explanation.difference,
            "accepted": list(explanation.tried),
        }
    )


def _headers(written: Any) -> list[tuple[str, str]]:
    return list(written.items())


def _bytes(body: dict[str, Any]) -> bytes:
    if "bodyBase64" in body:
        if "body" in body:
            raise ControlRefusal("give the body as body or as bodyBase64, not as both", path="$.bodyBase64")
        try:
            return base64.b64decode(body["bodyBase64"], validate=True)
        except (binascii.Error, ValueError):
            raise ControlRefusal("bodyBase64 is not Base64", path="$.bodyBase64") from None
    text: str = body.get("body", "")
    return text.encode("utf-8", "surrogatepass")


def _application(control: ControlRequest, body: dict[str, Any]) -> Application:
    """The application by its key, or a pair of key and secret that nobody has to know."""
    key = body.get("application", "")
    if "secret" in body:
        return Application(body.get("key", key), body["secret"])
    if "key" in body:
        raise ControlRefusal("key comes with secret; an application of the account is named by application", path="$.secret")
    if key:
        return application_of(control.runtime.account, key)
    for application in control.runtime.account.applications.values():
        return application
    raise NotFound("the account has no application; give application and secret")


HANDLERS: dict[str, Handler] = {"checkSvaml": check_svaml, "explainSignature": explain_signature}
