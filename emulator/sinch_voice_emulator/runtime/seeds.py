"""What an account becomes when it is reset."""

from __future__ import annotations

import copy

from sinch_voice_emulator.model.account import Account


def renewed(seed: Account, present: Account) -> Account:
    """The configuration of the seed, with the keys and secrets of the present; callback URLs are the seed's or none."""
    account = copy.deepcopy(seed)
    for key, application in present.applications.items():
        if key in account.applications:
            account.applications[key].secret = application.secret
        else:
            kept = copy.copy(application)
            kept.callback = None
            account.add_application(kept)
    return account
