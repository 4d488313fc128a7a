"""What an account becomes when it is reset."""

from __future__ import annotations

import copy

from sinch_voice_emulator.model.account import Account


def renewed(seed: Account, present: Account) -> Account:
    """The configuration of the seed. Its applications keep the secrets they have; one that was added since is gone."""
    account = copy.deepcopy(seed)
    for key, application in account.applications.items():
        if key in present.applications:
            application.secret = present.applications[key].secret
    return account
