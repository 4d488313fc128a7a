"""The control API: ``/_emulator/accounts/{account}/...``, with ``/_emulator/...`` for the default account.

Routes come from ``openapi/control.yaml``; each module holds the handlers of one family of resources by operation id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control import (
    accounts,
    actions,
    applications,
    calls,
    certificates,
    checks,
    clock,
    deliveries,
    delivery_faults,
    faults,
    fire,
    health,
    journal,
    ladders,
    leftovers,
    numbers,
    phones,
    recorded,
    recordings,
    scenarios,
    stubs,
    switches,
)
from sinch_voice_emulator.api.control.context import DEFAULT_ACCOUNT, Handler, checked
from sinch_voice_emulator.api.control.errors import error_response
from sinch_voice_emulator.api.control.guard import Guard
from sinch_voice_emulator.v1 import spec
from sinch_voice_emulator.v1.spec import Operation

if TYPE_CHECKING:
    from sinch_voice_emulator.emulator import Emulator

__all__ = ["FAMILIES", "blueprint", "error_response", "forms_of"]

PREFIX = "/_emulator"
ACCOUNT = f"{PREFIX}/accounts/{{account}}/"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OPEN_OPERATIONS = frozenset({"health", "certificateAuthority"})
"""What can be asked without the token."""

FAMILIES = (
    health,
    certificates,
    accounts,
    applications,
    numbers,
    switches,
    phones,
    calls,
    actions,
    journal,
    ladders,
    leftovers,
    deliveries,
    recordings,
    checks,
    fire,
    faults,
    clock,
    delivery_faults,
    stubs,
    scenarios,
    recorded,
)


def handlers() -> dict[str, Handler]:
    """Every handler by operation id."""
    return {name: handler for family in FAMILIES for name, handler in family.HANDLERS.items()}


def forms_of(path: str) -> tuple[str, ...]:
    """A documented path and, where it names an account, its short form for the default account."""
    return (path, f"{PREFIX}/{path[len(ACCOUNT) :]}") if path.startswith(ACCOUNT) else (path,)


def blueprint(emulator: Emulator) -> Blueprint:
    """The control API of ``emulator``."""
    control = Blueprint("control", __name__)
    guard = Guard(emulator.settings)
    found = handlers()
    for operation in spec.control().operations():
        view = _view(emulator, guard, operation, found[operation.id])
        for number, path in enumerate(forms_of(operation.path)):
            rule = path.replace("{", "<").replace("}", ">")
            name, method = f"{operation.id}-{number}", operation.method
            control.add_url_rule(rule, name, view, methods=[method], strict_slashes=False, provide_automatic_options=False)
    for rule in (PREFIX, f"{PREFIX}/", f"{PREFIX}/<path:rest>"):
        control.add_url_rule(rule, f"nothing-{len(rule)}", _nothing(guard), methods=METHODS, provide_automatic_options=False)
    return control


def _view(emulator: Emulator, guard: Guard, operation: Operation, handler: Handler) -> Callable[..., Response]:
    open_to_all = operation.id in OPEN_OPERATIONS

    def view(**arguments: str) -> Response:
        try:
            guard.admit(request.headers, scheme=request.scheme, needs_token=not open_to_all)
            account = arguments.pop("account", DEFAULT_ACCOUNT)
            control = checked(emulator, operation, request, account)
            return handler(control, **arguments)
        except Exception as error:
            return error_response(error)

    view.__name__ = operation.id
    return view


def _nothing(guard: Guard) -> Callable[..., Response]:
    """What answers where no operation is: 405 when another method would do, else 404."""

    def view(rest: str = "") -> Response:  # noqa: ARG001 (the rule has it)
        try:
            guard.admit(request.headers, scheme=request.scheme)
        except Exception as error:
            return error_response(error)
        allowed = sorted(_methods_at(request.path))
        return error_response(MethodNotAllowed(allowed) if allowed else NotFound())

    return view


def _methods_at(path: str) -> Iterator[str]:
    adapter = current_app.url_map.bind("")
    for method in METHODS:
        try:
            endpoint, _ = adapter.match(path, method=method)
        except HTTPException:
            continue
        if not endpoint.startswith("control.nothing-"):
            yield method
