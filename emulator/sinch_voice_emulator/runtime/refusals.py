"""What is behind the refusal of a backend, where its answer says so."""

from __future__ import annotations

from sinch_voice_emulator.model.delivery import Attempt

_REFUSALS = (400, 403, 419, 422)
"""How web frameworks refuse a form without its token."""
WANTS_TOKEN = (
    "{url} answered {status}: it wants a CSRF token, which no callback has; exempt its view (in Django: @csrf_exempt)."
)


def wants_token(attempt: Attempt) -> bool:
    """Whether a backend refused a callback for want of a CSRF token."""
    return attempt.status in _REFUSALS and b"csrf" in attempt.response_body.lower()
