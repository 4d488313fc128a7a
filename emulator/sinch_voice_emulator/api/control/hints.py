"""What usually is behind a status that a backend answered, for those whose test has just failed because of it."""

from __future__ import annotations

from urllib.parse import urlsplit

from sinch_voice_emulator.engine.effects import Severity
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.journal import Filter
from sinch_voice_emulator.runtime.refusals import WANTS_TOKEN, wants_token

_UNKNOWN = (
    "{url} answered {status}: does the app know the key and the secret of this account's application? "
    "POST .../explain-signature says how a callback is signed."
)
HINTS = {
    401: _UNKNOWN,
    403: _UNKNOWN,
    404: "{url} answered 404: the app has no route {path}, so the application needs another callback URL.",
    405: "{url} answered 405: the app takes no POST at {path}, so the application needs another callback URL.",
}


def hints(runtime: AccountRuntime) -> list[str]:
    """A sentence for each address whose refusal no fault explains."""
    found: dict[str, None] = {}
    for entry in runtime.journal.read("", 10_000_000, Filter(severity=Severity.WARNING, kinds=("callback.failed",))).entries:
        delivery = runtime.deliveries.get(str(entry.data["delivery"]))
        if delivery is not None and delivery.attempts:
            attempt = delivery.attempts[-1]
            hint = WANTS_TOKEN if wants_token(attempt) else HINTS.get(attempt.status or 0, "")
            found[hint.format(url=attempt.url, status=attempt.status, path=urlsplit(attempt.url).path or "/")] = None
    return [hint for hint in found if hint]
