"""The WSGI application: the Voice API and the control API on one Flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, request
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.wrappers import Response

from sinch_voice_emulator.api import calling, configuration, control, stubs
from sinch_voice_emulator.api.errors import response_to, translated
from sinch_voice_emulator.api.front import VoiceFront, body_of, target_of
from sinch_voice_emulator.api.ports import narrowing
from sinch_voice_emulator.api.proxy import OriginForm, Proxy
from sinch_voice_emulator.api.regions import RegionPrefix
from sinch_voice_emulator.api.routing import RoutedApp
from sinch_voice_emulator.v1 import spec
from sinch_voice_emulator.v1.errors import ApiError

if TYPE_CHECKING:
    from sinch_voice_emulator.emulator import Emulator

CONTROL_PREFIX = "/_emulator"


def create_app(emulator: Emulator) -> Flask:
    """The application that serves ``emulator``."""
    app = RoutedApp("sinch_voice_emulator")
    front = VoiceFront(emulator, {**calling.OPERATIONS, **configuration.OPERATIONS})
    front.register(app, spec.voice().operations())
    app.register_blueprint(control.blueprint(emulator))

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        """Anything that no operation caught: unknown addresses, wrong methods, bodies over the limit, the wrong port."""
        ours = request.path.startswith(CONTROL_PREFIX)
        if ours and not isinstance(error, ApiError):
            return control.error_response(error)
        if isinstance(error, NotFound | MethodNotAllowed):
            try:
                canned = stubs.stray(emulator, lambda: body_of(request.environ), target_of(request.environ))
            except Exception as failure:
                canned, error = None, failure
            if canned is not None:
                return canned
        refusal, reference = translated(error), emulator.new_reference()
        answer = response_to(refusal, reference)
        if refusal.status == 405:
            answer.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        emulator.note_refused_request(request.method, target_of(request.environ), refusal, reference)
        return control.error_response(refusal) if ours else answer

    app.before_request(narrowing(emulator))
    app.wsgi_app = OriginForm(RegionPrefix(app.wsgi_app), Proxy(emulator))  # type: ignore[method-assign]
    return app
