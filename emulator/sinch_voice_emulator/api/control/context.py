"""One request of the control API, checked: which account, what body, which query."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from flask import Request
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control import checking
from sinch_voice_emulator.api.control.errors import MAX_BODY, ControlRefusal, not_json, too_large
from sinch_voice_emulator.runtime.deferred import TOO_LARGE
from sinch_voice_emulator.v1 import jsontext
from sinch_voice_emulator.v1.spec import Operation

if TYPE_CHECKING:
    from sinch_voice_emulator.emulator import Emulator
    from sinch_voice_emulator.runtime.account import AccountRuntime

DEFAULT_ACCOUNT = "default"


@dataclass(slots=True)
class ControlRequest:
    """A request that was let in and whose body and query satisfy the document. ``body`` is ``{}`` when there was none."""

    emulator: Emulator
    account_name: str
    body: dict[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    environ: dict[str, Any] = field(default_factory=dict)
    headers: Headers = field(default_factory=Headers)

    @property
    def runtime(self) -> AccountRuntime:
        """The account that is meant; raises ``NotFound``."""
        return self.emulator.account(self.account_name)


Handler: TypeAlias = Callable[..., Response]
"""A function of a ``ControlRequest`` and the parameters of the path."""


def checked(emulator: Emulator, operation: Operation, incoming: Request, account: str) -> ControlRequest:
    """The request, its body and query checked against the document. Raises 400, 404, 413 or 415."""
    raw = _raw_body(incoming)
    emulator.account(account)
    query = checking.check_query(operation, incoming.args)
    body = _body(operation, incoming, raw)
    return ControlRequest(emulator, account, body, query, incoming.environ, incoming.headers)


def _raw_body(incoming: Request) -> bytes:
    if incoming.environ.get(TOO_LARGE) or (incoming.content_length or 0) > MAX_BODY:
        raise too_large()
    raw = incoming.get_data(cache=False)
    if len(raw) > MAX_BODY:
        raise too_large()
    return raw


def _body(operation: Operation, incoming: Request, raw: bytes) -> dict[str, Any]:
    component = checking.body_component(operation)
    if not raw.strip():
        if component and operation.definition["requestBody"].get("required"):
            raise ControlRefusal("the body is missing: a JSON object is needed", path="$")
        return {}
    if not incoming.is_json:
        raise not_json()
    try:
        value = jsontext.parse(raw)
    except ValueError as error:
        raise ControlRefusal(f"the body is not JSON: {error}", path="$") from None
    if not component:
        if value != {}:
            raise ControlRefusal("this operation takes no body", path="$")
        return {}
    checking.check_body(component, value)
    assert isinstance(value, dict), "every component of a request body is an object"
    return value
