"""What the server answers by itself: requests that are not HTTP, too many that wait, a fault of ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sinch_voice_emulator.api.control.errors import shaped
from sinch_voice_emulator.api.errors import response_to
from sinch_voice_emulator.runtime.bridge import ErrorResponse
from sinch_voice_emulator.runtime.deferred import Environ
from sinch_voice_emulator.v1.errors import by_status

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

    from sinch_voice_emulator.emulator import Emulator


def bridge_error(emulator: Emulator) -> ErrorResponse:
    """Makes answers in the control API's shape below its prefix, in the Voice API's elsewhere; the latter are journalled."""

    def error(status: int, message: str) -> WSGIApplication:
        def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            if environ.get("PATH_INFO", "").startswith("/_emulator"):
                return shaped(status, message)(environ, start_response)
            refusal, reference = by_status(status, message), emulator.new_reference()
            target: str = environ.get("RAW_URI", "")
            emulator.note_refused_request(environ["REQUEST_METHOD"] if target else "", target, refusal, reference)
            return response_to(refusal, reference)(environ, start_response)

        return app

    return error
