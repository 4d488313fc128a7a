"""The headers of one attempt: which secret, by which clock, and spoilt where a test ordered that."""

from __future__ import annotations

import base64
from dataclasses import replace

from sinch_voice_emulator.errors import NotFound
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.delivery import Delivery
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.runtime.delivery_faults import Tamper
from sinch_voice_emulator.runtime.freezing import wall_ns
from sinch_voice_emulator.runtime.ports import Dialect, Headers

_WRONG_SECRET = base64.b64encode(b"not the secret of anybody").decode()


def headers(
    dialect: Dialect, account: Account, delivery: Delivery, url: str, now: Instant, tamper: Tamper | None = None
) -> Headers:
    """Sign by the wall clock of this process, which is what receivers compare with, or by the account's (``now``)."""
    application = account.application(delivery.application)
    if application is None:
        raise NotFound(f"application {delivery.application} does not exist any more, so nobody can sign for it")
    tamper = tamper or Tamper()
    if tamper.wrong_secret:
        application = replace(application, secret=_WRONG_SECRET)
    wall = account.profile.callback_clock == "wall"
    moment_ns = (wall_ns() if wall else now * 1_000_000) - tamper.older_ms * 1_000_000
    return tamper.applied(dialect.headers(delivery, application, account, url, moment_ns))
